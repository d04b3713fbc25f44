//! Correlation documents, before their references are resolved (sigma-semantics.md 10).
//!
//! `LogSentry`'s dialect compiles to the same: `temporal_sequence` with `ordered`, `field` beside `condition`, and
//! `generate: true` unless it says otherwise.

use super::condition::{self, Tree};
use super::diagnostic::{At, Code, DocId, DocNotes, Spot, nearest};
use super::document::Document;
use super::meta;
use super::modifiers::shorten;
use super::raw::{Entry, Kind, Node, entry};
use super::rule::{Comparison, CorrelationKind, Decimal, RuleMeta};
use std::time::Duration;

/// The types by name. `temporal_sequence` is `LogSentry`'s.
pub(super) static KINDS: &[(&str, CorrelationKind)] = &[
    ("event_count", CorrelationKind::EventCount),
    ("value_count", CorrelationKind::ValueCount),
    ("temporal", CorrelationKind::Temporal),
    ("temporal_ordered", CorrelationKind::TemporalOrdered),
    ("value_sum", CorrelationKind::ValueSum),
    ("value_avg", CorrelationKind::ValueAvg),
    ("value_percentile", CorrelationKind::ValuePercentile),
    ("value_median", CorrelationKind::ValueMedian),
    ("temporal_sequence", CorrelationKind::Temporal),
];

const OPERATORS: [(&str, Comparison); 6] = [
    ("gt", Comparison::Gt),
    ("gte", Comparison::Gte),
    ("lt", Comparison::Lt),
    ("lte", Comparison::Lte),
    ("eq", Comparison::Eq),
    ("neq", Comparison::Neq),
];

impl CorrelationKind {
    /// The word of the specification.
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whether it asks which rules matched.
    pub(crate) fn is_temporal(self) -> bool {
        matches!(self, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered)
    }

    /// Whether it counts, so that its bounds are whole numbers.
    fn counts(self) -> bool {
        self.is_temporal() || matches!(self, CorrelationKind::EventCount | CorrelationKind::ValueCount)
    }

    fn needs_field(self) -> bool {
        !self.is_temporal() && self != CorrelationKind::EventCount
    }
}

/// A reference to a rule, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) text: String,
    pub(super) spot: Spot,
}

/// A correlation whose references are still words.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) doc: DocId,
    pub(super) meta: RuleMeta,
    pub(super) kind: CorrelationKind,
    /// Empty when only the extended condition names rules.
    pub(super) rules: Vec<Reference>,
    pub(super) group_by: Vec<String>,
    pub(super) timespan: Duration,
    pub(super) timespan_text: String,
    /// `None`: every rule must be seen.
    pub(super) bounds: Option<Vec<(Comparison, Decimal)>>,
    pub(super) count_fields: Vec<String>,
    pub(super) percentile: Option<f64>,
    pub(super) extended: Option<(Tree, Spot)>,
    /// Alias, rule, field.
    pub(super) aliases: Vec<(String, Reference, String)>,
    pub(super) generate: bool,
}

/// Reads a correlation document. `None` when it is rejected.
pub(super) fn read(document: &Document, notes: &mut DocNotes<'_>) -> Option<Draft> {
    let errors = notes.errors();
    let top = At::top(document.line);
    let meta = meta::read(&document.entries, &top, notes);
    let Some(item) = entry(&document.entries, "correlation") else {
        let help = "add `correlation:` with `type`, `rules` and `timespan`";
        notes.say(&top.missing("correlation"), Code::MissingField, "there is no correlation", help);
        return None;
    };
    let at = top.key(&item.key, item.line);
    let Some(entries) = item.value.map() else {
        let message = format!("a correlation is a map, not {}", item.value.what());
        notes.say(&at, Code::BadType, message, "write `type`, `rules`, `timespan` and `condition` below it");
        return None;
    };
    let mut reader = Reader { entries, at: &at, dialect: document.dialect, notes };
    let kind = reader.kind();
    let (timespan_text, timespan) = reader.timespan().unwrap_or_default();
    let condition = reader.condition(kind.unwrap_or(CorrelationKind::EventCount), kind.is_some());
    let has_tree = condition.extended.is_some();
    let rules = reader.rules(has_tree);
    let group_by = reader.names("group-by");
    let aliases = reader.aliases();
    let generate = reader.generate(&document.entries, &top);
    (reader.notes.errors() == errors).then_some(Draft {
        doc: document.id,
        meta,
        kind: kind?,
        rules,
        group_by,
        timespan,
        timespan_text,
        bounds: condition.bounds,
        count_fields: condition.fields,
        percentile: condition.percentile,
        extended: condition.extended,
        aliases,
        generate,
    })
}

