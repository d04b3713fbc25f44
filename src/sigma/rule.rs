//! The typed tree a rule becomes: what the engines walk.

use super::search::Search;
use crate::model::{Level, LogSource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that was loaded and may run.
#[derive(Debug, Default)]
pub(crate) struct Ruleset {
    /// Detection rules, filters already applied. `RuleId` counts these first, then `correlations`.
    pub(crate) rules: Vec<Rule>,
    /// Correlations; what they refer to is loaded, without cycles.
    pub(crate) correlations: Vec<Correlation>,
    /// For each rule and correlation, by `RuleId`: the correlations (as `RuleId` numbers) that refer to it and keep it
    /// silent. Empty when it is reported on its own (README decision 9).
    pub(crate) silenced_by: Vec<Vec<usize>>,
}

/// What a detection rule and a correlation have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleMeta {
    /// Identity: name, else id, else a slug (README decision 11).
    pub(crate) identity: String,
    /// Sigma `id` as written.
    pub(crate) id: Option<String>,
    /// Sigma `name` as written.
    pub(crate) name: Option<String>,
    pub(crate) title: String,
    /// After the default: medium, or for a correlation the highest of its rules.
    pub(crate) level: Option<Level>,
    pub(crate) status: Option<String>,
    pub(crate) description: Option<String>,
    #[allow(dead_code, reason = "part of the document, checked like the rest of it")]
    pub(crate) author: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) falsepositives: Vec<String>,
    /// `LogSentry`'s `remediation`.
    pub(crate) remediation: Option<String>,
    /// Sigma `fields`: what an analyst wants to see; the first that an event has is the alert's entity.
    pub(crate) fields: Vec<String>,
    /// Shown path: `builtin:linux/x.yml` or the path as given.
    pub(crate) file: String,
    /// Compiled into the program.
    pub(crate) builtin: bool,
    /// Document within the file, from 0.
    pub(crate) document: usize,
    /// 1-based line where the document starts.
    pub(crate) line: u64,
}

/// A detection rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) meta: RuleMeta,
    pub(crate) logsource: LogSource,
    /// Search identifiers in document order (those of filters behind them, under names of their own).
    pub(crate) selections: Vec<Selection>,
    /// The event matches when any of these holds.
    pub(crate) conditions: Vec<Condition>,
}

/// A named search identifier.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) name: String,
    pub(crate) body: Group,
}

/// The structure below a search identifier.
#[derive(Clone, Debug)]
pub(crate) enum Group {
    /// A map: all entries hold.
    All(Vec<Group>),
    /// A list: some entry holds.
    Any(Vec<Group>),
    /// `field|modifiers: values`.
    Field(FieldTest),
    /// Values without a field.
    Keywords(Keywords),
}

/// One `field|modifiers: values` entry.
#[derive(Clone, Debug)]
pub(crate) struct FieldTest {
    /// The name as written, without modifiers.
    pub(crate) field: String,
    /// The entry's key as written: the name and its modifiers.
    pub(crate) key: String,
    /// `all`: every value's test must hold (by some event value each); otherwise one suffices.
    pub(crate) all: bool,
    /// `neq`: the whole entry is negated.
    pub(crate) negated: bool,
    /// One alternative group a rule value: the value's expansions (windash, base64offset, expand) are
    /// OR-ed, whatever links the list.
    pub(crate) values: Vec<Vec<ValueTest>>,
}

/// Keywords: searched in every scalar value of the event, and in the raw line of text formats.
#[derive(Clone, Debug)]
pub(crate) struct Keywords {
    /// The entry's key as written (`|all`); empty for a plain list.
    pub(crate) key: String,
    pub(crate) all: bool,
    pub(crate) negated: bool,
    /// As in [`FieldTest::values`]; patterns already carry the wildcards that make them substrings.
    pub(crate) values: Vec<Vec<ValueTest>>,
}

/// What one value of an event is held against.
#[derive(Clone, Debug)]
pub(crate) enum ValueTest {
    /// A string with wildcards, over the whole value.
    Pattern(Pattern),
    /// A regular expression, searched.
    Regex(Search),
    /// Equal by value to this number.
    Number(Decimal),
    Bool(bool),
    /// Missing or null.
    Null,
    /// Presence (or absence) of the field.
    Exists(bool),
    Cidr(ipnet::IpNet),
    /// Numeric comparison.
    Compare(Comparison, Decimal),
    /// A part of a timestamp, as written, compared with a number.
    TimePart(TimePart, Comparison, Decimal),
    /// Some value of this field equals some value of the named field; with `starts` it may go on behind it
    /// (`startswith`), with `ends` it may begin before it (`endswith`), with both it contains it.
    FieldRef {
        field: String,
        cased: bool,
        starts: bool,
        ends: bool,
    },
}

/// `=`, `<`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Neq,
    Lt,
    Lte,
    Gt,
    Gte,
}

/// The parts of a timestamp rules can compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// An exact decimal number: `mantissa · 10^exponent`, without trailing zeros in the mantissa.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    /// Digits without leading or trailing zeros; empty for zero.
    pub(crate) digits: String,
    pub(crate) exponent: i64,
}

/// A string with wildcards. Matches a whole value. Cheap to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) parts: Arc<[PatternPart]>,
    /// Exact case; otherwise Unicode simple case folding. The literals of an uncased pattern are stored folded.
    pub(crate) cased: bool,
}

/// A piece of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PatternPart {
    Literal(String),
    /// `*`: any run of characters.
    Many,
    /// `?`: one character.
    One,
}

/// One condition of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// As written.
    pub(crate) text: String,
    pub(crate) expr: Expr,
}

/// A condition; `1 of x_*` and the like are already spelt out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// Index into [`Rule::selections`].
    Selection(usize),
    /// A selector that reached nothing.
    Never,
}

/// A correlation.
#[derive(Clone, Debug)]
pub(crate) struct Correlation {
    pub(crate) meta: RuleMeta,
    pub(crate) kind: CorrelationKind,
    /// What it refers to, in document order: identities of rules and correlations of the set.
    pub(crate) rules: Vec<String>,
    pub(crate) group_by: Vec<String>,
    pub(crate) timespan: std::time::Duration,
    /// As written: `5m`.
    pub(crate) timespan_text: String,
    /// All must hold (counting types and metrics; for temporal types the number of rules seen).
    pub(crate) bounds: Vec<(Comparison, Decimal)>,
    /// `condition.field`.
    pub(crate) count_fields: Vec<String>,
    pub(crate) percentile: Option<f64>,
    /// Extended condition over the rules (indices into `rules`), for the temporal types.
    pub(crate) extended: Option<Expr>,
    /// Alias → (identity of the rule → its field).
    pub(crate) aliases: BTreeMap<String, BTreeMap<String, String>>,
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    /// Reports what it refers to as well.
    pub(crate) generate: bool,
}

/// What a correlation computes over its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CorrelationKind {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAvg,
    ValuePercentile,
    ValueMedian,
}
