//! A report as a table. On a terminal it fits the width; elsewhere every line is as long as it has to be.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::figures::{Figures, Report};
use super::numbers::{count, duration, money, share, tokens};

/// Columns between two cells.
const GAP: usize = 2;
/// The first column is not made narrower than this.
const NARROWEST_KEY: usize = 12;

/// How to draw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal; `None` = as wide as needed.
    pub width: Option<usize>,
    /// With colours.
    pub colours: bool,
}

/// A column of figures.
struct Column {
    title: &'static str,
    cell: fn(&Figures) -> String,
    /// Columns with higher numbers give way first on a narrow terminal; 0 never does.
    gives_way: u8,
}

const COLUMNS: [Column; 9] = [
    Column { title: "calls", cell: |f| count(f.calls), gives_way: 0 },
    Column { title: "success", cell: |f| share(f.success_rate()), gives_way: 2 },
    Column { title: "input", cell: |f| tokens(f.input_tokens), gives_way: 5 },
    Column { title: "cached", cell: |f| tokens(f.cached_tokens), gives_way: 7 },
    Column { title: "output", cell: |f| tokens(f.output_tokens), gives_way: 4 },
    Column { title: "tokens", cell: |f| tokens(f.total_tokens), gives_way: 1 },
    Column { title: "latency", cell: |f| duration(f.average_latency_ms), gives_way: 6 },
    Column { title: "unpriced", cell: |f| count(f.unpriced_calls), gives_way: 3 },
    Column { title: "cost", cell: |f| money(f.cost_usd), gives_way: 0 },
];

/// What stands in front of the figures.
pub struct Heading<'a> {
    /// What the report covers.
    pub title: &'a str,
    /// What the first column holds.
    pub key: &'a str,
}

/// The table with its heading and remarks.
pub fn draw(report: &Report, heading: &Heading<'_>, look: Look) -> String {
    let paint = Paint(look.colours);
    let mut text = format!("{}\n", paint.faint(&fitted(heading.title, look.width.unwrap_or(usize::MAX))));
    if let Some(partial) = report.partial {
        text.push_str(&paint.warning(&fitted(&partial.remark(), look.width.unwrap_or(usize::MAX))));
        text.push('\n');
    }
    if report.total.calls == 0 {
        text.push_str("no calls\n");
        return text;
    }
    let mut lines: Vec<(String, Option<&Figures>)> =
        report.rows.iter().map(|row| (visible(&row.key), Some(&row.figures))).collect();
    if report.hidden > 0 {
        // The total tells what they add.
        lines.push((format!("({} more)", report.hidden), None));
    }
    lines.push(("total".to_owned(), Some(&report.total)));

    let mut columns: Vec<&Column> = COLUMNS.iter().collect();
    let width_of = |column: &Column| {
        let cells = lines.iter().filter_map(|(_, figures)| Some((column.cell)((*figures)?).width()));
        cells.max().unwrap_or(0).max(column.title.width())
    };
    let key_width = lines.iter().map(|(key, _)| key.width()).max().unwrap_or(0).max(heading.key.width());
    let needed = |columns: &[&Column]| columns.iter().map(|column| width_of(column) + GAP).sum::<usize>();
    let mut key_column = key_width;
    if let Some(width) = look.width {
        while needed(&columns) + key_width.min(NARROWEST_KEY) > width {
            let Some((at, _)) = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| column.gives_way > 0)
                .max_by_key(|(_, column)| column.gives_way)
            else {
                break;
            };
            columns.remove(at);
        }
        let room = width.saturating_sub(needed(&columns)).max(NARROWEST_KEY.min(key_width));
        key_column = key_width.min(room);
    }

    let mut head = padded(heading.key, key_column, false);
    for column in &columns {
        head.push_str(&" ".repeat(GAP));
        head.push_str(&padded(column.title, width_of(column), true));
    }
    text.push_str(&paint.bold(&head));
    text.push('\n');
    let last = lines.len() - 1;
    for (at, (key, figures)) in lines.iter().enumerate() {
        let mut line = padded(&fitted(key, key_column), key_column, false);
        for column in &columns {
            let cell = padded(&figures.map(column.cell).unwrap_or_default(), width_of(column), true);
            line.push_str(&" ".repeat(GAP));
            let warns = column.title == "unpriced"
                && at != last
                && figures.is_some_and(|figures| figures.unpriced_calls > 0);
            line.push_str(&if warns { paint.warning(&cell) } else { cell });
        }
        let line = line.trim_end();
        text.push_str(&if at == last { paint.bold(line) } else { line.to_owned() });
        text.push('\n');
    }
    if report.total.unpriced_calls > 0 {
        let remark = format!(
            "{} of {} calls have no price and are not in the cost: {}",
            count(report.total.unpriced_calls),
            count(report.total.calls),
            report.unpriced_models.iter().map(|model| visible(model)).collect::<Vec<_>>().join(", ")
        );
        text.push_str(&paint.warning(&fitted(&remark, look.width.unwrap_or(usize::MAX))));
        text.push('\n');
    }
    text
}

