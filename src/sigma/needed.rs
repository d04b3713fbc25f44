//! Texts every match of an expression holds: what is looked for before the expression is.
//!
//! Sets of folded texts, of each of which every match, folded, holds one. Sound by parts: what may match few texts matches
//! one of them; what follows one another in an expression does so in a match, so texts of neighbours are joined; what is
//! there at least once is there; and of alternatives one is, so a text of each is among those of all.

use super::fold::folded;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Texts that are worth looking for one by one, and single bytes that are.
const ALTERNATIVES: usize = 64;
const BYTES: usize = 4;
/// Texts a part may match, or several in a row, if they are joined.
const JOINED: usize = 32;
/// Characters of a class that are taken one by one.
const CHARACTERS: u64 = 16;
/// Bytes from which on a text is rare: it is made longer by what surely follows, not by one of several.
const RARE: usize = 5;
/// Bytes from which on a text is not made longer at all: expressions may be of any length.
const LONG: usize = 64;
/// How often what repeats is written out.
const TIMES: u32 = 4;
/// Sets that are kept, the best first, and those they are chosen from.
const SETS: usize = 4;
const CHOICE: usize = 256;

/// Texts one of which every match holds; none of them is empty.
pub(super) type Texts = Vec<String>;

/// What every match of an expression holds, the best to look for first. Expressions may be nested `depth` times.
pub(super) fn needed(hir: &Hir, depth: u32) -> Vec<Texts> {
    sets(nothing(), hir, depth)
}

/// The same where one of some texts comes right before.
fn sets(run: Texts, hir: &Hir, depth: u32) -> Vec<Texts> {
    let mut walk = Walk { run, sets: Vec::new() };
    walk.part(hir, depth);
    walk.flush();
    // Of many single bytes one is in every text.
    let most = |texts: &Texts| if shortest(texts) > 1 { ALTERNATIVES } else { BYTES };
    let mut sets: Vec<Texts> = walk.sets.into_iter().filter(|texts| texts.len() <= most(texts)).collect();
    sets.sort_by_key(|texts| std::cmp::Reverse(worth(texts)));
    let mut kept: Vec<Texts> = Vec::new();
    for texts in sets {
        if kept.len() < SETS && !kept.iter().any(|other| follows(&texts, other)) {
            kept.push(texts);
        }
    }
    kept
}

/// Whether what holds one of `others` holds one of these.
fn follows(texts: &Texts, others: &Texts) -> bool {
    others.iter().all(|other| texts.iter().any(|text| other.contains(text.as_str())))
}

/// What the empty text is.
fn nothing() -> Texts {
    vec![String::new()]
}

fn shortest(texts: &Texts) -> usize {
    texts.iter().map(String::len).min().unwrap_or(0)
}

/// Rare texts are better than others, then few, then long ones.
fn worth(texts: &Texts) -> (usize, std::cmp::Reverse<usize>, usize) {
    (shortest(texts).min(RARE), std::cmp::Reverse(texts.len()), shortest(texts))
}

/// From the beginning of an expression to its end.
struct Walk {
    /// One of these is in every match, right before what comes next.
    run: Texts,
    sets: Vec<Texts>,
}

impl Walk {
    fn part(&mut self, hir: &Hir, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return self.flush() };
        match hir.kind() {
            HirKind::Capture(capture) => return self.part(&capture.sub, depth),
            HirKind::Concat(parts) => return parts.iter().for_each(|part| self.part(part, depth)),
            _ => {}
        }
        if let Some(texts) = exact(hir, depth) {
            return self.follow(texts);
        }
        match hir.kind() {
            HirKind::Repetition(repetition) if repetition.min > 0 => self.repeated(repetition, depth),
            HirKind::Alternation(parts) => {
                let is_joined = shortest(&self.run) < RARE && self.run.len().saturating_mul(parts.len()) <= JOINED;
                let before = if is_joined { self.run.clone() } else { nothing() };
                self.flush();
                let best = parts.iter().map(|part| sets(before.clone(), part, depth).into_iter().next());
                let all: Option<Vec<Texts>> = best.collect();
                let all = all.map(|all| all.concat()).filter(|all| all.len() <= 2 * ALTERNATIVES);
                self.sets.extend(all.map(fewest));
            }
            _ => self.flush(),
        }
    }

    fn repeated(&mut self, repetition: &Repetition, depth: u32) {
        if let Some(texts) = exact(&repetition.sub, depth) {
            (0..repetition.min.min(TIMES)).for_each(|_| self.follow(texts.clone()));
            self.flush();
            // The last time is followed by what comes next.
            self.run = texts;
        } else {
            self.flush();
            self.sets.extend(needed(&repetition.sub, depth));
        }
    }

    /// One of these texts follows.
    fn follow(&mut self, texts: Texts) {
        let is_worth_it = shortest(&self.run) < if texts.len() == 1 { LONG } else { RARE };
        let joined = if is_worth_it { joined(&self.run, &texts) } else { None };
        self.run = joined.unwrap_or_else(|| {
            self.flush();
            texts
        });
    }

    /// What follows is not known.
    fn flush(&mut self) {
        let run = fewest(std::mem::replace(&mut self.run, nothing()));
        if shortest(&run) > 0 && self.sets.len() < CHOICE && !self.sets.contains(&run) {
            self.sets.push(run);
        }
    }
}

/// The same without texts that hold another.
fn fewest(mut texts: Texts) -> Texts {
    texts.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let mut fewest = Texts::new();
    for text in texts {
        if !fewest.iter().any(|other| text.contains(other.as_str())) {
            fewest.push(text);
        }
    }
    fewest
}

/// Every text of the one followed by every text of the other, if they are few.
fn joined(texts: &Texts, others: &Texts) -> Option<Texts> {
    let count = texts.len().checked_mul(others.len())?;
    let each = || texts.iter().flat_map(|text| others.iter().map(move |other| format!("{text}{other}")));
    (count <= JOINED).then(|| each().collect())
}

/// All texts that something may match, folded, if they are few. What matches between characters matches nothing.
fn exact(hir: &Hir, depth: u32) -> Option<Texts> {
    let depth = depth.checked_sub(1)?;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(nothing()),
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(|text| vec![folded(text)]),
        HirKind::Class(Class::Unicode(class)) => {
            let count = class.ranges().iter().map(|range| u64::from(range.end()) - u64::from(range.start()) + 1);
            if !(1..=CHARACTERS).contains(&count.sum::<u64>()) {
                return None;
            }
            let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            Some(distinct(chars.map(|c| folded(c.encode_utf8(&mut [0; 4]))).collect()))
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => exact(&capture.sub, depth),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max) {
            (0, Some(1)) => Some(distinct([nothing(), exact(&repetition.sub, depth)?].concat())),
            (min, Some(max)) if min == max && min <= TIMES => {
                let texts = exact(&repetition.sub, depth)?;
                (0..min).try_fold(nothing(), |all, _| joined(&all, &texts))
            }
            _ => None,
        },
        HirKind::Concat(parts) => {
            parts.iter().try_fold(nothing(), |all, part| joined(&all, &exact(part, depth)?).map(distinct))
        }
        HirKind::Alternation(parts) => {
            let mut all = Texts::new();
            for part in parts {
                all.extend(exact(part, depth)?);
                if all.len() > JOINED {
                    all = Some(distinct(all)).filter(|all| all.len() <= JOINED)?;
                }
            }
            Some(distinct(all))
        }
    }
}

fn distinct(mut texts: Texts) -> Texts {
    texts.sort_unstable();
    texts.dedup();
    texts
}
