//! Laws of folding: how the input was cut and what workers have heard change nothing.

use super::fold::{Before, Folded, Folds, Keep, Missing, join};
use super::fold_held::Held;
use super::fold_need::Needs;
use crate::detect::entity::{About, Subject};
use crate::detect::evidence::Draft;
use crate::detect::pending::{Keeping, One, Pending};
use crate::model::{Beyond, FoldedAlerts, Level, Place, RuleId, Sample, SourceId, Stamp, Time};
use crate::redact::Redactor;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;

/// A match: its rule, what it is about, its time, and how long its text is.
type Found = (u32, u8, Option<i64>, usize);

/// What a block leaves behind.
type Block = (FoldedAlerts, Vec<Beyond>);

const LEVELS: [Level; 3] = [Level::Low, Level::Critical, Level::Medium];

/// The rule some ignore entries are about.
const JUDGED: RuleId = RuleId(2);

fn found() -> impl Strategy<Value = Vec<Found>> {
    vec((0u32..3, 0u8..6, proptest::option::of(0i64..9), 0usize..30), 0..60)
}

fn block(matches: &[Found], samples: usize, needs: &Needs) -> Block {
    let mut pending = Pending::default();
    let redactor = Redactor::off();
    let keeping = Keeping { samples, redactor: &redactor, needs, source: SourceId(0) };
    for (record, (rule, about, time, length)) in (1u64..).zip(matches) {
        let (shown, stable) = (format!("{about}@{record}"), about.to_string());
        let time = time.map_or_else(Stamp::default, |t| Stamp::exact(Time(t), 0));
        let place = Place { line: record, record, lines: 1, ..Place::default() };
        let draft = Draft::of_text(RuleId(*rule), place, time, &"x".repeat(*length));
        // No two are spelt alike: as if a record number were part of what they are about.
        let subject = Subject::Field("f", shown.clone().into());
        let about = About { field: "f", shown: shown.into(), stable: stable.into() };
        let write = |into: &mut Draft| *into = draft;
        // As if fields of two ignore entries held for some.
        let holds = |n: &u32| RuleId(*rule) == JUDGED && (record * 7 + u64::from(*n)) % 5 == 0;
        let entries: Box<[u32]> = (0..2).filter(holds).collect();
        let one = One { rule: RuleId(*rule), entries, place, time, subject: &subject, is_known: record % 2 == 0 };
        pending.add(one, || about, write, &keeping);
    }
    let (mut alerts, excused, beyond) = pending.take(&redactor);
    // No entry holds in the end: everything is one alert again.
    join(&mut alerts, excused.into_iter().map(|one| one.fold).collect(), samples);
    (alerts, beyond)
}

/// Workers hear of what is needed `late` blocks after it was known.
fn folded(matches: &[Found], cuts: &[usize], keep: Keep, late: Option<usize>) -> Folded {
    let needs = || Arc::new(Needs::new(vec!["a.log".into()], LEVELS.to_vec(), &|rule| rule == JUDGED));
    let (known, unknown) = (needs(), needs());
    let mut folds = Folds::new(keep, Arc::clone(&known));
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (matches.len() + 1)).collect();
    cuts.extend([0, matches.len()]);
    cuts.sort_unstable();
    let mut under_way = VecDeque::new();
    for ends in cuts.windows(2) {
        let needs = if late.is_some() { &known } else { &unknown };
        under_way.push_back((ends[0], block(&matches[ends[0]..ends[1]], keep.samples, needs)));
        if under_way.len() > late.unwrap_or(0) {
            next(&mut folds, &mut under_way);
        }
    }
    while !under_way.is_empty() {
        next(&mut folds, &mut under_way);
    }
    folds.into_folded(keep.alerts)
}

fn next(folds: &mut Folds, under_way: &mut VecDeque<(usize, Block)>) {
    let Some((start, found)) = under_way.pop_front() else { return };
    let records = start as u64;
    // Blocks are numbered as they begin here: their order is all that counts.
    let before = Before { block: start as u32, lines: records, records, ..Before::default() };
    folds.add(before, found.0);
    folds.add_beyond(before, found.1);
}

/// What can be compared: entities are shown with the record they were first seen at, so blocks show there.
fn shape(folded: Folded) -> String {
    let Folded { kept, texts, overflow, missing, .. } = folded;
    let one = |held: Held| {
        let (identity, total) = (held.entity().0, held.total());
        (held.rule, identity, total, held.into_samples(&texts))
    };
    let kept: Vec<_> = kept.into_iter().map(one).collect();
    format!("{kept:#?} {overflow:#?} {missing:?}")
}

