//! Whether an answer over HTTP and the answer by SQL say the same: for each part, row by row and column by column.
//!
//! A row's columns are found in the answer by name: in the row itself, else in the rows around it (the model rows of a key
//! have the key's hash from there). Rows are brought into the same order by their whole numbers and texts; then every cell
//! must be equal, sums of floating-point numbers but for the order of addition.

use std::cmp::Ordering;

use serde_json::Value;

use super::sql::{Cell, Section};

/// Sums may differ by this, relatively: floating-point additions in another order.
const TOLERANCE: f64 = 1e-9;

/// Columns whose names begin so are part of the work and are not compared: what they hold is packed in the database.
const UNSEEN: char = '_';

/// The column that says which bucket of time a row is.
const BUCKET: &str = "bucket_ms";

/// What they do not agree about.
pub fn differences(answer: &Value, sections: &[Section]) -> Vec<String> {
    sections.iter().filter_map(|section| difference(answer, section)).collect()
}

fn difference(answer: &Value, section: &Section) -> Option<String> {
    let path = &section.path;
    let seen: Vec<usize> =
        (0..section.columns.len()).filter(|at| !section.columns[*at].starts_with(UNSEEN)).collect();
    if seen.is_empty() {
        return Some(format!("{path}: nothing to compare"));
    }
    let names: Vec<&str> = seen.iter().map(|at| section.columns[*at].as_str()).collect();
    let mut found = Vec::new();
    collect(answer, path, &mut Vec::new(), &mut found);
    let mut ours: Vec<Vec<Cell>> =
        found.iter().map(|chain| names.iter().map(|name| cell(chain, name)).collect()).collect();
    let mut theirs: Vec<Vec<Cell>> =
        section.rows.iter().map(|row| seen.iter().map(|at| row[*at].clone()).collect()).collect();
    if section.sparse {
        // Where rows without figures may be missing on one side, they are left out on both.
        let says = |row: &Vec<Cell>| {
            row.iter().zip(&names).any(|(cell, name)| *name != BUCKET && !cell.is_nothing())
        };
        ours.retain(says);
        theirs.retain(says);
    }
    if ours.len() != theirs.len() {
        return Some(format!("{path}: {} rows, {} by SQL", ours.len(), theirs.len()));
    }
    let rounded: Vec<bool> =
        (0..names.len()).map(|at| theirs.iter().any(|row| matches!(row[at], Cell::Real(_)))).collect();
    sort(&mut ours, &rounded);
    sort(&mut theirs, &rounded);
    let mut differing = ours.iter().zip(&theirs).filter_map(|(ours, theirs)| {
        let at = (0..names.len()).find(|at| !equal(&ours[*at], &theirs[*at], rounded[*at]))?;
        Some((at, ours, theirs))
    });
    let (at, ours, theirs) = differing.next()?;
    let key: Vec<String> = theirs
        .iter()
        .zip(&rounded)
        .filter(|(cell, rounded)| !**rounded && matches!(cell, Cell::Text(_)))
        .map(|(cell, _)| cell.to_string())
        .collect();
    let (name, more) = (names[at], differing.count());
    let row = if key.is_empty() { String::new() } else { format!(" of {}", key.join(" ")) };
    let more = if more == 0 { String::new() } else { format!(" (and {more} more rows differ)") };
    Some(format!("{path}.{name}{row}: {}, {} by SQL{more}", ours[at], theirs[at]))
}

/// By whole numbers and texts; rounded sums decide only between rows that are alike.
fn sort(rows: &mut [Vec<Cell>], rounded: &[bool]) {
    let by = |a: &Vec<Cell>, b: &Vec<Cell>, of: bool| {
        let pairs = a.iter().zip(b).zip(rounded).filter(|(_, rounded)| **rounded == of);
        pairs.fold(Ordering::Equal, |order, ((a, b), _)| order.then_with(|| a.order(b)))
    };
    rows.sort_by(|a, b| by(a, b, false).then_with(|| by(a, b, true)));
}

fn equal(a: &Cell, b: &Cell, rounded: bool) -> bool {
    match (a.number(), b.number()) {
        (Some(a), Some(b)) if rounded => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
        _ => a == b,
    }
}

/// A row's member, or that of the nearest row around it. Of lists of plain texts, `value` is the text.
fn cell(chain: &[&Value], name: &str) -> Cell {
    let own = chain.last().filter(|row| name == "value" && !row.is_object()).copied();
    match own.or_else(|| chain.iter().rev().find_map(|row| row.get(name))) {
        None | Some(Value::Null) => Cell::Null,
        Some(Value::Bool(is)) => Cell::Whole(i64::from(*is)),
        Some(Value::Number(number)) => {
            number.as_i64().map_or_else(|| Cell::of_real(number.as_f64().unwrap_or(f64::NAN)), Cell::Whole)
        }
        Some(Value::String(text)) => Cell::of_text(text),
        Some(other) => Cell::Text(other.to_string()),
    }
}

