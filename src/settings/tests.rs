use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A machine of its own: program directory, mounted secrets, a place for other files.
struct Machine {
    dir: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { dir: tempfile::tempdir().expect("temporary directory") };
        for name in ["program", "mounts", "files"] {
            fs::create_dir(machine.path(name)).expect("made");
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).expect("written");
        self.path(name).to_str().expect("utf-8").to_owned()
    }

    fn load_with(
        &self,
        request: &LoadRequest,
        variables: &[(&str, &str)],
    ) -> Result<Settings, SettingsError> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let (program, mounts) = (self.path("program"), self.path("mounts"));
        load_from(request, &variables, Places { program: Some(&program), mounts: &mounts })
    }

    fn load(&self, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        self.load_with(&LoadRequest::default(), variables)
    }

    fn refusal(&self, variables: &[(&str, &str)]) -> String {
        self.load(variables).expect_err("refused").to_string()
    }
}

fn flags(values: &[(&'static Setting, &str)]) -> LoadRequest {
    let mut flags = Flags::default();
    for (setting, value) in values {
        flags.set(setting, OsString::from(value));
    }
    LoadRequest { flags, create_config_file: false }
}

#[test]
fn the_defaults_are_those_of_the_deployment_page() {
    let settings = Machine::new().load(&[]).expect("usable");
    assert_eq!(settings.http_addr.to_string(), "0.0.0.0:18317");
    assert_eq!(settings.data_dir, Path::new("/data"));
    assert_eq!(settings.db_path, Path::new("/data/usage.sqlite"));
    assert!(
        matches!(&settings.data_key, DataKeyChoice::KeyFile(path) if path == Path::new("/data/data.key"))
    );
    assert!(settings.admin_key.is_none());
    assert_eq!(settings.upstream_url, Resolved { value: None, source: Source::Default });
    assert!(settings.management_key.value.is_none());
    assert_eq!(settings.collector_mode.value, CollectorMode::Auto);
    assert_eq!((settings.queue.value.as_str(), settings.pop_side.value), ("usage", PopSide::Right));
    assert_eq!(settings.batch_size.value, 100);
    assert_eq!(settings.poll_interval.value, Duration::from_millis(500));
    assert_eq!(settings.query_limit.value, 50_000);
    assert!(!settings.tls_skip_verify.value);
    assert!(settings.cors_origins.is_empty() && settings.trusted_proxies.is_empty());
    assert_eq!(settings.imports.directory, Path::new("/data/usage-imports"));
    assert_eq!(settings.imports.chunk_bytes, 4_194_304);
    assert_eq!(settings.imports.disk_quota_bytes, 17_179_869_184);
    assert_eq!(settings.imports.max_sessions, 2);
    assert_eq!(settings.imports.session_ttl, Duration::from_secs(86_400));
    assert_eq!(
        settings.log,
        LogSettings { filter: "info".into(), format: LogFormat::Text, no_colour: false }
    );
    assert!(
        settings.locked_members().is_empty() && settings.notices.is_empty() && settings.config_file.is_none()
    );
}

#[test]
fn flags_beat_variables_and_variables_beat_the_file() {
    let machine = Machine::new();
    machine.file("program/config.json", r#"{"batchSize": 30, "queryLimit": 31, "pollIntervalMs": "32"}"#);
    let request = flags(&[(&table::USAGE_BATCH_SIZE, "10")]);
    let variables = [("USAGE_BATCH_SIZE", "20"), ("USAGE_QUERY_LIMIT", "21")];
    let settings = machine.load_with(&request, &variables).expect("usable");
    assert_eq!(settings.batch_size, Resolved { value: 10, source: Source::Flag });
    assert_eq!(settings.query_limit, Resolved { value: 21, source: Source::Environment });
    assert_eq!(settings.poll_interval, Resolved { value: Duration::from_millis(32), source: Source::File });
    assert_eq!(settings.queue.source, Source::Default);
    assert_eq!(settings.batch_size.or_saved(Some(99)), 10);
    assert_eq!(settings.queue.or_saved(Some("saved".to_owned())), "saved");
    assert_eq!(settings.queue.or_saved(None), "usage");
    assert_eq!(
        settings.locked_members(),
        ["collector.batchSize", "collector.pollIntervalMs", "collector.queryLimit"]
    );
}

#[test]
fn a_value_that_cannot_be_used_stops_the_start_with_name_value_and_default() {
    let machine = Machine::new();
    for (name, value, default) in [
        ("HTTP_ADDR", "nowhere", "0.0.0.0:18317"),
        ("USAGE_COLLECTOR_MODE", "pull", "auto"),
        ("USAGE_BATCH_SIZE", "0", "100"),
        ("USAGE_BATCH_SIZE", "many", "100"),
        ("USAGE_POLL_INTERVAL_MS", "-5", "500"),
        ("USAGE_QUERY_LIMIT", "1e5", "50000"),
        ("USAGE_RESP_POP_SIDE", "top", "right"),
        ("USAGE_RESP_QUEUE", "two words", "usage"),
        ("USAGE_RESP_TLS_SKIP_VERIFY", "perhaps", "false"),
        ("CPA_UPSTREAM_URL", "ftp://cpa", "none"),
        ("USAGE_CORS_ORIGINS", "panel.example.com", "none"),
        ("CPAMP_TRUSTED_PROXIES", "10.0.0.0/40", "none"),
        ("CPAMP_LOG", "x=loud", "info"),
        ("CPAMP_LOG_FORMAT", "xml", "text"),
        ("USAGE_IMPORT_CHUNK_BYTES", "12", "4194304"),
        ("USAGE_IMPORT_DISK_QUOTA_BYTES", "x", "17179869184"),
        ("USAGE_IMPORT_MAX_SESSIONS", "0", "2"),
        ("USAGE_IMPORT_SESSION_TTL_MINUTES", "0", "1440"),
    ] {
        let text = machine.refusal(&[(name, value)]);
        assert!(text.starts_with(&format!("{name}: cannot use \"{value}\": expected ")), "{text}");
        assert!(text.ends_with(&format!("(default: {default})")), "{text}");
    }
    let text = machine.refusal(&[("PANEL_PATH", "/nonexistent/panel.html")]);
    assert!(text.starts_with("PANEL_PATH: cannot read /nonexistent/panel.html: "), "{text}");
}

#[test]
fn messages_name_the_place_of_the_value() {
    let machine = Machine::new();
    let path = machine.file("program/config.json", r#"{"batchSize": {"no": 1}}"#);
    let text = machine.refusal(&[]);
    assert!(text.starts_with(&format!("batchSize in {path} (USAGE_BATCH_SIZE): cannot use ")), "{text}");
    let request = flags(&[(&table::USAGE_BATCH_SIZE, "x\n")]);
    let text = machine.load_with(&request, &[]).expect_err("refused").to_string();
    assert!(text.starts_with("--batch-size (USAGE_BATCH_SIZE): cannot use \"x\""), "{text}");
    // A weaker layer that is not used is not looked at either.
    let request = flags(&[(&table::USAGE_BATCH_SIZE, "7")]);
    assert!(machine.load_with(&request, &[]).is_ok());
    let text = machine.refusal(&[("USAGE_BATCH_SIZE", "5"), ("CPA_UPSTREAM_URL", "ftp://user:hunter2@cpa")]);
    assert!(text.contains("***@cpa") && !text.contains("hunter2"), "{text}");
}

#[test]
fn blank_counts_as_unset() {
    let machine = Machine::new();
    let blank: Vec<(&str, &str)> = table::ALL.iter().map(|setting| (setting.env, "  ")).collect();
    let settings = machine.load(&blank).expect("usable");
    assert_eq!(settings.batch_size.source, Source::Default);
    assert!(settings.admin_key.is_none() && settings.upstream_url.value.is_none());
    assert!(settings.log.no_colour, "NO_COLOR counts whatever it holds");
}

#[test]
fn secrets_come_from_the_strongest_place() {
    let machine = Machine::new();
    let key = |settings: &Settings| settings.management_key.value.as_ref().map(|key| key.expose().clone());
    machine.file("mounts/cpa_management_key", "from-mount\n");
    let settings = machine.load(&[]).expect("usable");
    assert_eq!(
        (key(&settings).as_deref(), settings.management_key.source),
        (Some("from-mount"), Source::SecretMount)
    );
    assert!(settings.management_key.is_locked());

    machine.file("files/of-config", "from-config-file");
    machine.file("program/config.json", r#"{"managementKeyFile": "../files/of-config"}"#);
    let settings = machine.load(&[]).expect("usable");
    assert_eq!(
        (key(&settings).as_deref(), settings.management_key.source),
        (Some("from-config-file"), Source::File)
    );

    let named = machine.file("files/named", " from-named-file \r\n");
    let settings = machine.load(&[("CPA_MANAGEMENT_KEY_FILE", &named)]).expect("usable");
    assert_eq!(key(&settings).as_deref(), Some("from-named-file"));

    let both = [("CPA_MANAGEMENT_KEY_FILE", named.as_str()), ("CPA_MANAGEMENT_KEY", " from-variable ")];
    let settings = machine.load(&both).expect("usable");
    assert_eq!(
        (key(&settings).as_deref(), settings.management_key.source),
        (Some("from-variable"), Source::Environment)
    );

    let request = flags(&[(&table::CPA_MANAGEMENT_KEY_FILE, &named)]);
    let settings = machine.load_with(&request, &both).expect("usable");
    assert_eq!(
        (key(&settings).as_deref(), settings.management_key.source),
        (Some("from-named-file"), Source::Flag)
    );
}

#[test]
fn an_explicitly_named_secret_file_must_be_readable() {
    let machine = Machine::new();
    let empty = machine.file("files/empty", " \n");
    for name in ["CPA_MANAGER_ADMIN_KEY_FILE", "CPA_MANAGER_DATA_KEY_FILE", "CPA_MANAGEMENT_KEY_FILE"] {
        let text = machine.refusal(&[(name, "/nonexistent/key")]);
        assert!(text.starts_with(&format!("{name}: cannot read /nonexistent/key: ")), "{text}");
        assert!(text.contains("(default: /run/secrets/"), "{text}");
        assert!(machine.refusal(&[(name, &empty)]).contains("the file is empty"));
        let value = name.strip_suffix("_FILE").expect("a file's name");
        let text = machine.refusal(&[(value, "planted-value-0123456789"), (name, "/nonexistent/key")]);
        assert!(text.starts_with(&format!("{name}: cannot read ")) && !text.contains("planted"), "{text}");
    }
    machine.file("mounts/cpa_admin_key", " \n");
    assert!(machine.load(&[]).expect("an empty mount is no secret").admin_key.is_none());
    let text = {
        machine.file("program/config.json", r#"{"adminKeyFile": "gone"}"#);
        machine.refusal(&[])
    };
    assert!(text.starts_with("adminKeyFile in "), "{text}");
}

#[test]
fn no_secret_reaches_messages_or_debug_output() {
    let machine = Machine::new();
    let file = machine.file("files/key", b"planted-secret\xff".as_slice());
    let texts = [
        machine.refusal(&[("CPA_MANAGEMENT_KEY", "planted-\u{1}secret")]),
        machine.refusal(&[("CPA_MANAGER_ADMIN_KEY_FILE", &file)]),
        machine.refusal(&[("CPA_MANAGER_DATA_KEY_FILE", &file)]),
    ];
    for text in texts {
        assert!(!text.contains("planted") && text.contains("not shown"), "{text}");
    }
    let settings = machine
        .load(&[
            ("CPA_MANAGER_ADMIN_KEY", "planted-admin"),
            ("CPA_MANAGEMENT_KEY", "planted-management"),
            ("CPA_MANAGER_DATA_KEY", "planted-data"),
        ])
        .expect("usable");
    assert!(!format!("{settings:?}").contains("planted"));
    assert_eq!(settings.admin_key.expect("set").expose(), "planted-admin");
    assert!(matches!(settings.data_key, DataKeyChoice::Given { source: DataKeySource::Env, .. }));
}

#[test]
fn a_data_key_file_may_hold_raw_bytes() {
    let machine = Machine::new();
    let raw: Vec<u8> = (0xe0..=0xff).collect();
    let path = machine.file("files/raw", &raw);
    let settings = machine.load(&[("CPA_MANAGER_DATA_KEY_FILE", &path)]).expect("usable");
    let DataKeyChoice::Given { source: DataKeySource::SecretFile(source), .. } = settings.data_key else {
        panic!("not taken from the file: {:?}", settings.data_key)
    };
    assert_eq!(source, Path::new(&path));
}

#[test]
fn the_database_path_of_the_file_yields_to_a_data_directory_of_the_environment() {
    let machine = Machine::new();
    machine.file("program/config.json", r#"{"dataDir": "./data", "dbPath": "other/db.sqlite"}"#);
    let program = machine.path("program");
    let settings = machine.load(&[]).expect("usable");
    assert_eq!(settings.data_dir, program.join("data"));
    assert_eq!(settings.db_path, program.join("other/db.sqlite"));
    let settings = machine.load(&[("USAGE_DATA_DIR", "/elsewhere")]).expect("usable");
    assert_eq!(settings.db_path, Path::new("/elsewhere/usage.sqlite"));
    let settings = machine
        .load(&[("USAGE_DATA_DIR", "/elsewhere"), ("USAGE_DB_PATH", "/third/u.sqlite")])
        .expect("usable");
    assert_eq!(settings.db_path, Path::new("/third/u.sqlite"));
    assert!(
        matches!(settings.data_key, DataKeyChoice::KeyFile(path) if path == Path::new("/elsewhere/data.key"))
    );
}

#[test]
fn the_config_file_is_made_only_where_the_rules_say_so() {
    let server = LoadRequest { create_config_file: true, ..LoadRequest::default() };
    let beside = |machine: &Machine| machine.path("program/config.json").exists();

    let machine = Machine::new();
    machine.load(&[]).expect("usable");
    assert!(!beside(&machine), "commands never make it");
    machine.load_with(&server, &[("USAGE_DATA_DIR", "/x")]).expect("usable");
    machine.load_with(&server, &[("USAGE_DB_PATH", "/x/u.sqlite")]).expect("usable");
    assert!(!beside(&machine), "not when the data has a place");
    let settings = machine.load_with(&server, &[]).expect("usable");
    assert!(beside(&machine));
    assert_eq!(settings.data_dir, machine.path("program/data"));

    let machine = Machine::new();
    let named = machine.path("conf/named.json");
    let named = named.to_str().expect("utf-8");
    machine.load_with(&server, &[("CPA_MANAGER_CONFIG", named), ("USAGE_DATA_DIR", "/x")]).expect("usable");
    assert!(Path::new(named).exists() && !beside(&machine));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(named).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let text = machine
        .load_with(&server, &[("CPA_MANAGER_CONFIG", "/proc/no/config.json")])
        .expect_err("cannot be made")
        .to_string();
    assert!(text.starts_with("configuration file /proc/no/config.json: "), "{text}");
}

#[test]
fn the_config_file_is_read_as_the_reference_does() {
    let machine = Machine::new();
    machine.file(
        "program/config.json",
        "\u{feff}{\"HTTPADDR\": \"127.0.0.1:1\", \"corsOrigins\": [\"https://a.example\", \"*\"], \"queue\": null, \
         \"tlsSkipVerify\": true, \"typo\": 1, \"pprofAddr\": \"127.0.0.1:6060\"}",
    );
    let settings = machine.load(&[("USAGE_QUOTA_COOLDOWN_ENABLED", "true")]).expect("usable");
    assert_eq!(settings.http_addr.to_string(), "127.0.0.1:1");
    assert_eq!(settings.cors_origins, ["https://a.example", "*"]);
    assert_eq!(settings.queue.source, Source::Default);
    assert!(settings.tls_skip_verify.value);
    let about: Vec<&str> = settings.notices.iter().map(|notice| notice.setting).collect();
    assert_eq!(about, ["CPA_MANAGER_PPROF_ADDR", "USAGE_QUOTA_COOLDOWN_ENABLED", "CPA_MANAGER_CONFIG"]);
    assert!(settings.notices[1].text.starts_with("USAGE_QUOTA_COOLDOWN_ENABLED has no effect: "));

    machine.file("program/config.json", "[1]");
    assert!(machine.refusal(&[]).contains("not a valid JSON object"));
    machine.file("program/config.json", "{\"httpAddr\":");
    assert!(machine.refusal(&[]).contains("not a valid JSON object"));
}

#[test]
fn a_connection_is_managed_outside_only_as_a_whole() {
    let machine = Machine::new();
    let half = machine.load(&[("CPA_UPSTREAM_URL", "cpa:8317/v0/management")]).expect("usable");
    assert!(!half.connection_is_managed());
    assert_eq!(half.locked_members(), ["cpaConnection.cpaBaseUrl"]);
    assert!(half.notices[0].text.contains("CPA_MANAGEMENT_KEY"));
    let whole =
        machine.load(&[("CPA_UPSTREAM_URL", "cpa:8317"), ("CPA_MANAGEMENT_KEY", "key")]).expect("usable");
    assert!(whole.connection_is_managed() && whole.notices.is_empty());
    assert!(whole.locked_members().contains(&"cpaConnection"));
    assert_eq!(whole.upstream_url.value.map(String::from).as_deref(), Some("http://cpa:8317/"));
}

#[cfg(unix)]
#[test]
fn paths_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt as _;
    struct Bytes;
    impl Strings for Bytes {
        fn get(&self, name: &str) -> Option<OsString> {
            (name == "USAGE_DATA_DIR").then(|| OsString::from_vec(b"/d\xff".to_vec()))
        }
    }
    let settings = load(&LoadRequest::default(), &Bytes).expect("usable");
    assert_eq!(settings.data_dir.as_os_str(), OsString::from_vec(b"/d\xff".to_vec()).as_os_str());
}
