//! Which service tier an event is billed by.

/// Whether an executor, a provider, a credential's provider or a kind of credential says that this is Codex.
pub fn bills_as_codex(names: [&str; 4]) -> bool {
    names.iter().any(|name| name.to_ascii_lowercase().contains("codex"))
}

/// Works out the effective service tier: Codex bills what was asked for, the others what was given. It can be done again
/// when the credential turns out to be the first to say that this is Codex.
pub fn settle_tiers(codex: bool, service: &mut String, asked: &mut String, given: &str) {
    let order = if codex { [asked, service, given] } else { [given, service, asked] };
    let tier = order.iter().find(|tier| !tier.is_empty()).copied().unwrap_or_default().to_owned();
    if asked.is_empty() {
        asked.clone_from(&tier);
    }
    *service = tier;
}
