//! Filter documents: conditions that are joined to rules with `and` (sigma-semantics.md 9).

use super::correlation::{Reference, references};
use super::detection::{Detection, Reader};
use super::diagnostic::{At, Code, DocId, DocNotes};
use super::document::Document;
use super::identity::Identities;
use super::meta;
use super::raw::{Entry, Kind, entry};
use super::rule::{Expr, Rule, Selection};
use crate::model::LogSource;
use std::collections::BTreeMap;

/// A filter whose references are still words.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) doc: DocId,
    title: String,
    pub(super) logsource: LogSource,
    /// `None`: any rule.
    pub(super) rules: Option<Vec<Reference>>,
    detection: Detection,
}

/// Reads a filter document. `None` when it is rejected.
pub(super) fn read(
    document: &Document,
    placeholders: &BTreeMap<String, Vec<String>>,
    notes: &mut DocNotes<'_>,
) -> Option<Filter> {
    let errors = notes.errors();
    let top = At::top(document.line);
    let meta = meta::read(&document.entries, &top, notes);
    let logsource = meta::logsource(&document.entries, &top, notes);
    let item = entry(&document.entries, "filter")?;
    let at = top.key(&item.key, item.line);
    let Some(entries) = item.value.map() else {
        let message = format!("a filter is a map, not {}", item.value.what());
        notes.say(&at, Code::BadType, message, "write `rules`, search identifiers and `condition` below it");
        return None;
    };
    let rules = targets(entries, &at, notes);
    let condition = entry(entries, "condition");
    if let Some(item) = condition.filter(|item| matches!(item.value.kind, Kind::List(_))) {
        let help = "join them with `and` or `or`";
        notes.say(&at.key(&item.key, item.line), Code::BadCondition, "a filter has one condition, not a list", help);
        return None;
    }
    let detection = Reader::new(placeholders, notes).detection(entries, &["rules", "condition"], &at);
    if notes.errors() > errors {
        return None;
    }
    if let Some((item, condition)) = condition.zip(detection.conditions.first())
        && !has_not(&condition.expr)
    {
        let message = "the filter keeps only the events that match it";
        let help = "a filter is joined to its rules with `and`; to leave events out write `not` before the identifier";
        notes.say(&at.key(&item.key, item.line), Code::FilterWithoutNot, message, help);
    }
    Some(Filter { doc: document.id, title: meta.title, logsource, rules, detection })
}

fn targets(entries: &[Entry], at: &At<'_>, notes: &mut DocNotes<'_>) -> Option<Vec<Reference>> {
    let Some(item) = entry(entries, "rules").filter(|item| !item.value.is_null()) else {
        let help = "list the rules it is for by `name` or `id`, or write `rules: any`";
        notes.say(&at.missing("rules"), Code::MissingField, "the filter does not say which rules it is for", help);
        return None;
    };
    match &item.value.kind {
        Kind::Text(word) if word.eq_ignore_ascii_case("any") => None,
        Kind::List(items) if items.is_empty() => None,
        _ => Some(references(&item.value, &at.key(&item.key, item.line), notes)),
    }
}

fn has_not(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(has_not),
        Expr::Not(_) => true,
        Expr::Selection(_) | Expr::Never => false,
    }
}

impl Filter {
    /// Whether every attribute the filter states is the rule's.
    pub(super) fn covers(&self, logsource: &LogSource) -> bool {
        let fits = |mine: &Option<String>, theirs: &Option<String>| mine.is_none() || mine == theirs;
        fits(&self.logsource.category, &logsource.category)
            && fits(&self.logsource.product, &logsource.product)
            && fits(&self.logsource.service, &logsource.service)
    }

    /// Joins the filter to every condition of a rule. Its identifiers go behind the rule's, under names of their own.
    pub(super) fn apply(&self, rule: &mut Rule) {
        let Some(condition) = self.detection.conditions.first() else { return };
        let offset = rule.selections.len();
        let mut names = Identities::default();
        for selection in &rule.selections {
            names.free(&selection.name);
        }
        for selection in &self.detection.selections {
            let name = names.free(&format!("{}: {}", self.title, selection.name));
            rule.selections.push(Selection { name, body: selection.body.clone() });
        }
        let expr = shifted(&condition.expr, offset);
        for condition in &mut rule.conditions {
            // Filters behind one another stay one flat conjunction, however many there are.
            match &mut condition.expr {
                Expr::And(parts) => parts.push(expr.clone()),
                other => *other = Expr::And(vec![std::mem::replace(other, Expr::Never), expr.clone()]),
            }
        }
    }
}

/// The expression over identifiers that stand `offset` later.
fn shifted(expr: &Expr, offset: usize) -> Expr {
    let all = |parts: &[Expr]| parts.iter().map(|part| shifted(part, offset)).collect();
    match expr {
        Expr::And(parts) => Expr::And(all(parts)),
        Expr::Or(parts) => Expr::Or(all(parts)),
        Expr::Not(inner) => Expr::Not(Box::new(shifted(inner, offset))),
        Expr::Selection(index) => Expr::Selection(index.saturating_add(offset)),
        Expr::Never => Expr::Never,
    }
}
