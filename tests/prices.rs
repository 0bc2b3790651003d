//! Prices and names of client keys as a client sees them: the recorded contract, edits, versions, synchronising,
//! explanations.

#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use support::{ADMIN_KEY, Manager, Options, blocking};
use tempfile::TempDir;

const EXCHANGES: &str = include_str!("fixtures/contract-v1.12.2/exchanges.jsonl");
const EXPORT: &str = include_str!("fixtures/contract-v1.12.2/export.jsonl");
const MODELS_DEV: &str = include_str!("fixtures/golden/catalogue-models-dev.json");
/// The range of the recorded questions.
const RANGE: [i64; 2] = [1_795_421_917_291, 1_795_425_540_709];

/// A page of events, once the index holds all of them.
fn whole(manager: &Manager, path: &str) -> Value {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let page = manager.get(path);
        if page.get("partial").is_none() {
            return page;
        }
        assert!(std::time::Instant::now() < deadline, "{page}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn exchange(name: &str) -> Value {
    let mut all = EXCHANGES.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.find(|exchange| exchange["name"] == name).unwrap()
}

/// A manager with the 268 recorded events.
fn manager(directory: &TempDir, options: &Options) -> Manager {
    let manager = Manager::start(directory.path(), options);
    let import = blocking().request("POST", &manager.at("/v0/management/usage/import")).bearer(ADMIN_KEY);
    let answer = import.body(EXPORT).answer();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(manager.event_count(), 268);
    manager
}

/// Without the times that the server sets.
fn without_times(mut body: Value) -> Value {
    let prices = body.get_mut("prices").and_then(Value::as_object_mut);
    for price in prices.into_iter().flat_map(|prices| prices.values_mut()) {
        assert!(price["updatedAtMs"].as_i64() > Some(1_700_000_000_000), "{price}");
        price.as_object_mut().unwrap().remove("updatedAtMs");
    }
    body
}

fn replay(manager: &Manager, name: &str) {
    let exchange = exchange(name);
    let (request, expected) = (&exchange["request"], &exchange["response"]);
    let body = (!request["body"].is_null()).then(|| request["body"].clone());
    let (status, got) =
        manager.request(request["method"].as_str().unwrap(), request["path"].as_str().unwrap(), body);
    assert_eq!(Some(i64::from(status)), expected["status"].as_i64(), "{name}: {got}");
    let expected = without_times(expected["body"].clone());
    let mut got = without_times(got);
    // Ours may say more about an error.
    if expected["code"].is_string() {
        got.as_object_mut().unwrap().retain(|key, _| key == "code" || key == "error");
    }
    assert_eq!(as_floats(got), as_floats(expected), "{name}");
}

/// 1 and 1.0 are one number.
fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, as_floats(value))).collect(),
        other => other,
    }
}

#[test]
fn recorded_exchanges_of_prices_and_aliases_pass() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory, &Options::default().env("CPAMP_COST_BASIS", "counters"));
    assert_eq!(manager.get("/v0/management/model-prices"), json!({"prices": {}}));
    for name in ["prices-put", "aliases-put", "aliases-clash", "prices-get", "prices-usage", "aliases-get"] {
        replay(&manager, name);
    }
    // The whole recorded range costs what the reference answered.
    let ask = json!({"model": "no such model", "price": null, "from_ms": RANGE[0], "to_ms": RANGE[1]});
    let (status, preview) = manager.request("POST", "/api/v1/prices/preview", Some(ask));
    assert_eq!(status, 200, "{preview}");
    let recorded = exchange("include-summary")["response"]["body"]["summary"]["total_cost"].as_f64().unwrap();
    assert!((preview["before"]["usd"].as_f64().unwrap() - recorded).abs() < 1e-9, "{preview}");
    assert_eq!(
        (preview["before"]["calls"].as_i64(), preview["difference_usd"].as_f64()),
        (Some(268), Some(0.0))
    );
    assert!(preview["before"]["unpriced_calls"].as_i64() > Some(0), "what has no price is said: {preview}");
    manager.stop();
}