/// What `condition` says.
#[derive(Default)]
struct Threshold {
    bounds: Option<Vec<(Comparison, Decimal)>>,
    fields: Vec<String>,
    percentile: Option<f64>,
    extended: Option<(Tree, Spot)>,
}

struct Reader<'r, 'n> {
    entries: &'r [Entry],
    at: &'r At<'r>,
    dialect: bool,
    notes: &'r mut DocNotes<'n>,
}

impl Reader<'_, '_> {
    fn missing(&mut self, key: &str, help: &str) {
        let message = format!("the correlation has no `{key}`");
        self.notes.say(&self.at.missing(key), Code::MissingField, message, help);
    }

    /// A place inside the correlation that exists.
    fn say(&mut self, item: &Entry, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.notes.say(&self.at.key(&item.key, item.line), code, message, help);
    }

    fn kind(&mut self) -> Option<CorrelationKind> {
        let names = KINDS.iter().map(|(name, _)| *name);
        let known = format!("the types are {}", names.clone().collect::<Vec<_>>().join(", "));
        let Some(item) = entry(self.entries, "type").filter(|item| !item.value.is_null()) else {
            self.missing("type", &known);
            return None;
        };
        let word = item.value.text().unwrap_or("");
        let Some((name, kind)) = KINDS.iter().find(|(name, _)| *name == word) else {
            let help = nearest(word, names).map_or(known, |meant| format!("did you mean `{meant}`?"));
            self.say(item, Code::UnknownCorrelationType, format!("unknown type `{}`", shorten(word)), help);
            return None;
        };
        if *name == "temporal_sequence" && self.flag(self.entries, self.at, "ordered") == Some(true) {
            return Some(CorrelationKind::TemporalOrdered);
        }
        Some(*kind)
    }

    /// A boolean key of `entries`.
    fn flag(&mut self, entries: &[Entry], at: &At<'_>, key: &str) -> Option<bool> {
        let item = entry(entries, key)?;
        if let Kind::Bool(flag) = item.value.kind {
            return Some(flag);
        }
        let message = format!("`{key}` is true or false, not {}", item.value.what());
        self.notes.say(&at.key(&item.key, item.line), Code::BadType, message, "write true or false without quotes");
        None
    }

    fn generate(&mut self, document: &[Entry], top: &At<'_>) -> bool {
        let inner = self.flag(self.entries, self.at, "generate");
        let outer = self.flag(document, top, "generate");
        inner.or(outer).unwrap_or(self.dialect)
    }

    fn timespan(&mut self) -> Option<(String, Duration)> {
        let help = "write a whole number and a unit: 30s, 5m, 2h, 1d, 1w, 1M, 1y";
        let Some(item) = entry(self.entries, "timespan").filter(|item| !item.value.is_null()) else {
            self.missing("timespan", help);
            return None;
        };
        let text = item.value.text().unwrap_or("");
        let Some(span) = duration(text) else {
            self.say(item, Code::BadTimespan, format!("'{}' is no timespan", shorten(text)), help);
            return None;
        };
        Some((text.to_owned(), span))
    }

    fn rules(&mut self, may_be_left_out: bool) -> Vec<Reference> {
        const HELP: &str = "list the rules it looks at by `name` or `id`";
        let Some(item) = entry(self.entries, "rules").filter(|item| !item.value.is_null()) else {
            if !may_be_left_out {
                self.missing("rules", HELP);
            }
            return Vec::new();
        };
        let at = self.at.key(&item.key, item.line);
        let found = references(&item.value, &at, self.notes);
        if matches!(&item.value.kind, Kind::List(items) if items.is_empty()) {
            self.notes.say(&at, Code::MissingField, "the list of rules is empty", HELP);
        }
        found
    }

    /// A list of field names, or one; each once.
    fn names(&mut self, key: &str) -> Vec<String> {
        let Some(item) = entry(self.entries, key) else { return Vec::new() };
        self.field_names(&item.value, &self.at.key(&item.key, item.line))
    }

