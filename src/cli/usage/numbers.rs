//! Numbers as the panel writes them.

/// Stands for what is unknown.
pub const UNKNOWN: &str = "—";

/// A count, exact: `41,278`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Tokens: exact below 10,000, then three digits with a unit: `9,214`, `37.4M`, `1.04B`.
pub fn tokens(number: i64) -> String {
    if number.unsigned_abs() < 10_000 {
        return count(number);
    }
    let sign = if number < 0 { "−" } else { "" };
    let size = number.unsigned_abs() as f64;
    let units = [(1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T"), (1e15, "P")];
    let mut at = units.iter().rposition(|(unit, _)| size >= *unit).unwrap_or(0);
    // 999,950 is not 1000k.
    if size / units[at].0 >= 999.5 && at + 1 < units.len() {
        at += 1;
    }
    format!("{sign}{}{}", three_digits(size / units[at].0), units[at].1)
}

fn three_digits(value: f64) -> String {
    let decimals = if value >= 99.95 {
        0
    } else if value >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.decimals$}")
}

/// US dollars: two decimals from a dollar, four below, none from 10,000.
pub fn money(usd: f64) -> String {
    let size = usd.abs();
    let sign = if usd < 0.0 { "−" } else { "" };
    if size == 0.0 {
        "$0".to_owned()
    } else if size < 0.0001 {
        format!("{sign}<$0.0001")
    } else if size < 0.99995 {
        format!("{sign}${size:.4}")
    } else if size < 9_999.5 {
        let cents = format!("{size:.2}");
        let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
        format!("{sign}${}.{rest}", count(whole.parse().unwrap_or_default()))
    } else {
        format!("{sign}${}", count(size.round() as i64))
    }
}

/// A share with one decimal: `97.1%`.
pub fn share(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{:.1}%", value * 100.0))
}

/// A time span: milliseconds below a second, three digits below a minute, then minutes and seconds.
pub fn duration(ms: Option<f64>) -> String {
    let Some(ms) = ms else { return UNKNOWN.to_owned() };
    if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if ms < 59_950.0 {
        format!("{} s", three_digits(ms / 1e3))
    } else {
        let seconds = (ms / 1e3).round() as i64;
        format!("{} m {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_like_the_panels() {
        assert_eq!([count(0), count(41_278), count(-1_234_567)], ["0", "41,278", "−1,234,567"]);
        let cases = [
            (9_214, "9,214"),
            (9_999, "9,999"),
            (10_000, "10.0k"),
            (37_412_345, "37.4M"),
            (1_040_000_000, "1.04B"),
            (999_499, "999k"),
            (999_950, "1.00M"),
            (i64::MAX, "9223P"),
        ];
        for (number, text) in cases {
            assert_eq!(tokens(number), text, "{number}");
        }
        let cases = [
            (265.38, "$265.38"),
            (0.1172, "$0.1172"),
            (12_345.4, "$12,345"),
            (0.00001, "<$0.0001"),
            (0.0, "$0"),
            (0.99996, "$1.00"),
            (1_234.5, "$1,234.50"),
            (9_999.6, "$10,000"),
        ];
        for (usd, text) in cases {
            assert_eq!(money(usd), text, "{usd}");
        }
        assert_eq!([share(Some(0.9712)), share(None)], ["97.1%", "—"]);
        let cases = [(214.0, "214 ms"), (1_690.0, "1.69 s"), (43_500.0, "43.5 s"), (134_000.0, "2 m 14 s")];
        for (ms, text) in cases {
            assert_eq!(duration(Some(ms)), text, "{ms}");
        }
        assert_eq!(duration(None), "—");
    }
}
