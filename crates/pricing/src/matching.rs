//! Which entry of a catalogue is meant by a model name: for certain, or perhaps.

use crate::catalogue::{Catalogue, Entry, Source};
use crate::similarity::{Likeness, likeness, reduced};

/// Most candidates for one name from one source.
pub const CANDIDATES_MAX: usize = 8;

/// Why an entry was taken without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchReason {
    /// models.dev lists it under its maker.
    Official,
    /// The id, letter for letter.
    Exact,
    /// The id, in another case.
    CaseInsensitive,
    /// The id behind the provider.
    SourceModelId,
    /// The id behind the provider, in another case.
    CaseInsensitiveSourceModelId,
    /// The last segment, by its letters and digits.
    ProviderPrefix,
    /// The whole id, by its letters and digits.
    Normalized,
}

impl MatchReason {
    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "models.dev-official",
            Self::Exact => "exact",
            Self::CaseInsensitive => "case-insensitive",
            Self::SourceModelId => "source-model-id",
            Self::CaseInsensitiveSourceModelId => "case-insensitive-source-model-id",
            Self::ProviderPrefix => "provider-prefix",
            Self::Normalized => "normalized",
        }
    }
}

/// What a catalogue has for a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// One entry, for certain.
    One(&'a Entry, MatchReason),
    /// Several entries; none is taken.
    Ambiguous(Vec<&'a Entry>),
    /// Nothing for certain.
    Nothing,
}

/// An entry that may be meant. Never applied without being confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// 0 to 1, two decimals.
    pub score: f64,
    /// Why.
    pub reason: &'static str,
}

/// A way to match, and what a match is called.
type Level<'a> = (MatchReason, &'a dyn Fn(&Entry) -> bool);

pub(crate) fn last_segment(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

impl Catalogue {
    /// The entry that a name means.
    pub fn find(&self, name: &str) -> Found<'_> {
        if name.is_empty() {
            return Found::Nothing;
        }
        if self.has_canonical { self.find_strictly(name) } else { self.find_by_levels(name) }
    }

    /// With makers known: the maker's own entry, or what was asked for with its provider.
    fn find_strictly(&self, name: &str) -> Found<'_> {
        let official = || self.entries.iter().filter(|entry| entry.official);
        let full: Vec<&Entry> = official().filter(|entry| entry.id.eq_ignore_ascii_case(name)).collect();
        let tails: Vec<&Entry> =
            official().filter(|entry| entry.model().eq_ignore_ascii_case(name)).collect();
        match (&full[..], &tails[..]) {
            ([entry], _) | ([], [entry]) => return Found::One(entry, MatchReason::Official),
            ([], several) if several.len() > 1 => return Found::Ambiguous(tails),
            _ => {}
        }
        if !name.contains('/') {
            return Found::Nothing;
        }
        self.first_level(&[
            (MatchReason::Exact, &|entry| entry.id == name),
            (MatchReason::CaseInsensitive, &|entry| entry.id.eq_ignore_ascii_case(name)),
        ])
    }

    fn find_by_levels(&self, name: &str) -> Found<'_> {
        let providers = self.source == Source::ModelsDev;
        let segment = reduced(last_segment(name));
        let whole = reduced(name);
        self.first_level(&[
            (MatchReason::Exact, &|entry| entry.id == name),
            (MatchReason::CaseInsensitive, &|entry| entry.id.eq_ignore_ascii_case(name)),
            (MatchReason::SourceModelId, &|entry| providers && entry.model() == name),
            (MatchReason::CaseInsensitiveSourceModelId, &|entry| {
                providers && entry.model().eq_ignore_ascii_case(name)
            }),
            (MatchReason::ProviderPrefix, &|entry| {
                !segment.is_empty() && reduced(last_segment(&entry.id)) == segment
            }),
            (MatchReason::Normalized, &|entry| !whole.is_empty() && reduced(&entry.id) == whole),
        ])
    }

    /// The first level with a hit decides.
    fn first_level(&self, levels: &[Level<'_>]) -> Found<'_> {
        for (reason, matches) in levels {
            let hits: Vec<&Entry> = self.entries.iter().filter(|entry| matches(entry)).collect();
            match hits[..] {
                [] => {}
                [entry] => return Found::One(entry, *reason),
                _ => return Found::Ambiguous(hits),
            }
        }
        Found::Nothing
    }

    /// What may be meant by a name that has no certain match, the likeliest first.
    pub fn candidates(&self, name: &str) -> Vec<Candidate<'_>> {
        let pool: Vec<&Entry> = match self.find(name) {
            Found::Ambiguous(hits) => hits,
            _ => self.entries.iter().collect(),
        };
        let mut candidates: Vec<Candidate<'_>> = pool
            .into_iter()
            .filter_map(|entry| {
                let Likeness { mut score, mut reason, kept_from } = likeness(name, &entry.id);
                if self.source == Source::ModelsDev && entry.model().eq_ignore_ascii_case(name) {
                    // A short id says nothing about the provider.
                    score = crate::similarity::SAME_SEGMENT;
                    reason = "same-model-with-provider-prefix";
                }
                (score >= kept_from).then(|| Candidate {
                    entry,
                    score: (score * 100.0).round() / 100.0,
                    reason,
                })
            })
            .collect();
        candidates.sort_by(|a, b| {
            let first_party = b.entry.official.cmp(&a.entry.official);
            first_party.then(b.score.total_cmp(&a.score)).then_with(|| a.entry.id.cmp(&b.entry.id))
        });
        candidates.truncate(CANDIDATES_MAX);
        candidates
    }

    /// Every name that means one entry, with that entry: what a synchronisation without names takes.
    pub fn unambiguous(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().filter_map(|entry| match self.source {
            Source::ModelsDev => {
                let name = entry.model();
                let only = |entries: Vec<&Entry>| entries.len() == 1;
                let same = || self.entries.iter().filter(|other| other.model() == name);
                let clear = if self.has_canonical {
                    entry.official && only(same().filter(|other| other.official).collect())
                } else {
                    only(same().collect())
                };
                clear.then_some((name, entry))
            }
            Source::LiteLlm | Source::OpenRouter => Some((entry.id.as_str(), entry)),
        })
    }
}
