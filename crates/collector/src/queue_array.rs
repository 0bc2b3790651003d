//! Splits the body of the HTTP usage queue into items while it arrives.
//!
//! The records in that body exist nowhere else any more. So nothing that arrived complete is ever thrown away because of
//! something else in the body: the splitter looks for the borders of elements only and judges none of them.

use crate::{MAX_ITEM, OVERSIZED_HEAD};

/// One element of the array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueItem {
    /// An element's bytes; for a JSON string, its text. Not necessarily valid JSON.
    Record(Vec<u8>),
    /// An element longer than 8 MiB: its beginning and its length.
    Oversized {
        /// The first 64 KiB.
        head: Vec<u8>,
        /// Length of the whole element, bytes.
        total: u64,
    },
}

/// How the body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// A complete array.
    Complete,
    /// An array that was cut off, or that has something else in it; the rest became one item.
    Damaged,
    /// No array at all; nothing was taken.
    NotAnArray,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    BeforeElement,
    Nested {
        depth: u32,
        string: bool,
        escape: bool,
    },
    Text {
        escape: bool,
    },
    Scalar,
    AfterElement,
    Done,
    /// The rest cannot be split; it is collected as it is.
    Rest,
    NotAnArray,
}

/// The splitter; feed it the body in any pieces.
#[derive(Debug)]
pub struct ArraySplitter {
    state: State,
    current: Vec<u8>,
    total: u64,
    start: Vec<u8>,
}

impl Default for ArraySplitter {
    fn default() -> Self {
        Self { state: State::Start, current: Vec::new(), total: 0, start: Vec::new() }
    }
}

/// The longest beginning of a body that is no array which is kept for the message, bytes.
const MAX_START: usize = 256;