#[test]
fn wrong_tables_and_aliases_are_refused_with_stable_codes() {
    let directory = TempDir::new().unwrap();
    let manager = Manager::start(directory.path(), &Options::default());
    let refused = |method: &str, path: &str, body: Value| {
        let (status, answer) = manager.request(method, path, Some(body));
        assert_eq!(status, 400, "{path}: {answer}");
        answer["code"].as_str().unwrap().to_owned()
    };
    let prices = "/v0/management/model-prices";
    assert_eq!(refused("PUT", prices, json!({})), "prices_required");
    assert_eq!(refused("PUT", prices, json!({"prices": null})), "prices_required");
    for price in [
        json!({"prompt": -1}),
        json!({"prompt": "1"}),
        json!({"contextTiers": [{"thresholdTokens": 0, "promptConfigured": true}]}),
        json!({"contextTiers": [{"thresholdTokens": 5, "prompt": 1}]}),
        json!({"serviceTiers": [{"mode": "a", "serviceTier": "", "promptConfigured": true}]}),
    ] {
        assert_eq!(refused("PUT", prices, json!({"prices": {"m": price}})), "request_failed");
    }
    assert_eq!(refused("PUT", prices, json!({"prices": {" ": {"prompt": 1}}})), "request_failed");
    assert_eq!(manager.get(prices), json!({"prices": {}}));
    let aliases = "/v0/management/api-key-aliases";
    let hash = "a".repeat(64);
    assert_eq!(refused("PUT", aliases, json!({})), "api_key_aliases_required");
    for item in [
        json!({"apiKeyHash": "xyz", "alias": "a"}),
        json!({"apiKeyHash": hash, "alias": " "}),
        json!({"apiKeyHash": hash, "alias": "x".repeat(121)}),
    ] {
        assert_eq!(refused("PUT", aliases, json!({"items": [item]})), "request_failed");
    }
    assert_eq!(refused("DELETE", &format!("{aliases}/short"), json!({})), "request_failed");
    assert_eq!(manager.request("DELETE", &format!("{aliases}/{hash}"), None), (200, json!({"ok": true})));
    manager.stop();
}

#[test]
fn a_price_that_says_nothing_is_no_free_one() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory, &Options::default().env("CPAMP_BUNDLED_PRICES", "off"));
    let unpriced = || {
        let ask = json!({"model": "no such model", "price": null, "from_ms": RANGE[0], "to_ms": RANGE[1]});
        let (_, preview) = manager.request("POST", "/api/v1/prices/preview", Some(ask));
        let before = &preview["before"];
        let calls = before["unpriced_calls"].as_i64().unwrap();
        assert_eq!(before["unpriced_models"].as_array().unwrap().is_empty(), calls == 0, "{preview}");
        calls
    };
    let all = unpriced();
    assert!(all > 0, "nothing is unpriced");
    for body in [
        json!({}),
        json!({ "price": {} }),
        json!({ "price": { "prompt": 0, "completion": 0, "cache": 0 } }),
        json!({ "price": { "promt": 5 } }),
        json!({ "price": { "prompt": 5, "promptconfigured": true } }),
        json!({ "price": { "prompt": 5, "contextTiers": [{ "thresholdTokens": 9, "prompt": 1, "promptConfigured": true, "x": 1 }] } }),
        json!({ "price": { "prompt": 5 }, "all_histroy": true }),
    ] {
        let (status, answer) = manager.request("PUT", "/api/v1/prices/kimi-k2", Some(body.clone()));
        assert_eq!(status, 400, "{body}: {answer}");
        let mut preview = json!({ "model": "kimi-k2", "from_ms": RANGE[0], "to_ms": RANGE[1] });
        let fields = body.as_object().unwrap().clone();
        if fields.contains_key("price") && !fields.contains_key("all_histroy") {
            preview.as_object_mut().unwrap().extend(fields);
            assert_eq!(manager.request("POST", "/api/v1/prices/preview", Some(preview)).0, 400, "{body}");
        }
    }
    // The contract takes such an entry, and gives it back; it prices nothing. A flag makes zero a price.
    let names: Vec<String> = manager.get("/api/v1/prices/unpriced")["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["model"].as_str().unwrap().to_owned())
        .collect();
    for (flag, expected) in [(false, all), (true, 0)] {
        let mut price = json!({ "prompt": 0, "completion": 0, "cache": 0 });
        if flag {
            price["promptConfigured"] = json!(true);
        }
        let table: BTreeMap<&String, &Value> = names.iter().map(|name| (name, &price)).collect();
        let put = manager.request("PUT", "/v0/management/model-prices", Some(json!({ "prices": &table })));
        assert_eq!((put.0, put.1["prices"].as_object().unwrap().len()), (200, table.len()));
        assert_eq!(unpriced(), expected, "with flag: {flag}");
    }
    manager.stop();
}

