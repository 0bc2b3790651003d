//! Records one a line, in arrays, or one behind the other; and the choice between these and snapshots.

use std::io::{Read, Seek};

use model::UsageEvent;
use serde_json::value::RawValue;

use super::legacy::{self, Snapshot};
use super::scan::{Captured, Mark, ScanError, Scanner};
use super::{BATCH_EVENTS, Format, ImportCause, ImportReport, LINE_MAX_BYTES};
use crate::json::{Object, Raw};
use crate::{Context, Control, control, exported, json_string, record};

/// How deep arrays and JSON strings may hold records.
const MAX_WRAPPERS: usize = 3;

/// Why a part of the file is not an event.
#[derive(Debug, thiserror::Error)]
enum PartError {
    #[error(transparent)]
    Json(#[from] crate::json::ObjectError),
    #[error(transparent)]
    Exported(#[from] exported::ExportedError),
    #[error("invalid JSON")]
    Syntax,
    #[error("the JSON is cut off")]
    CutOff,
    #[error("longer than 10 MiB")]
    TooLong,
    #[error("a usage snapshot must be the first document of its file")]
    Snapshot,
}

/// What the first bytes of a file turn out to be.
enum Beginning {
    Lines,
    /// Documents over several lines.
    Documents,
    Snapshot(Snapshot),
}

pub(super) struct Importer<'c, S> {
    context: &'c Context<'c>,
    sink: S,
    batch: Vec<UsageEvent>,
    /// Lines may be the rest of a damaged array.
    in_array: bool,
    pub(super) report: ImportReport,
}

impl<'c, S> Importer<'c, S> {
    pub(super) fn new(context: &'c Context<'c>, sink: S) -> Self {
        Self { context, sink, batch: Vec::new(), in_array: false, report: ImportReport::default() }
    }

    pub(super) fn context(&self) -> &'c Context<'c> {
        self.context
    }

    /// Reads a whole file.
    pub(super) fn file<R, E>(&mut self, scanner: &mut Scanner<R>) -> Result<(), ImportCause<E>>
    where
        R: Read + Seek,
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        scanner.skip_byte_order_mark()?;
        scanner.skip_blanks()?;
        match scanner.peek()? {
            None => return Err(ImportCause::Empty),
            Some(b'[') => {
                self.array(scanner)?;
                self.in_array = true;
            }
            Some(b'{') => match beginning(scanner)? {
                Beginning::Lines => {}
                Beginning::Documents => self.documents(scanner)?,
                Beginning::Snapshot(kind) => {
                    self.report.format = Some(kind.format());
                    self.report.warnings = legacy::WARNINGS.to_vec();
                    legacy::read(scanner, kind, self)?;
                }
            },
            Some(_) => {}
        }
        self.lines(scanner)?;
        self.flush()?;
        if self.report.total > 0 {
            self.report.format.get_or_insert(Format::UsageServiceJsonl);
            return Ok(());
        }
        match self.report.line_errors.first() {
            Some(first) => Err(ImportCause::NoRecords { line: first.line, error: first.error.clone() }),
            None if self.report.unsupported > 0 || self.report.format.is_some() => {
                Err(ImportCause::NoRequestDetails)
            }
            // Control messages only.
            None => {
                self.report.format = Some(Format::UsageServiceJsonl);
                Ok(())
            }
        }
    }

