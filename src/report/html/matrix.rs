//! The matrix of ATT&CK: a column a tactic in the order of an intrusion, a cell a technique that was seen.
//!
//! A technique stands below those of its tactics that the rule names, and below all of them where the rule names none. All
//! tactics have their column: what was not seen says something, too. Numbers are alerts; those of a technique include its
//! sub-techniques.

use super::thousands;
use crate::model::{Alert, Level, Report, RuleInfo};
use crate::report::attack::{ORDER, attack};
use crate::report::rule;
use std::collections::{BTreeMap, BTreeSet};

/// Cells of a column.
const CELLS: usize = 24;
/// Shades of a cell.
const SHADES: u64 = 4;

/// The drawing.
pub(super) struct Matrix<'a> {
    pub(super) columns: Vec<Column<'a>>,
    /// Techniques no tactic is known of.
    pub(super) rest: Vec<Cell<'a>>,
}

/// A tactic.
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    /// Its alerts; `None` when there are none.
    pub(super) alerts: Option<String>,
    pub(super) level: &'static str,
    pub(super) cells: Vec<Cell<'a>>,
    /// Techniques that are not shown.
    pub(super) more: usize,
}

/// A technique below one of its tactics.
pub(super) struct Cell<'a> {
    pub(super) id: &'a str,
    /// What ATT&CK calls it, if it is known there.
    pub(super) name: Option<&'a str>,
    pub(super) alerts: String,
    pub(super) level: &'static str,
    /// 1 to [`SHADES`] for the most.
    pub(super) shade: u64,
}

/// How many alerts, and the worst of them.
type Seen = (u64, Level);

/// The matrix of the alerts' rules, when one of them names a tactic or a technique.
pub(super) fn matrix<'a>(report: &'a Report, alerts: &[&Alert]) -> Option<Matrix<'a>> {
    let mut tactics: BTreeMap<usize, Seen> = BTreeMap::new();
    // By place in the order, or behind all of them; then by technique.
    let mut techniques: BTreeMap<(usize, &'a str), Seen> = BTreeMap::new();
    for alert in alerts {
        let info = rule(report, alert.rule);
        let mut of_alert: BTreeSet<usize> = info.tactics.iter().filter_map(|tactic| place(tactic)).collect();
        let mut cells = BTreeSet::new();
        for id in &info.techniques {
            let places = places(info, id);
            of_alert.extend(places.iter().copied().filter(|place| *place < ORDER.len()));
            cells.extend(places.into_iter().flat_map(|place| within(id).map(move |id| (place, id))));
        }
        for place in of_alert {
            count(tactics.entry(place).or_insert((0, alert.level)), alert.level);
        }
        for cell in cells {
            count(techniques.entry(cell).or_insert((0, alert.level)), alert.level);
        }
    }
    // A technique has a cell of its own when a rule names it, and not because of what is within it.
    let named: BTreeSet<&str> =
        alerts.iter().flat_map(|alert| &rule(report, alert.rule).techniques).map(String::as_str).collect();
    techniques.retain(|(_, id), _| named.contains(id));
    let most = techniques.values().map(|(alerts, _)| *alerts).max().unwrap_or(1);
    let cells = |at: usize| {
        let own = techniques.range((at, "")..(at + 1, ""));
        own.map(|((_, id), seen)| cell(id, *seen, most)).collect::<Vec<_>>()
    };
    let is_empty = tactics.is_empty() && techniques.is_empty();
    (!is_empty).then(|| Matrix {
        columns: (0..ORDER.len()).map(|at| column(at, tactics.get(&at).copied(), cells(at))).collect(),
        rest: cells(ORDER.len()),
    })
}

fn count(seen: &mut Seen, level: Level) {
    *seen = (seen.0 + 1, seen.1.max(level));
}

fn place(tactic: &str) -> Option<usize> {
    ORDER.iter().position(|other| *other == tactic)
}

/// The columns a technique stands in for a rule; behind all of them when nobody knows.
fn places(info: &RuleInfo, technique: &str) -> Vec<usize> {
    let known: Vec<usize> = attack().tactics_of(technique).iter().filter_map(|tactic| place(tactic)).collect();
    let named: Vec<usize> = info.tactics.iter().filter_map(|tactic| place(tactic)).collect();
    let both: Vec<usize> = known.iter().copied().filter(|place| named.contains(place)).collect();
    let found = if !both.is_empty() {
        both
    } else if known.is_empty() {
        named
    } else {
        known
    };
    if found.is_empty() { vec![ORDER.len()] } else { found }
}

/// A technique and, for a sub-technique, what it is a part of.
fn within(id: &str) -> impl Iterator<Item = &str> {
    [Some(id), id.split_once('.').map(|(whole, _)| whole)].into_iter().flatten()
}