fn price(manager: &Manager, method: &str, path: &str, body: Value) -> Value {
    let (status, answer) = manager.request(method, &format!("/api/v1/prices/{path}"), Some(body));
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[test]
fn prices_have_versions_locks_and_origins() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory, &Options::default());
    let item = |model: &str| {
        let list = manager.get("/api/v1/prices");
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["model"] == model).unwrap()
    };
    let opus = item("claude-opus-4-6");
    assert_eq!((opus["origin"].as_str(), opus["versions"].as_array().unwrap().len()), (Some("bundled"), 2));
    let list = manager.get("/api/v1/prices");
    assert_eq!(
        (list["bundled"]["enabled"].clone(), list["cost_basis"].clone()),
        (json!(true), json!("breakdown"))
    );
    assert_eq!(manager.get("/v0/management/model-prices"), json!({"prices": {}}), "only what is stored");

    // Without versions an edit is for all of history; a name with a slash is one segment.
    let edit = |prompt: f64| json!({"price": {"prompt": prompt, "promptConfigured": true}});
    price(&manager, "PUT", "moonshotai%2Fkimi-k2", edit(1.0));
    let edited = price(&manager, "PUT", "moonshotai%2Fkimi-k2", edit(2.0));
    assert_eq!(
        (edited["model"].clone(), edited["manual"].clone()),
        (json!("moonshotai/kimi-k2"), json!(true))
    );
    assert_eq!(edited["versions"].as_array().unwrap().len(), 1);

    // With versions, history keeps its price; the bundled one stays where nothing was stored.
    let (status, _) = manager.request("PUT", "/api/v1/price-versions", Some(json!({"versioned": true})));
    assert_eq!(status, 200);
    let edited = price(&manager, "PUT", "moonshotai%2Fkimi-k2", edit(3.0));
    let versions = edited["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["valid_to_ms"], versions[1]["valid_from_ms"]);
    assert_eq!(
        (versions[0]["price"]["prompt"].clone(), versions[1]["price"]["prompt"].clone()),
        (json!(2.0), json!(3.0))
    );
    assert_eq!(price(&manager, "PUT", "claude-opus-4-6", edit(9.0))["versions"].as_array().unwrap().len(), 3);
    let collapsed = price(&manager, "POST", "moonshotai%2Fkimi-k2/apply-to-all-history", json!({}));
    assert_eq!(collapsed["versions"].as_array().unwrap().len(), 1);

    assert_eq!(price(&manager, "PUT", "claude-opus-4-6/lock", json!({"locked": true}))["locked"], true);
    manager.stop();
    let manager = Manager::start(directory.path(), &Options::default());
    let list = manager.get("/api/v1/prices?scope=stored");
    assert_eq!((list["items"].as_array().unwrap().len(), list["versioned"].clone()), (2, json!(true)));
    assert_eq!(list["items"][0]["locked"], true, "{list}");
    assert_eq!(manager.request("DELETE", "/api/v1/prices/claude-opus-4-6", None).0, 204);
    assert_eq!(manager.request("DELETE", "/api/v1/prices/claude-opus-4-6", None).0, 404);
    assert_eq!(manager.request("PUT", "/api/v1/prices/none/lock", Some(json!({"locked": true}))).0, 404);
    assert_eq!(manager.request("GET", "/api/v1/prices?scope=some", None).0, 400);
    manager.stop();
}

