//! From a request to its plan, and where its sections stand in the answer.

use std::ops::Range;
use std::sync::Arc;

use columns::{ApiKey, Dictionaries, Dimension, Filter, Flags, Group, Part, RowKey, Rows, SKIP};

use super::{Heat, KeySlots, Layout, Options, Split};
use crate::buckets::{Granularity, HOUR_MS, Zone, weekday_and_hour};
use crate::dictionary::{MEMBERS, Profiles, credential_id, lower, provider};
use crate::error::RequestError;
use crate::filter::{self, Lookups};
use crate::plan::{P95, Planner};
use crate::request::{AnalyticsRequest, EventsPageRequest};
use crate::sections::options::TRACE_EVENTS;
use crate::sections::summary::{ROLLING_MINUTES, span_before};
use crate::sections::tasks::TASK_EVENTS;

/// Work in progress.
pub(super) struct Planning<'a> {
    pub(super) request: &'a AnalyticsRequest,
    pub(super) dictionaries: &'a Dictionaries,
    pub(super) profiles: Profiles<'a>,
    pub(super) zone: &'a Zone,
    pub(super) range: Range<i64>,
    pub(super) axis_ranges: Vec<Range<i64>>,
    pub(super) planner: Planner,
    pub(super) layout: Layout,
}

