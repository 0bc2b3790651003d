//! Codes of the HTTP interface's own answers. A test looks for codes in the source that have no row here.

use super::{Row, rows};

/// Every code that the manager itself answers, beside those of the gateway's refusals.
pub const ANSWERS: &[Row] = rows! {
    "invalid_admin_key": "The key is not the manager's admin key.", "Log in with the key from the first start's log; `cpa-manager-plus reset-admin-key` makes a new one.";
    "management_key_not_accepted": "The key is the gateway's management key. The manager has a key of its own.", "Log in with the admin key (`cmp_admin_…`).";
    "too_many_attempts": "Too many wrong keys came from this address, or from everywhere.", "Wait the stated time. The right key and open sessions keep working.";
    "no_session": "There is no browser session.", "Log in.";
    "session_expired": "The browser session has ended.", "Log in again.";
    "cross_site_request": "A change was asked for with a session cookie, but not by the panel.", "Use the panel, or send the admin key as a bearer token.";
    "too_many_streams": "Too many live connections are open.", "Close browser tabs that are not needed.";
    "data_key_unavailable": "There is no data key, so nothing can be sealed or opened.", "Put `data.key` back, or give the key by CPA_MANAGER_DATA_KEY, and restart.";
    "management_key_required": "The address is another one than the saved one, and a saved key is never sent to another address.", "Enter the gateway's management key too.";
    "connection_reentry_required": "The saved management key cannot be opened, because `data.key` is missing or is another one.", "Put the old `data.key` back and restart, or enter the connection again.";
    "usage_import_invalid": "The file is none of the known formats.", "Import a JSONL export, a dump of the usage queue, or an old usage snapshot.";
    "request_failed": "The request cannot be done; the text says why.", "Read the text; for status 500 read the log.";
    "request_timeout": "The body of the request did not arrive in time.", "Send it again over a better connection; large files as a resumable import.";
    "gateway_timeout": "The gateway did not answer a forwarded request in time.", "Look at the gateway's load and log; try again.";
    "gateway_is_this_manager": "The gateway's address leads back to this manager.", "Enter the address of CPA (port 8317), not the manager's own.";
    "invalid_path": "The path could leave the gateway's address and is not forwarded.", "Correct the path: no `..`, no encoded slashes.";
    "invalid_parameter": "A parameter has a value that cannot be used; the text names it.", "Correct the parameter.";
    "payload_too_large": "The body is larger than the limit.", "Send less, or use a resumable import.";
    "not_found": "There is nothing under this address.", "Check the address.";
    "method_not_allowed": "The address exists, the method does not.", "Check the method in `/openapi.json`.";
    "feature_not_available": "This version does not have this part.", "Nothing to do; reads answer empty lists.";
    "storage_unavailable": "The database cannot answer at the moment.", "See the database state in `/status`.";
    "usage_service_not_configured": "No gateway is connected.", "Open `/management.html` and go through the set-up.";
    "cpa_connection_required": "The gateway's address or management key is missing.", "Send both.";
    "cpa_connection_required_for_monitoring": "Collection cannot be switched on without a connection.", "Connect the gateway first.";
    "connection_env_managed": "The value is set by a flag, the environment or `config.json`, so it cannot be saved.", "Change it where it is set, and restart.";
    "setup_env_managed": "The connection is set by the environment and differs from what was entered.", "Change it where it is set, and restart.";
    "invalid_existing_management_key": "Address and key were changed at once, so a stored key could be sent to a stranger.", "Log in and change the connection on the configuration page.";
    "management_api_validation_failed": "The gateway refused the test request; the text says how.", "Look the detail up among the refusals above.";
    "management_api_config_failed": "The gateway's settings could not be read.", "Look the detail up among the refusals above.";
    "enable_cpa_usage_statistics_failed": "The gateway's publishing could not be switched on.", "Set `usage-statistics-enabled: true` in CPA's config.yaml.";
    "cpa_usage_retention_invalid": "The gateway keeps no records.", "Set `redis-usage-queue-retention-seconds` in CPA's config.yaml to 60 or more.";
    "invalid_time_zone": "The time zone is no IANA name.", "Use a name such as `Europe/Berlin`.";
    "invalid_target_types": "The list of inspection targets is empty or has an unknown name.", "Use `codex` and `xai`.";
    "usage_import_session_invalid_request": "The request of a resumable import is not understood.", "Check it against `/openapi.json`.";
    "usage_import_session_not_found": "The import was finished and removed, has expired, or never was.", "Start the import again.";
    "usage_import_session_conflict": "The import is in another state, or the chunk is not the next one.", "Read the session and go on at `received_bytes`.";
    "usage_import_session_too_large": "The file or the chunk is larger than allowed.", "Use the session's `chunk_size_bytes`; see USAGE_IMPORT_CHUNK_BYTES and USAGE_IMPORT_DISK_QUOTA_BYTES.";
    "usage_import_session_limit_exceeded": "Too many imports run at once.", "Finish or cancel one; see USAGE_IMPORT_MAX_SESSIONS.";
    "usage_import_session_quota_exceeded": "The disk space for imports is used up.", "Finish or cancel one; see USAGE_IMPORT_DISK_QUOTA_BYTES.";
    "usage_import_session_unavailable": "The import could not be read or written on disk.", "Check the data volume and the log.";
    "prices_required": "The table of prices is missing in the request.", "Send `{\"prices\": {…}}`; an empty object deletes all prices.";
    "model_price_sync_failed": "No price catalogue answered, or the gateway's `proxy-url` cannot be used; the text says which. Stored prices are as they were.", "Check that the server reaches the catalogues; CPAMP_MODELS_DEV_URL, CPAMP_LITELLM_URL and CPAMP_OPENROUTER_URL name mirrors.";
    "api_key_aliases_required": "The list of key names is missing in the request.", "Send `{\"items\": […]}`.";
    "api_key_alias_duplicate": "Another key has this name already; upper and lower case count as one.", "Choose another name, or rename the other key in the same request.";
    "gateway_unavailable": "The gateway did not answer what the manager asked it for.", "See the collector's state in `/status`.";
    "gateway_answer_unreadable": "The gateway's answer is not what it should be.", "Look at the gateway's version and log.";
    "no_client_key": "The gateway has no client key, so nothing can be asked for with one.", "Add a client key to the gateway.";
};