#[test]
fn an_event_tells_what_it_cost_and_the_unpriced_ones_are_named() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory, &Options::default());
    let gemini = whole(&manager, "/api/v1/events?provider=gemini&status=ok&limit=1");
    let id = gemini["items"][0]["id"].as_i64().unwrap();
    let cost = manager.get(&format!("/api/v1/events/{id}/cost"));
    // The recorded export has no breakdown: the counters are what there is.
    assert_eq!(
        (cost["cost_basis"].as_str(), cost["tokens_from"].as_str()),
        (Some("breakdown"), Some("counters"))
    );
    assert_eq!(cost["price"]["origin"], "bundled");
    let lines = cost["lines"].as_array().unwrap();
    let sum: f64 = lines.iter().map(|line| line["usd"].as_f64().unwrap()).sum();
    assert!((sum - cost["usd"].as_f64().unwrap()).abs() < 1e-12 && sum > 0.0, "{cost}");
    for line in lines {
        let amount = line["tokens"].as_f64().unwrap()
            * line["usd_per_million"].as_f64().unwrap()
            * line["multiplier"].as_f64().unwrap()
            / 1e6;
        assert!((amount - line["usd"].as_f64().unwrap()).abs() < 1e-12, "{line}");
    }
    // The same with a price of one's own.
    let edit = json!({"price": {"prompt": 0, "completion": 1000, "promptConfigured": true, "cacheReadConfigured": true}});
    price(&manager, "PUT", "gemini-2.5-flash", edit);
    let cost = manager.get(&format!("/api/v1/events/{id}/cost"));
    assert_eq!(cost["price"]["origin"], "stored");
    assert!((cost["usd"].as_f64().unwrap() - 0.15).abs() < 1e-12, "{cost}");
    assert_eq!(manager.request("GET", "/api/v1/events/9999/cost", None).0, 404);
    manager.stop();

    let bare = Options::default().env("CPAMP_BUNDLED_PRICES", "false");
    let manager = Manager::start(directory.path(), &bare);
    let unpriced = manager.get("/api/v1/prices/unpriced");
    assert_eq!(unpriced["sampled_events"], 268);
    let mut calls: BTreeMap<&str, i64> = BTreeMap::new();
    for item in unpriced["items"].as_array().unwrap() {
        *calls.entry(item["model"].as_str().unwrap()).or_default() += item["calls"].as_i64().unwrap();
    }
    assert!(!calls.contains_key("gemini-2.5-flash") && calls.contains_key("gpt-5.4"), "{calls:?}");
    assert_eq!(calls.values().sum::<i64>(), unpriced["unpriced_calls"].as_i64().unwrap());
    let id = whole(&manager, "/api/v1/events?model=gpt-5.4&limit=1")["items"][0]["id"].as_i64().unwrap();
    let cost = manager.get(&format!("/api/v1/events/{id}/cost"));
    assert!(cost.get("usd").is_none() && cost["lines"] == json!([]), "no price is not free: {cost}");
    // A preview changes nothing.
    let ask = json!({"model": "gpt-5.4", "price": {"prompt": 1}, "from_ms": RANGE[0], "to_ms": RANGE[1]});
    let (status, preview) = manager.request("POST", "/api/v1/prices/preview", Some(ask));
    assert_eq!(status, 200, "{preview}");
    assert!(preview["difference_usd"].as_f64().unwrap() > 0.0);
    assert!(preview["after"]["unpriced_calls"].as_i64() < preview["before"]["unpriced_calls"].as_i64());
    assert_eq!(manager.get("/api/v1/prices?scope=stored")["items"].as_array().unwrap().len(), 1);
    manager.stop();
}

#[test]
fn the_references_cost_basis_prices_only_what_is_stored() {
    for (env, enabled) in [(None, false), (Some("true"), true)] {
        let directory = TempDir::new().unwrap();
        let mut options = Options::default().env("CPAMP_COST_BASIS", "counters");
        if let Some(bundled) = env {
            options = options.env("CPAMP_BUNDLED_PRICES", bundled);
        }
        let manager = Manager::start(directory.path(), &options);
        let list = manager.get("/api/v1/prices?scope=stored");
        assert_eq!(list["cost_basis"], "counters");
        assert_eq!(list["bundled"]["enabled"], enabled);
        assert_eq!(list["bundled"]["date"].as_str().unwrap().len(), 10);
        manager.stop();
    }
}