    fn field_names(&mut self, node: &Node, at: &At<'_>) -> Vec<String> {
        let items = match &node.kind {
            Kind::Null => return Vec::new(),
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut found: Vec<String> = Vec::new();
        for item in items {
            match item.text() {
                Some(name) if found.iter().any(|known| known == name) => {}
                Some(name) => found.push(name.to_owned()),
                None => {
                    let message = format!("a field name is text, not {}", item.what());
                    self.notes.say(at, Code::BadType, message, "write a name, or a list of names");
                }
            }
        }
        found
    }

    fn aliases(&mut self) -> Vec<(String, Reference, String)> {
        const HELP: &str = "write `aliases: {alias: {rule: field}}`";
        let Some(item) = entry(self.entries, "aliases").filter(|item| !item.value.is_null()) else { return Vec::new() };
        let at = self.at.key(&item.key, item.line);
        let Some(aliases) = item.value.map() else {
            self.notes.say(&at, Code::BadType, format!("aliases are a map, not {}", item.value.what()), HELP);
            return Vec::new();
        };
        let mut found = Vec::new();
        for alias in aliases {
            let at = at.key(&alias.key, alias.line);
            let Some(rules) = alias.value.map() else {
                let message = format!("an alias is a map of rules and fields, not {}", alias.value.what());
                self.notes.say(&at, Code::BadType, message, HELP);
                continue;
            };
            for rule in rules {
                let at = at.key(&rule.key, rule.line);
                if let Some(field) = rule.value.text() {
                    let reference = Reference { text: rule.key.clone(), spot: at.spot() };
                    found.push((alias.key.clone(), reference, field.to_owned()));
                } else {
                    let message = format!("a field name is text, not {}", rule.value.what());
                    self.notes.say(&at, Code::BadType, message, HELP);
                }
            }
        }
        found
    }

    fn condition(&mut self, kind: CorrelationKind, kind_known: bool) -> Threshold {
        let mut found = Threshold::default();
        let Some(item) = entry(self.entries, "condition").filter(|item| !item.value.is_null()) else {
            if kind_known && !kind.is_temporal() {
                self.missing("condition", "add a bound, such as `condition: {gte: 10}`");
            }
            return found;
        };
        match &item.value.kind {
            Kind::Map(parts) => self.threshold(parts, item, kind, kind_known, &mut found),
            Kind::Text(text) => found.extended = self.extended(text, item, kind, kind_known),
            _ => {
                let message = format!("a condition is a map of bounds, not {}", item.value.what());
                self.say(item, Code::BadCorrelationCondition, message, "write `condition: {gte: 10}`");
            }
        }
        found
    }

    fn threshold(&mut self, parts: &[Entry], item: &Entry, kind: CorrelationKind, known: bool, found: &mut Threshold) {
        let mut bounds = Vec::new();
        for part in parts {
            if let Some((name, comparison)) = OPERATORS.iter().find(|(name, _)| *name == part.key) {
                bounds.extend(self.bound(part, name, kind, item).map(|number| (*comparison, number)));
            } else if !matches!(part.key.as_str(), "field" | "percentile") {
                let message = format!("unknown operator `{}`", shorten(&part.key));
                let help =
                    "the operators are gt, gte, lt, lte, eq and neq; `field` and `percentile` may stand beside them";
                self.say(item, Code::BadCorrelationCondition, message, help);
                return;
            }
        }
        self.fields(parts, item, kind, known, found);
        self.percentile(parts, item, kind, found);
        let named = parts.iter().any(|part| OPERATORS.iter().any(|(name, _)| *name == part.key));
        if !named {
            let message = "the condition has no bound";
            self.say(item, Code::BadCorrelationCondition, message, "add one, such as `gte: 10`");
        }
        let only_upper = bounds.iter().all(|(op, _)| matches!(op, Comparison::Lt | Comparison::Lte | Comparison::Neq));
        if kind.counts() && only_upper && !bounds.is_empty() {
            let message = "an upper bound alone already holds at the first event of a window";
            self.say(item, Code::UpperBoundOnly, message, "add a lower bound, such as `gte: 1`");
        }
        found.bounds = Some(bounds);
    }

    fn bound(&mut self, part: &Entry, name: &str, kind: CorrelationKind, item: &Entry) -> Option<Decimal> {
        let number = match &part.value.kind {
            Kind::Number(digits) => Decimal::parse(digits),
            _ => None,
        };
        let Some(number) = number else {
            let message = format!("`{name}` needs a number, not {}", part.value.what());
            self.say(item, Code::BadCorrelationCondition, message, format!("write `{name}: 10` without quotes"));
            return None;
        };
        if kind.counts() && !number.is_integer() {
            let message = format!("`{name}` of a count needs a whole number");
            self.say(item, Code::BadCorrelationCondition, message, "fractions are for value_sum and the like");
            return None;
        }
        Some(number)
    }

    fn fields(&mut self, parts: &[Entry], item: &Entry, kind: CorrelationKind, known: bool, found: &mut Threshold) {
        let at = self.at.key(&item.key, item.line);
        if let Some(field) = entry(parts, "field") {
            let at = at.key("field", field.line);
            found.fields = self.field_names(&field.value, &at);
            if found.fields.len() > 1 && known && kind != CorrelationKind::ValueCount {
                let message = "a list of fields is for value_count only";
                self.say(item, Code::BadCorrelationCondition, message, "name one field");
            }
        } else if self.dialect {
            found.fields = self.names("field");
        }
        if known && kind.needs_field() && found.fields.is_empty() {
            let message = format!("{} needs the field whose values it looks at", kind.name());
            self.notes.say(&at.missing("field"), Code::MissingField, message, "add `field: name` to the condition");
        }
    }

    fn percentile(&mut self, parts: &[Entry], item: &Entry, kind: CorrelationKind, found: &mut Threshold) {
        let help = "add `percentile:` with a number from 0 to 100";
        let Some(part) = entry(parts, "percentile") else {
            if kind == CorrelationKind::ValuePercentile {
                let at = self.at.key(&item.key, item.line);
                self.notes.say(&at.missing("percentile"), Code::MissingField, "there is no percentile", help);
            }
            return;
        };
        let number = match &part.value.kind {
            Kind::Number(digits) => digits.parse::<f64>().ok(),
            _ => None,
        };
        found.percentile = number.filter(|number| (0.0..=100.0).contains(number));
        if found.percentile.is_none() {
            self.say(item, Code::BadCorrelationCondition, "`percentile` is no number from 0 to 100", help);
        }
    }

    /// A condition over rules instead of a count.
    fn extended(&mut self, text: &str, item: &Entry, kind: CorrelationKind, known: bool) -> Option<(Tree, Spot)> {
        let bad = Code::BadCorrelationCondition;
        if known && !kind.is_temporal() {
            let message = format!("{} needs a map of bounds, not a condition over rules", kind.name());
            self.say(item, bad, message, "write `condition: {gte: 10}`, or use the type `temporal`");
            return None;
        }
        let tree = match condition::parse(text) {
            Ok(tree) => tree,
            Err(fault) => {
                self.say(item, bad, fault.message, fault.help);
                return None;
            }
        };
        let ordered = kind == CorrelationKind::TemporalOrdered;
        if let Some(message) = unfit(&tree, ordered) {
            let help = "join rule names with `and`, `or`, `not` and brackets; `temporal_ordered` knows no `or`";
            self.say(item, bad, message, help);
            return None;
        }
        Some((tree, self.at.key(&item.key, item.line).spot()))
    }
}

/// What a condition over rules may not contain.
fn unfit(tree: &Tree, ordered: bool) -> Option<&'static str> {
    match tree {
        Tree::Selector { .. } => Some("a condition over rules names them one by one, without `1 of` or `all of`"),
        Tree::Or(_) if ordered => Some("`or` has no order"),
        Tree::And(parts) | Tree::Or(parts) => parts.iter().find_map(|part| unfit(part, ordered)),
        Tree::Not(inner) => unfit(inner, ordered),
        Tree::Name(_) => None,
    }
}