impl ArraySplitter {
    /// Takes the next piece of the body and puts the elements that it completes into `out`.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<QueueItem>) {
        if self.start.len() < MAX_START {
            let take = (MAX_START - self.start.len()).min(chunk.len());
            self.start.extend_from_slice(&chunk[..take]);
        }
        let mut at = 0;
        while at < chunk.len() {
            at = self.step(chunk, at, out);
        }
    }

    /// The first bytes of the body, for a message about a body that is no array.
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// Handles the bytes from `at` that belong to one state; answers where to go on.
    fn step(&mut self, chunk: &[u8], at: usize, out: &mut Vec<QueueItem>) -> usize {
        let byte = chunk[at];
        match self.state {
            State::Start => {
                match byte {
                    b'[' => self.state = State::BeforeElement,
                    _ if byte.is_ascii_whitespace() => {}
                    _ => self.state = State::NotAnArray,
                }
                at + 1
            }
            State::BeforeElement => self.begin(byte, at),
            State::Nested { depth, string, escape } => self.nested(chunk, at, (depth, string, escape), out),
            State::Text { escape } => self.text(chunk, at, escape, out),
            State::Scalar => {
                let rest = &chunk[at..];
                let ends = |b: &u8| matches!(b, b',' | b']') || b.is_ascii_whitespace();
                let end = rest.iter().position(ends).unwrap_or(rest.len());
                self.keep(&rest[..end]);
                if end < rest.len() {
                    self.finish_element(false, out);
                }
                at + end
            }
            State::AfterElement => {
                match byte {
                    b',' => self.state = State::BeforeElement,
                    b']' => self.state = State::Done,
                    _ if byte.is_ascii_whitespace() => {}
                    _ => {
                        self.state = State::Rest;
                        return at;
                    }
                }
                at + 1
            }
            State::Done if byte.is_ascii_whitespace() => at + 1,
            State::Done => {
                self.state = State::Rest;
                at
            }
            State::Rest => {
                self.keep(&chunk[at..]);
                chunk.len()
            }
            State::NotAnArray => chunk.len(),
        }
    }

    fn begin(&mut self, byte: u8, at: usize) -> usize {
        self.state = match byte {
            b'{' | b'[' => State::Nested { depth: 0, string: false, escape: false },
            b'"' => {
                self.keep(b"\"");
                self.state = State::Text { escape: false };
                return at + 1;
            }
            b']' => {
                self.state = State::Done;
                return at + 1;
            }
            // An empty place between two commas holds nothing to lose.
            b',' => return at + 1,
            _ if byte.is_ascii_whitespace() => return at + 1,
            b'}' | b':' => State::Rest,
            _ => State::Scalar,
        };
        at
    }

    fn nested(
        &mut self,
        chunk: &[u8],
        at: usize,
        (mut depth, mut string, mut escape): (u32, bool, bool),
        out: &mut Vec<QueueItem>,
    ) -> usize {
        for (offset, byte) in chunk[at..].iter().enumerate() {
            if string {
                match byte {
                    _ if escape => escape = false,
                    b'\\' => escape = true,
                    b'"' => string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => string = true,
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        let end = at + offset + 1;
                        self.keep(&chunk[at..end]);
                        self.finish_element(false, out);
                        return end;
                    }
                }
                _ => {}
            }
        }
        self.keep(&chunk[at..]);
        self.state = State::Nested { depth, string, escape };
        chunk.len()
    }

    fn text(&mut self, chunk: &[u8], at: usize, mut escape: bool, out: &mut Vec<QueueItem>) -> usize {
        for (offset, byte) in chunk[at..].iter().enumerate() {
            match byte {
                _ if escape => escape = false,
                b'\\' => escape = true,
                b'"' => {
                    let end = at + offset + 1;
                    self.keep(&chunk[at..end]);
                    self.finish_element(true, out);
                    return end;
                }
                _ => {}
            }
        }
        self.keep(&chunk[at..]);
        self.state = State::Text { escape };
        chunk.len()
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        if self.total <= MAX_ITEM as u64 {
            self.current.extend_from_slice(bytes);
        } else if self.current.len() > OVERSIZED_HEAD {
            self.current.truncate(OVERSIZED_HEAD);
            self.current.shrink_to_fit();
        } else {
            let take = (OVERSIZED_HEAD - self.current.len()).min(bytes.len());
            self.current.extend_from_slice(&bytes[..take]);
        }
    }

    fn finish_element(&mut self, is_text: bool, out: &mut Vec<QueueItem>) {
        self.state = State::AfterElement;
        let total = std::mem::take(&mut self.total);
        let bytes = std::mem::take(&mut self.current);
        if total > MAX_ITEM as u64 {
            out.push(QueueItem::Oversized { head: bytes, total });
            return;
        }
        // A string that cannot be read as one is handed on as it is.
        let text = if is_text { serde_json::from_slice::<String>(&bytes).ok() } else { None };
        let bytes = text.map_or(bytes, String::into_bytes);
        if bytes != b"null" && !bytes.trim_ascii().is_empty() {
            out.push(QueueItem::Record(bytes));
        }
    }

    /// Says that the body is over: what is left of it becomes one item.
    pub fn finish(mut self, out: &mut Vec<QueueItem>) -> BodyEnd {
        match self.state {
            State::Done => BodyEnd::Complete,
            State::NotAnArray if self.start.trim_ascii() == b"null" => BodyEnd::Complete,
            State::Start | State::NotAnArray => BodyEnd::NotAnArray,
            _ => {
                if self.total > 0 {
                    self.finish_element(false, out);
                }
                BodyEnd::Damaged
            }
        }
    }
}

