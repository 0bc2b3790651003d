//! The panel's page: embedded at build time, or a file named by `PANEL_PATH`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/management.html"));
static EMBEDDED_GZIP: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/management.html.gz"));

/// Tells the page that the manager serves it.
const MODE_META: &str = r#"<meta name="cpamp-mode" content="full">"#;

/// Largest file that `PANEL_PATH` may name, bytes.
const MAX_PANEL_BYTES: u64 = 64 << 20;

/// Whether this binary carries the panel.
pub const PANEL_EMBEDDED: bool = cfg!(panel_embedded);

/// A page ready to be sent.
struct Page {
    html: Bytes,
    gzip: Option<Bytes>,
    etag: HeaderValue,
    policy: HeaderValue,
}

impl Page {
    fn new(html: Bytes, gzip: Option<Bytes>) -> Self {
        let digest = Sha256::digest(&html);
        let tag: String = digest[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        let etag = HeaderValue::from_str(&format!("\"{tag}\""));
        let policy = HeaderValue::from_str(&content_security_policy(&html));
        // Both are made of ASCII letters, digits and quotes only.
        let fallback = HeaderValue::from_static("default-src 'none'");
        Self {
            html,
            gzip,
            etag: etag.unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
            policy: policy.unwrap_or(fallback),
        }
    }
}

static EMBEDDED_PAGE: LazyLock<Arc<Page>> = LazyLock::new(|| {
    Arc::new(Page::new(Bytes::from_static(EMBEDDED), Some(Bytes::from_static(EMBEDDED_GZIP))))
});

/// Serves the page.
pub struct PageServer {
    path: Option<PathBuf>,
    from_file: Mutex<Option<(SystemTime, u64, Arc<Page>)>>,
}

impl PageServer {
    /// Serves `path` while it is readable, else the embedded page.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, from_file: Mutex::new(None) }
    }

    /// Answers a request for the page.
    pub fn serve(&self, request: &HeaderMap) -> Response {
        let page = self.path.as_deref().and_then(|path| self.load(path));
        let page = page.unwrap_or_else(|| Arc::clone(&EMBEDDED_PAGE));
        respond(&page, request)
    }

    fn load(&self, path: &Path) -> Option<Arc<Page>> {
        let found = std::fs::metadata(path).ok()?;
        let (modified, length) = (found.modified().ok()?, found.len());
        let mut cached = self.from_file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known_modified, known_length, page)) = cached.as_ref()
            && (*known_modified, *known_length) == (modified, length)
        {
            return Some(Arc::clone(page));
        }
        if length > MAX_PANEL_BYTES {
            return None;
        }
        let html = std::fs::read_to_string(path).ok()?;
        let html = html.replacen("<head>", &format!("<head>{MODE_META}"), 1);
        let page = Arc::new(Page::new(Bytes::from(html), None));
        *cached = Some((modified, length, Arc::clone(&page)));
        Some(page)
    }
}

fn respond(page: &Page, request: &HeaderMap) -> Response {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged =
        known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == page.etag));
    let gzip = page.gzip.as_ref().filter(|_| accepts_gzip(request));
    let mut response = Response::new(Body::empty());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(gzip.unwrap_or(&page.html).clone());
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, page.etag.clone());
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, page.policy.clone());
    if gzip.is_some() && !unchanged {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    let Some(accepted) = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|parameter| {
            parameter.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
        });
        (name.eq_ignore_ascii_case("gzip") || name == "*") && !refused
    })
}

/// The policy for exactly this file: only its own inline scripts run, nothing is loaded from elsewhere.
///
/// Styles stay `unsafe-inline`: chart and editor libraries set them at run time, and no markup comes from data.
fn content_security_policy(html: &[u8]) -> String {
    let hashes: String = inline_scripts(html)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    let scripts = if hashes.is_empty() { " 'none'".to_owned() } else { hashes };
    format!(
        "default-src 'none'; script-src{scripts}; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
         img-src 'self' data: blob:; font-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// The contents of `<script>` elements without `src` that are not JSON, which never runs.
fn inline_scripts(html: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let start = find(rest, b"<script")?;
            let tag = &rest[start..];
            let open_end = tag.iter().position(|byte| *byte == b'>')?;
            let (attributes, body) = (&tag[7..open_end], &tag[open_end + 1..]);
            let length = find(body, b"</script")?;
            rest = &body[length..];
            if find(attributes, b"src=").is_none() && find(attributes, b"application/json").is_none() {
                return Some(&body[..length]);
            }
        }
    })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_every_inline_script() {
        let html =
            b"<head><script>alert(1)</script><script src=\"x\"></script><script type=\"application/json\">{}</script><SCRIPT type=module>b</script>";
        let found: Vec<_> = inline_scripts(html).collect();
        assert_eq!(found, [b"alert(1)".as_slice(), b"b"]);
        let policy = content_security_policy(html);
        assert_eq!(policy.matches("'sha256-").count(), 2);
        let first = STANDARD.encode(Sha256::digest(b"alert(1)"));
        assert!(policy.contains(&format!("'sha256-{first}'")), "{policy}");
        assert!(content_security_policy(b"<p>").contains("script-src 'none'"));
    }

    #[test]
    fn the_embedded_page_says_who_serves_it() {
        let page = String::from_utf8_lossy(EMBEDDED);
        assert_eq!(page.matches(MODE_META).count(), 1);
    }

    #[test]
    fn compression_and_validators_are_honoured() {
        let server = PageServer::new(None);
        let mut request = HeaderMap::new();
        let plain = server.serve(&request);
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.5"));
        let gzip = server.serve(&request);
        assert_eq!(gzip.headers()[header::CONTENT_ENCODING], "gzip");
        request.insert(header::IF_NONE_MATCH, plain.headers()[header::ETAG].clone());
        assert_eq!(server.serve(&request).status(), StatusCode::NOT_MODIFIED);
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip;q=0"));
        request.remove(header::IF_NONE_MATCH);
        assert!(!server.serve(&request).headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn a_panel_file_replaces_the_embedded_page_and_may_change() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("panel.html");
        let server = PageServer::new(Some(path.clone()));
        let embedded = server.serve(&HeaderMap::new()).headers()[header::ETAG].clone();
        std::fs::write(&path, "<head></head><script>1</script>").expect("write");
        let first = server.serve(&HeaderMap::new());
        assert_ne!(first.headers()[header::ETAG], embedded);
        std::fs::write(&path, "<head></head><script>22</script>").expect("write");
        let second = server.serve(&HeaderMap::new());
        assert_ne!(first.headers()[header::ETAG], second.headers()[header::ETAG]);
        let hash = STANDARD.encode(Sha256::digest(b"22"));
        assert!(second.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii").contains(&hash));
    }
}
