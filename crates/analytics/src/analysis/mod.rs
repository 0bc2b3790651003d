//! `POST /v0/management/monitoring/analytics`: from the request to one plan, and from its answer to the response.

mod answer;

use std::ops::Range;
use std::sync::Arc;

use columns::{
    Answer, ApiKey, Dictionaries, Dimension, Filter, Flags, Group, Part, Plan, RowKey, Rows, SKIP,
};

pub use self::answer::AnalyticsAnswer;
use crate::buckets::{Axis, Granularity, HOUR_MS, Zone, weekday_and_hour};
use crate::dictionary::{MEMBERS, Member, Profiles, credential_id, lower, provider};
use crate::error::RequestError;
use crate::filter::{self, Lookups};
use crate::plan::{Found, P95, Planner, Slot};
use crate::request::{AnalyticsRequest, EventsPageRequest};
use crate::sections::accounts::{account_stats, channel_share, credential_stats, failure_sources};
use crate::sections::events::{Events, EventsPage, failures};
use crate::sections::keys::ByKey;
use crate::sections::options::TRACE_EVENTS;
use crate::sections::summary::{Comparison, Full, ROLLING_MINUTES, Summary, span_before};
use crate::sections::tasks::TASK_EVENTS;
use crate::sections::total;
use crate::sections::{heatmap, keys, models, options, splits, tasks, timeline};

/// Where a timeline of several things stands.
struct Split {
    slot: Slot,
    names: Vec<String>,
}

/// Where the heatmap stands.
struct Heat {
    models: Split,
    keys: Split,
    providers: Split,
}

/// Where everything stands that the request asked for.
#[derive(Default)]
struct Layout {
    members: Option<(Vec<Part>, Slot)>,
    by_key: Option<KeySlots>,
    percentiles: Option<Slot>,
    axis: Option<Axis>,
    timeline: Option<Slot>,
    hours: Option<Slot>,
    days: Option<Slot>,
    rolling: Option<Slot>,
    comparison: Option<(Range<i64>, Slot)>,
    heat: Option<Heat>,
    credentials: Option<Split>,
    keys: Option<Split>,
    newest: Option<Slot>,
    newest_failed: Option<Slot>,
    failures: Option<Slot>,
    page: Option<(usize, usize, Slot)>,
    preview: Option<(usize, Slot)>,
    options: Option<Options>,
}

/// Where the figures of client keys stand.
#[derive(Clone, Copy)]
struct KeySlots {
    contexts: Slot,
    models: Slot,
    /// Of events without a key; absent when every event has one.
    unknown: Option<Slot>,
}

/// Where the options of filters stand.
enum Options {
    /// Names only: by credential and model, and by key.
    Selectors(Slot, Slot),
    /// With figures: by credential and model, by key, by outcome, and the newest events with header facts.
    Full(Slot, KeySlots, Slot, Slot),
}

/// A request with its plan.
pub struct Analysis {
    request: AnalyticsRequest,
    dictionaries: Dictionaries,
    zone: Zone,
    width: Granularity,
    plan: Plan,
    layout: Layout,
}

