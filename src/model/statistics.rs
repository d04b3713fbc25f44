//! What a rule set is made of, counted: the tables of `rules stat`, `rules logsources` and `rules fields`.

use super::report::LogSource;

/// `rules stat`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleStatistics {
    /// Loaded rules.
    pub(crate) loaded: u64,
    /// Of these, correlations.
    pub(crate) correlations: u64,
    /// Documents that could not be loaded.
    pub(crate) rejected: u64,
    /// Rules that were not chosen.
    pub(crate) left_out: u64,
    /// Rules by what they say of themselves: level, status, product, category, service, tactic.
    pub(crate) by: Vec<(&'static str, Vec<Tally>)>,
}

/// A word and how many rules have it. A rule may have several, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The word, as most rules write it; empty where rules say nothing.
    pub(crate) name: String,
    /// How many rules.
    pub(crate) rules: u64,
}

/// A row of `rules logsources`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceUse {
    /// The log source as rules state it.
    pub(crate) source: LogSource,
    /// How many rules.
    pub(crate) rules: u64,
    /// How it stands to the table of log sources.
    pub(crate) standing: Standing,
}

/// How a log source stands to the table of log sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Some event can have earned it.
    Recognised,
    /// It is in the table, but no event tells by itself that it is of it.
    Listed,
    /// A word of it is not in the table: no event ever has it.
    Unknown,
}

impl Standing {
    /// The word used in tables and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Standing::Recognised => "recognised",
            Standing::Listed => "listed",
            Standing::Unknown => "unknown",
        }
    }
}

/// A row of `rules fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldUse {
    /// The name as rules write it.
    pub(crate) name: String,
    /// How many rules test it.
    pub(crate) rules: u64,
    /// The canonical field it stands for, if there is one.
    pub(crate) canonical: Option<&'static str>,
}
