//! A report straight from the database file, beside a running server or without one.

use std::collections::HashMap;
use std::path::Path;

use pricing::{CostBasis, ModelNames, PriceBook, ResolvedPrice};
use store::{EventKey, NameTable, Reader, Store, StoreError, UsageRow};

use super::figures::{Call, Gathering, Report};
use super::period::Period;
use super::{By, Filters, Question};
use crate::cli::{Problem, place};
use crate::settings::PriceSettings;

/// Rows of a dictionary per read.
const NAMES: usize = 4096;

/// An open database.
pub struct Database {
    store: Store,
    prices: PriceSettings,
}

impl Database {
    /// Opens it for reading.
    pub fn open(path: &Path, prices: PriceSettings) -> Result<Self, Problem> {
        Ok(Self { store: place::open_guest(path)?, prices })
    }

    /// The report.
    pub fn report(&self, question: &Question, period: &Period) -> Result<Report, Problem> {
        let mut names =
            self.store.read_blocking(|reader| Names::read(reader, &self.prices)).map_err(place::failed)?;
        let mut gathering = Gathering::default();
        let mut after = Some(EventKey { timestamp_ms: period.from_ms, id: i64::MIN });
        while let Some(place) = after {
            // Events that came since the last look may have new names.
            let read = |reader: &Reader<'_>| {
                names.catch_up(reader)?;
                let mut scan = Scan { names: &mut names, question, period, basis: self.prices.basis };
                reader.usage_rows(place, period.to_ms, |row| scan.visit(row, &mut gathering))
            };
            after = self.store.read_blocking(read).map_err(place::failed)?;
        }
        Ok(gathering.report(question.by.is_time(), question.limit))
    }

    /// Closes it.
    pub fn close(self) {
        self.store.close();
    }
}

/// The fields of a credential that reports use: what it is shown by, and the names that filters know it by.
#[derive(Debug, Default)]
struct Credential {
    provider: String,
    account: String,
    providers: [String; 2],
    accounts: [String; 4],
}

/// One combination of model names.
#[derive(Debug, Default)]
struct Model {
    names: [String; 3],
    analytics: String,
}

/// The dictionaries, as far as reports need them.
#[derive(Debug, Default)]
struct Names {
    credentials: HashMap<i64, Credential>,
    models: HashMap<i64, Model>,
    keys: HashMap<i64, String>,
    tiers: HashMap<i64, String>,
    aliases: HashMap<String, String>,
    book: PriceBook,
    prices: HashMap<(i64, i64), Option<ResolvedPrice>>,
}

impl Names {
    fn read(reader: &Reader<'_>, prices: &PriceSettings) -> Result<Self, StoreError> {
        let stored = reader.price_table()?.prices;
        let aliases = reader.api_key_aliases()?.into_iter().map(|alias| (alias.api_key_hash, alias.alias));
        let book = PriceBook::new(stored).with_bundled(prices.bundled);
        let mut names = Self { book, aliases: aliases.collect(), ..Self::default() };
        names.catch_up(reader)?;
        Ok(names)
    }

    /// Reads the names that came since.
    fn catch_up(&mut self, reader: &Reader<'_>) -> Result<(), StoreError> {
        let newest = |ids: &mut dyn Iterator<Item = &i64>| ids.copied().max().unwrap_or(0);
        each(reader, NameTable::Credentials, newest(&mut self.credentials.keys()), |id, fields| {
            self.credentials.insert(id, credential(&fields));
        })?;
        each(reader, NameTable::Models, newest(&mut self.models.keys()), |id, fields| {
            if let Ok(names) = <[String; 3]>::try_from(fields) {
                let analytics = names_of(&names).analytics().to_owned();
                self.models.insert(id, Model { names, analytics });
            }
        })?;
        each(reader, NameTable::ApiKeys, newest(&mut self.keys.keys()), |id, mut fields| {
            self.keys.insert(id, fields.pop().unwrap_or_default());
        })?;
        each(reader, NameTable::Tiers, newest(&mut self.tiers.keys()), |id, mut fields| {
            // Effort, effective tier, and the two that it comes from.
            self.tiers.insert(id, fields.drain(..).nth(1).unwrap_or_default());
        })
    }

    fn cost(&mut self, row: &UsageRow, basis: CostBasis) -> Option<f64> {
        let price = self.prices.entry((row.model, row.tier)).or_insert_with(|| {
            let model = self.models.get(&row.model)?;
            let tier = self.tiers.get(&row.tier).map_or("", String::as_str);
            self.book.resolve(names_of(&model.names), tier)
        });
        let tokens = pricing::billable(basis, &row.tokens, row.cache_input_mode, row.breakdown.as_ref());
        Some(price.as_ref()?.cost(row.key.timestamp_ms, &tokens).usd)
    }