#[test]
fn a_version_that_is_removed_leaves_its_time_to_its_neighbour_and_costs_follow() {
    let directory = TempDir::new().unwrap();
    let manager = manager(&directory, &Options::default());
    let edit = |usd: f64| {
        let rates =
            json!({"prompt": 0, "completion": usd, "promptConfigured": true, "cacheReadConfigured": true});
        price(&manager, "PUT", "gemini-2.5-flash", json!({"price": rates}))
    };
    edit(1000.0);
    assert_eq!(manager.request("PUT", "/api/v1/price-versions", Some(json!({"versioned": true}))).0, 200);
    let versions = edit(5000.0)["versions"].as_array().unwrap().clone();
    assert_eq!(versions.len(), 2);
    let id = whole(&manager, "/api/v1/events?provider=gemini&status=ok&limit=1")["items"][0]["id"]
        .as_i64()
        .unwrap();
    let explained = || manager.get(&format!("/api/v1/events/{id}/cost"))["usd"].as_f64();
    // What the columns say of the same model, once they have its costs.
    let by_columns = |expected: f64| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let ask = json!({"from_ms": 1, "to_ms": RANGE[1] + 1, "measures": ["cost"],
            "filters": {"include": {"model": ["gemini-2.5-flash"]}}});
        loop {
            let (_, answer) = manager.request("POST", "/api/v1/query", Some(ask.clone()));
            let usd = answer["totals"]["values"]["cost"].as_f64().unwrap();
            if (usd - expected).abs() < 1e-9 {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "{usd} instead of {expected}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let total = || {
        let page = whole(&manager, "/api/v1/events?include=model:gemini-2.5-flash&limit=500");
        page["items"].as_array().unwrap().iter().filter_map(|item| item["cost"].as_f64()).sum::<f64>()
    };
    let (cheap, sum) = (explained().unwrap(), total());
    by_columns(sum);
    // The first one goes: what came after it holds for the recorded events too.
    let remove = |from: &str, query: &str| {
        let path = format!("/api/v1/prices/gemini-2.5-flash/versions/{from}{query}");
        let (status, answer) = manager.request("DELETE", &path, None);
        (status, answer["code"].as_str().unwrap_or_default().to_owned(), answer["hint"].is_string())
    };
    let stamp = |version: &Value| version["price"]["updatedAtMs"].as_i64().unwrap();
    let version = |from: &str, updated: i64| remove(from, &format!("?updated_at_ms={updated}")).0;
    let second = versions[1]["valid_from_ms"].to_string();
    let first = stamp(&versions[0]);
    assert_eq!(
        [version("12345", first), version("soon", first), version("-1", first)],
        [404; 3],
        "no such version"
    );
    for query in ["", "?updated_at_ms=soon"] {
        assert_eq!(remove("0", query), (400, "invalid_parameter".to_owned(), false), "{query}");
    }
    let changed = (409, "price_version_changed".to_owned(), true);
    assert_eq!(remove("0", &format!("?updated_at_ms={}", first - 1)), changed);
    assert_eq!(version("0", first), 204);
    assert_eq!(version(&second, stamp(&versions[1])), 404, "it is the first one now");
    assert_eq!(remove("0", &format!("?updated_at_ms={first}")), changed, "the same wish once more");
    let left = manager.get("/api/v1/prices?scope=stored")["items"][0]["versions"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["valid_from_ms"]), (1, &Value::Null), "{left}");
    assert!((explained().unwrap() - 5.0 * cheap).abs() < 1e-9);
    by_columns(5.0 * sum);
    assert!((total() - 5.0 * sum).abs() < 1e-9);
    // The only one goes: the price is the bundled one again.
    let only = stamp(&left[0]);
    assert_eq!([version("0", only), version("0", only)], [204, 404]);
    assert_eq!(manager.get(&format!("/api/v1/events/{id}/cost"))["price"]["origin"], "bundled");
    by_columns(total());
    assert!(total() < sum);
    manager.stop();
}

