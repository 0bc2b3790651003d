//! Which models a quota window covers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dictionary::billing_model;
use crate::error::RequestError;
use crate::lenient::{cleaned, or_default};

/// Which models a quota window covers; absent = all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ModelScope {
    /// `all`, `family`, `models`, `product` or `feature`.
    #[serde(deserialize_with = "or_default")]
    pub kind: String,
    /// Name of the family, product or feature; families: `codex_main`, `claude_gpt`, `gemini`.
    #[serde(deserialize_with = "or_default")]
    pub key: String,
    /// Models.
    #[serde(deserialize_with = "or_default")]
    pub models: Vec<String>,
    /// Whether key and models say everything; true for all, family and models unless said otherwise.
    pub complete: Option<bool>,
}

/// Whether an event belongs to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Belongs {
    Yes,
    No,
    /// Its models say nothing.
    Unknown,
}

/// A checked scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub key: String,
    rule: Rule,
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    All,
    Family(Family),
    Models(Vec<String>),
    /// A name that only the provider can resolve.
    Named,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    CodexMain,
    ClaudeGpt,
    Gemini,
}

impl Scope {
    pub fn new(scope: Option<&ModelScope>) -> Result<Self, RequestError> {
        let Some(scope) = scope else {
            return Ok(Self { key: String::new(), rule: Rule::All, complete: true });
        };
        let key = scope.key.trim().to_owned();
        let models: Vec<String> =
            cleaned(&scope.models).iter().map(|model| model.to_ascii_lowercase()).collect();
        let family = match key.as_str() {
            "codex_main" => Some(Family::CodexMain),
            "claude_gpt" => Some(Family::ClaudeGpt),
            "gemini" => Some(Family::Gemini),
            _ => None,
        };
        let (rule, complete) = match scope.kind.trim() {
            "" | "all" => (Rule::All, true),
            "models" if models.is_empty() => {
                return Err(RequestError::invalid("model_scope.models is required"));
            }
            "models" => (Rule::Models(models), true),
            "family" | "product" | "feature" if key.is_empty() && models.is_empty() => {
                return Err(RequestError::invalid("model_scope needs key or models"));
            }
            kind @ ("family" | "product" | "feature") => {
                let rule = match family.filter(|_| kind == "family") {
                    Some(family) => Rule::Family(family),
                    None if models.is_empty() => Rule::Named,
                    None => Rule::Models(models),
                };
                (rule, kind == "family")
            }
            _ => return Err(RequestError::invalid("model_scope.kind is unknown")),
        };
        Ok(Self { key, rule, complete: scope.complete.unwrap_or(complete) })
    }

    /// Judges by what the provider was asked for, then by what the client asked for.
    pub fn belongs(&self, model: &columns::ModelNames) -> Belongs {
        let names = [billing_model(model), &model.analytics_model]
            .map(|name| name.trim().to_ascii_lowercase())
            .into_iter()
            .filter(|name| !name.is_empty() && name != "-")
            .collect::<Vec<_>>();
        match &self.rule {
            Rule::All => Belongs::Yes,
            Rule::Named => Belongs::Unknown,
            _ if names.is_empty() => Belongs::Unknown,
            Rule::Models(models) if names.iter().any(|name| models.contains(name)) => Belongs::Yes,
            Rule::Family(family) if family.has(&names) => Belongs::Yes,
            Rule::Models(_) | Rule::Family(_) => Belongs::No,
        }
    }
}

impl Family {
    fn has(self, names: &[String]) -> bool {
        const SPARK: &str = "gpt-5.3-codex-spark";
        let begins = |prefixes: &[&str]| {
            names.iter().any(|name| {
                let last = name.rsplit('/').next().unwrap_or(name);
                prefixes.iter().any(|prefix| last.starts_with(prefix))
            })
        };
        match self {
            Self::CodexMain => names.iter().all(|name| name.rsplit('/').next() != Some(SPARK)),
            Self::ClaudeGpt => begins(&["claude", "gpt", "o1", "o3", "o4"]),
            Self::Gemini => begins(&["gemini"]),
        }
    }
}
