//! Which rules an event may concern: first by its log sources, then by what its values hold.
//!
//! A [`Route`] is worked out for each set of log sources and view that turns up, once for all workers. It files the
//! rules that fit under their [witnesses](super::witness): questions worth asking, by the fields their answers come from,
//! and for each an [index](super::index) of what to look for in the answer. Rules without a witness are tried always.
//!
//! Sound because the log sources a rule sees do not depend on it, because a question whose fields an event has none of has
//! no answer ([`View::reads`]), and because neither witness nor index has false negatives. The
//! rules found are then held against the event by the plain engine, in the order of all rules.
//!
//! Rules for one line of an audit event are tried always: what a line answers by itself may not be among the answers of
//! the whole.

use super::compile::{CompiledRule, Engine, Kind};
use super::index::Index;
use super::line::Line;
use super::witness::{Clue, Hint, Shared, Spot, witnesses};
use super::words::Words;
use crate::model::{AskId, Entry, FieldId, QuickMap, TagSet, View, limits};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// What events of one kind are held against.
pub(super) struct Route {
    /// A number no other of the run has.
    pub(super) number: u32,
    /// Whether any rule's log source fits, wanted or not.
    pub(super) is_assigned: bool,
    /// The rules somebody wants to know of, in order.
    pub(super) rules: Box<[u32]>,
    /// Those that are tried whatever the event holds, as [filed](Filed).
    pub(super) always: Box<[u32]>,
    /// Where to look for the others.
    pub(super) asked: Box<[Asked]>,
    /// By field: positions in `asked` of questions it may answer.
    by_field: Box<[Box<[u16]>]>,
    /// Positions of questions that may have an answer whatever fields there are.
    pub(super) free: Box<[u16]>,
    /// What to look for in all values.
    pub(super) anywhere: Option<Arc<Numbered>>,
    /// What to look for in the line, for events whose values are pieces of it: in place of what is looked for anywhere,
    /// and of questions that say so.
    pub(super) line: Option<Index>,
}

/// A question and what its answers are looked through for.
pub(super) struct Asked {
    pub(super) ask: AskId,
    pub(super) index: Arc<Numbered>,
    /// What is left to look for where [`Route::line`] finds the rest; nothing: not even the question is left.
    pub(super) beside_line: Option<Numbered>,
}

/// An index, and a number no other of the run has.
pub(super) struct Numbered {
    pub(super) number: u32,
    pub(super) index: Index,
    /// What is looked for in all values, where one look through an event may tell that nothing of it is there.
    pub(super) words: Option<Words>,
}

/// The routes of a run, as far as they were needed.
#[derive(Default)]
pub(super) struct Routes {
    known: RwLock<QuickMap<Key, Arc<Route>>>,
    /// Many routes have the same.
    indexes: Mutex<QuickMap<Content, Arc<Numbered>>>,
    index_numbers: AtomicU32,
    numbers: AtomicU32,
    clues: Clues,
}

/// What an index is a function of: the place that is looked through, and the rules in it as they are filed.
type Content = (Spot, Box<[u32]>);

/// What is looked for in one place, each once, and the rules it leads to.
pub(super) type Hints<'h> = Vec<(&'h Hint<'h>, Box<[u32]>)>;

/// One clue of a rule, and the rule as it is filed under it.
type FiledClue<'h> = (&'h Hint<'h>, u32);

/// What is filed, by place: in order of rules.
type ByPlace<'h> = QuickMap<Spot, Vec<FiledClue<'h>>>;

/// What is left of what is filed in one place when the line is looked through, too.
fn beside_line<'h>(filed: &mut [FiledClue<'h>], is_quoted: bool, line: &mut Line<'h>) -> Hints<'h> {
    let hints = hints(filed);
    if is_quoted { line.take(hints) } else { hints }
}

/// What is filed in one place, each hint once; that puts it in order.
fn hints<'h>(filed: &mut [FiledClue<'h>]) -> Hints<'h> {
    filed.sort_unstable();
    let rules = |all: &[FiledClue<'_>]| {
        let mut rules: Vec<u32> = all.iter().map(|(_, rule)| *rule).collect();
        rules.dedup();
        rules.into_boxed_slice()
    };
    let same = filed.chunk_by(|(one, _), (other, _)| one == other);
    same.filter_map(|all| Some((all.first()?.0, rules(all)))).collect()
}

