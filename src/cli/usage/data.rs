//! A report for other programs: JSON and CSV, with exact numbers.

use serde_json::{Value, json};

use super::By;
use super::figures::{Figures, Report};
use super::period::Period;

/// One JSON document. It has a member `partial` while calls are missing in the figures.
pub fn json(report: &Report, by: By, period: &Period) -> String {
    let mut document = json!({
        "from_ms": period.from_ms,
        "to_ms": period.to_ms,
        "zone": period.zone.iana_name(),
        "by": by.name(),
        "rows": report.rows.iter().map(|row| figures(Some(&row.key), &row.figures)).collect::<Vec<_>>(),
        "hidden_rows": report.hidden,
        "total": figures(None, &report.total),
        "unpriced_models": report.unpriced_models,
    });
    if let Some(partial) = report.partial {
        document["partial"] = json!(partial);
    }
    format!("{document:#}\n")
}

fn figures(key: Option<&str>, figures: &Figures) -> Value {
    let mut value = key.map_or_else(|| json!({}), |key| json!({ "key": key }));
    if let (Value::Object(value), Value::Object(figures)) = (&mut value, json!(figures)) {
        value.extend(figures);
    }
    value["success_rate"] = json!(figures.success_rate());
    value
}

/// Comma-separated values (RFC 4180) with a line of names; one line per group, no total.
pub fn csv(report: &Report, by: By) -> String {
    let mut text = format!(
        "{},calls,failures,input_tokens,cached_tokens,cache_creation_tokens,output_tokens,reasoning_tokens,total_tokens,\
         cost_usd,unpriced_calls,average_latency_ms\r\n",
        by.name()
    );
    for row in &report.rows {
        let f = &row.figures;
        let latency = f.average_latency_ms.map(|ms| ms.to_string()).unwrap_or_default();
        let numbers = [
            f.calls,
            f.failures,
            f.input_tokens,
            f.cached_tokens,
            f.cache_creation_tokens,
            f.output_tokens,
            f.reasoning_tokens,
            f.total_tokens,
        ];
        text.push_str(&field(&row.key));
        for number in numbers {
            text.push_str(&format!(",{number}"));
        }
        text.push_str(&format!(",{},{},{latency}\r\n", f.cost_usd, f.unpriced_calls));
    }
    text
}

/// A text as a field. What a spreadsheet would take for a formula is made a text with an apostrophe.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != "-";
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_not_taken_for_the_whole() {
        let zone = jiff::tz::TimeZone::UTC;
        let period = Period { from_ms: 0, to_ms: 1, zone };
        let partial = Some(super::super::figures::Partial { events: 262_144, of: 400_000 });
        let report = Report { partial, ..Report::default() };
        let text = json(&report, By::Day, &period);
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(document["partial"], json!({ "events": 262_144, "of": 400_000 }), "{text}");
        assert!(!json(&Report::default(), By::Day, &period).contains("partial"));
        let heading = super::super::table::Heading { title: "t", key: "day" };
        let look = super::super::table::Look::default();
        let table = super::super::table::draw(&report, &heading, look);
        assert!(table.contains("262,144 of 400,000 are counted"), "{table}");
    }

    #[test]
    fn fields_are_quoted_and_are_no_formulas() {
        assert_eq!(field("plain"), "plain");
        assert_eq!(field("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!([field("-"), field("@x")], ["-", "'@x"]);
    }
}
