//! Usage snapshots of older versions: `usage.apis` or `apis`, then endpoint, `models`, model, `details`.
//!
//! They have no request ids. The id of an event is made of the rank of its endpoint and model among their
//! neighbours and of its place in the list, so that reading the same file twice gives the same events. The ranks
//! need a first pass over the whole structure.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};

use model::UsageEvent;

use super::detail::Position;
use super::lines::Importer;
use super::scan::{Captured, ScanError, Scanner};
use super::{Format, ImportCause, LINE_MAX_BYTES};
use crate::json::{Object, Raw};

/// Said of every snapshot.
pub(super) const WARNINGS: [&str; 2] =
    ["legacy_usage_metadata_is_partial", "legacy_usage_source_matching_may_be_approximate"];

/// How much memory the names of endpoints and models may take, bytes.
const NAMES_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Where the details hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Snapshot {
    /// Below `usage.apis`.
    Export,
    /// Below `apis`.
    Payload,
}

impl Snapshot {
    /// The kind of a whole document, if it is a snapshot.
    pub(super) fn of(document: &Object<'_>) -> Option<Self> {
        let has_apis =
            |object: &Object<'_>| object.get("apis").is_some_and(|apis| apis.as_written().starts_with('{'));
        if document.get("usage").and_then(Raw::object).is_some_and(|usage| has_apis(&usage)) {
            Some(Self::Export)
        } else if has_apis(document) {
            Some(Self::Payload)
        } else {
            None
        }
    }

    pub(super) fn format(self) -> Format {
        match self {
            Self::Export => Format::LegacyUsageExport,
            Self::Payload => Format::LegacyUsagePayload,
        }
    }
}

/// Whether an object holds only sums: counters, and nothing that a record has.
pub(super) fn is_summary(object: &Object<'_>) -> bool {
    const SUMS: [&str; 6] =
        ["total_requests", "success_count", "failure_count", "totalRequests", "successCount", "failureCount"];
    const RECORD: [&str; 12] = [
        "timestamp",
        "time",
        "created_at",
        "createdAt",
        "model",
        "alias",
        "tokens",
        "endpoint",
        "source",
        "auth_index",
        "request_id",
        "requestId",
    ];
    let usage = object.get("usage").and_then(Raw::object).unwrap_or_default();
    let sums = SUMS.iter().any(|name| object.get(name).is_some() || usage.get(name).is_some());
    let bare = object.len() == 1 && object.get("usage").is_some();
    let counts_tokens = usage.members().any(|(name, _)| name.ends_with("tokens") || name.ends_with("Tokens"));
    (sums || (bare && !counts_tokens)) && !RECORD.iter().any(|name| object.get(name).is_some())
}

/// Looks through the object at the next byte for a snapshot; `kind` is what was seen until an error, too. An object
/// with `event_hash` is none.
pub(super) fn find<R: Read + Seek>(
    scanner: &mut Scanner<R>,
    kind: &mut Option<Snapshot>,
) -> Result<(), ScanError> {
    let mut exported = false;
    let mut first = true;
    scanner.enter(b'{')?;
    while let Some(name) = scanner.next_name(first)? {
        first = false;
        match name.as_str() {
            "event_hash" | "eventHash" => {
                let mut value = Vec::new();
                scanner.capture(256, &mut value)?;
                exported |= value.len() > 2 && value.starts_with(b"\"");
            }
            "apis" => {
                if scanner.peek()? == Some(b'{') {
                    kind.get_or_insert(Snapshot::Payload);
                }
                scanner.skip_value()?;
            }
            "usage" if scanner.enter(b'{')? => {
                let mut first = true;
                while let Some(name) = scanner.next_name(first)? {
                    first = false;
                    if name == "apis" && scanner.peek()? == Some(b'{') {
                        *kind = Some(Snapshot::Export);
                    }
                    scanner.skip_value()?;
                }
            }
            _ => scanner.skip_value()?,
        }
    }
    if exported {
        *kind = None;
    }
    Ok(())
}

/// Reads the snapshot at the next byte.
pub(super) fn read<R, S, E>(
    scanner: &mut Scanner<R>,
    kind: Snapshot,
    importer: &mut Importer<'_, S>,
) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
    S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
{
    let start = scanner.mark();
    let mut names = Names::default();
    walk(scanner, kind, &mut names).map_err(|cause| placed(cause, scanner.line()))?;
    scanner.go_back(start)?;
    let mut details =
        Details { kind, ranks: names.ranks(), importer, endpoint: String::new(), model: String::new() };
    walk(scanner, kind, &mut details).map_err(|cause| placed(cause, scanner.line()))
}

fn placed<E>(cause: ImportCause<E>, line: u64) -> ImportCause<E> {
    match cause {
        ImportCause::BrokenSnapshot { line: 0, error } => ImportCause::BrokenSnapshot { line, error },
        other => other,
    }
}

/// What is met on the way through a snapshot.
trait Visitor<E> {
    /// Whether the details are wanted.
    const DETAILS: bool;
    fn endpoint(&mut self, name: String) -> Result<(), ImportCause<E>>;
    fn model(&mut self, name: String) -> Result<(), ImportCause<E>>;
    fn no_models(&mut self, line: u64);
    fn no_details(&mut self);
    fn detail(&mut self, text: Option<&[u8]>, place: usize, line: u64) -> Result<(), ImportCause<E>>;
}

fn walk<R, E, V>(scanner: &mut Scanner<R>, kind: Snapshot, visitor: &mut V) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
    V: Visitor<E>,
{
    let mut first = true;
    scanner.enter(b'{')?;
    while let Some(name) = scanner.next_name(first)? {
        first = false;
        match (kind, name.as_str()) {
            (Snapshot::Payload, "apis") => apis(scanner, visitor)?,
            (Snapshot::Export, "usage") if scanner.enter(b'{')? => {
                let mut first = true;
                while let Some(name) = scanner.next_name(first)? {
                    first = false;
                    if name == "apis" { apis(scanner, visitor)? } else { scanner.skip_value()? }
                }
            }
            _ => scanner.skip_value()?,
        }
    }
    Ok(())
}

fn apis<R, E, V>(scanner: &mut Scanner<R>, visitor: &mut V) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
    V: Visitor<E>,
{
    if !scanner.enter(b'{')? {
        scanner.skip_value()?;
        return Ok(());
    }
    let mut first = true;
    while let Some(endpoint) = scanner.next_name(first)? {
        first = false;
        visitor.endpoint(endpoint)?;
        let line = scanner.line();
        let mut has_models = false;
        member(scanner, "models", b'{', |scanner| {
            has_models = true;
            models(scanner, visitor)
        })?;
        if !has_models {
            visitor.no_models(line);
        }
    }
    Ok(())
}

fn models<R, E, V>(scanner: &mut Scanner<R>, visitor: &mut V) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
    V: Visitor<E>,
{
    let mut first = true;
    while let Some(model) = scanner.next_name(first)? {
        first = false;
        visitor.model(model)?;
        let mut place = 0;
        member(scanner, "details", b'[', |scanner| details(scanner, visitor, &mut place))?;
        if place == 0 {
            visitor.no_details();
        }
    }
    Ok(())
}

fn details<R, E, V>(
    scanner: &mut Scanner<R>,
    visitor: &mut V,
    place: &mut usize,
) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
    V: Visitor<E>,
{
    let mut text = Vec::new();
    let mut first = true;
    while scanner.next_element(first)? {
        first = false;
        let line = scanner.line();
        let limit = if V::DETAILS { LINE_MAX_BYTES } else { 0 };
        let captured = scanner.capture(limit, &mut text)?;
        visitor.detail((captured == Captured::Whole).then_some(text.as_slice()), *place, line)?;
        *place += 1;
    }
    Ok(())
}

/// Goes through the object at the next value and enters one member of it; other values are passed over.
fn member<R, E>(
    scanner: &mut Scanner<R>,
    wanted: &str,
    open: u8,
    mut enter: impl FnMut(&mut Scanner<R>) -> Result<(), ImportCause<E>>,
) -> Result<(), ImportCause<E>>
where
    R: Read + Seek,
{
    if !scanner.enter(b'{')? {
        scanner.skip_value()?;
        return Ok(());
    }
    let mut first = true;
    let mut found = false;
    while let Some(name) = scanner.next_name(first)? {
        first = false;
        if name != wanted {
            scanner.skip_value()?;
            continue;
        }
        if std::mem::replace(&mut found, true) {
            return Err(repeated());
        }
        if scanner.enter(open)? { enter(scanner)? } else { scanner.skip_value()? }
    }
    Ok(())
}

fn repeated<E>() -> ImportCause<E> {
    ImportCause::BrokenSnapshot { line: 0, error: "a name comes twice" }
}

/// The first pass: names of endpoints and of their models.
#[derive(Default)]
struct Names {
    by_endpoint: HashMap<String, BTreeSet<String>>,
    current: String,
    bytes: usize,
}

impl Names {
    fn count<E>(&mut self, name: &str) -> Result<(), ImportCause<E>> {
        self.bytes += name.len() + 64;
        if self.bytes > NAMES_MAX_BYTES {
            return Err(ImportCause::BrokenSnapshot {
                line: 0,
                error: "it has too many endpoints and models",
            });
        }
        Ok(())
    }

