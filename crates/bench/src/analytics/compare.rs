//! Whether an answer over HTTP and the answer by SQL say the same: for each part the number of rows, and the sum of every
//! figure that both name.

use serde_json::Value;

use super::sql::Section;

/// Sums may differ by this, relatively: floating-point additions in another order.
const TOLERANCE: f64 = 1e-9;

/// What they do not agree about; at least one figure of every part must have been compared.
pub fn differences(answer: &Value, sections: &[Section]) -> Vec<String> {
    sections.iter().filter_map(|section| difference(answer, section)).collect()
}

fn difference(answer: &Value, section: &Section) -> Option<String> {
    let path = &section.path;
    let mut rows = Vec::new();
    collect(answer, path, &mut rows);
    if !section.sparse && rows.len() != section.rows {
        return Some(format!("{path}: {} rows, {} by SQL", rows.len(), section.rows));
    }
    // Lists of plain texts have rows and nothing more.
    let mut compared = rows.iter().all(|row| !row.is_object());
    for (name, by_sql) in &section.sums {
        // Where empty buckets may be missing, their starts are missing too.
        if section.sparse && name == "bucket_ms" {
            continue;
        }
        if !rows.iter().any(|row| row.get(name).is_some()) {
            continue;
        }
        compared = true;
        let sum: f64 = rows.iter().filter_map(|row| number(&row[name.as_str()])).sum();
        if (sum - by_sql).abs() > TOLERANCE * sum.abs().max(by_sql.abs()) {
            return Some(format!("{path}.{name}: {sum}, {by_sql} by SQL"));
        }
    }
    (!compared).then(|| format!("{path}: nothing to compare"))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(f64::from))
}

/// The rows at a path: `a.b` is a member of a member, `a[].b` a member of each element.
fn collect<'a>(value: &'a Value, path: &str, rows: &mut Vec<&'a Value>) {
    let (step, rest) = path.split_once('.').map_or((path, ""), |(step, rest)| (step, rest));
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    let found = &value[name];
    match found {
        Value::Null => {}
        Value::Array(items) if each => items.iter().for_each(|item| collect(item, rest, rows)),
        _ if !rest.is_empty() => collect(found, rest, rows),
        Value::Array(items) => rows.extend(items),
        other => rows.push(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn section(path: &str, rows: usize, sums: &[(&str, f64)]) -> Section {
        let sums = sums.iter().map(|(name, sum)| ((*name).to_owned(), *sum)).collect();
        Section { path: path.to_owned(), sparse: false, sums, rows }
    }

    #[test]
    fn equal_answers_have_no_difference() {
        let answer = json!({
            "summary": { "calls": 3, "cost": 0.3 },
            "list": [{ "calls": 1, "failed": true, "models": [{ "cost": 0.1 }] }, { "calls": 2, "failed": false, "models": [{ "cost": 0.2 }] }],
            "options": { "names": ["a", "b"] },
        });
        let sections = [
            section("summary", 1, &[("calls", 3.0), ("cost", 0.1 + 0.2), ("other", 9.0)]),
            section("list", 2, &[("calls", 3.0), ("failed", 1.0)]),
            section("list[].models", 2, &[("cost", 0.300_000_000_000_1)]),
            section("options.names", 2, &[]),
        ];
        assert_eq!(differences(&answer, &sections), Vec::<String>::new());
    }

    #[test]
    fn other_numbers_and_other_rows_are_told() {
        let answer = json!({ "list": [{ "calls": 1 }, { "calls": 3 }] });
        let told = |wanted: Section| differences(&answer, &[wanted]).join(";");
        assert_eq!(told(section("list", 2, &[("calls", 5.0)])), "list.calls: 4, 5 by SQL");
        assert_eq!(told(section("list", 3, &[("calls", 4.0)])), "list: 2 rows, 3 by SQL");
        assert_eq!(told(section("missing", 1, &[("calls", 4.0)])), "missing: 0 rows, 1 by SQL");
        assert_eq!(told(section("list", 2, &[("tokens", 4.0)])), "list: nothing to compare");
        let sparse = Section { sparse: true, ..section("list", 1, &[("calls", 4.0), ("bucket_ms", 9.0)]) };
        assert_eq!(told(sparse), "");
    }
}
