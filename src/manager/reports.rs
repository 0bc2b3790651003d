//! What the collector reports while it works: gaps to write down, credential lists to remember.
//!
//! Reports come from the thread that reads the socket, which must not wait, and none that matters may be dropped: gaps wait
//! in a list that merges when it is long, and of credential lists the newest is the only one that counts.

use std::sync::Weak;
use std::time::Duration;

use bytes::Bytes;
use collector::{CollectorEvent, Gap, State};
use model::DEFAULT_GATEWAY;
use store::{AuditActor, StoreError};
use tokio::sync::watch;

use super::{CONNECTED_EVERY, Manager, audit};
use crate::clock::now_ms;

/// Gaps that wait for the database one by one; from then on, neighbours of a kind become one.
const GAPS_WAITING: usize = 256;
/// A gap that was refused this often lets the others go first.
const GAP_REFUSALS: u32 = 30;
/// Pause between attempts to write a gap down while the database is unusable.
const GAP_PAUSE: Duration = Duration::from_secs(2);

/// What was reported and is not taken yet.
#[derive(Default)]
pub(super) struct Reports {
    /// Gaps that are not written down, the oldest first.
    gaps: watch::Sender<Vec<Gap>>,
    /// The newest credential list.
    auth_files: watch::Sender<Option<Bytes>>,
}

impl Reports {
    /// Takes a gap over: it is kept until it is written down.
    pub(super) fn gap(&self, gap: Gap) {
        self.gaps.send_modify(|gaps| {
            // The first one is being written.
            let waiting = gaps.get_mut(1..).unwrap_or_default();
            if waiting.len() >= GAPS_WAITING
                && let Some(near) = waiting.iter_mut().rev().find(|near| near.kind == gap.kind)
            {
                merge(near, &gap);
            } else {
                gaps.push(gap);
            }
        });
    }
}

/// One gap from the beginning of the first to the end of the second: rather too long than one too few.
fn merge(first: &mut Gap, second: &Gap) {
    first.from_ms = first.from_ms.min(second.from_ms);
    first.to_ms = first.to_ms.max(second.to_ms);
    first.covered &= second.covered;
    first.lost_estimate = first.lost_estimate.zip(second.lost_estimate).map(|(a, b)| a.saturating_add(b));
    first.detail.clone_from(&second.detail);
}

impl Manager {
    /// Takes a report of the collector. Called from the thread that reads the socket.
    pub(super) fn take_report(&self, report: CollectorEvent) {
        match report {
            CollectorEvent::Disconnected { from, failure: None } => {
                tracing::info!(transport = from.as_str(), "the connection is closed");
            }
            CollectorEvent::Gap(gap) => self.reports.gap(gap),
            CollectorEvent::PublishingEnabled => {
                self.audit.record(audit::publishing_enabled(AuditActor::MANAGER));
            }
            CollectorEvent::AuthFiles(body) => drop(self.reports.auth_files.send_replace(Some(body))),
            // The collector has logged these itself, once, and quietly while they repeat.
            CollectorEvent::Connected { .. }
            | CollectorEvent::Disconnected { .. }
            | CollectorEvent::Failed(_)
            | CollectorEvent::Rival(_)
            | CollectorEvent::Facts(_)
            | CollectorEvent::CredentialsChanged => {}
        }
        self.changed();
    }

    /// Waits until the gaps that were reported are written down.
    pub(super) async fn reports_written(&self, patience: Duration) {
        let mut gaps = self.reports.gaps.subscribe();
        let written = gaps.wait_for(Vec::is_empty);
        if tokio::time::timeout(patience, written).await.is_err() {
            tracing::warn!(gaps = self.reports.gaps.borrow().len(), "the last gaps are not written down");
        }
    }

