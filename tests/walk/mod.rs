//! A walk over every route that changes something, and what each leaves in the audit trail.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ADMIN_KEY, HttpAnswer, MANAGEMENT_KEY, Manager, blocking, record};
use crate::{after, changes};

/// Routes that record nothing, and why.
pub const EXCEPTIONS: [(&str, &str); 11] = [
    ("put_preferences", "how the panel looks is nobody's concern"),
    ("test_collector", "tries, and changes nothing"),
    ("test_connection", "tries, and saves nothing"),
    ("query_monitoring", "a question"),
    ("get_account_history", "a question"),
    ("get_account_window_usage", "a question"),
    ("query_usage", "a question"),
    ("query_quota_snapshots", "a question"),
    ("preview_price", "a question"),
    ("upload_import_chunk", "a piece of an import that was recorded when it was opened"),
    ("patch_account_processing_policy", "always refused"),
];

/// Walks the routes of the document and looks at what each leaves in the trail.
pub struct Walk {
    pub manager: Manager,
    pub document: Value,
    pub last: i64,
    pub seen: BTreeSet<String>,
}

impl Walk {
    /// Whether the path is one of the route's.
    pub fn fits(template: &str, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let (wanted, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        wanted.len() == asked.len()
            && wanted.iter().zip(&asked).all(|(wanted, asked)| wanted.starts_with('{') || wanted == asked)
    }

    pub fn note(&mut self, operation: &str, method: &str, path: &str) {
        let paths = self.document["paths"].as_object().unwrap();
        let (template, _) = paths
            .iter()
            .find(|(_, item)| item[method.to_lowercase()]["operationId"] == operation)
            .unwrap_or_else(|| panic!("no route {operation} with {method}"));
        assert!(Self::fits(template, path), "{path} is not {template}");
        self.seen.insert(operation.to_owned());
    }

    pub fn ask(&mut self, operation: &str, method: &str, path: &str, body: Value) -> HttpAnswer {
        self.note(operation, method, path);
        let mut request = blocking().request(method, &self.manager.at(path));
        if operation != "create_session" {
            request = request.bearer(ADMIN_KEY);
        }
        match body {
            Value::Null => request.answer(),
            Value::String(text) => request.body(text).answer(),
            body => request.json(&body).answer(),
        }
    }

    /// A request that leaves one entry.
    pub fn records(&mut self, operation: &str, method: &str, path: &str, body: Value, action: &str) -> Value {
        let answer = self.ask(operation, method, path, body);
        assert!(answer.status < 300, "{operation}: {} {}", answer.status, answer.text());
        self.entry(operation, action)
    }

    /// The one new entry.
    pub fn entry(&mut self, what: &str, action: &str) -> Value {
        self.entries(what, &[action]).remove(0)
    }

    /// The new entries, oldest first.
    pub fn entries(&mut self, what: &str, actions: &[&str]) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let mut new = after(&self.manager, self.last);
            if new.len() >= actions.len() {
                new.reverse();
                let told: Vec<_> = new.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
                assert_eq!(told, actions, "{what}: {new:#?}");
                self.last = new.last().and_then(|entry| entry["id"].as_i64()).unwrap();
                return new;
            }
            assert!(Instant::now() < deadline, "{what}: {new:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A request that leaves none.
    pub fn leaves_nothing(&mut self, operation: &str, method: &str, path: &str, body: Value) -> HttpAnswer {
        assert!(EXCEPTIONS.iter().any(|(name, _)| *name == operation), "{operation} must record");
        let answer = self.ask(operation, method, path, body);
        let new = after(&self.manager, self.last);
        assert!(new.is_empty(), "{operation}: {new:#?}");
        answer
    }
}

pub fn prices(walk: &mut Walk) {
    let price = json!({"price": {"prompt": 1.25, "completion": 10.0}});
    let saved = walk.records("put_price", "PUT", "/api/v1/prices/gpt-5.4", price, "price.save");
    assert_eq!(saved["subject"], "gpt-5.4");
    let told = ["input_per_million - 1.25", "output_per_million - 10", "source - manual"];
    assert_eq!(changes(&saved), told);
    let price = json!({"price": {"prompt": 1.5, "completion": 10.0}});
    let saved = walk.records("put_price", "PUT", "/api/v1/prices/gpt-5.4", price.clone(), "price.save");
    assert_eq!(changes(&saved), ["input_per_million 1.25 1.5"]);
    assert_eq!(walk.ask("put_price", "PUT", "/api/v1/prices/gpt-5.4", price).status, 200);
    assert!(after(&walk.manager, walk.last).is_empty(), "the same price again changes nothing");
    let preview = walk.leaves_nothing(
        "preview_price",
        "POST",
        "/api/v1/prices/preview",
        json!({"model": "gpt-5.4", "from_ms": 0, "to_ms": 9}),
    );
    assert_eq!(preview.status, 200, "{}", preview.text());
    let locked = json!({"locked": true});
    let locked = walk.records("lock_price", "PUT", "/api/v1/prices/gpt-5.4/lock", locked, "price.lock");
    assert_eq!(changes(&locked), ["locked false true"]);
    let versions = json!({"versioned": true});
    let on = walk.records("put_price_versions", "PUT", "/api/v1/price-versions", versions, "price.versions");
    assert_eq!((&on["subject"], changes(&on)), (&Value::Null, vec!["versioned false true".to_owned()]));
    for prompt in [2.0, 3.0] {
        let price = json!({"price": {"prompt": prompt}});
        walk.records("put_price", "PUT", "/api/v1/prices/gpt-5.4", price, "price.save");
        // Versions begin at different moments.
        std::thread::sleep(Duration::from_millis(2));
    }
    let list = walk.manager.get("/api/v1/prices?scope=stored");
    let version = &list["items"][0]["versions"][1];
    let path = format!(
        "/api/v1/prices/gpt-5.4/versions/{}?updated_at_ms={}",
        version["valid_from_ms"], version["price"]["updatedAtMs"]
    );
    walk.records("delete_price_version", "DELETE", &path, Value::Null, "price.remove_version");
    let path = "/api/v1/prices/gpt-5.4/apply-to-all-history";
    walk.records("apply_price_to_all_history", "POST", path, Value::Null, "price.all_history");
    let table = |b: f64| json!({"prices": {"a": {"prompt": 1.0}, "b": {"prompt": b}}});
    let path = "/v0/management/model-prices";
    let replaced = walk.records("replace_model_prices", "PUT", path, table(2.0), "price.replace_all");
    let told = changes(&replaced);
    assert_eq!(&told[..4], ["models 1 2", "added - 2", "changed - 0", "removed - 1"], "{told:?}");
    assert!(told.contains(&"b/input_per_million - 2".to_owned()), "{told:?}");
    let replaced = walk.records("replace_model_prices", "PUT", path, table(3.0), "price.replace_all");
    let told = changes(&replaced);
    assert_eq!(&told[..3], ["added - 0", "changed - 1", "removed - 0"], "{told:?}");
    assert_eq!(walk.ask("replace_model_prices", "PUT", path, table(3.0)).status, 200);
    assert!(after(&walk.manager, walk.last).is_empty(), "the same table again changes nothing");
    walk.records("delete_price", "DELETE", "/api/v1/prices/a", Value::Null, "price.remove");
    // No catalogue answers: what was tried is told as a failure.
    let path = "/v0/management/model-prices/sync";
    let answer = walk.ask("sync_model_prices", "POST", path, json!({"models": ["gpt-5.4"]}));
    assert_eq!(answer.status, 502, "{}", answer.text());
    let failed = walk.entry("sync_model_prices", "price.sync");
    assert_eq!(
        (failed["outcome"].as_str(), failed["code"].as_str()),
        (Some("failed"), Some("model_price_sync_failed"))
    );
}

pub fn imports(walk: &mut Walk) {
    const SESSIONS: &str = "/v0/management/usage/import-sessions";
    let line = format!("{}\n", String::from_utf8_lossy(&record(1)));
    let path = "/v0/management/usage/import";
    let answer = walk.ask("import_usage", "POST", path, json!(line));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let [started, imported] =
        walk.entries("import_usage", &["import.start", "import.finish"]).try_into().unwrap();
    assert_eq!(changes(&started), [format!("size_bytes - {}", line.len())]);
    assert!(changes(&imported).contains(&"added - 1".to_owned()), "{imported}");
    let answer = walk.ask("import_usage", "POST", path, json!("nothing of ours\n"));
    assert_eq!(answer.status, 400);
    assert!(after(&walk.manager, walk.last).is_empty(), "a refused file changes nothing");
    for finish in [true, false] {
        let line = format!("{}\n", String::from_utf8_lossy(&record(2)));
        let session = json!({"filename": "uploads/November.jsonl", "size_bytes": line.len()});
        let answer = walk.ask("create_import_session", "POST", SESSIONS, session);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let opened = walk.entry("create_import_session", "import.start");
        assert_eq!(opened["subject"], "November.jsonl");
        assert!(changes(&opened).contains(&format!("job - {id}")), "{opened}");
        if !finish {
            let path = format!("{SESSIONS}/{id}");
            walk.records("cancel_import_session", "DELETE", &path, Value::Null, "import.cancel");
            continue;
        }
        let path = format!("{SESSIONS}/{id}/chunk?offset=0");
        assert_eq!(walk.leaves_nothing("upload_import_chunk", "PUT", &path, json!(line)).status, 200);
        let path = format!("{SESSIONS}/{id}/complete");
        let answer = walk.ask("complete_import_session", "POST", &path, Value::Null);
        assert!(answer.status < 300, "{}", answer.text());
        let finished = walk.entry("complete_import_session", "import.finish");
        assert_eq!(finished["subject"], "November.jsonl");
        assert!(changes(&finished).contains(&"added - 1".to_owned()), "{finished}");
    }
}

pub fn sessions(walk: &mut Walk) {
    let log_in = |walk: &mut Walk| {
        let answer = walk.ask("create_session", "POST", "/api/v1/session", json!({"admin_key": ADMIN_KEY}));
        let entry = walk.entry("create_session", "session.sign_in");
        assert_eq!(entry["actor"], json!({"kind": "browser", "address": "127.0.0.1"}));
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let cookie = log_in(walk);
    let own = |walk: &Walk, method: &str, path: &str| {
        let request = blocking().request(method, &walk.manager.at(path)).header("Cookie", &cookie);
        request.header("X-CPAMP-Request", "panel")
    };
    // What a browser does is the browser's.
    let view = json!({"page": "/requests", "name": "Errors", "search": "key=sk-planted-in-a-view-0001"});
    walk.note("save_view", "POST", "/api/v1/views");
    let answer = own(walk, "POST", "/api/v1/views").json(&view).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let saved = walk.entry("save_view", "view.save");
    assert_eq!(
        (saved["actor"]["kind"].as_str(), saved["subject"].as_str()),
        (Some("browser"), Some("Errors"))
    );
    let path = format!("/api/v1/views/{}", answer.json()["id"].as_str().unwrap());
    walk.records("delete_view", "DELETE", &path, Value::Null, "view.remove");
    log_in(walk);
    let sessions = own(walk, "GET", "/api/v1/sessions").answer().json();
    let other = sessions["items"].as_array().unwrap().iter().find(|item| item["current"] == false).unwrap();
    let path = format!("/api/v1/sessions/{}", other["id"].as_str().unwrap());
    walk.records("end_session", "DELETE", &path, Value::Null, "session.sign_out");
    walk.note("delete_session", "DELETE", "/api/v1/session");
    assert_eq!(own(walk, "DELETE", "/api/v1/session").answer().status, 204);
    walk.entry("delete_session", "session.sign_out");
    log_in(walk);
    let path = "/api/v1/sessions";
    let ended = walk.records("end_other_sessions", "DELETE", path, Value::Null, "session.sign_out");
    assert_eq!(
        (ended["actor"]["kind"].as_str(), changes(&ended)),
        (Some("bearer"), vec!["sessions - 1".into()])
    );
}

pub fn gateway(walk: &mut Walk, gateway: &str) {
    let body = json!({"cpaBaseUrl": gateway, "cpaManagementKey": MANAGEMENT_KEY});
    let connected = walk.records("setup", "POST", "/setup", body, "gateway.connect");
    assert_eq!(connected["subject"], gateway);
    let told = changes(&connected);
    for expected in
        [format!("cpaConnection.cpaBaseUrl - {gateway}"), "cpaConnection.managementKey - changed".into()]
    {
        assert!(told.contains(&expected), "{told:?}");
    }
    let interval = json!({"config": {"collector": {"pollIntervalMs": 250}}});
    let path = "/usage-service/config";
    let changed = walk.records("put_config", "PUT", path, interval.clone(), "gateway.change");
    assert_eq!(changes(&changed), ["collector.pollIntervalMs - 250"]);
    assert_eq!(walk.ask("put_config", "PUT", path, interval).status, 200);
    assert!(after(&walk.manager, walk.last).is_empty(), "the same again changes nothing");
    let wrong = json!({"config": {"codexInspection": {"targetTypes": ["nothing"]}}});
    assert_eq!(walk.ask("put_config", "PUT", path, wrong).status, 400);
    assert!(after(&walk.manager, walk.last).is_empty(), "what is refused changes nothing");
    let path = "/api/v1/collector/retry";
    walk.records("retry_collector", "POST", path, Value::Null, "gateway.retry");
}

/// What records nothing is carried out all the same: it is no refusal that leaves nothing.
pub fn questions(walk: &mut Walk) {
    let span = || json!({"from_ms": 1, "to_ms": 9});
    let window = json!({
        "request_key": "a", "row_key": "a", "provider_window_id": "w", "window_key": "w", "period": "current",
        "from_ms": 1, "to_ms": 9, "auth_provider_snapshot": "codex", "auth_file_snapshot": "a.json"
    });
    for (operation, method, path, body, status) in [
        ("put_preferences", "PUT", "/api/v1/preferences", json!({"theme": "dark"}), 200),
        ("test_collector", "POST", "/api/v1/collector/test", Value::Null, 200),
        ("test_connection", "POST", "/api/v1/connection/test", json!({}), 200),
        ("query_monitoring", "POST", "/v0/management/monitoring/analytics", span(), 200),
        (
            "get_account_history",
            "POST",
            "/v0/management/monitoring/account-history",
            json!({"accounts": [{"row_key": "a", "auth_index": "707633aeff182a54"}]}),
            200,
        ),
        (
            "get_account_window_usage",
            "POST",
            "/v0/management/monitoring/account-window-usage",
            json!({"windows": [window]}),
            200,
        ),
        ("query_usage", "POST", "/api/v1/query", span(), 200),
        ("query_quota_snapshots", "POST", "/v0/management/quota-snapshots/query", json!({}), 200),
        (
            "patch_account_processing_policy",
            "PATCH",
            "/usage-service/account-processing-policy",
            json!({}),
            404,
        ),
    ] {
        let deadline = Instant::now() + Duration::from_secs(30);
        let answer = loop {
            let answer = walk.leaves_nothing(operation, method, path, body.clone());
            // The index may still be built.
            if answer.status != 503 || Instant::now() > deadline {
                break answer;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(answer.status, status, "{operation}: {}", answer.text());
    }
}
