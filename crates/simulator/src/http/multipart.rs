//! Just enough of multipart/form-data: named parts, with or without a file name.

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content: &'a [u8],
}

/// Takes a form apart; `None` when the body is none.
pub(super) fn parse<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    if !content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let boundary = parameter(content_type, "boundary")?;
    let delimiter = format!("--{boundary}");
    let delimiter = delimiter.as_bytes();
    let mut parts = Vec::new();
    let mut rest = body.get(find(body, delimiter)? + delimiter.len()..)?;
    while let Some(after) = rest.strip_prefix(b"\r\n") {
        let head_end = find(after, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&after[..head_end]).ok()?;
        let content = &after[head_end + 4..];
        let length = content
            .windows(delimiter.len() + 2)
            .position(|window| window.starts_with(b"\r\n") && window.ends_with(delimiter))?;
        let disposition =
            head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
        parts.push(Part {
            name: parameter(disposition, "name").unwrap_or_default(),
            file_name: parameter(disposition, "filename"),
            content: &content[..length],
        });
        rest = &content[length + 2 + delimiter.len()..];
    }
    Some(parts)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// `key=value` or `key="value"` in a header.
fn parameter(header: &str, key: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim().eq_ignore_ascii_case(key)).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_fields_are_found() {
        let body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\
                     Content-Type: application/json\r\n\r\n{\"a\":\r\n1}\r\n--XX\r\n\
                     Content-Disposition: form-data; name=\"location\"\r\n\r\neu\r\n--XX--\r\n";
        let parts = parse("multipart/form-data; boundary=XX", body).unwrap_or_default();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].file_name.as_deref(), Some("a.json"));
        assert_eq!(parts[0].content, b"{\"a\":\r\n1}");
        assert_eq!((parts[1].name.as_str(), parts[1].content), ("location", &b"eu"[..]));
        assert_eq!(parse("application/json", body), None);
        assert_eq!(parse("multipart/form-data; boundary=YY", body), None);
    }
}