    fn key_label(&self, hash: &str) -> String {
        super::key_label(hash, self.aliases.get(hash).map(String::as_str))
    }
}

fn names_of(names: &[String; 3]) -> ModelNames<'_> {
    ModelNames { model: &names[0], requested: &names[1], resolved: &names[2] }
}

fn each(
    reader: &Reader<'_>,
    table: NameTable,
    mut after: i64,
    mut visit: impl FnMut(i64, Vec<String>),
) -> Result<(), StoreError> {
    loop {
        let count = reader.names_after(table, after, NAMES, |id, fields| {
            after = id;
            visit(id, fields);
        })?;
        if count < NAMES {
            return Ok(());
        }
    }
}

/// From the columns of the table, in their order.
fn credential(fields: &[String]) -> Credential {
    let [auth_index, _, provider, _, source, _, account, label, _, provider_snapshot, _] = fields else {
        return Credential::default();
    };
    let first = |texts: &[&String]| {
        texts.iter().find(|text| !text.is_empty()).map_or_else(|| "-".to_owned(), |text| (*text).clone())
    };
    Credential {
        provider: first(&[provider_snapshot, provider]),
        account: first(&[account, label, source, auth_index]),
        providers: [provider, provider_snapshot].map(Clone::clone),
        accounts: [account, label, source, auth_index].map(Clone::clone),
    }
}

/// One walk over the events of a period.
struct Scan<'a> {
    names: &'a mut Names,
    question: &'a Question,
    period: &'a Period,
    basis: CostBasis,
}

impl Scan<'_> {
    fn visit(&mut self, row: &UsageRow, gathering: &mut Gathering) {
        let cost_usd = self.names.cost(row, self.basis);
        let names = &*self.names;
        let (unknown_credential, unknown_model) = (Credential::default(), Model::default());
        let credential = names.credentials.get(&row.credential).unwrap_or(&unknown_credential);
        let model = &names.models.get(&row.model).unwrap_or(&unknown_model).analytics;
        let hash = names.keys.get(&row.api_key).map_or("", String::as_str);
        let alias = names.aliases.get(hash).map(String::as_str);
        if !passes(&self.question.filters, row.failed, model, credential, hash, alias) {
            return;
        }
        let tokens = &row.tokens;
        let call = Call {
            failed: row.failed,
            input: tokens.normalised(row.cache_input_mode).total,
            output: tokens.output,
            cached: tokens.cached_remainder().saturating_add(tokens.cache_read),
            cache_creation: tokens.cache_creation,
            reasoning: tokens.reasoning,
            total: tokens.total,
            cost_usd,
            latency_ms: row.latency_ms,
        };
        match self.question.by {
            By::Model => gathering.add(model, model, &call),
            By::Account => gathering.add(&credential.account, model, &call),
            By::Provider => gathering.add(&credential.provider, model, &call),
            By::Key => gathering.add(&names.key_label(hash), model, &call),
            By::Day => gathering.add(&self.period.day(row.key.timestamp_ms), model, &call),
            By::Hour => gathering.add(&self.period.hour(row.key.timestamp_ms), model, &call),
        }
    }
}

/// The same rules as the server's: any name of an account or provider in any case of letters, models without a reasoning
/// suffix, and `-` for what is not known.
fn passes(
    filters: &Filters,
    failed: bool,
    model: &str,
    credential: &Credential,
    hash: &str,
    alias: Option<&str>,
) -> bool {
    let dashed = |text: &str| if text.is_empty() { "-" } else { text }.to_owned();
    let any = |wanted: &[String], shown: &str, names: &[String]| {
        let known = || names.iter().map(String::as_str).filter(|name| !name.is_empty()).chain([shown]);
        let is_one = |wanted: &String| {
            let wanted = dashed(wanted.trim());
            known().any(|name| wanted.eq_ignore_ascii_case(name))
        };
        wanted.is_empty() || wanted.iter().any(is_one)
    };
    let is_model = |wanted: &String| dashed(model::strip_reasoning_suffix(wanted.trim())) == dashed(model);
    (!filters.failed || failed)
        && (filters.model.is_empty() || filters.model.iter().any(is_model))
        && any(&filters.provider, &credential.provider, &credential.providers)
        && any(&filters.account, &credential.account, &credential.accounts)
        && (filters.key.is_empty() || filters.key.iter().any(|wanted| super::is_key(wanted, hash, alias)))
}
