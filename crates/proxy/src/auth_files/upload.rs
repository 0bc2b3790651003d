//! The file names of an upload, read from a multipart body without changing it.

/// Parts in one upload.
const MAX_PARTS: usize = 1000;
/// Longest head of a part.
const MAX_PART_HEAD: usize = 16 * 1024;

/// The file names of a multipart body, without directories. `None` when the body is not readable as multipart.
pub(super) fn file_names(content_type: &str, body: &[u8]) -> Option<Vec<String>> {
    let boundary = parameter(content_type.split_once(';')?.1, "boundary")?;
    if boundary.is_empty() || boundary.len() > 200 {
        return None;
    }
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut names = Vec::new();
    let mut at = find(body, &delimiter)?;
    for _ in 0..MAX_PARTS {
        at += delimiter.len();
        if body[at..].starts_with(b"--") {
            return Some(names);
        }
        let head = &body[at..];
        let end = find(&head[..head.len().min(MAX_PART_HEAD)], b"\r\n\r\n")?;
        if let Some(name) = part_name(&head[..end]) {
            names.push(name);
        }
        let next = [b"\r\n", delimiter.as_slice()].concat();
        at += end + 2;
        at += find(&body[at..], &next)? + 2;
    }
    None
}

fn part_name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = parameter(disposition.split_once(';')?.1, "filename")?;
    // As the gateway does: only the last part of a path counts.
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    (!last.is_empty()).then(|| last.to_owned())
}

/// The value of a header parameter, quoted or not.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// The text up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => {
                let (_, next) = characters.next()?;
                if !matches!(next, '"' | '\\') {
                    value.push('\\');
                }
                value.push(next);
            }
            other => value.push(other),
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        let body = b"preamble\r\n--b 1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"x\\\".json\"\r\n\r\n{}\r\n--b 1\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=note\r\n\r\nhello\r\n--b 1\r\nContent-Disposition: form-data; name=f; filename=dir/b.json\r\n\r\n{\"filename\": \"c.json\"}\r\n--b 1--\r\n";
        let names = file_names("multipart/form-data; boundary=\"b 1\"", body).expect("multipart");
        assert_eq!(names, ["a \"x\".json", "b.json"]);
    }

    #[test]
    fn broken_bodies_have_no_names() {
        let kind = "multipart/form-data; boundary=b";
        for body in [&b""[..], b"--b", b"--b\r\n\r\nx", b"--b\r\nno blank line\r\n--b--", b"--c\r\n\r\n--c--"]
        {
            assert_eq!(file_names(kind, body), None, "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(file_names("multipart/form-data", b"--b--"), None);
        assert_eq!(file_names(kind, b"--b--"), Some(vec![]));
    }
}
