//! Filters of the contract, from text to sets of codes.

use std::collections::HashSet;
use std::sync::Arc;

use columns::{
    AnyOf, ApiKey, CodeSet, Credential, Dictionaries, Filter, Flags, NumberRange, Outcome, Quantity,
};
use model::strip_reasoning_suffix;

use crate::dictionary::{credential_id, lower};
use crate::lenient::cleaned;
use crate::request::{AnalyticsRequest, Filters};
use crate::search::{any_of, profiles_where};

/// What the layer above looked up before planning: answers of the database that no column holds.
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    /// Ids of events whose event hash begins with the search phrase (8 or more hexadecimal digits), or whose failure text
    /// contains it; any order.
    pub event_ids: Vec<i64>,
    /// Names of client keys: SHA-256 (hex) and alias.
    pub key_aliases: Vec<(String, String)>,
    /// Spans of time with the first and the last millisecond of each, ascending, outside of which there is no event:
    /// [`Extent::spans`](crate::Extent::spans). An axis of time need not be longer. `None` = not known.
    pub spans: Option<Vec<(i64, i64)>>,
}

/// A set of texts.
struct Wanted(HashSet<String>);

impl Wanted {
    /// `None` when the list does not narrow.
    fn exact(values: &[String]) -> Option<Self> {
        let values = cleaned(values);
        (!values.is_empty()).then(|| Self(values.into_iter().collect()))
    }

    fn folded(values: &[String]) -> Option<Self> {
        let folded: Vec<String> = values.iter().map(|value| value.to_ascii_lowercase()).collect();
        Self::exact(&folded)
    }

    fn has(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    fn has_folded(&self, text: &str) -> bool {
        self.0.contains(lower(text).as_ref())
    }
}

fn admits(wanted: &Option<Wanted>, test: impl FnOnce(&Wanted) -> bool) -> bool {
    wanted.as_ref().is_none_or(test)
}

/// The contract's filters and search as conditions on codes.
pub(crate) fn compile(request: &AnalyticsRequest, dictionaries: &Dictionaries, lookups: &Lookups) -> Filter {
    let mut filter = exact(&request.filters, dictionaries);
    search(&mut filter, request, dictionaries, lookups);
    filter
}

/// The search alone: what the options of filters are counted over.
pub(crate) fn search_only(
    request: &AnalyticsRequest,
    dictionaries: &Dictionaries,
    lookups: &Lookups,
) -> Filter {
    let mut filter = Filter::default();
    search(&mut filter, request, dictionaries, lookups);
    filter
}

fn search(filter: &mut Filter, request: &AnalyticsRequest, dictionaries: &Dictionaries, lookups: &Lookups) {
    let phrase = request.phrase();
    let hash = request.search_api_key_hash.trim().to_ascii_lowercase();
    if phrase.is_empty() && hash.is_empty() {
        return;
    }
    let mut any = if phrase.is_empty() { AnyOf::default() } else { any_of(&phrase, dictionaries, lookups) };
    if !hash.is_empty() {
        let has = |key: &ApiKey| lower(&key.api_key_hash) == hash;
        any.profiles.extend(&profiles_where(dictionaries, |_| true, |_| true, has, |_| true));
    }
    filter.any = Some(Arc::new(any));
}

/// The contract's filters without the search.
fn exact(filters: &Filters, dictionaries: &Dictionaries) -> Filter {
    let models: Vec<String> =
        filters.models.iter().map(|model| strip_reasoning_suffix(model.trim()).to_owned()).collect();
    let models = Wanted::exact(&models);
    let providers = Wanted::folded(&filters.providers);
    let accounts = Wanted::folded(&filters.accounts);
    let credential_ids = Wanted::exact(&filters.credential_ids);
    let auth_files = Wanted::exact(&filters.auth_files);
    let auth_indices = Wanted::exact(&filters.auth_indices);
    let keys = Wanted::exact(&filters.api_key_hashes);
    let sources = Wanted::exact(&filters.source_hashes);
    let projects = Wanted::exact(&filters.project_ids);
    let executors = Wanted::exact(&filters.request_types);
    let by_profile = [
        &models,
        &providers,
        &accounts,
        &credential_ids,
        &auth_files,
        &auth_indices,
        &keys,
        &sources,
        &projects,
        &executors,
    ];
    let credential_passes = |c: &Credential| {
        admits(&providers, |w| w.has_folded(&c.provider) || w.has_folded(&c.auth_provider_snapshot))
            && admits(&accounts, |w| {
                [&c.account_snapshot, &c.auth_label_snapshot, &c.source, &c.auth_index]
                    .iter()
                    .any(|text| w.has_folded(text))
            })
            && admits(&credential_ids, |w| w.has(credential_id(c)))
            && admits(&auth_files, |w| w.has(&c.auth_file_snapshot))
            && admits(&auth_indices, |w| w.has(&c.auth_index))
            && admits(&sources, |w| w.has(&c.source_hash))
            && admits(&projects, |w| w.has(&c.auth_project_id_snapshot))
            && admits(&executors, |w| w.has(&c.executor_type))
    };
    let profiles = by_profile.iter().any(|wanted| wanted.is_some()).then(|| {
        profiles_where(
            dictionaries,
            credential_passes,
            |model| admits(&models, |w| w.has(&model.analytics_model)),
            |key| admits(&keys, |w| w.has(&key.api_key_hash)),
            |_| true,
        )
    });
    let kinds = Wanted::exact(&filters.header_error_kinds);
    let codes = Wanted::exact(&filters.header_error_codes);
    let plans = Wanted::exact(&filters.header_quota_plans);
    let outcomes = (kinds.is_some() || codes.is_some() || plans.is_some()).then(|| {
        Arc::new(outcomes(dictionaries, |outcome| {
            admits(&kinds, |w| w.has(&outcome.error_kind))
                && admits(&codes, |w| w.has(&outcome.error_code))
                && admits(&plans, |w| w.has(&outcome.quota_plan))
        }))
    });
    let mut trace_ids = cleaned(&filters.header_trace_ids);
    trace_ids.sort_unstable();
    let (mut set, mut clear) = (0, 0);
    if filters.failed_only {
        set |= Flags::FAILED;
    }
    if filters.include_failed == Some(false) {
        clear |= Flags::FAILED;
    }
    match filters.cache_status.trim() {
        "hit" => set |= Flags::CACHE_ANY,
        "miss" => clear |= Flags::CACHE_ANY,
        "read" => set |= Flags::CACHE_READ,
        "creation" => set |= Flags::CACHE_CREATION,
        _ => {}
    }
    let mut numbers = Vec::new();
    if filters.min_latency_ms > 0 {
        numbers.push(NumberRange { quantity: Quantity::Latency, min: filters.min_latency_ms, max: i64::MAX });
    }
    Filter {
        profiles,
        outcomes,
        flags_set: set,
        flags_clear: clear,
        numbers,
        trace_ids: (!trace_ids.is_empty()).then(|| Arc::new(trace_ids)),
        ..Filter::default()
    }
}

/// The outcomes that pass a test.
pub(crate) fn outcomes(dictionaries: &Dictionaries, test: impl Fn(&Outcome) -> bool) -> CodeSet {
    (0_u32..)
        .zip(dictionaries.outcomes.iter())
        .filter(|(_, outcome)| test(outcome))
        .map(|(code, _)| code)
        .collect()
}