/// Splits a whole body at once.
pub fn split_queue_array(body: &[u8]) -> (Vec<QueueItem>, BodyEnd) {
    let mut splitter = ArraySplitter::default();
    let mut items = Vec::new();
    splitter.feed(body, &mut items);
    let end = splitter.finish(&mut items);
    (items, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(body: &str) -> (Vec<String>, BodyEnd) {
        let (items, end) = split_queue_array(body.as_bytes());
        let text = |item: QueueItem| match item {
            QueueItem::Record(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            QueueItem::Oversized { total, .. } => format!("oversized {total}"),
        };
        (items.into_iter().map(text).collect(), end)
    }

    #[test]
    fn objects_strings_null_and_scalars() {
        let (items, end) =
            split(r#" [ {"a":[1,"]"]} , "{\"b\":\"\\\\\"}", null, "  ", 17, true, [1,2] ,"x"] "#);
        assert_eq!(end, BodyEnd::Complete);
        assert_eq!(items, [r#"{"a":[1,"]"]}"#, r#"{"b":"\\"}"#, "17", "true", "[1,2]", "x"]);
        assert_eq!(split("[]"), (vec![], BodyEnd::Complete));
        assert_eq!(split("null"), (vec![], BodyEnd::Complete));
    }

    #[test]
    fn a_cut_body_keeps_what_was_complete() {
        let (items, end) = split(r#"[{"a":1},{"b":2},{"c":"#);
        assert_eq!(end, BodyEnd::Damaged);
        assert_eq!(items, [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":"#]);
        assert_eq!(split(r#"[{"a":1}"#), (vec![r#"{"a":1}"#.to_owned()], BodyEnd::Damaged));
        assert_eq!(split("["), (vec![], BodyEnd::Damaged));
    }

    #[test]
    fn a_bad_element_spoils_no_other() {
        let (items, end) = split(r#"[{"a":},{"b":2}]"#);
        assert_eq!((items.len(), end), (2, BodyEnd::Complete));
        let (items, end) = split(r#"[{"a":1} oops {"b":2}]"#);
        assert_eq!(items, [r#"{"a":1}"#, r#"oops {"b":2}]"#]);
        assert_eq!(end, BodyEnd::Damaged);
        let (items, _) = split(r#"["\ud800", {"b":2}]"#);
        assert_eq!(items.len(), 2, "a lone surrogate is no text, but an item all the same");
    }

    #[test]
    fn other_bodies_are_not_arrays() {
        for body in ["", "  ", "<html>login</html>", r#"{"error":"x"}"#, "404"] {
            assert_eq!(split(body), (vec![], BodyEnd::NotAnArray), "{body}");
        }
    }

    #[test]
    fn an_oversized_element_is_cut_and_the_next_one_survives() {
        let big = "x".repeat(MAX_ITEM);
        let body = format!(r#"[{{"a":"{big}"}},{{"b":2}}]"#);
        let mut splitter = ArraySplitter::default();
        let mut items = Vec::new();
        for chunk in body.as_bytes().chunks(100_000) {
            splitter.feed(chunk, &mut items);
        }
        assert_eq!(splitter.finish(&mut items), BodyEnd::Complete);
        let Some(QueueItem::Oversized { head, total }) = items.first() else { panic!("{}", items.len()) };
        assert_eq!((head.len(), *total), (OVERSIZED_HEAD, MAX_ITEM as u64 + 8));
        assert!(head.starts_with(br#"{"a":"xxx"#));
        assert_eq!(items[1], QueueItem::Record(br#"{"b":2}"#.to_vec()));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_items(body in "[\\[\\]{},:\"\\\\ a1n]{0,80}", cut in 1usize..10) {
            let whole = split_queue_array(body.as_bytes());
            let mut splitter = ArraySplitter::default();
            let mut items = Vec::new();
            for chunk in body.as_bytes().chunks(cut) {
                splitter.feed(chunk, &mut items);
            }
            let end = splitter.finish(&mut items);
            prop_assert_eq!((items, end), whole);
        }

        #[test]
        fn valid_arrays_of_objects_come_back_whole(texts in proptest::collection::vec(".{0,30}", 0..8)) {
            let objects: Vec<String> =
                texts.iter().map(|text| serde_json::json!({ "k": text, "n": [text] }).to_string()).collect();
            let (items, end) = split(&format!("[{}]", objects.join(", ")));
            prop_assert_eq!(end, BodyEnd::Complete);
            prop_assert_eq!(items, objects);
        }
    }
}
