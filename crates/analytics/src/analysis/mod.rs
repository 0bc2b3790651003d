//! `POST /v0/management/monitoring/analytics`: from the request to one plan, and from its answer to the response.

mod answer;
mod planning;

use std::ops::Range;

use columns::{Answer, Dictionaries, Part, Plan};

pub use self::answer::{AnalyticsAnswer, CrossTables};
use self::planning::Planning;
use crate::buckets::{Axis, Granularity, Zone};
use crate::dictionary::{MEMBERS, Member, Profiles};
use crate::error::RequestError;
use crate::filter::Lookups;
use crate::plan::{Found, Planner, Slot};
use crate::request::AnalyticsRequest;
use crate::sections::accounts::{account_stats, channel_share, credential_stats, failure_sources};
use crate::sections::events::{Events, EventsPage, failures};
use crate::sections::keys::ByKey;
use crate::sections::summary::{Comparison, Full, Summary};
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
        let CrossTables { heatmap, credential_timeline, api_key_timeline, api_key_stats } =
            self.cross_tables(answer);
        let rest = self.rest(answer, events, generated_at_ms);
        AnalyticsAnswer { heatmap, credential_timeline, api_key_timeline, api_key_stats, ..rest }
    }

    /// Whether the response has [`cross_tables`](Self::cross_tables).
    pub fn has_cross_tables(&self) -> bool {
        let Layout { by_key, credentials, keys, heat, .. } = &self.layout;
        by_key.is_some() || credentials.is_some() || keys.is_some() || heat.is_some()
    }

    /// The sections of the response that are most of its bytes. They need no event in full.
    pub fn cross_tables(&self, answer: &Answer) -> CrossTables {
        let (found, profiles, layout) = (Found(answer), Profiles::new(&self.dictionaries), &self.layout);
        let time =
            layout.axis.as_ref().map(|axis| splits::Time { axis, zone: &self.zone, width: self.width });
        CrossTables {
            heatmap: layout.heat.as_ref().map(|heat| {
                heatmap::cells(heat.models.parts(found), heat.keys.parts(found), heat.providers.parts(found))
            }),
            credential_timeline: layout.credentials.as_ref().zip(time.as_ref()).map(|(split, time)| {
                splits::credentials(time, &self.members(found), found.group(split.slot), &split.names)
            }),
            api_key_timeline: layout
                .keys
                .as_ref()
                .zip(time.as_ref())
                .map(|(split, time)| splits::api_keys(time, found.group(split.slot), &split.names)),
            api_key_stats: layout.by_key.map(|slots| keys::stats(&slots.found(&profiles, found))),
        }
    }

    fn members<'a>(&'a self, found: Found<'a>) -> Vec<Member<'a>> {
        let members = self.layout.members.as_ref();
        members.map_or_else(Vec::new, |(parts, slot)| {
            Profiles::new(&self.dictionaries).members(parts, found.group(*slot))
        })
    }

    /// The response without its [`cross_tables`](Self::cross_tables).
    pub fn rest(&self, answer: &Answer, events: &Events, generated_at_ms: i64) -> AnalyticsAnswer {
        let found = Found(answer);
        let profiles = Profiles::new(&self.dictionaries);
        let (include, layout) = (&self.request.include, &self.layout);
        let members = self.members(found);
        let when = |asked: bool| asked.then_some(&members[..]);
        let points = layout
            .timeline
            .zip(layout.axis.as_ref())
            .map(|(slot, axis)| timeline::points(axis, &self.zone, self.width, found.group(slot)));
        AnalyticsAnswer {
            generated_at_ms,
            granularity: self.width.name().to_owned(),
            summary: include.summary.then(|| self.summary(&members, found, events)),
            summary_comparison: layout
                .comparison
                .as_ref()
                .map(|(range, slot)| Comparison::new(range, found.group(*slot))),
            hourly_distribution: layout.hours.map(|slot| timeline::hours(found.group(slot))),
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
            ..AnalyticsAnswer::default()
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