    fn ranks(self) -> Ranks {
        let mut endpoints: Vec<(String, BTreeSet<String>)> = self.by_endpoint.into_iter().collect();
        endpoints.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let ranked = endpoints.into_iter().enumerate().map(|(at, (endpoint, models))| {
            let models = models.into_iter().enumerate().map(|(at, model)| (model, at + 1)).collect();
            (endpoint, (at + 1, models))
        });
        Ranks(ranked.collect())
    }
}

impl<E> Visitor<E> for Names {
    const DETAILS: bool = false;

    fn endpoint(&mut self, name: String) -> Result<(), ImportCause<E>> {
        self.count(&name)?;
        self.current.clone_from(&name);
        if self.by_endpoint.insert(name, BTreeSet::new()).is_some() { Err(repeated()) } else { Ok(()) }
    }

    fn model(&mut self, name: String) -> Result<(), ImportCause<E>> {
        self.count(&name)?;
        let models = self.by_endpoint.entry(self.current.clone()).or_default();
        if models.insert(name) { Ok(()) } else { Err(repeated()) }
    }

    fn no_models(&mut self, _line: u64) {}

    fn no_details(&mut self) {}

    fn detail(&mut self, _text: Option<&[u8]>, _place: usize, _line: u64) -> Result<(), ImportCause<E>> {
        Ok(())
    }
}

/// Places in sorted order, from 1: of each endpoint, and of each of its models.
struct Ranks(HashMap<String, (usize, HashMap<String, usize>)>);

impl Ranks {
    fn of(&self, endpoint: &str, model: &str) -> (usize, usize) {
        let Some((rank, models)) = self.0.get(endpoint) else { return (0, 0) };
        (*rank, models.get(model).copied().unwrap_or(0))
    }
}

/// The second pass: the events.
struct Details<'i, 'c, S> {
    kind: Snapshot,
    ranks: Ranks,
    importer: &'i mut Importer<'c, S>,
    endpoint: String,
    model: String,
}

impl<E, S> Visitor<E> for Details<'_, '_, S>
where
    S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
{
    const DETAILS: bool = true;

    fn endpoint(&mut self, name: String) -> Result<(), ImportCause<E>> {
        self.endpoint = name;
        Ok(())
    }

    fn model(&mut self, name: String) -> Result<(), ImportCause<E>> {
        self.model = name;
        Ok(())
    }

    fn no_models(&mut self, line: u64) {
        self.importer.report.fail(line, "an endpoint without models");
    }

    fn no_details(&mut self) {
        self.importer.report.unsupported += 1;
    }

    fn detail(&mut self, text: Option<&[u8]>, place: usize, line: u64) -> Result<(), ImportCause<E>> {
        let Some(text) = text else {
            self.importer.report.fail(line, "longer than 10 MiB");
            return Ok(());
        };
        let text = String::from_utf8_lossy(text);
        let (endpoint_rank, model_rank) = self.ranks.of(&self.endpoint, &self.model);
        let position = Position {
            format: self.kind.format(),
            endpoint: &self.endpoint,
            model: &self.model,
            endpoint_rank,
            model_rank,
            place,
        };
        match Object::parse(&text) {
            Err(error) => self.importer.report.fail(line, error),
            Ok(detail) => match position.event(&detail, self.importer.context()) {
                Some(event) => return self.importer.push(event),
                None => self.importer.report.fail(line, "a detail without a time"),
            },
        }
        Ok(())
    }
}