proptest! {
    #[test]
    fn any_split_into_blocks_gives_the_same(
        matches in found(),
        cuts in vec(any::<usize>(), 0..8),
        alerts in 1usize..20,
        samples in 0usize..5,
        sample_bytes in prop_oneof![0usize..4_000, 0usize..100_000],
    ) {
        let keep = Keep { alerts, samples, sample_bytes };
        let whole = shape(folded(&matches, &[], keep, None));
        for late in [None, Some(0), Some(1), Some(3)] {
            prop_assert_eq!(&whole, &shape(folded(&matches, &cuts, keep, late)), "{:?}", late);
        }
    }

    #[test]
    fn every_match_is_counted_once(matches in found(), alerts in 1usize..20, samples in 0usize..5) {
        let folded = folded(&matches, &[7, 30], Keep { alerts, samples, sample_bytes: 100 }, Some(1));
        let kept: u64 = folded.kept.iter().map(|held| held.total().count).sum();
        let rest: u64 = folded.overflow.values().map(|total| total.count).sum();
        prop_assert_eq!(kept + rest, matches.len() as u64);
        prop_assert!(folded.kept.len() <= alerts);
    }
}

/// The records of the samples of each alert; negative where their text was not kept.
fn records(folded: Folded) -> Vec<Vec<i64>> {
    let Folded { kept, texts, .. } = folded;
    let record = |sample: Sample| {
        let record = i64::try_from(sample.place.record).expect("few");
        if sample.text.raw().is_some() { record } else { -record }
    };
    kept.into_iter().map(|held| held.into_samples(&texts).into_iter().map(record).collect()).collect()
}

#[test]
fn the_first_events_and_the_last_are_kept() {
    let matches: Vec<Found> = (0..10).map(|n| (0, 0, Some(9 - n), 5)).collect();
    let kept = |samples| {
        let folded = folded(&matches, &[4], Keep { samples, ..Keep::default() }, None);
        let total = folded.kept[0].total();
        assert_eq!((total.first.time, total.last.time), (Some(Time(0)), Some(Time(9))));
        records(folded)
    };
    assert_eq!(kept(3), [[1, 2, 10]]);
    assert_eq!(kept(1), [[10]]);
    assert_eq!(kept(0), [[0_i64; 0]]);
    assert_eq!(kept(20), [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]);
}

#[test]
fn past_the_limit_the_mildest_and_latest_go() {
    // Rule 1 is critical, rule 0 low: three entities each, the low ones first.
    let matches: Vec<Found> = (0..6u8).map(|n| (u32::from(n / 3), n % 3, Some(i64::from(n)), 5)).collect();
    // It does not matter whether they go while blocks are added or at the end.
    for (alerts, most) in [(4, 4), (9, 4)] {
        let mut folds = Folds::new(
            Keep { alerts, ..Keep::default() },
            Arc::new(Needs::new(vec!["a.log".into()], LEVELS.to_vec(), &|rule| rule == JUDGED)),
        );
        folds.add(Before::default(), block(&matches, 20, &Needs::default()).0);
        assert_eq!(folds.by_level(), [0, if alerts == 4 { 1 } else { 3 }, 0, 0, 3]);
        let folded = folds.into_folded(most);
        let kept: Vec<_> = folded.kept.iter().map(|held| (held.rule.0, held.entity().0.value)).collect();
        assert_eq!(kept, [(1, "0"), (1, "1"), (1, "2"), (0, "0")].map(|(rule, name)| (rule, name.to_owned())));
        let rest: Vec<_> = folded.overflow.into_iter().collect();
        let [(rule, total)] = rest.as_slice() else { panic!("one rule is over") };
        assert_eq!((rule.0, total.count, total.place.record, total.last.time), (0, 2, 2, Some(Time(2))));
    }
}

#[test]
fn when_samples_are_full_the_first_and_the_last_stay_and_then_their_places() {
    let matches: Vec<Found> = [0, 0, 0, 1, 1, 1, 2, 2, 2].map(|about| (0, about, None, 100)).to_vec();
    let kept = |sample_bytes| {
        let folded = folded(&matches, &[], Keep { sample_bytes, ..Keep::default() }, None);
        (folded.missing, records(folded))
    };
    assert_eq!(kept(1 << 20), (Missing::Nothing, vec![vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]]));
    assert_eq!(kept(1_700), (Missing::Between, vec![vec![1, 2, 3], vec![4, 6], vec![7, 9]]));
    assert_eq!(kept(700), (Missing::Texts, vec![vec![1, 2, 3], vec![-4, -6], vec![-7, -9]]));
}