/// References to rules: a list, or one.
pub(super) fn references(node: &Node, at: &At<'_>, notes: &mut DocNotes<'_>) -> Vec<Reference> {
    const HELP: &str = "write the `name` or the `id` of a rule";
    let mut found = Vec::new();
    let mut take = |node: &Node, at: &At<'_>| match node.text() {
        Some(text) => found.push(Reference { text: text.to_owned(), spot: at.spot() }),
        None => notes.say(at, Code::BadType, format!("a reference to a rule is text, not {}", node.what()), HELP),
    };
    match &node.kind {
        Kind::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| take(item, &at.index(index, item.line)));
        }
        _ => take(node, at),
    }
    found
}

/// A whole number and a unit. Month and year are mean lengths.
fn duration(text: &str) -> Option<Duration> {
    // Times are 64-bit nanoseconds; a longer window would cover all of them anyway.
    const LONGEST: u64 = 200 * 31_556_952;
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        'M' => 2_629_746,
        'y' => 31_556_952,
        _ => return None,
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let total = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (1..=LONGEST).contains(&total).then(|| Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans_are_a_number_and_a_unit() {
        for (text, seconds) in [
            ("1s", 1),
            ("015m", 900),
            ("2h", 7_200),
            ("1d", 86_400),
            ("1w", 604_800),
            ("1M", 2_629_746),
            ("1y", 31_556_952),
        ] {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "s", "5", "5H", "0s", "-5m", "+5m", "5 m", "1.5h", "5mm", "99999999999999999999s", "201y", "5µ"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for (name, kind) in KINDS {
            assert!(kind.name() == *name || *name == "temporal_sequence", "{name}");
        }
    }
}
