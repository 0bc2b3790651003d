use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

use super::*;

const RAW: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

fn hex(key: &DataKey) -> String {
    key.expose().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_form_is_read() {
    let awkward = [0xfb_u8; 32];
    for bytes in [*RAW, awkward] {
        let forms = [
            BASE64_STANDARD_NO_PAD.encode(bytes),
            BASE64_STANDARD.encode(bytes),
            BASE64_URL_SAFE_NO_PAD.encode(bytes),
            format!("  {}\r\n", BASE64_STANDARD_NO_PAD.encode(bytes)),
        ];
        for form in forms {
            assert_eq!(DataKey::parse(form.as_bytes()).expect(&form).expose(), &bytes, "{form}");
        }
    }
    assert_eq!(DataKey::parse(RAW).expect("raw").expose(), RAW);
    assert_eq!(DataKey::parse(&[0xff; 32]).expect("raw").expose(), &[0xff; 32]);
}

#[test]
fn other_file_contents_are_refused() {
    let short = BASE64_STANDARD_NO_PAD.encode([1_u8; 31]);
    for content in ["", "\n", "too short", short.as_str(), "0123456789abcdef0123456789abcdef0"] {
        assert!(matches!(DataKey::parse(content.as_bytes()), Err(DataKeyError::Malformed)), "{content}");
    }
}

#[test]
fn stray_bits_and_line_breaks_are_taken_as_the_reference_takes_them() {
    let mut text = BASE64_STANDARD_NO_PAD.encode([0_u8; 32]);
    text.pop();
    text.push('B');
    assert_eq!(DataKey::parse(text.as_bytes()).expect("stray bits").expose(), &[0; 32]);
    let text = BASE64_STANDARD_NO_PAD.encode(RAW);
    let broken = format!("{}\n{}", &text[..20], &text[20..]);
    assert_eq!(DataKey::parse(broken.as_bytes()).expect("line break").expose(), RAW);
}

#[test]
fn a_passphrase_is_derived() {
    let key = DataKey::from_secret(&"correct horse battery staple".into()).expect("passphrase");
    assert_eq!(hex(&key), "32fdf93af2d99575b3fdb7cfe0b17ae074145096c8f5c0b6e2e64e039126dc6e");
    let direct = DataKey::from_secret(&BASE64_STANDARD_NO_PAD.encode(RAW).into()).expect("base64");
    assert_eq!(direct.expose(), RAW);
    assert!(matches!(DataKey::from_secret(&" \n".into()), Err(DataKeyError::Malformed)));
}

#[test]
fn a_missing_file_is_made_once_and_only_when_allowed() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("deep/data.key");
    assert!(matches!(load_or_create(&path, false), Err(DataKeyError::Missing(_))));
    assert!(!path.exists() && !directory.path().join("deep").exists());

    let made = load_or_create(&path, true).expect("made");
    assert!(made.created && !made.exposed);
    assert_eq!(made.source, DataKeySource::KeyFile(path.clone()));
    let text = fs::read_to_string(&path).expect("text");
    assert_eq!(text.len(), 44);
    assert!(text.ends_with('\n') && !text.contains('='));

    let again = load_or_create(&path, true).expect("read");
    assert!(!again.created);
    assert_eq!(again.key.expose(), made.key.expose());
    let left = fs::read_dir(directory.path().join("deep")).expect("list").count();
    assert_eq!(left, 1, "no temporary file stays");
}

#[test]
fn a_malformed_file_is_never_replaced() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("data.key");
    for content in ["", "garbage"] {
        fs::write(&path, content).expect("write");
        assert!(matches!(load_or_create(&path, true), Err(DataKeyError::Malformed)));
        assert_eq!(fs::read_to_string(&path).expect("read"), content);
    }
}

#[test]
fn racing_starters_agree_on_one_key() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("data.key");
    let start = std::sync::Barrier::new(8);
    let keys: Vec<_> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    load_or_create(&path, true).expect("load")
                })
            })
            .collect();
        starters.into_iter().map(|starter| starter.join().expect("join")).collect()
    });
    assert_eq!(keys.iter().filter(|key| key.created).count(), 1);
    assert!(keys.iter().all(|key| key.key.expose() == keys[0].key.expose()));
    assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 1);
}

#[test]
fn an_unreadable_path_is_an_error_not_a_new_key() {
    let directory = tempfile::tempdir().expect("directory");
    // A directory in the place of the file.
    assert!(matches!(load_or_create(directory.path(), true), Err(DataKeyError::Io { .. })));
}

#[cfg(unix)]
#[test]
fn modes_are_narrow_and_are_narrowed() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("inner/data.key");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    load_or_create(&path, true).expect("made");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("parent")), 0o700);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("widen");
    assert!(!load_or_create(&path, false).expect("read").exposed);
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn debug_shows_no_key() {
    let key = DataKey::from_bytes(*RAW);
    assert!(!format!("{key:?}").contains("48"), "first byte of the key as a number");
}
