//! What codes stand for: the dictionaries of the database, and codes of what comes together in events.

use std::collections::HashMap;
use std::sync::Arc;

use columns::{
    ApiKey, Client, Credential, Dictionaries, Flags, ModelNames, Outcome, Profile, Route, Row, Table, Tier,
};
use store::{HeaderFacts, IndexRow, NameTable, Store, StoreError};

use crate::costs::Costs;

/// Rows of a dictionary read at once.
const PAGE: usize = 50_000;

/// Outcomes that are found by the allocation of their facts; beyond that the table starts anew.
const SHORTCUTS: usize = 4096;

/// A larger id is damage: dictionaries are tables by id.
const MAX_ID: i64 = 1 << 28;

type Shortcut = (usize, Option<i64>, bool);

/// Gives codes to profiles and outcomes.
#[derive(Debug, Default)]
pub(crate) struct Coder {
    pub(crate) profiles: Arc<Vec<Profile>>,
    pub(crate) outcomes: Arc<Vec<Outcome>>,
    profile_codes: HashMap<Profile, u32>,
    outcome_codes: HashMap<Outcome, u32>,
    /// By address; the allocation is kept, so that no other facts can come to stand there.
    shortcuts: HashMap<Shortcut, (Arc<HeaderFacts>, u32)>,
}

impl Coder {
    pub(crate) fn profile(&mut self, profile: Profile) -> u32 {
        *self.profile_codes.entry(profile).or_insert_with(|| {
            let list = Arc::make_mut(&mut self.profiles);
            list.push(profile);
            (list.len() - 1) as u32
        })
    }

    pub(crate) fn outcome(&mut self, outcome: &Outcome) -> u32 {
        if let Some(code) = self.outcome_codes.get(outcome) {
            return *code;
        }
        let list = Arc::make_mut(&mut self.outcomes);
        list.push(outcome.clone());
        let code = (list.len() - 1) as u32;
        self.outcome_codes.insert(outcome.clone(), code);
        code
    }

    fn outcome_of(&mut self, row: &IndexRow) -> u32 {
        let shortcut = (Arc::as_ptr(&row.facts) as usize, row.status_code, row.has_metadata);
        if let Some((_, code)) = self.shortcuts.get(&shortcut) {
            return *code;
        }
        let code = self.outcome(&Outcome {
            status_code: row.status_code,
            quota_plan: row.facts.quota_plan.clone(),
            error_kind: row.facts.error_kind.clone(),
            error_code: row.facts.error_code.clone(),
            has_metadata: row.has_metadata,
        });
        if self.shortcuts.len() >= SHORTCUTS {
            self.shortcuts.clear();
        }
        self.shortcuts.insert(shortcut, (Arc::clone(&row.facts), code));
        code
    }

    /// A row without its cost.
    pub(crate) fn row(&mut self, event: &IndexRow, costs: &dyn Costs) -> Result<Row, StoreError> {
        let profile = self.profile(Profile {
            gateway: code(event.gateway_id)?,
            credential: code(event.credential)?,
            model: code(event.model)?,
            api_key: code(event.api_key)?,
            tier: code(event.tier)?,
        });
        let tokens = &event.tokens;
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        let any_cache =
            tokens.cached > 0 || tokens.cache > 0 || tokens.cache_read > 0 || tokens.cache_creation > 0;
        let mut row = Row {
            id: event.id,
            timestamp_ms: event.timestamp_ms,
            profile,
            outcome: self.outcome_of(event),
            route: code(event.route)?,
            client: code(event.client)?,
            flags: Flags(
                bit(event.failed, Flags::FAILED)
                    | bit(any_cache, Flags::CACHE_ANY)
                    | bit(tokens.cache_read > 0, Flags::CACHE_READ)
                    | bit(tokens.cache_creation > 0, Flags::CACHE_CREATION)
                    | bit(event.implausible_time, Flags::IMPLAUSIBLE_TIME)
                    | bit(!event.generate, Flags::NO_GENERATION),
            ),
            input: tokens.normalised(event.cache_input_mode).total,
            output: tokens.output,
            cached: tokens.cached_remainder(),
            cache_read: tokens.cache_read,
            cache_creation: tokens.cache_creation,
            reasoning: tokens.reasoning,
            total: tokens.total,
            latency_ms: event.latency_ms,
            ttft_ms: event.ttft_ms,
            billed_beyond: [0; 5],
            cost_usd: 0.0,
            request_id: event.request_id.clone(),
            trace_id: event.trace_id.clone(),
        };
        row.billed_beyond = costs.billed(event).beyond(&row);
        Ok(row)
    }
}

fn code(id: i64) -> Result<u32, StoreError> {
    if !(0..MAX_ID).contains(&id) {
        return Err(StoreError::Corrupt(format!("a dictionary id is out of range: {id}")));
    }
    Ok(id as u32)
}

/// The dictionaries and the coder.
#[derive(Debug, Default)]
pub(crate) struct Names {
    tables: Dictionaries,
    pub(crate) coder: Coder,
}

fn put<T: Clone>(table: &mut Table<T>, id: i64, value: T) -> Result<(), StoreError> {
    let (list, at) = (Arc::make_mut(&mut table.0), code(id)? as usize);
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    list[at] = Some(value);
    Ok(())
}

