//! Matches that leave behind what one before them left.
//!
//! In a log that repeats itself a loud rule holds for the same values time and again. What was asked of the first record of
//! a block that it held for is noted, with what the match left behind: a row of the stream, an alert. A further record with
//! the same values in the fields these answers rest on needs no trying: the rule holds, and leaves the same, with a place
//! and a time of its own.
//!
//! Sound because holding and keeping are a function of answers, rule and options: of the same answers the same is asked
//! next, and so on to the end. That the answers are the same follows as for [plans](super::plan), of which one is known for
//! both records; names and values are compared in full. What looks at more than answers is never remembered: keywords,
//! lines of audit events, alerts about a record's whole text. What a correlation is fed is no part of this; it is worked
//! out for each match. Rows and alerts are those of one block, and forgotten with it.

use super::compile::CompiledRule;
use super::plan::{PlanId, entries_of, fields};
use super::reference::Case;
use crate::model::{AskId, Event, QuickMap, RuleId, limits};

/// What a worker remembers of the matches of a block.
#[derive(Default)]
pub(super) struct Repeats {
    /// By rule and the kind of plan.
    known: QuickMap<(RuleId, u32), Standing>,
    /// Positions of fields that are remembered, rule by rule and plan by plan.
    places: usize,
    /// Counts the blocks.
    block: u64,
    /// The fields of the record at hand.
    fields: Vec<u8>,
}

/// What a match left behind, in its block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Its row among the matches of the stream.
    pub(super) row: Option<usize>,
    /// The fold of its alert; none where no alert is kept, or all are only counted.
    pub(super) fold: Option<usize>,
}

/// What is known of a rule and a record before it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It holds, as it did before.
    Again(Left),
    /// Nothing; if it holds, that is worth remembering.
    Fresh,
    /// Nothing, and nothing will be.
    Never,
}

/// How matches of a rule repeat in records that differ by their names and values alone.
#[derive(Default)]
struct Standing {
    /// Questions that were asked,
    asked: Vec<AskId>,
    /// and positions of the fields their answers rest on, by plan.
    entries: QuickMap<u32, Box<[u16]>>,
    /// What a match left behind in this block, by these fields.
    left: QuickMap<Box<[u8]>, Left>,
    block: u64,
    /// How often a match was met, and known.
    met: u32,
    repeated: u32,
    /// It is not worth it, or something else has a say.
    is_off: bool,
}

/// After so many matches a rule of whose matches less than a quarter was known does without.
const TRIAL: u32 = 256;
const SHARE: u32 = 4;
/// Longer values seldom come again.
const LONGEST: usize = 768;

impl Repeats {
    /// What is known of a rule and a record. Without a plan that is nothing.
    pub(super) fn find(&mut self, plan: Option<PlanId>, rule: &CompiledRule, event: &Event<'_>) -> Known {
        let Some(plan) = plan else { return Known::Never };
        let Some(standing) = self.known.get_mut(&(rule.id, plan.kind)) else { return Known::Fresh };
        if standing.is_off {
            return Known::Never;
        }
        let Some(entries) = standing.entries.get(&plan.number).filter(|_| standing.block == self.block) else {
            return Known::Fresh;
        };
        fields(entries, event, &mut self.fields);
        let Some(left) = standing.left.get(self.fields.as_slice()) else { return Known::Fresh };
        standing.met = standing.met.saturating_add(1);
        standing.repeated = standing.repeated.saturating_add(1);
        Known::Again(*left)
    }

    /// Remembers what a match left behind, for which `asked` was asked; `None`: more than that had a say.
    pub(super) fn note(
        &mut self,
        plan: Option<PlanId>,
        rule: &CompiledRule,
        case: &Case<'_, '_>,
        (asked, left): (&[AskId], Option<Left>),
    ) {
        let Repeats { known, places, block, fields: memory } = self;
        let Some(plan) = plan.filter(|_| *places < limits::REPEATS) else { return };
        let new = || {
            *places += 1;
            Standing { is_off: rule.has_keywords(), ..Standing::default() }
        };
        let standing = known.entry((rule.id, plan.kind)).or_insert_with(new);
        if standing.block != *block {
            standing.left.clear();
            standing.block = *block;
        }
        standing.met = standing.met.saturating_add(1);
        let is_worth_it = standing.met < TRIAL || standing.repeated >= standing.met / SHARE;
        let is_off = standing.is_off || !is_worth_it;
        let entries = if is_off { None } else { standing.lean_on(asked, plan, case, places) };
        let (Some(entries), Some(left)) = (entries, left) else {
            *standing = Standing { is_off: true, ..Standing::default() };
            return;
        };
        fields(entries, case.event, memory);
        if memory.len() <= LONGEST {
            standing.left.insert(memory.as_slice().into(), left);
        }
    }

    /// Forgets the block.
    pub(super) fn end_block(&mut self) {
        self.block = self.block.wrapping_add(1);
    }
}

