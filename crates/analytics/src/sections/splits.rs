//! Timelines by credential and by client key.

use std::collections::HashMap;

use columns::GroupRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::CredentialNames;
use super::timeline::SplitFigures;
use super::{Folded, fold};
use crate::buckets::{Axis, Granularity, Zone};
use crate::dictionary::{Member, account_id, credential_id};

/// A credential in a bucket of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CredentialPoint {
    /// Names.
    #[serde(flatten)]
    pub names: CredentialNames,
    /// A name for people.
    pub label: String,
    /// Figures.
    #[serde(flatten)]
    pub figures: SplitFigures,
}

/// A client key in a bucket of time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApiKeyPoint {
    /// SHA-256 (hex).
    pub api_key_hash: String,
    /// Figures.
    #[serde(flatten)]
    pub figures: SplitFigures,
}

/// Time and labels of a split timeline.
pub(crate) struct Time<'a> {
    pub axis: &'a Axis,
    pub zone: &'a Zone,
    pub width: Granularity,
}

impl Time<'_> {
    /// Each row with the value of its second dimension; ascending by bucket, then by `name`.
    fn figures<'n>(&self, rows: &[GroupRow], name: impl Fn(u32) -> &'n str) -> Vec<(&'n str, SplitFigures)> {
        let mut all: Vec<_> = rows
            .iter()
            .filter_map(|row| {
                let bucket = *self.axis.starts.get(*row.key.first()? as usize)?;
                let label = self.zone.label(bucket, self.width);
                Some((name(*row.key.get(1)?), SplitFigures::new(bucket, label, &row.sums)))
            })
            .collect();
        all.sort_by(|(p, a), (q, b)| a.bucket_ms.cmp(&b.bucket_ms).then_with(|| p.cmp(q)));
        all
    }
}

/// `members` are the same events by credential; `ids` the values of the second dimension.
pub(crate) fn credentials(
    time: &Time<'_>,
    members: &[Member<'_>],
    rows: &[GroupRow],
    ids: &[String],
) -> Vec<CredentialPoint> {
    let folded = fold(members, |p| credential_id(p.credential));
    let names: HashMap<&str, (CredentialNames, String)> =
        folded.iter().map(|(id, folded)| (*id, (CredentialNames::new(id, folded), label(folded)))).collect();
    let id = |value: u32| ids.get(value as usize).map_or("-", String::as_str);
    time.figures(rows, id)
        .into_iter()
        .filter_map(|(id, figures)| {
            let (names, label) = names.get(id)?.clone();
            Some(CredentialPoint { names, label, figures })
        })
        .collect()
}

fn label(folded: &Folded<'_>) -> String {
    folded.newest(|p| account_id(p.credential))
}

/// `hashes` are the values of the second dimension.
pub(crate) fn api_keys(time: &Time<'_>, rows: &[GroupRow], hashes: &[String]) -> Vec<ApiKeyPoint> {
    let hash = |value: u32| hashes.get(value as usize).map_or("", String::as_str);
    let figures = time.figures(rows, hash).into_iter();
    figures.map(|(hash, figures)| ApiKeyPoint { api_key_hash: hash.to_owned(), figures }).collect()
}