/// All tables.
pub(crate) const ALL_TABLES: &[NameTable] = &[
    NameTable::Credentials,
    NameTable::Models,
    NameTable::ApiKeys,
    NameTable::Tiers,
    NameTable::Routes,
    NameTable::Clients,
];

/// The tables that prices depend on.
pub(crate) const PRICE_TABLES: &[NameTable] = &[NameTable::Models, NameTable::Tiers];

impl Names {
    /// Reads what the tables have gained.
    pub(crate) fn refresh(&mut self, store: &Store, tables: &[NameTable]) -> Result<(), StoreError> {
        for table in tables {
            loop {
                let after = self.length(*table).saturating_sub(1);
                let (mut problem, after) = (None, i64::from(after));
                let count = store.read_blocking(|reader| {
                    reader.names_after(*table, after, PAGE, |id, fields| {
                        if let Err(error) = self.add(*table, id, fields) {
                            problem = Some(error);
                        }
                    })
                })?;
                if let Some(error) = problem {
                    return Err(error);
                }
                if count < PAGE {
                    break;
                }
            }
        }
        Ok(())
    }

    fn length(&self, table: NameTable) -> u32 {
        let tables = &self.tables;
        let length = match table {
            NameTable::Credentials => tables.credentials.len(),
            NameTable::Models => tables.models.len(),
            NameTable::ApiKeys => tables.api_keys.len(),
            NameTable::Tiers => tables.tiers.len(),
            NameTable::Routes => tables.routes.len(),
            NameTable::Clients => tables.clients.len(),
        };
        length as u32
    }

    fn add(&mut self, table: NameTable, id: i64, fields: Vec<String>) -> Result<(), StoreError> {
        let mut fields = fields.into_iter();
        let mut next = || fields.next().unwrap_or_default();
        let tables = &mut self.tables;
        match table {
            NameTable::Credentials => put(
                &mut tables.credentials,
                id,
                Credential {
                    auth_index: next(),
                    auth_type: next(),
                    provider: next(),
                    executor_type: next(),
                    source: next(),
                    source_hash: next(),
                    account_snapshot: next(),
                    auth_label_snapshot: next(),
                    auth_file_snapshot: next(),
                    auth_provider_snapshot: next(),
                    auth_project_id_snapshot: next(),
                },
            ),
            NameTable::Models => {
                let (model, requested_model, resolved_model) = (next(), next(), next());
                let asked = if requested_model.is_empty() { &model } else { &requested_model };
                let analytics_model = model::strip_reasoning_suffix(asked).to_owned();
                let names = ModelNames { model, requested_model, resolved_model, analytics_model };
                put(&mut tables.models, id, names)
            }
            NameTable::ApiKeys => put(&mut tables.api_keys, id, ApiKey { api_key_hash: next() }),
            NameTable::Tiers => put(
                &mut tables.tiers,
                id,
                Tier {
                    reasoning_effort: next(),
                    service_tier: next(),
                    request_service_tier: next(),
                    response_service_tier: next(),
                },
            ),
            NameTable::Routes => {
                put(&mut tables.routes, id, Route { endpoint: next(), method: next(), path: next() })
            }
            NameTable::Clients => put(
                &mut tables.clients,
                id,
                Client { client_ip: next(), x_forwarded_for: next(), user_agent: next() },
            ),
        }
    }

    /// Whether everything that the rows refer to was read from the tables.
    pub(crate) fn know(&self, rows: &[Row]) -> bool {
        let tables = &self.tables;
        let below = |id: u32, length: usize| (id as usize) < length;
        rows.iter().all(|row| {
            let profile = self.profiles().get(row.profile as usize).copied().unwrap_or_default();
            below(row.route, tables.routes.len())
                && below(row.client, tables.clients.len())
                && below(profile.credential, tables.credentials.len())
                && below(profile.model, tables.models.len())
                && below(profile.api_key, tables.api_keys.len())
                && below(profile.tier, tables.tiers.len())
        })
    }

    /// Profile by code.
    pub(crate) fn profiles(&self) -> &[Profile] {
        &self.coder.profiles
    }

    /// Takes the codes of another place, as they were at a moment.
    pub(crate) fn with_codes(&mut self, profiles: &Arc<Vec<Profile>>, outcomes: &Arc<Vec<Outcome>>) {
        self.coder =
            Coder { profiles: Arc::clone(profiles), outcomes: Arc::clone(outcomes), ..Coder::default() };
    }

    /// Looks up a pair of ids; `None` if one of them is unknown.
    pub(crate) fn with_pair<T>(
        &self,
        model: u32,
        tier: u32,
        with: impl FnOnce(&ModelNames, &Tier) -> Option<T>,
    ) -> Option<T> {
        with(self.tables.models.get(model)?, self.tables.tiers.get(tier)?)
    }

    /// A picture of everything now.
    pub(crate) fn picture(&self) -> Dictionaries {
        Dictionaries {
            profiles: Arc::clone(&self.coder.profiles),
            outcomes: Arc::clone(&self.coder.outcomes),
            ..self.tables.clone()
        }
    }
}