impl Analysis {
    /// Plans a request. `now_ms` is the server's time, for requests that do not bring one.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn new(
        request: AnalyticsRequest,
        now_ms: i64,
        dictionaries: Dictionaries,
        lookups: &Lookups,
    ) -> Result<Self, RequestError> {
        request.check()?;
        let zone = Zone::named(&request.time_zone)?;
        let range = request.from_ms..request.to_ms;
        let width = Granularity::of(&request.include.granularity, &range);
        let now_ms = if request.now_ms > 0 { request.now_ms } else { now_ms };
        let (plan, layout) = {
            let mut planning = Planning {
                request: &request,
                profiles: Profiles::new(&dictionaries),
                dictionaries: &dictionaries,
                zone: &zone,
                // An axis of time is as long as there are events, however long the range.
                axis_ranges: clamped(&range, lookups.spans.as_deref()),
                range,
                planner: Planner::default(),
                layout: Layout::default(),
            };
            planning.all(width, now_ms, lookups)?;
            (planning.planner.finish(), planning.layout)
        };
        Ok(Self { request, dictionaries, zone, width, plan, layout })
    }

    /// The question to the columns.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Row ids of the events that the answer needs in full.
    pub fn wanted(&self, answer: &Answer) -> Vec<i64> {
        let found = Found(answer);
        let layout = &self.layout;
        let mut ids: Vec<i64> = Vec::new();
        if let Some(newest) = layout.newest {
            ids.extend(tasks::wanted(found.rows(newest), self.request.include.task_buckets));
        }
        let page = layout.page.map(|(limit, _, slot)| (limit, slot));
        for (limit, slot) in [page, layout.preview].into_iter().flatten() {
            ids.extend(found.rows(slot).iter().take(limit).map(|key| key.id));
        }
        let traced = match layout.options {
            Some(Options::Full(.., traced)) => Some(traced),
            _ => None,
        };
        for slot in [layout.failures, traced].into_iter().flatten() {
            ids.extend(found.rows(slot).iter().map(|key| key.id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The response. `events` are those that were [`wanted`](Self::wanted), as far as they still exist.
    pub fn answer(&self, answer: &Answer, events: &Events, generated_at_ms: i64) -> AnalyticsAnswer {
        let found = Found(answer);
        let profiles = Profiles::new(&self.dictionaries);
        let (include, layout) = (&self.request.include, &self.layout);
        let members = layout.members.as_ref();
        let members =
            members.map_or_else(Vec::new, |(parts, slot)| profiles.members(parts, found.group(*slot)));
        let when = |asked: bool| asked.then_some(&members[..]);
        let points = layout
            .timeline
            .zip(layout.axis.as_ref())
            .map(|(slot, axis)| timeline::points(axis, &self.zone, self.width, found.group(slot)));
        let time =
            layout.axis.as_ref().map(|axis| splits::Time { axis, zone: &self.zone, width: self.width });
        AnalyticsAnswer {
            generated_at_ms,
            granularity: self.width.name().to_owned(),
            summary: include.summary.then(|| self.summary(&members, found, events)),
            summary_comparison: layout
                .comparison
                .as_ref()
                .map(|(range, slot)| Comparison::new(range, found.group(*slot))),
            hourly_distribution: layout.hours.map(|slot| timeline::hours(found.group(slot))),
            heatmap: layout.heat.as_ref().map(|heat| {
                heatmap::cells(heat.models.parts(found), heat.keys.parts(found), heat.providers.parts(found))
            }),
            anomaly_points: points
                .as_ref()
                .filter(|_| include.anomaly_points)
                .map(|points| timeline::anomalies(points, self.width)),
            timeline: points.filter(|_| include.timeline),
            model_share: when(include.model_share).map(models::share),
            model_stats: when(include.model_stats).map(models::stats),
            channel_share: when(include.channel_share).map(channel_share),
            failure_sources: when(include.failure_sources).map(failure_sources),
            account_stats: when(include.account_stats).map(account_stats),
            credential_stats: when(include.credential_stats).map(credential_stats),
            credential_timeline: layout.credentials.as_ref().zip(time.as_ref()).map(|(split, time)| {
                splits::credentials(time, &members, found.group(split.slot), &split.names)
            }),
            api_key_timeline: layout
                .keys
                .as_ref()
                .zip(time.as_ref())
                .map(|(split, time)| splits::api_keys(time, found.group(split.slot), &split.names)),
            api_key_stats: layout.by_key.map(|slots| keys::stats(&slots.found(&profiles, found))),
            filter_options: layout.options.as_ref().map(|options| match options {
                Options::Selectors(slot, keys) => options::selectors(
                    &profiles.members(&MEMBERS, found.group(*slot)),
                    &profiles.members(&[Part::ApiKey], found.group(*keys)),
                ),
                Options::Full(slot, keys, outcomes, traced) => options::full(
                    &profiles.members(&MEMBERS, found.group(*slot)),
                    &keys.found(&profiles, found),
                    &self.dictionaries,
                    found.group(*outcomes),
                    found.rows(*traced),
                    events,
                ),
            }),
            task_buckets: layout
                .newest
                .filter(|_| include.task_buckets)
                .map(|slot| tasks::buckets(found.rows(slot), events)),
            recent_failures: layout.failures.map(|slot| failures(found.rows(slot), events, false)),
            events: layout.page.map(|(limit, scan, slot)| {
                let total = found.scan(scan).map_or(0, |scan| scan.matched);
                EventsPage::new(found.rows(slot), limit, Some(total), events)
            }),
            drilldown_preview: layout
                .preview
                .map(|(limit, slot)| EventsPage::new(found.rows(slot), limit, None, events)),
        }
    }

    fn summary(&self, members: &[Member<'_>], found: Found<'_>, events: &Events) -> Summary {
        let layout = &self.layout;
        let percentiles = layout.percentiles.and_then(|slot| found.group(slot).first());
        let percentiles = percentiles.map(|row| row.percentiles.as_slice());
        let full = layout.rolling.map(|rolling| {
            let rows = |slot: Option<Slot>| slot.map_or(&[][..], |slot| found.rows(slot));
            let (tasks, failed) = tasks::count(rows(layout.newest), rows(layout.newest_failed), events);
            let days = layout.days.map_or(0, |slot| found.group(slot).len());
            (total(found.group(rolling)), days, tasks, failed)
        });
        let full = full.as_ref().map(|(rolling, active_days, tasks, task_failures)| Full {
            rolling,
            active_days: *active_days,
            tasks: *tasks,
            task_failures: *task_failures,
        });
        Summary::new(members, percentiles, full.as_ref())
    }
}

impl KeySlots {
    fn found<'a>(self, profiles: &Profiles<'a>, found: Found<'a>) -> ByKey<'a> {
        let mut models = profiles.members(&keys::MODELS, found.group(self.models));
        if let Some(unknown) = self.unknown {
            models.extend(profiles.members(&keys::UNKNOWN, found.group(unknown)));
        }
        ByKey { contexts: profiles.members(&keys::CONTEXTS, found.group(self.contexts)), models }
    }
}

impl Split {
    fn parts<'a>(&'a self, found: Found<'a>) -> heatmap::Parts<'a> {
        (found.group(self.slot), &self.names)
    }
}

/// The parts of a range in which there are events.
pub(crate) fn clamped(range: &Range<i64>, spans: Option<&[(i64, i64)]>) -> Vec<Range<i64>> {
    let Some(spans) = spans else { return vec![range.clone()] };
    let part = |(first, last): &(i64, i64)| range.start.max(*first)..range.end.min(last.saturating_add(1));
    spans.iter().map(part).filter(|part| part.start < part.end).collect()
}

/// Work in progress.
struct Planning<'a> {
    request: &'a AnalyticsRequest,
    dictionaries: &'a Dictionaries,
    profiles: Profiles<'a>,
    zone: &'a Zone,
    range: Range<i64>,
    axis_ranges: Vec<Range<i64>>,
    planner: Planner,
    layout: Layout,
}

impl Planning<'_> {
    fn all(&mut self, width: Granularity, now_ms: i64, lookups: &Lookups) -> Result<(), RequestError> {
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
