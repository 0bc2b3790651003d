//! Timelines by credential and by client key.

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
    /// Each row with the place in `names` of its second dimension's value; ascending by bucket, then by name.
    fn figures(&self, rows: &[GroupRow], names: &[String]) -> Vec<(usize, SplitFigures)> {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| names[*a].cmp(&names[*b]));
        let mut rank = vec![0; names.len()];
        order.iter().enumerate().for_each(|(rank_of, name)| rank[*name] = rank_of);
        let labels: Vec<String> =
            self.axis.starts.iter().map(|start| self.zone.label(*start, self.width)).collect();
        let mut all: Vec<_> = rows
            .iter()
            .filter_map(|row| {
                let (bucket, name) = (*row.key.first()? as usize, *row.key.get(1)? as usize);
                let start = *self.axis.starts.get(bucket)?;
                (name < names.len())
                    .then(|| (name, SplitFigures::new(start, labels[bucket].clone(), &row.sums)))
            })
            .collect();
        all.sort_by_key(|(name, figures)| (figures.bucket_ms, rank[*name]));
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
    let names: Vec<Option<(CredentialNames, String)>> = ids
        .iter()
        .map(|id| {
            let folded = folded.get(id.as_str())?;
            Some((CredentialNames::new(id, folded), label(folded)))
        })
        .collect();
    let figures = time.figures(rows, ids).into_iter();
    figures
        .filter_map(|(name, figures)| {
            let (names, label) = names[name].clone()?;
            Some(CredentialPoint { names, label, figures })
        })
        .collect()
}

fn label(folded: &Folded<'_>) -> String {
    folded.newest(|p| account_id(p.credential))
}

/// `hashes` are the values of the second dimension.
pub(crate) fn api_keys(time: &Time<'_>, rows: &[GroupRow], hashes: &[String]) -> Vec<ApiKeyPoint> {
    let figures = time.figures(rows, hashes).into_iter();
    figures.map(|(hash, figures)| ApiKeyPoint { api_key_hash: hashes[hash].clone(), figures }).collect()
}
