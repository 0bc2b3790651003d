//! How alike two model names are.

use std::collections::BTreeSet;

use crate::matching::last_segment;

/// The score of two names whose last segments are the same by their letters and digits.
pub(crate) const SAME_SEGMENT: f64 = 0.94;
/// From which score on a candidate is worth showing.
const KEPT_FROM: f64 = 0.55;
/// The same for two models of one family.
const FAMILY_KEPT_FROM: f64 = 0.34;

/// Families within which models are offered for each other, and the words by which they are known.
const FAMILIES: [(&str, &[&str]); 3] =
    [("qwen", &["qwen"]), ("gemini", &["gemini"]), ("minimax", &["minimax", "mimo"])];

/// Words that say nothing about the model.
const IGNORED: [&str; 3] = ["latest", "preview", "free"];

/// How alike a name and an id are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// 0 to 1.
    pub score: f64,
    pub reason: &'static str,
    /// The least score with which it is kept.
    pub kept_from: f64,
}

/// Letters and digits, lower case.
pub(crate) fn reduced(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How likely a catalogue's id is what a name means.
pub(crate) fn likeness(name: &str, id: &str) -> Likeness {
    let sure = |score, reason| Likeness { score, reason, kept_from: KEPT_FROM };
    if name == id {
        return sure(1.0, "exact-model-id");
    }
    if name.eq_ignore_ascii_case(id) {
        return sure(0.98, "case-insensitive-model-id");
    }
    let (name_segment, id_segment) = (reduced(last_segment(name)), reduced(last_segment(id)));
    let (name_whole, id_whole) = (reduced(name), reduced(id));
    if name_whole.is_empty() || id_whole.is_empty() {
        return sure(0.0, "weak-similarity");
    }
    let contains = |a: &str, b: &str| {
        let (longer, shorter) = if a.len() >= b.len() { (a, b) } else { (b, a) };
        !shorter.is_empty() && longer.contains(shorter)
    };
    if name_segment == id_segment {
        return sure(SAME_SEGMENT, "same-model-with-provider-prefix");
    }
    if name_whole == id_whole {
        return sure(0.90, "normalized-model-name");
    }
    if contains(&name_segment, &id_segment) {
        return sure(0.78, "model-name-contains");
    }
    if contains(&name_whole, &id_whole) {
        return sure(0.74, "normalized-name-contains");
    }
    by_words(name, id, &name_segment, &id_segment)
}

fn by_words(name: &str, id: &str, name_segment: &str, id_segment: &str) -> Likeness {
    let shared = jaccard(&words(last_segment(name)), &words(last_segment(id)));
    let similar = edit_similarity(name_segment, id_segment);
    let (by_sharing, by_spelling) = (0.86 * shared, 0.82 * similar);
    let mut result = Likeness {
        score: by_sharing.max(by_spelling),
        reason: if by_sharing >= by_spelling { "shared-model-tokens" } else { "similar-model-name" },
        kept_from: KEPT_FROM,
    };
    if result.score < KEPT_FROM {
        result.reason = "weak-similarity";
    }
    let mut raise = |to: f64, reason: &'static str, kept_from: f64| {
        if result.score < to {
            result = Likeness { score: to, reason, kept_from };
        }
    };
    if shared >= 0.65 {
        raise(0.72, "shared-model-tokens", KEPT_FROM);
    } else if shared >= 0.4 {
        raise(0.58, "shared-model-tokens", KEPT_FROM);
    }
    // A relative that is a little more alike than that is no less a relative.
    if result.score < KEPT_FROM && family(name).is_some_and(|of_name| family(id) == Some(of_name)) {
        let score = result.score.max(0.46);
        result = Likeness { score, reason: "same-model-family", kept_from: FAMILY_KEPT_FROM };
    }
    result
}

fn family(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    FAMILIES.iter().find(|(_, words)| words.iter().any(|word| name.contains(word))).map(|(family, _)| *family)
}

/// Runs of letters and of digits, lower case, without words that say nothing, synonyms replaced.
fn words(text: &str) -> BTreeSet<String> {
    let mut words: Vec<String> = Vec::new();
    let mut kind = None;
    for c in text.to_lowercase().chars() {
        let this = c.is_alphanumeric().then(|| c.is_numeric());
        if this.is_some() && this == kind {
            if let Some(word) = words.last_mut() {
                word.push(c);
            }
        } else if this.is_some() {
            words.push(c.to_string());
        }
        kind = this;
    }
    // `m2` and `m2.5` are what MiniMax calls its models.
    let minimax = |word: &str, next: Option<&String>| {
        matches!(word, "mimo" | "minimax") || (word == "m" && next.is_some_and(|next| next.starts_with('2')))
    };
    let spelled = words.iter().enumerate().map(|(index, word)| match word.as_str() {
        word if minimax(word, words.get(index + 1)) => "minimax".to_owned(),
        "low" => "lite".to_owned(),
        other => other.to_owned(),
    });
    spelled.filter(|word| !IGNORED.contains(&word.as_str())).collect()
}

fn jaccard(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let union = a.union(b).count();
    if union == 0 { 0.0 } else { a.intersection(b).count() as f64 / union as f64 }
}

/// 1 for equal texts, 0 for texts that share nothing: one less the edits per letter of the longer one.
fn edit_similarity(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len());
    if longer == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, of_a) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, of_b) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(of_a != of_b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    1.0 - row[b.len()] as f64 / longer as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_words_and_spelling() {
        assert_eq!(words("MiMo-V2.5-preview").into_iter().collect::<Vec<_>>(), ["2", "5", "minimax", "v"]);
        assert_eq!(words("m2.5").into_iter().collect::<Vec<_>>(), ["2", "5", "minimax"]);
        assert_eq!(edit_similarity("kitten", "sitting"), 1.0 - 3.0 / 7.0);
        assert_eq!(edit_similarity("", ""), 1.0);
        for (name, id, score, reason) in [
            ("a/b", "a/b", 1.0, "exact-model-id"),
            ("A/b", "a/B", 0.98, "case-insensitive-model-id"),
            ("nova-1", "acme/nova.1", 0.94, "same-model-with-provider-prefix"),
            ("ac/me-x", "acme/x", 0.90, "normalized-model-name"),
            ("nova-1-turbo", "acme/nova-1", 0.78, "model-name-contains"),
            ("acme-x-nova/9z", "x/nova-9", 0.74, "normalized-name-contains"),
            ("qwen9-tts-instruct", "qwen/3.5-flash-32b", 0.46, "same-model-family"),
        ] {
            let got = likeness(name, id);
            assert_eq!((got.score, got.reason), (score, reason), "{name} and {id}");
        }
    }
}
