//! Argon2 must leave no memory behind: the manager's budget is smaller than two verifications.
#![cfg(target_os = "linux")]

use cpamp_vault::{AdminCredential, CredentialSource};

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).expect("number").parse().expect("number")
}

#[test]
fn verifications_on_many_threads_leave_no_resident_memory() {
    let credential =
        AdminCredential::create(&"some key".into(), CredentialSource::Env, 0).expect("credential");
    let before = resident_kib();
    for _ in 0..4 {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert!(!credential.verify("another key")));
            }
        });
    }
    let after = resident_kib();
    assert!(after < before + 4 * 1024, "{before} KiB before, {after} KiB after");
}