fn column(at: usize, seen: Option<Seen>, mut cells: Vec<Cell<'_>>) -> Column<'_> {
    let short = ORDER.get(at).copied().unwrap_or_default();
    let more = cells.len().saturating_sub(CELLS);
    cells.truncate(CELLS);
    Column {
        name: attack().tactic(short).unwrap_or(short),
        alerts: seen.map(|(alerts, _)| thousands(alerts)),
        level: seen.map_or("", |(_, level)| level.name()),
        cells,
        more,
    }
}

fn cell(id: &str, (alerts, level): Seen, most: u64) -> Cell<'_> {
    let shade = (alerts.saturating_mul(SHADES) / most.max(1)).clamp(1, SHADES);
    Cell { id, name: attack().technique(id), alerts: thousands(alerts), level: level.name(), shade }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    /// The cells of every column that has some, for alerts of one rule each.
    fn seen(rules: &[(&[&str], &[&str])]) -> Vec<(String, Option<String>, Vec<String>)> {
        let mut report = sample::crowd(u64::try_from(rules.len()).expect("few"));
        let model = report.rules[0].clone();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        report.rules = rules
            .iter()
            .map(|(tactics, techniques)| RuleInfo {
                tactics: texts(tactics),
                techniques: texts(techniques),
                ..model.clone()
            })
            .collect();
        for (n, alert) in (0..).zip(&mut report.alerts) {
            alert.rule = crate::model::RuleId(n);
        }
        let alerts: Vec<&Alert> = report.alerts.iter().collect();
        let Some(matrix) = matrix(&report, &alerts) else { return Vec::new() };
        assert_eq!(matrix.columns.len(), 14);
        let spelt = |cells: &[Cell<'_>]| cells.iter().map(|cell| format!("{} {}", cell.id, cell.alerts)).collect();
        let columns = matrix.columns.iter().filter(|column| column.alerts.is_some() || !column.cells.is_empty());
        let mut rows: Vec<_> =
            columns.map(|column| (column.name.to_owned(), column.alerts.clone(), spelt(&column.cells))).collect();
        if !matrix.rest.is_empty() {
            rows.push((String::new(), None, spelt(&matrix.rest)));
        }
        rows
    }

    #[track_caller]
    fn check(rules: &[(&[&str], &[&str])], want: &[(&str, Option<&str>, &[&str])]) {
        let want: Vec<_> = want
            .iter()
            .map(|(name, alerts, cells)| {
                ((*name).to_owned(), alerts.map(str::to_owned), cells.iter().map(|c| (*c).to_owned()).collect())
            })
            .collect();
        assert_eq!(seen(rules), want);
    }

    #[test]
    fn tactics_stand_in_the_order_of_an_intrusion() {
        let rules: &[(&[&str], &[&str])] =
            &[(&["credential-access"], &["T1110.001"]), (&["initial-access"], &["T1190"]), (&[], &[])];
        let want: &[(&str, Option<&str>, &[&str])] =
            &[("Initial Access", Some("1"), &["T1190 1"]), ("Credential Access", Some("1"), &["T1110.001 1"])];
        check(rules, want);
    }

    #[test]
    fn a_technique_stands_below_the_tactics_its_rule_means() {
        // Valid accounts serve four tactics.
        check(&[(&["initial-access"], &["T1078"])], &[("Initial Access", Some("1"), &["T1078 1"])]);
        let all: &[(&str, Option<&str>, &[&str])] = &[
            ("Initial Access", Some("1"), &["T1078 1"]),
            ("Persistence", Some("1"), &["T1078 1"]),
            ("Privilege Escalation", Some("1"), &["T1078 1"]),
            ("Defense Evasion", Some("1"), &["T1078 1"]),
        ];
        check(&[(&[], &["T1078"])], all);
    }

    #[test]
    fn a_technique_counts_what_is_within_it_once_an_alert() {
        let rules: &[(&[&str], &[&str])] =
            &[(&[], &["T1110"]), (&[], &["T1110", "T1110.001", "T1110.003"]), (&[], &["T1110.003"])];
        check(rules, &[("Credential Access", Some("3"), &["T1110 3", "T1110.001 1", "T1110.003 2"])]);
    }

    #[test]
    fn what_nobody_knows_is_told_all_the_same() {
        check(&[(&[], &["T9999"])], &[("", None, &["T9999 1"])]);
        check(&[(&["impact"], &["T9999"])], &[("Impact", Some("1"), &["T9999 1"])]);
        check(&[(&["impact"], &[])], &[("Impact", Some("1"), &[])]);
        check(&[(&[], &[])], &[]);
    }
}