    async fn write_gap(&self, gap: Gap) -> Result<(), StoreError> {
        let stored = store::Gap {
            gateway_id: DEFAULT_GATEWAY,
            kind: gap.kind.as_str().to_owned(),
            from_ms: gap.from_ms,
            to_ms: Some(gap.to_ms),
            retention_s: Some(i64::from(gap.retention_s)),
            covered: gap.covered,
            detail: gap.detail,
            lost_estimate: gap.lost_estimate.map(|lost| i64::try_from(lost).unwrap_or(i64::MAX)),
        };
        self.store.add_gap(stored).await?;
        self.forget_facts().await;
        self.changed();
        Ok(())
    }
}

/// Writes gaps down, each again and again while the database refuses it.
pub(super) async fn write_gaps(manager: Weak<Manager>) {
    let Some(mut gaps) = manager.upgrade().map(|manager| manager.reports.gaps.subscribe()) else { return };
    let mut refusals = 0_u32;
    loop {
        // Fails when the manager is gone.
        let Ok(first) = gaps.wait_for(|gaps| !gaps.is_empty()).await.map(|gaps| gaps.first().cloned()) else {
            return;
        };
        let (Some(manager), Some(first)) = (manager.upgrade(), first) else { return };
        match manager.write_gap(first).await {
            Ok(()) => {
                refusals = 0;
                manager.reports.gaps.send_modify(|gaps| drop(gaps.remove(0)));
            }
            Err(StoreError::Closed) => return,
            Err(error) => {
                if refusals == 0 {
                    tracing::warn!(%error, "a gap is not written down yet");
                }
                refusals += 1;
                if refusals >= GAP_REFUSALS {
                    // The others first: it may be this one that cannot be written.
                    manager.reports.gaps.send_modify(|gaps| gaps.rotate_left(1));
                    refusals = 0;
                }
                drop(manager);
                tokio::time::sleep(GAP_PAUSE).await;
            }
        }
    }
}

/// Reads the credential lists that the collector brings.
pub(super) async fn read_auth_files(manager: Weak<Manager>) {
    let Some(mut lists) = manager.upgrade().map(|manager| manager.reports.auth_files.subscribe()) else {
        return;
    };
    while lists.wait_for(Option::is_some).await.is_ok() {
        let Some(manager) = manager.upgrade() else { return };
        if let Some(body) = manager.reports.auth_files.send_replace(None) {
            manager.take_auth_files(&body);
            manager.changed();
        }
    }
}

/// Writes down now and then that we are connected, so that the gap after a power cut has a beginning.
pub(super) async fn remember_connected(manager: Weak<Manager>) {
    loop {
        tokio::time::sleep(CONNECTED_EVERY).await;
        let Some(manager) = manager.upgrade() else { return };
        let connected = manager.running().is_some_and(|running| running.status().state == State::Running);
        if connected {
            manager.note_connected(now_ms()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use collector::GapKind;

    use super::*;

    #[test]
    fn a_long_list_of_gaps_stays_bounded_and_covers_every_one() {
        let reports = Reports::default();
        let gap = |n: i64, kind| Gap {
            kind,
            from_ms: n * 10,
            to_ms: n * 10 + 5,
            retention_s: 60,
            covered: n != 900,
            lost_estimate: Some(2),
            detail: String::new(),
        };
        for n in 0..1000 {
            reports.gap(gap(n, if n % 2 == 0 { GapKind::Disconnected } else { GapKind::ReplyLost }));
        }
        reports.gap(gap(1000, GapKind::IntakeFull));
        let gaps = reports.gaps.borrow();
        assert_eq!(gaps.len(), 1 + GAPS_WAITING + 1);
        for n in 0..=1000 {
            let at_ms = n * 10 + 3;
            assert!(gaps.iter().any(|gap| (gap.from_ms..gap.to_ms).contains(&at_ms)), "{n}");
        }
        let lost: u64 = gaps.iter().filter_map(|gap| gap.lost_estimate).sum();
        assert_eq!((lost, gaps.iter().filter(|gap| !gap.covered).count()), (2002, 1));
    }
}