impl Standing {
    /// Positions of the fields that answers to these questions, and to those before, rest on; `None`: on more than fields.
    fn lean_on(&mut self, asked: &[AskId], plan: PlanId, case: &Case<'_, '_>, places: &mut usize) -> Option<&[u16]> {
        for ask in asked {
            if !self.asked.contains(ask) {
                self.asked.push(*ask);
                // Nobody looks for what is known by fewer fields any more.
                self.entries.clear();
                self.left.clear();
            }
        }
        if !self.entries.contains_key(&plan.number) {
            let mut entries = Vec::new();
            for ask in &self.asked {
                entries.extend(entries_of(*ask, case.event, case.view)?);
            }
            entries.sort_unstable();
            entries.dedup();
            *places += entries.len();
            self.entries.insert(plan.number, entries.into());
        }
        self.entries.get(&plan.number).map(|entries| &**entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{JsonEvent, Mapped, field, field_test, keywords, one, raw_options, rule, text};
    use crate::detect::{Kind, Options, Worker};
    use crate::model::{Findings, Layouts, Matches, View};
    use crate::sigma::{Expr, Group, Rule, Ruleset};

    /// What these blocks of events leave behind, and how many matches were known.
    fn found(rules: &[Rule], blocks: &[&[&str]], engine: Kind) -> (Vec<(Option<Matches>, String)>, u64) {
        let set = Ruleset { rules: rules.to_vec(), ..Ruleset::default() };
        let options = Options { engine, ..raw_options() };
        let (engine, view) = Mapped::engine(&set, &[], options, &[]);
        let (mut worker, mut layouts) = (Worker::default(), Layouts::default());
        let blocks = blocks.iter().map(|events| {
            let mut findings = Findings { matches: Some(Matches::default()), ..Findings::default() };
            for (index, event) in (0u32..).zip(*events) {
                let event = JsonEvent::parse(event);
                let mut event = event.event(index);
                event.time = view.time(&event);
                event.layout = layouts.of(event.entries);
                engine.observe(&event, &view, &mut worker, &mut findings);
            }
            engine.end_block(&mut worker, &mut findings);
            (findings.matches, format!("{:?} {}", findings.alerts, findings.matches_total))
        });
        (blocks.collect(), worker.counts().repeated)
    }

    #[track_caller]
    fn check(rules: &[Rule], blocks: &[&[&str]], repeated: u64) {
        let (left, known) = found(rules, blocks, Kind::Indexed);
        assert_eq!((left, 0), found(rules, blocks, Kind::Reference));
        assert_eq!(known, repeated, "{blocks:?}");
    }

    const MIA: &str = r#"{"User": "Mia", "Image": "cmd", "EventID": 1}"#;
    const MIA_AGAIN: &str = r#"{"User": "Mia", "Image": "cmd", "EventID": 2}"#;
    const EVE: &str = r#"{"User": "Eve", "Image": "cmd", "EventID": 1}"#;
    const MORE: &str = r#"{"User": "Mia", "Image": "cmd", "EventID": 1, "CommandLine": "dir"}"#;
    const LESS: &str = r#"{"Image": "cmd", "EventID": 1}"#;

    #[test]
    fn what_is_read_of_a_record_tells_whether_a_match_is_known() {
        let image = || one("r", field("Image", text("cmd")));
        check(&[image()], &[&[MIA, MIA_AGAIN, EVE, EVE]], 3);
        // What an alert is about is read, too.
        let of_user = || {
            let mut rule = image();
            rule.meta.fields = vec!["User".to_owned()];
            rule
        };
        check(&[of_user()], &[&[MIA, MIA_AGAIN, EVE, EVE, MIA]], 3);
        // Records of other names are known from the second on, by what was left of the first ones.
        check(&[of_user()], &[&[MIA, LESS, MIA, LESS, MORE, MORE]], 3);
        check(&[of_user()], &[&[MORE, LESS], &[LESS, MIA, MORE, MIA]], 2);
        check(&[of_user(), image()], &[&[MIA, EVE, MIA]], 3);
        // Each block has rows and alerts of its own.
        check(&[of_user()], &[&[MIA, MIA], &[MIA, EVE, MIA], &[EVE]], 2);
    }

    #[test]
    fn what_is_asked_of_some_records_alone_is_read_of_all() {
        let selections = || {
            vec![
                ("a", field("Image", text("cmd"))),
                ("b", field("User", text("Mia"))),
                ("c", field("CommandLine", text("dir"))),
            ]
        };
        let condition = Expr::And(vec![
            Expr::Selection(0),
            Expr::Or(vec![Expr::Selection(1), Expr::Not(Box::new(Expr::Selection(2)))]),
        ]);
        let silent = r#"{"User": "Eve", "Image": "cmd", "EventID": 1, "CommandLine": "dir"}"#;
        let other = r#"{"User": "Eve", "Image": "cmd", "EventID": 1, "CommandLine": "del"}"#;
        check(&[rule("r", selections(), condition)], &[&[MORE, MORE, silent, other, silent, other, MORE, MIA]], 3);
    }

    #[test]
    fn what_rests_on_more_than_fields_is_not_remembered() {
        let words = Group::All(vec![Group::Keywords(keywords(&["cmd"])), field("Image", text("*"))]);
        check(&[one("words", words)], &[&[MIA, MIA, MIA]], 0);
        // Not a name anybody knows: any field may answer.
        check(&[one("odd", Group::Field(field_test("Odd", vec![text("x")])))], &[&[r#"{"Odd": "x"}"#; 3]], 0);
        // The rest of the record may be what it is about.
        let absent =
            one("absent", Group::Field(field_test("CommandLine", vec![crate::sigma::ValueTest::Exists(false)])));
        check(&[absent], &[&[MIA, MIA, EVE]], 0);
    }

    #[test]
    fn rules_whose_matches_do_not_repeat_do_without() {
        let mut rule = one("r", field("Image", text("cmd*")));
        rule.meta.fields = vec!["User".to_owned()];
        let event = |n: u32| format!(r#"{{"User": "u{n}", "Image": "cmd"}}"#);
        let events: Vec<String> = (0..2 * TRIAL).map(event).chain((0..TRIAL).map(event)).collect();
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        check(&[rule], &[&events], 0);
    }
}