/// Text of other people, without what would move the cursor or colour the terminal.
fn visible(text: &str) -> String {
    if text.is_empty() {
        return "(none)".to_owned();
    }
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The text, cut to a width with an ellipsis at its end.
fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut cut, mut used) = (String::new(), 1);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

fn padded(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    if right { format!("{space}{text}") } else { format!("{text}{space}") }
}

/// Colours, or none.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(&self, text: &str) -> String {
        self.with("2", text)
    }

    fn warning(&self, text: &str) -> String {
        self.with("33", text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::Row;
    use super::*;

    fn report(keys: &[&str]) -> Report {
        let figures = Figures {
            calls: 1_234,
            failures: 12,
            input_tokens: 37_412_345,
            output_tokens: 812_345,
            cached_tokens: 30_000_000,
            total_tokens: 38_224_690,
            cost_usd: 265.379,
            average_latency_ms: Some(1_690.0),
            ..Figures::default()
        };
        let rows = keys.iter().map(|key| Row { key: (*key).to_owned(), figures: figures.clone() }).collect();
        Report { rows, total: figures, hidden: 0, unpriced_models: Vec::new(), partial: None }
    }

    fn heading() -> Heading<'static> {
        Heading { title: "today", key: "model" }
    }

    #[test]
    fn without_a_terminal_nothing_is_cut_and_nothing_is_coloured() {
        let long = "a-model-with-a-name-that-is-longer-than-any-column-should-be-on-a-terminal".to_owned();
        let text = draw(&report(&[&long, "b"]), &heading(), Look::default());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with(&long), "{text}");
        for column in
            ["calls", "success", "input", "cached", "output", "tokens", "latency", "unpriced", "cost"]
        {
            assert!(lines[1].contains(column), "{text}");
        }
        assert!(
            lines[2].ends_with("1,234    99.0%  37.4M   30.0M    812k   38.2M   1.69 s         0  $265.38"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_narrow_terminal_loses_columns_before_it_loses_names() {
        let keys = ["claude-opus-4-6-thinking", "短い名前", "一个名字很长的模型用来测试宽度"];
        for width in [24, 36, 48, 60, 72, 80, 100, 200] {
            let text = draw(&report(&keys), &heading(), Look { width: Some(width), colours: false });
            assert!(text.lines().all(|line| line.width() <= width.max(30)), "{width}:\n{text}");
            assert!(text.contains("cost") && text.contains("$265.38"), "{width}:\n{text}");
        }
        let narrow = draw(&report(&keys), &heading(), Look { width: Some(36), colours: false });
        assert!(narrow.contains('…') && !narrow.contains("latency") && narrow.contains("calls"), "{narrow}");
        let wide = draw(&report(&keys), &heading(), Look { width: Some(120), colours: false });
        assert!(!wide.contains('…') && wide.contains("latency"), "{wide}");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let text = draw(&report(&["模型", "abcd"]), &heading(), Look::default());
        let lines: Vec<&str> = text.lines().collect();
        let place = |line: &str| line.split("1,234").next().unwrap_or_default().width();
        assert_eq!(place(lines[2]), place(lines[3]), "{text}");
        assert_eq!(fitted("模型很长", 5), "模型…");
        assert_eq!(fitted("模型很长", 4), "模…");
    }

    #[test]
    fn what_has_no_price_is_said() {
        let mut unpriced = report(&["a"]);
        unpriced.total.unpriced_calls = 7;
        unpriced.rows[0].figures.unpriced_calls = 7;
        unpriced.unpriced_models = vec!["a".to_owned(), "b\u{1b}[31m".to_owned()];
        let text = draw(&unpriced, &heading(), Look::default());
        let remark = text.lines().last().expect("a line");
        assert_eq!(remark, "7 of 1,234 calls have no price and are not in the cost: a, b\u{fffd}[31m");
        let coloured = draw(&unpriced, &heading(), Look { width: Some(80), colours: true });
        assert!(coloured.contains("\u{1b}[33m"), "{coloured:?}");
    }

    #[test]
    fn nothing_is_nothing() {
        let text = draw(&Report::default(), &heading(), Look::default());
        assert_eq!(text, "today\nno calls\n");
        let mut some = report(&["a"]);
        some.hidden = 3;
        let text = draw(&some, &heading(), Look::default());
        assert!(text.lines().any(|line| line == "(3 more)"), "{text}");
    }
}