/// Serves one body for every request, with this status.
fn source(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let mut head = [0; 4096];
            let _ = socket.read(&mut head);
            let head =
                format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body.as_bytes()));
        }
    });
    format!("http://{address}/")
}

fn with_sources([models_dev, litellm, openrouter]: [String; 3]) -> Options {
    Options::default()
        .env("CPAMP_MODELS_DEV_URL", models_dev)
        .env("CPAMP_LITELLM_URL", litellm)
        .env("CPAMP_OPENROUTER_URL", openrouter)
}

#[test]
fn a_synchronisation_writes_what_is_certain_and_leaves_what_people_typed() {
    let directory = TempDir::new().unwrap();
    let litellm = json!({"typed": {"input_cost_per_token": 9e-6}, "shared": {"input_cost_per_token": 9e-6}});
    let options = with_sources([
        source("200 OK", MODELS_DEV.to_owned()),
        source("200 OK", litellm.to_string()),
        source("500 Internal Server Error", "secret of the source".to_owned()),
    ]);
    let manager = Manager::start(directory.path(), &options);
    price(&manager, "PUT", "typed", json!({"price": {"prompt": 1}}));
    let sync = |body: Value| manager.request("POST", "/v0/management/model-prices/sync", Some(body));

    let (status, answer) = sync(json!({"models": ["nova-1"]}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!((answer["source"].clone(), answer["imported"].clone()), (json!("models.dev"), json!(1)));
    assert_eq!(answer["sourceResults"].as_array().unwrap().len(), 1, "asking stops when all is matched");
    assert_eq!(answer["matched"]["nova-1"]["sourceModelId"], "acme/nova-1");

    let (status, answer) = sync(json!({"models": ["nova-1", "typed", "shared", "nova", "zzz"]}));
    assert_eq!(status, 200, "{answer}");
    assert_eq!((answer["source"].clone(), answer["imported"].clone()), (json!("multi"), json!(2)));
    assert_eq!(answer["kept"], json!([{"model": "typed", "reason": "manual"}]));
    assert_eq!(answer["prices"]["typed"]["prompt"], 1.0);
    assert_eq!(answer["unmatched"], json!(["zzz"]));
    assert_eq!(answer["candidates"][0]["model"], "nova");
    assert_eq!(answer["candidates"][0]["candidates"][0]["sourceModelId"], "acme/nova-1");
    assert_eq!(
        answer["sourceResults"][2],
        json!({"source": "openrouter", "models": 0, "skipped": 0, "error": "status 500"})
    );
    assert!(answer["prices"]["shared"]["syncedAtMs"].as_i64() > Some(0));
    let (_, answer) = sync(json!({"models": ["typed"], "overwriteManual": true}));
    assert_eq!(answer["prices"]["typed"]["prompt"], 9.0);

    // One that finds every price as it is was carried out all the same.
    assert_eq!(sync(json!({"models": ["nova-1"]})).0, 200);
    let newest = &manager.get("/api/v1/audit?action=price.sync&limit=1")["entries"][0]["changes"];
    let fields: Vec<_> = newest.as_array().unwrap().iter().map(|change| &change["field"]).collect();
    assert_eq!(fields, ["requested", "sources", "changed"], "{newest}");
    assert_eq!(newest[2]["after"], "0");

    let sources = manager.get("/api/v1/prices?scope=stored")["sources"].clone();
    assert_eq!(sources.as_array().unwrap().len(), 3);
    assert_eq!(
        (sources[2]["source"].clone(), sources[2]["error"].clone()),
        (json!("openrouter"), json!("status 500"))
    );
    let before = manager.get("/v0/management/model-prices");
    manager.stop();

    // Nobody answers: nothing is written, and what is stored stays.
    let dead = || source("503 Service Unavailable", String::new());
    let manager = Manager::start(directory.path(), &with_sources([dead(), dead(), dead()]));
    let (status, answer) =
        manager.request("POST", "/v0/management/model-prices/sync", Some(json!({"models": ["nova-1"]})));
    assert_eq!((status, answer["code"].as_str()), (502, Some("model_price_sync_failed")), "{answer}");
    assert_eq!(manager.get("/v0/management/model-prices"), before);
    manager.stop();
}
