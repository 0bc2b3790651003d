//! Generated traffic against the recorded one: fields, header names, sizes, arithmetic, shares, order.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use common::{Raw, fixture, until};
use cpamp_simulator::traffic::{TrafficConfig, TrafficGenerator};
use cpamp_simulator::{LiveTraffic, Simulator, SimulatorConfig};
use serde_json::Value;

const FROM: i64 = 1_793_000_000_000;
const DAY: i64 = 86_400_000;

/// Twenty-four thousand records of two weeks, made once.
fn generated() -> &'static [Value] {
    static RECORDS: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let mut generator = TrafficGenerator::new(TrafficConfig::default());
        generator
            .history(FROM, FROM + 14 * DAY, 24_000)
            .map(|r| serde_json::from_slice(&r).unwrap())
            .collect()
    });
    &RECORDS
}

fn recorded() -> Vec<Value> {
    fixture("usage-published.jsonl").lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn by_provider(records: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut groups: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in records {
        groups.entry(record["provider"].as_str().unwrap()).or_default().push(record);
    }
    groups
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Names that the laboratory's fake upstream sent for a provider and the real one does not.
fn laboratory_only(provider: &str, header: &str) -> bool {
    provider == "xai" && header.starts_with("X-Codex-")
}

#[test]
fn fields_come_in_the_recorded_order_and_presence_per_provider() {
    let (recorded, generated) = (recorded(), generated());
    let longest = |records: &[Value]| {
        records
            .iter()
            .map(|record| keys(record).iter().map(|k| (*k).to_owned()).collect::<Vec<_>>())
            .max_by_key(Vec::len)
            .unwrap()
    };
    assert_eq!(longest(&recorded), longest(generated), "all members, in CPA's order");
    let generated = by_provider(generated);
    for (provider, records) in by_provider(&recorded) {
        let mine = &generated[provider];
        for wanted in [false, true] {
            let group = |records: &[&Value]| -> Vec<Value> {
                records
                    .iter()
                    .filter(|record| record["failed"] == wanted)
                    .map(|record| (*record).clone())
                    .collect()
            };
            let (theirs, mine) = (group(&records), group(mine));
            let shares = |records: &[Value], member: &str| {
                records.iter().filter(|record| record.get(member).is_some()).count() as f64
                    / records.len() as f64
            };
            let members: BTreeSet<&str> = theirs.iter().flat_map(keys).collect();
            for member in members {
                let (theirs, mine) = (shares(&theirs, member), shares(&mine, member));
                // Always stays always (headers may be missing where no answer came), sometimes stays sometimes.
                let same = if member == "response_headers" {
                    mine > 0.9
                } else if theirs == 1.0 {
                    mine == 1.0
                        || (member == "response_service_tier" && mine > 0.5)
                        || (member == "access_token_sha256" && mine > 0.5)
                } else {
                    mine > 0.0
                };
                assert!(same, "{provider} {member} (failed {wanted}): {theirs} recorded, {mine} generated");
            }
        }
        for nested in ["tokens", "fail", "token_breakdown"] {
            assert_eq!(keys(&records[0][nested]), keys(&mine[0][nested]), "{provider} {nested}");
        }
    }
}

#[test]
fn header_names_are_those_of_the_recorded_upstreams_and_sorted() {
    let (recorded, generated) = (recorded(), generated());
    let generated = by_provider(generated);
    let names = |records: &[&Value]| -> BTreeSet<String> {
        records.iter().flat_map(|r| keys(&r["response_headers"])).map(str::to_owned).collect()
    };
    for (provider, records) in by_provider(&recorded) {
        let mine = names(&generated[provider]);
        for header in names(&records) {
            assert!(
                mine.contains(&header) || laboratory_only(provider, &header),
                "{provider} lacks {header}"
            );
        }
        for record in &generated[provider] {
            assert!(keys(&record["response_headers"]).is_sorted(), "{record}");
            for values in
                record["response_headers"].as_object().into_iter().flat_map(|headers| headers.values())
            {
                assert!(values.as_array().is_some_and(|values| values.len() == 1 && values[0].is_string()));
            }
        }
    }
}

#[test]
fn record_sizes_are_those_of_the_recorded_ones_within_a_third() {
    let (recorded, generated) = (recorded(), generated());
    let generated = by_provider(generated);
    let median = |records: &[&Value]| {
        let mut sizes: Vec<usize> = records.iter().map(|record| record.to_string().len()).collect();
        sizes.sort_unstable();
        sizes[sizes.len() / 2] as f64
    };
    for (provider, records) in by_provider(&recorded) {
        let ratio = median(&generated[provider]) / median(&records);
        assert!((0.67..1.34).contains(&ratio), "{provider}: {ratio:.2} of the recorded size");
    }
}

#[test]
fn tokens_add_up_in_each_familys_way() {
    let mut cache_read = 0_i64;
    let mut input = 0_i64;
    for record in generated() {
        let get = |path: &str| record.pointer(path).and_then(Value::as_i64).unwrap();
        let (i, o, r) =
            (get("/tokens/input_tokens"), get("/tokens/output_tokens"), get("/tokens/reasoning_tokens"));
        let (read, write) = (get("/tokens/cache_read_tokens"), get("/tokens/cache_creation_tokens"));
        let breakdown = |path: &str| get(&format!("/token_breakdown/{path}"));
        let (bi, bo) = (breakdown("input/total_tokens"), breakdown("output/total_tokens"));
        assert_eq!(
            bi,
            breakdown("input/uncached_tokens")
                + breakdown("input/cache_read_tokens")
                + breakdown("input/cache_write_tokens")
        );
        assert_eq!(bo, breakdown("output/non_reasoning_tokens") + breakdown("output/reasoning_tokens"));
        assert_eq!(breakdown("total_tokens"), bi + bo);
        assert_eq!(
            (breakdown("input/cache_read_tokens"), breakdown("input/cache_write_tokens")),
            (read, write)
        );
        let total = get("/tokens/total_tokens");
        match record["provider"].as_str().unwrap() {
            "claude" => {
                assert_eq!((total, bi, bo), (i + o + read + write, i + read + write, o));
                assert_eq!(get("/tokens/cached_tokens"), if read > 0 { read } else { write });
            }
            "gemini" | "vertex" | "antigravity" => assert_eq!((total, bi, bo), (i + o + r, i, o + r)),
            _ => assert_eq!((total, bi, bo), (i + o, i, o)),
        }
        if record["failed"] == false {
            assert!(o > 0 && i > 0, "{record}");
            cache_read += read;
            input += bi;
        } else {
            assert_eq!(total, 0);
        }
        assert!(get("/latency_ms") >= get("/ttft_ms"), "{record}");
    }
    let share = cache_read as f64 / input as f64;
    assert!((0.4..0.97).contains(&share), "cache reads are {share:.2} of the input");
}

#[test]
fn shares_and_failovers_are_believable() {
    let records = generated();
    let failed: Vec<&Value> = records.iter().filter(|record| record["failed"] == true).collect();
    let share = failed.len() as f64 / records.len() as f64;
    assert!((0.027..0.033).contains(&share), "{share}");
    let mut statuses: HashMap<i64, usize> = HashMap::new();
    for record in &failed {
        *statuses.entry(record["fail"]["status_code"].as_i64().unwrap()).or_default() += 1;
        assert_ne!(record["fail"]["body"], "");
    }
    for status in [400, 401, 402, 403, 408, 429, 499, 500, 502, 503, 529] {
        assert!(statuses.contains_key(&status), "{status} in {statuses:?}");
    }
    let mut requests: HashMap<&str, Vec<&Value>> = HashMap::new();
    for record in records {
        requests.entry(record["request_id"].as_str().unwrap()).or_default().push(record);
    }
    let failovers: Vec<_> = requests.values().filter(|attempts| attempts.len() > 1).collect();
    assert!(failovers.len() > 200, "{}", failovers.len());
    let rescued = failovers.iter().filter(|attempts| attempts.last().unwrap()["failed"] == false).count();
    assert!(rescued * 2 > failovers.len());
    for attempts in failovers {
        assert_eq!(attempts[0]["failed"], true);
        assert_ne!(attempts[0]["auth_index"], attempts[1]["auth_index"], "another account is tried");
        assert_eq!(attempts[0]["api_key"], attempts[1]["api_key"]);
    }
    let distinct =
        |member: &str| records.iter().map(|r| r[member].as_str().unwrap()).collect::<HashSet<_>>().len();
    assert_eq!(
        (distinct("provider"), distinct("model"), distinct("auth_index"), distinct("api_key")),
        (8, 40, 60, 30)
    );
    assert!(distinct("reasoning_effort") >= 6 && distinct("service_tier") >= 3);
    let limited = failed
        .iter()
        .filter(|r| r["fail"]["status_code"] == 429 && r["provider"] == "codex" && r["auth_type"] == "oauth");
    for record in limited {
        assert_eq!(record["response_headers"]["X-Codex-Primary-Used-Percent"][0], "100");
        assert!(record["fail"]["body"].as_str().unwrap().contains("usage_limit_reached"));
    }
}

#[test]
fn history_is_exact_in_count_ordered_in_time_and_the_same_for_ever() {
    let config = TrafficConfig { utc_offset_minutes: 480, ..TrafficConfig::default() };
    let mut generator = TrafficGenerator::new(config.clone());
    let first: Vec<_> = generator.history(FROM, FROM + 3 * DAY, 5_000).collect();
    let again: Vec<_> = TrafficGenerator::new(config).history(FROM, FROM + 3 * DAY, 5_000).collect();
    assert_eq!(first, again);
    assert_eq!(first.len(), 5_000);
    let times: Vec<jiff::Timestamp> = first
        .iter()
        .map(|record| {
            serde_json::from_slice::<Value>(record).unwrap()["timestamp"].as_str().unwrap().parse().unwrap()
        })
        .collect();
    let ms: Vec<i64> = times.iter().map(|time| time.as_millisecond()).collect();
    assert!(ms.is_sorted());
    assert!(ms[0] >= FROM && ms[4_999] < FROM + 3 * DAY + 300_000);
    let other: Vec<_> = TrafficGenerator::new(TrafficConfig { seed: 2, ..TrafficConfig::default() })
        .history(FROM, FROM + 3 * DAY, 10)
        .collect();
    assert_ne!(first[..10], other);
    let short: Vec<_> = generator.history(FROM, FROM + 1_000, 50).collect();
    assert_eq!(short.len(), 50, "a second can hold many");
    assert_eq!(generator.history(FROM, FROM + DAY, 0).count(), 0);
}

#[test]
fn nights_are_quieter_than_days_and_weekends_than_weeks() {
    let mut generator = TrafficGenerator::new(TrafficConfig::default());
    let mut by_weekday = [0.0; 7];
    for hour in 0..24 * 28 {
        let at = jiff::Timestamp::from_millisecond(FROM + hour * 3_600_000).unwrap();
        let day = at.as_millisecond().div_euclid(DAY).rem_euclid(7);
        by_weekday[usize::try_from(day).unwrap()] += generator.intensity(at) / 96.0;
    }
    // Day 0 of the epoch was a Thursday.
    let weekend = (by_weekday[2] + by_weekday[3]) / 2.0;
    let week = (by_weekday[0] + by_weekday[1] + by_weekday[4] + by_weekday[5] + by_weekday[6]) / 5.0;
    assert!(weekend < week * 0.9, "{by_weekday:?}");
    assert!((0.7..1.3).contains(&(by_weekday.iter().sum::<f64>() / 7.0)), "{by_weekday:?}");
}

#[tokio::test]
async fn live_traffic_reaches_a_subscriber_and_raises_the_counters_of_known_accounts() {
    let gateway = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let mut subscriber = Raw::subscribed(&gateway).await;
    let traffic = LiveTraffic::start(&gateway, gateway.traffic_config(), 400.0, true);
    let mut indices = HashSet::new();
    for _ in 0..60 {
        let record: Value = serde_json::from_slice(&subscriber.message().await.unwrap()).unwrap();
        let at: jiff::Timestamp = record["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(at.as_millisecond() <= gateway.now_ms());
        indices.insert(record["auth_index"].as_str().unwrap().to_owned());
    }
    traffic.stop();
    until("publishing ends", || {
        let n = traffic.published();
        std::thread::sleep(std::time::Duration::from_millis(5));
        n == traffic.published()
    })
    .await;
    let mut http = Raw::connect(&gateway).await;
    let files: Value = serde_json::from_str(&http.manage("GET", "auth-files", "").await.1).unwrap();
    let usage: Value = serde_json::from_str(&http.manage("GET", "api-key-usage", "").await.1).unwrap();
    let count = |entry: &Value| entry["success"].as_u64().unwrap() + entry["failed"].as_u64().unwrap();
    let by_file: u64 = files["files"].as_array().unwrap().iter().map(count).sum();
    let by_key: u64 =
        usage.as_object().unwrap().values().flat_map(|p| p.as_object().unwrap().values()).map(count).sum();
    assert_eq!(by_file + by_key, traffic.published(), "every record belongs to a credential of the gateway");
    let handles: HashSet<&str> =
        files["files"].as_array().unwrap().iter().map(|file| file["auth_index"].as_str().unwrap()).collect();
    assert!(indices.iter().any(|index| handles.contains(index.as_str())));
}