impl Planning<'_> {
    pub(super) fn all(
        &mut self,
        width: Granularity,
        now_ms: i64,
        lookups: &Lookups,
    ) -> Result<(), RequestError> {
        let include = &self.request.include;
        let filter = filter::compile(self.request, self.dictionaries, lookups);
        let main = self.planner.scan(self.range.clone(), filter.clone());
        self.members(main);
        if include.api_key_stats {
            self.layout.by_key = Some(self.by_key(main));
        }
        self.summary(main, now_ms, &filter)?;
        self.time(main, width)?;
        if include.task_buckets || (include.summary && !self.compact()) {
            let newest = Rows::Newest { limit: TASK_EVENTS, before: None, failed_only: false };
            self.layout.newest = Some(self.planner.rows(main, newest));
            let failed = Rows::Newest { limit: TASK_EVENTS, before: None, failed_only: true };
            self.layout.newest_failed = Some(self.planner.rows(main, failed));
        }
        if let Ok(limit @ 1..) = usize::try_from(include.recent_failures) {
            // Failures are listed even when only successes count.
            let filter = Filter { flags_clear: filter.flags_clear & !Flags::FAILED, ..filter.clone() };
            let scan = if self.request.filters.include_failed == Some(false) {
                self.planner.scan(self.range.clone(), filter)
            } else {
                main
            };
            let rows = Rows::Newest { limit, before: None, failed_only: true };
            self.layout.failures = Some(self.planner.rows(scan, rows));
        }
        if let Some(page) = &include.events_page {
            let limit = usize::try_from(page.limit).ok().filter(|limit| *limit > 0).unwrap_or(100);
            let rows = Rows::Newest { limit: limit + 1, before: cursor(page), failed_only: false };
            self.layout.page = Some((limit, main, self.planner.rows(main, rows)));
        }
        if let Some(preview) = &include.drilldown_preview
            && preview.from_ms > 0
            && preview.from_ms < preview.to_ms
        {
            let limit = usize::try_from(preview.limit).ok().filter(|limit| *limit > 0).unwrap_or(20).min(100);
            let scan = self.planner.scan(preview.from_ms..preview.to_ms, filter);
            let rows = Rows::Newest { limit: limit + 1, before: None, failed_only: false };
            self.layout.preview = Some((limit, self.planner.rows(scan, rows)));
        }
        if include.filter_options || include.filter_selectors {
            self.options(lookups);
        }
        Ok(())
    }

    fn compact(&self) -> bool {
        self.request.include.summary_profile.trim() == "compact"
    }

    /// One group serves every section that only regroups what credentials and models say; never by more than is needed.
    fn members(&mut self, main: usize) {
        let i = &self.request.include;
        let both = i.account_stats || i.credential_stats;
        let credentials = both || i.channel_share || i.failure_sources || i.credential_timeline;
        let models = both || i.summary || i.model_share || i.model_stats;
        let wanted = MEMBERS.into_iter().zip([credentials, models]);
        let parts: Vec<Part> = wanted.filter(|(_, wanted)| *wanted).map(|(part, _)| part).collect();
        if !parts.is_empty() {
            let slot = self.planner.group(main, full(self.profiles.all_ids(&parts)));
            self.layout.members = Some((parts, slot));
        }
    }

    /// Two groups of pairs: all three parts at once make far more combinations.
    fn by_key(&mut self, scan: usize) -> KeySlots {
        let keys = &self.dictionaries.api_keys.0;
        let is_known = |key: &Option<ApiKey>| key.as_ref().is_some_and(|key| !key.api_key_hash.is_empty());
        let by_key = |value: &dyn Fn(u32, bool) -> u32, len: u32| {
            let values = (0_u32..).zip(keys.iter()).map(|(id, key)| value(id, is_known(key))).collect();
            Dimension::Part { part: Part::ApiKey, values: Arc::new(values), len }
        };
        let known = by_key(&|id, known| if known { id } else { SKIP }, keys.len() as u32);
        let unknown = by_key(&|_, known| if known { SKIP } else { 0 }, 1);
        let [key, credential, model] =
            [Part::ApiKey, Part::Credential, Part::Model].map(|part| self.profiles.ids(part));
        let planner = &mut self.planner;
        KeySlots {
            contexts: planner.group(scan, full(vec![key, credential.clone()])),
            models: planner.group(scan, full(vec![known, model.clone()])),
            // The last dimension only leaves out what has a key.
            // Id 0 is nobody's.
            unknown: (!keys.iter().skip(1).all(is_known))
                .then(|| planner.group(scan, full(vec![credential, model, unknown]))),
        }
    }

    fn summary(&mut self, main: usize, now_ms: i64, filter: &Filter) -> Result<(), RequestError> {
        let include = &self.request.include;
        if !include.summary {
            return Ok(());
        }
        if !self.compact() || include.summary_percentiles {
            let group = Group { by: Vec::new(), percentiles: P95.to_vec(), light: true };
            self.layout.percentiles = Some(self.planner.group(main, group));
        }
        if !self.compact() {
            let days = self.zone.timeline(&self.axis_ranges, Granularity::Day)?;
            self.layout.days = Some(self.planner.group(main, light(vec![days.dimension])));
            let window = now_ms.saturating_sub(ROLLING_MINUTES * 60_000)..now_ms;
            let scan = self.planner.scan(window, filter.clone());
            self.layout.rolling = Some(self.planner.group(scan, light(Vec::new())));
        }
        if include.summary_comparison
            && let Some(before) = span_before(&self.range)
        {
            let scan = self.planner.scan(before.clone(), filter.clone());
            self.layout.comparison = Some((before, self.planner.group(scan, light(Vec::new()))));
        }
        Ok(())
    }

    /// Everything by time.
    fn time(&mut self, main: usize, width: Granularity) -> Result<(), RequestError> {
        let include = &self.request.include;
        let timeline = include.timeline || include.anomaly_points;
        if timeline || include.credential_timeline || include.api_key_timeline {
            let axis = self.zone.timeline(&self.axis_ranges, width)?;
            let time = &axis.dimension;
            if timeline {
                let group = Group { by: vec![time.clone()], percentiles: P95.to_vec(), light: false };
                self.layout.timeline = Some(self.planner.group(main, group));
            }
            if include.credential_timeline {
                let (by, names) = self.profiles.by_credential(|c| Some(credential_id(c).to_owned()));
                let group = Group { by: vec![time.clone(), by], ..Group::default() };
                self.layout.credentials = Some(Split { slot: self.planner.group(main, group), names });
            }
            if include.api_key_timeline {
                let (by, names) = self.profiles.by_key(|key| {
                    let hash = lower(&key.api_key_hash);
                    (!hash.is_empty()).then(|| hash.into_owned())
                });
                let group = Group { by: vec![time.clone(), by], ..Group::default() };
                self.layout.keys = Some(Split { slot: self.planner.group(main, group), names });
            }
            self.layout.axis = Some(axis);
        }
        if !(include.hourly_distribution || include.heatmap) {
            return Ok(());
        }
        let pieces = self.zone.pieces(&self.axis_ranges, HOUR_MS)?;
        if include.hourly_distribution {
            let by = pieces.dimension(24, |piece| weekday_and_hour(piece.unit).1);
            let group = Group { by: vec![by], percentiles: Vec::new(), light: true };
            self.layout.hours = Some(self.planner.group(main, group));
        }
        if include.heatmap {
            let cell = pieces.dimension(168, |piece| {
                let (weekday, hour) = weekday_and_hour(piece.unit);
                weekday * 24 + hour
            });
            let unknown = |text: &str| if text.is_empty() { "Unknown".to_owned() } else { text.to_owned() };
            let models = self.profiles.by_model(|model| Some(unknown(&model.analytics_model)));
            let keys = self.profiles.by_key(|key| {
                let hash = &key.api_key_hash;
                (!hash.is_empty()).then(|| hash.clone())
            });
            let providers = self.profiles.by_credential(|c| Some(unknown(provider(c))));
            let mut split = |(by, names): (Dimension, Vec<String>)| {
                let group = Group { by: vec![cell.clone(), by], percentiles: Vec::new(), light: true };
                Split { slot: self.planner.group(main, group), names }
            };
            self.layout.heat =
                Some(Heat { models: split(models), keys: split(keys), providers: split(providers) });
        }
        Ok(())
    }

    fn options(&mut self, lookups: &Lookups) {
        let filter = filter::search_only(self.request, self.dictionaries, lookups);
        let scan = self.planner.scan(self.range.clone(), filter.clone());
        let members = self.planner.group(scan, full(self.profiles.all_ids(&MEMBERS)));
        if self.request.include.filter_selectors {
            let keys = light(vec![self.profiles.ids(Part::ApiKey)]);
            self.layout.options = Some(Options::Selectors(members, self.planner.group(scan, keys)));
            return;
        }
        let keys = self.by_key(scan);
        let len = self.dictionaries.outcomes.len() as u32;
        let outcome = Dimension::Outcome { values: Arc::new((0..len).collect()), len };
        let outcomes = self.planner.group(scan, light(vec![outcome]));
        let told = filter::outcomes(self.dictionaries, |outcome| outcome.has_metadata);
        let traced = Filter { outcomes: Some(Arc::new(told)), ..filter };
        let scan = self.planner.scan(self.range.clone(), traced);
        let rows = Rows::Newest { limit: TRACE_EVENTS, before: None, failed_only: false };
        let traced = self.planner.rows(scan, rows);
        self.layout.options = Some(Options::Full(members, keys, outcomes, traced));
    }
}

fn full(by: Vec<Dimension>) -> Group {
    Group { by, ..Group::default() }
}

fn light(by: Vec<Dimension>) -> Group {
    Group { by, percentiles: Vec::new(), light: true }
}

fn cursor(page: &EventsPageRequest) -> Option<RowKey> {
    let timestamp_ms = page.before_ms?;
    // Without an id: everything of that time is left out, as older panels expect.
    Some(RowKey { timestamp_ms, id: page.before_id.unwrap_or(i64::MIN) })
}