impl Routes {
    /// The index of what is filed in one place, which is put in order if nobody asked for it before. What a rule is filed
    /// under depends on nothing but the rule.
    fn index(&self, spot: Spot, filed: &mut [FiledClue<'_>]) -> Arc<Numbered> {
        let mut rules: Vec<u32> = filed.iter().map(|(_, rule)| *rule).collect();
        rules.dedup();
        let key = (spot, rules.into_boxed_slice());
        let known = || self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = known().get(&key) {
            return Arc::clone(index);
        }
        let hints = hints(filed);
        let mut index = self.numbered(&hints);
        if spot == Spot::Anywhere {
            index.words = Words::new(hints.iter().map(|(hint, _)| *hint));
        }
        let index = Arc::new(index);
        let mut known = known();
        if known.len() < limits::INDEXES {
            return Arc::clone(known.entry(key).or_insert(index));
        }
        index
    }

    fn numbered(&self, hints: &Hints<'_>) -> Numbered {
        let number = self.index_numbers.fetch_add(1, Ordering::Relaxed);
        let index = Index::new(hints.iter().map(|(hint, rules)| (*hint, &**rules)));
        Numbered { number, index, words: None }
    }
}

/// The witnesses of rules, worked out when a route first needs them: they do not depend on the route.
#[derive(Default)]
struct Clues {
    of: OnceLock<Box<[OfRule]>>,
}

/// What is worked out of one rule.
#[derive(Default)]
struct OfRule {
    /// Its [`witnesses`].
    own: OnceLock<Option<[Vec<Clue<'static>>; 2]>>,
    /// What the rules for its product share, if it is the first of them: others seldom meet the same events, and a log of
    /// one product needs nothing of what thousands of rules for others say.
    shared: OnceLock<Shared>,
}

impl Clues {
    fn of(&self, n: u32, rules: &[CompiledRule]) -> Option<&[Vec<Clue<'static>>; 2]> {
        let of = self.of.get_or_init(|| rules.iter().map(|_| OfRule::default()).collect());
        let (slot, rule) = (of.get(n as usize)?, rules.get(n as usize)?);
        let shared = &of.get(rule.kin)?.shared;
        let kin = || rules.iter().filter(|other| other.kin == rule.kin && other.is_wanted());
        let shared = || shared.get_or_init(|| Shared::of(kin()));
        let owned = |clues: Vec<Clue<'_>>| clues.into_iter().map(Clue::into_owned).collect();
        slot.own.get_or_init(|| Some(witnesses(rule, shared())?.map(owned))).as_ref()
    }
}

/// How a rule is filed under its clues: its number, and of which of its witnesses they are.
#[derive(Clone, Copy)]
pub(super) struct Filed(pub(super) u32);

impl Filed {
    /// Bits of each witness that is met, below the number: what both come to is the same for rules that have one.
    const BOTH: u32 = 3;

    /// What a rule is filed as under the clues of its first witness, and of its second.
    fn of(rule: u32, has_second: bool) -> [Filed; 2] {
        let number = rule << 2;
        if has_second { [Filed(number | 1), Filed(number | 2)] } else { [Filed(number | Filed::BOTH); 2] }
    }

    /// The rule.
    pub(super) fn rule(self) -> u32 {
        self.0 >> 2
    }

    /// What of the rule's witnesses was met, when `before` was.
    pub(super) fn met(self, before: u64) -> u64 {
        before | u64::from(self.0 & Filed::BOTH)
    }

    /// Whether that is all of it.
    pub(super) fn is_all(met: u64) -> bool {
        met == u64::from(Filed::BOTH)
    }
}

/// What a route is a function of: the bits of the log sources, the view's number, and whether records are lines of text.
pub(super) type Key = ([u64; 8], usize, bool);

impl Route {
    /// Positions of the questions a field may answer.
    pub(super) fn of_field(&self, field: FieldId) -> &[u16] {
        self.by_field.get(field.0 as usize).map_or(&[], |asked| &asked[..])
    }