    /// Takes an event; a full batch goes to the sink.
    pub(super) fn push<E>(&mut self, event: UsageEvent) -> Result<(), ImportCause<E>>
    where
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        self.report.total += 1;
        self.batch.push(event);
        if self.batch.len() >= BATCH_EVENTS { self.flush() } else { Ok(()) }
    }

    fn flush<E>(&mut self) -> Result<(), ImportCause<E>>
    where
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        if self.batch.is_empty() {
            return Ok(());
        }
        (self.sink)(std::mem::take(&mut self.batch)).map_err(ImportCause::Sink)
    }

    /// The rest of the file, line by line.
    fn lines<R, E>(&mut self, scanner: &mut Scanner<R>) -> Result<(), ImportCause<E>>
    where
        R: Read + Seek,
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        let mut line = Vec::new();
        loop {
            let number = scanner.line();
            match scanner.read_line(LINE_MAX_BYTES, &mut line)? {
                None => return Ok(()),
                Some(Captured::TooLong) => self.report.fail(number, PartError::TooLong),
                Some(Captured::Whole) => self.part(&line, number)?,
            }
        }
    }

    /// The elements of the array at the next byte. A damaged one ends at the end of its line.
    fn array<R, E>(&mut self, scanner: &mut Scanner<R>) -> Result<(), ImportCause<E>>
    where
        R: Read + Seek,
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        let mut element = Vec::new();
        let mut first = true;
        scanner.take_if(b'[')?;
        loop {
            let mut line = scanner.line();
            let captured = scanner.next_element(first).and_then(|more| {
                line = scanner.line();
                if more { scanner.capture(LINE_MAX_BYTES, &mut element).map(Some) } else { Ok(None) }
            });
            first = false;
            if !self.captured(captured, &element, line)? {
                return Ok(());
            }
        }
    }

    /// Objects over several lines, one behind the other.
    fn documents<R, E>(&mut self, scanner: &mut Scanner<R>) -> Result<(), ImportCause<E>>
    where
        R: Read + Seek,
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        let mut document = Vec::new();
        loop {
            scanner.skip_blanks()?;
            if scanner.peek()? != Some(b'{') {
                return Ok(());
            }
            let line = scanner.line();
            let captured = scanner.capture(LINE_MAX_BYTES, &mut document).map(Some);
            if !self.captured(captured, &document, line)? {
                return Ok(());
            }
        }
    }

    /// Takes one captured value; false when the container ended or is damaged.
    fn captured<E>(
        &mut self,
        captured: Result<Option<Captured>, ScanError>,
        value: &[u8],
        line: u64,
    ) -> Result<bool, ImportCause<E>>
    where
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        match captured {
            Ok(None) => return Ok(false),
            Ok(Some(Captured::Whole)) => self.part(value, line)?,
            Ok(Some(Captured::TooLong)) => self.report.fail(line, PartError::TooLong),
            Err(ScanError::Io(error)) => return Err(ImportCause::Io(error)),
            Err(ScanError::CutOff) => {
                self.report.fail(line, PartError::CutOff);
                return Ok(false);
            }
            Err(ScanError::Syntax) => {
                self.report.fail(line, PartError::Syntax);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One line, element or document.
    fn part<E>(&mut self, bytes: &[u8], line: u64) -> Result<(), ImportCause<E>>
    where
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        let text = String::from_utf8_lossy(bytes);
        let mut text = text.trim_start_matches('\u{feff}').trim();
        if self.in_array {
            text = text.trim_end_matches([',', ' ']);
            text = if matches!(text, "[" | "]") { "" } else { text };
        }
        if let Err(error) = self.understand(text, MAX_WRAPPERS)? {
            self.report.fail(line, error);
        }
        Ok(())
    }

    /// Hands on each event as it is found: a line of arrays may hold millions of them.
    fn understand<E>(&mut self, text: &str, wrappers: usize) -> Result<Result<(), PartError>, ImportCause<E>>
    where
        S: FnMut(Vec<UsageEvent>) -> Result<(), E>,
    {
        if text.is_empty() || text == "null" {
            return Ok(Ok(()));
        }
        if wrappers > 0 {
            if let Some(inner) = json_string(text) {
                return self.understand(inner.trim(), wrappers - 1);
            }
            if text.starts_with('[') {
                let raw: Option<&RawValue> = serde_json::from_str(text).ok();
                let Some(elements) = raw.and_then(|raw| Raw::new(raw).elements()) else {
                    return Ok(Err(PartError::Syntax));
                };
                let mut result = Ok(());
                for element in elements {
                    // The others are taken, too.
                    if let Err(error) = self.understand(element.as_written(), wrappers - 1)? {
                        result = Err(error);
                    }
                }
                return Ok(result);
            }
        }
        match self.event(text) {
            Ok(Some(event)) => self.push(event)?,
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
        Ok(Ok(()))
    }

    /// The event of an object; `None` for one that says something else.
    fn event(&mut self, text: &str) -> Result<Option<UsageEvent>, PartError> {
        let object = Object::parse(text)?;
        if let Some(hash) = exported::hash_text(&object) {
            return Ok(Some(exported::event(&object, &hash, self.context)?));
        }
        match control(&object) {
            Some(Control::Refresh | Control::SupportRefresh) => return Ok(None),
            None => {}
        }
        if Snapshot::of(&object).is_some() {
            return Err(PartError::Snapshot);
        }
        if legacy::is_summary(&object) {
            self.report.unsupported += 1;
            return Ok(None);
        }
        Ok(Some(record::event(&object, text, self.context)))
    }
}

/// Decides how to read a file whose first byte is `{`; the scanner stands where it stood.
fn beginning<R: Read + Seek>(scanner: &mut Scanner<R>) -> Result<Beginning, std::io::Error> {
    let start = scanner.mark();
    let mut line = Vec::new();
    let captured = scanner.read_line(LINE_MAX_BYTES, &mut line)?;
    scanner.go_back(start)?;
    if captured == Some(Captured::Whole)
        && let Ok(object) = Object::parse(&String::from_utf8_lossy(&line))
    {
        return Ok(match Snapshot::of(&object) {
            Some(kind) if exported::hash_text(&object).is_none() => Beginning::Snapshot(kind),
            _ => Beginning::Lines,
        });
    }
    let beginning = probe(scanner, start, &mut line);
    scanner.go_back(start)?;
    match beginning {
        Ok(beginning) => Ok(beginning),
        Err(ScanError::Io(error)) => Err(error),
        // The first line is damaged.
        Err(ScanError::CutOff | ScanError::Syntax) => Ok(Beginning::Lines),
    }
}

/// Looks through an object that goes on over several lines, or is too long for one.
fn probe<R: Read + Seek>(
    scanner: &mut Scanner<R>,
    start: Mark,
    document: &mut Vec<u8>,
) -> Result<Beginning, ScanError> {
    let mut kind = None;
    let found = legacy::find(scanner, &mut kind);
    // A damaged snapshot is still one; its lines are no records.
    if let Some(kind) = kind {
        return Ok(Beginning::Snapshot(kind));
    }
    found?;
    scanner.go_back(start)?;
    let captured = scanner.capture(LINE_MAX_BYTES, document)?;
    let whole = captured == Captured::Whole && Object::parse(&String::from_utf8_lossy(document)).is_ok();
    Ok(if whole { Beginning::Documents } else { Beginning::Lines })
}