/// The rows at a path, each behind the rows around it: `a.b` is a member of a member, `a[].b` a member of each element.
fn collect<'a>(value: &'a Value, path: &str, around: &mut Vec<&'a Value>, rows: &mut Vec<Vec<&'a Value>>) {
    let (step, rest) = path.split_once('.').map_or((path, ""), |(step, rest)| (step, rest));
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    let mut add = |row: &'a Value| {
        let mut chain = around.clone();
        chain.push(row);
        rows.push(chain);
    };
    match &value[name] {
        Value::Null => {}
        Value::Array(items) if each => {
            for item in items {
                around.push(item);
                collect(item, rest, around, rows);
                around.pop();
            }
        }
        found if !rest.is_empty() => collect(found, rest, around, rows),
        Value::Array(items) => items.iter().for_each(add),
        other => add(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn section(path: &str, columns: &[&str], rows: &[Vec<Cell>]) -> Section {
        Section {
            path: path.to_owned(),
            sparse: false,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.to_vec(),
        }
    }

    fn text(text: &str) -> Cell {
        Cell::of_text(text)
    }

    use Cell::{Null, Real, Whole};

    #[test]
    fn equal_answers_have_no_difference() {
        let answer = json!({
            "summary": { "calls": 3, "cost": 0.3, "rate": 2.0 },
            "list": [
                { "id": "b", "failed": true, "latency": null, "models": [{ "model": "m", "cost": 0.1 }] },
                { "id": "a", "failed": false, "latency": 7, "models": [{ "model": "m", "cost": 0.2 }] },
            ],
            "options": { "names": ["b", "a"] },
        });
        let sections = [
            section(
                "summary",
                &["calls", "cost", "rate", "_packed"],
                &[vec![Whole(3), Real(0.1 + 0.2), Real(2.0), Whole(9)]],
            ),
            section(
                "list",
                &["id", "failed", "latency"],
                &[vec![text("a"), Whole(0), Whole(7)], vec![text("b"), Whole(1), Null]],
            ),
            section(
                "list[].models",
                &["id", "model", "cost", "label"],
                &[
                    vec![text("a"), text("m"), Real(0.200_000_000_000_000_1), Null],
                    vec![text("b"), text("m"), Real(0.1), text("")],
                ],
            ),
            section("options.names", &["value"], &[vec![text("a")], vec![text("b")]]),
        ];
        assert_eq!(differences(&answer, &sections), Vec::<String>::new());
    }

    #[test]
    fn rows_that_only_have_the_same_sum_are_told() {
        let answer = json!({ "list": [{ "id": "a", "calls": 1, "cost": 0.5 }, { "id": "b", "calls": 3, "cost": 0.5 }] });
        let told = |rows: &[Vec<Cell>]| {
            differences(&answer, &[section("list", &["id", "calls", "cost"], rows)]).join(";")
        };
        let row = |id: &str, calls, cost| vec![text(id), Whole(calls), Real(cost)];
        assert_eq!(told(&[row("a", 1, 0.5), row("b", 3, 0.5)]), "");
        assert_eq!(
            told(&[row("a", 3, 0.5), row("b", 1, 0.5)]),
            "list.calls of a: 1, 3 by SQL (and 1 more rows differ)"
        );
        assert_eq!(
            told(&[row("a", 1, 0.4), row("b", 3, 0.6)]),
            "list.cost of a: 0.5, 0.4 by SQL (and 1 more rows differ)"
        );
        assert_eq!(told(&[row("a", 1, 0.5), row("c", 3, 0.5)]), "list.id of c: b, c by SQL");
        assert_eq!(told(&[row("a", 1, 0.5)]), "list: 2 rows, 1 by SQL");
        let other = |path: &str, columns: &[&str], row: Vec<Cell>| {
            differences(&answer, &[section(path, columns, &[row])]).join(";")
        };
        assert_eq!(other("missing", &["calls"], vec![Whole(4)]), "missing: 0 rows, 1 by SQL");
        assert_eq!(other("list", &["_packed"], vec![Whole(4)]), "list: nothing to compare");
    }

    #[test]
    fn what_the_answer_does_not_have_is_told() {
        let answer = json!({ "summary": { "calls": 3 } });
        let told =
            differences(&answer, &[section("summary", &["calls", "tokens"], &[vec![Whole(3), Whole(8)]])]);
        assert_eq!(told, ["summary.tokens: null, 8 by SQL"]);
    }

    #[test]
    fn empty_buckets_may_be_missing_and_no_others() {
        let answer = json!({ "list": [{ "bucket_ms": 1, "calls": 0 }, { "bucket_ms": 2, "calls": 4 }] });
        let told = |rows: &[Vec<Cell>]| {
            let sparse = Section { sparse: true, ..section("list", &["bucket_ms", "calls"], rows) };
            differences(&answer, &[sparse]).join(";")
        };
        assert_eq!(told(&[vec![Whole(2), Whole(4)]]), "");
        assert_eq!(told(&[vec![Whole(1), Whole(4)]]), "list.bucket_ms: 2, 1 by SQL");
        assert_eq!(told(&[]), "list: 1 rows, 0 by SQL");
    }
}