    /// Positions of the questions an event with these fields may answer, each once.
    pub(super) fn worth_asking(&self, entries: &[Entry]) -> BTreeSet<u16> {
        let of_fields = entries.iter().flat_map(|entry| self.of_field(entry.field));
        self.free.iter().chain(of_fields).copied().collect()
    }
}

impl Engine {
    /// The route of an event. Which worker asks first does not matter.
    pub(super) fn route(&self, tags: &TagSet, view: &dyn View, has_lines: bool) -> Arc<Route> {
        let key = (tags.bits, view.number(), has_lines);
        let known = &self.routes.known;
        if let Some(route) = known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(route);
        }
        let route = Arc::new(self.new_route(tags, view, has_lines));
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < limits::ROUTES {
            return Arc::clone(known.entry(key).or_insert(route));
        }
        route
    }

    fn new_route(&self, tags: &TagSet, view: &dyn View, has_lines: bool) -> Route {
        let fitting: Vec<(u32, &CompiledRule)> = (0u32..).zip(&self.rules).filter(|(_, r)| r.fits(tags)).collect();
        let is_assigned = !fitting.is_empty();
        let wanted: Vec<(u32, &CompiledRule)> = fitting.into_iter().filter(|(_, rule)| rule.is_wanted()).collect();
        let rules = wanted.iter().map(|(n, _)| *n).collect();
        if self.options.engine == Kind::Reference {
            return self.plain(is_assigned, rules);
        }
        let mut always = Vec::new();
        let mut filed = ByPlace::default();
        for (n, rule) in &wanted {
            match self.routes.clues.of(*n, &self.rules) {
                Some([first, second]) if !rule.one_line => {
                    let [of_first, of_second] = Filed::of(*n, !second.is_empty());
                    let second = second.iter().map(|clue| (clue, of_second));
                    for (clue, Filed(rule)) in first.iter().map(|clue| (clue, of_first)).chain(second) {
                        filed.entry(clue.spot).or_default().push((&clue.hint, rule));
                    }
                }
                _ => always.push(Filed::of(*n, false)[0].0),
            }
        }
        let mut route = Route { always: always.into(), ..self.plain(is_assigned, rules) };
        route.file(filed, view, has_lines, &self.routes);
        route
    }

    /// All rules are tried always.
    fn plain(&self, is_assigned: bool, rules: Box<[u32]>) -> Route {
        let always = rules.iter().map(|n| Filed::of(*n, false)[0].0).collect();
        Route {
            number: self.routes.numbers.fetch_add(1, Ordering::Relaxed),
            is_assigned,
            rules,
            always,
            asked: [].into(),
            by_field: [].into(),
            free: [].into(),
            anywhere: None,
            line: None,
        }
    }
}

impl Route {
    fn file(&mut self, filed: ByPlace<'_>, view: &dyn View, has_lines: bool, routes: &Routes) {
        let mut asked = Vec::new();
        let mut by_field: Vec<Vec<u16>> = Vec::new();
        let mut free = Vec::new();
        let mut line = Line::default();
        let mut filed: Vec<_> = filed.into_iter().collect();
        filed.sort_unstable_by_key(|(spot, _)| *spot);
        for (spot, filed) in &mut filed {
            let index = routes.index(*spot, filed);
            let Spot::Ask(ask) = *spot else {
                self.anywhere = Some(index);
                line.take_all(hints(filed));
                continue;
            };
            let Ok(at) = u16::try_from(asked.len()) else {
                // More questions than anybody asks: rules that are not filed must be tried.
                self.always = self.rules.iter().map(|n| Filed::of(*n, false)[0].0).collect();
                return;
            };
            let beside = if has_lines { beside_line(filed, view.quotes(ask, None), &mut line) } else { Hints::new() };
            let beside_line = (!beside.is_empty()).then(|| routes.numbered(&beside));
            asked.push(Asked { ask, index, beside_line });
            let mut fields = Vec::new();
            if view.reads(ask, &mut fields) {
                free.push(at);
                continue;
            }
            for field in fields {
                let id = field.0 as usize;
                if by_field.len() <= id {
                    by_field.resize(id + 1, Vec::new());
                }
                if by_field[id].last() != Some(&at) {
                    by_field[id].push(at);
                }
            }
        }
        self.line = if has_lines { line.index() } else { None };
        self.asked = asked.into();
        self.by_field = by_field.into_iter().map(Vec::into_boxed_slice).collect();
        self.free = free.into();
    }
}
