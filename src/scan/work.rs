//! What happens to one block on one core: decode, tag, look, hold against the rules.

use super::period::Window;
use super::skim::{Seen, Skim};
use crate::detect::{Engine, Needs, Sieve, Worker};
use crate::formats::{Decoded, Decoder};
use crate::model::{
    Block, Clock, Effort, Event, Findings, Layouts, MatchRoom, Matches, ProblemKind, Quality, Scratch, Stamp, Times,
    View, column_behind,
};
use crate::taxonomy::{Frozen, TagMemo};
use std::sync::Arc;
use std::time::Duration;

/// What every worker shares.
pub(super) struct Desk<'a> {
    pub(super) engine: &'a Engine,
    pub(super) taxonomy: &'a Frozen,
    /// Whether every match is kept for a stream.
    pub(super) streams: bool,
    /// Measures the stages, where somebody wants to know.
    pub(super) clock: Option<Clock>,
    /// Which events count.
    pub(super) window: Option<Window>,
    /// What merged alerts still want to know.
    pub(super) needs: Arc<Needs>,
}

/// What one worker keeps from block to block: memory, nothing that changes a result.
pub(super) struct Bench {
    scratch: Scratch,
    layouts: Layouts,
    tags: TagMemo,
    worker: Worker,
    skim: Skim,
    /// What matches of the last block took.
    room: MatchRoom,
    times: Times,
}

impl Bench {
    /// One that has seen nothing.
    pub(super) fn new(desk: &Desk<'_>) -> Bench {
        let worker = Worker::told(Arc::clone(&desk.needs));
        Bench {
            scratch: Scratch::default(),
            layouts: Layouts::default(),
            tags: TagMemo::default(),
            worker,
            skim: Skim::default(),
            room: MatchRoom::default(),
            times: Times::default(),
        }
    }

    /// What all this took.
    pub(super) fn effort(&self) -> Effort {
        Effort { counts: *self.worker.counts(), times: self.times }
    }

    /// The rules whose log source some event had.
    pub(super) fn applicable(&self) -> &[bool] {
        self.worker.applicable()
    }
}

impl Desk<'_> {
    /// Works one block off.
    pub(super) fn work(&self, block: &Block, decoder: &dyn Decoder, bench: &mut Bench) -> Findings {
        let mut findings = Findings { source: block.source, ..Findings::default() };
        findings.matches = self.streams.then(|| Matches::with_room(bench.room));
        findings.books.bytes = block.input_bytes;
        findings.books.lines = block.line_count;
        findings.column = column_behind(&block.bytes, Some(0)).filter(|_| !block.truncated);
        let Bench { scratch, layouts, tags, worker, skim, room, times } = bench;
        skim.begin();
        let (began, before) = (self.now(), times.tagged + times.matched);
        decoder.skim(block, scratch, &mut |decoded| match decoded {
            Decoded::Glance(glance) => {
                let (found, bytes) = (&mut findings, glance.raw.len());
                let pass =
                    |sieve: &mut Sieve, time, worker: &mut Worker| self.passed(sieve, (time, bytes), worker, found);
                skim.glance(self, (&block.bytes, glance), worker, pass);
            }
            Decoded::Event(event) => {
                event.layout = layouts.of(event.entries);
                let view = self.timed(&mut times.tagged, || self.tag(event, skim.next(), tags));
                self.event(event, view, worker, &mut findings, times);
            }
            Decoded::Refused { why, line, .. } => {
                skim.next();
                findings.books.unparsed += 1;
                let cause = format!("not parsed: expected {}", why.expected);
                findings.problems.add(block.source, ProblemKind::Unparsed, &cause, u64::from(line));
                if block.truncated {
                    findings.books.truncated += 1;
                }
            }
            Decoded::Blank(lines) => findings.books.blank += u64::from(lines),
            Decoded::Header(lines) => findings.books.header_lines += u64::from(lines),
            Decoded::Damaged(damage) => {
                findings.books.unparsed += u64::from(damage.is_record());
                findings.damages.push((damage.what, damage.chunk));
            }
        });
        let inside = (times.tagged + times.matched).saturating_sub(before);
        times.decoded += self.now().saturating_sub(began).saturating_sub(inside);
        self.timed(&mut times.matched, || self.engine.end_block(worker, &mut findings));
        *room = findings.matches.as_ref().map(Matches::room).unwrap_or_default();
        findings
    }

    /// Does something and adds how long it took.
    pub(super) fn timed<T>(&self, sum: &mut Duration, what: impl FnOnce() -> T) -> T {
        let began = self.now();
        let done = what();
        *sum += self.now().saturating_sub(began);
        done
    }

    fn now(&self) -> Duration {
        self.clock.map_or(Duration::ZERO, |clock| clock())
    }

    /// Gives an event its log sources and its time, as its outline tells them or else by its fields, and its view.
    fn tag(&self, event: &mut Event<'_>, seen: Option<Seen>, tags: &mut TagMemo) -> &dyn View {
        let known = seen.and_then(|seen| Some((seen.tags, self.taxonomy.view(seen.view)?)));
        if let Some((tags, view)) = known {
            event.tags = tags;
            event.seen = crate::model::Seen::of(event.entries);
            event.time = event.header_time;
            return view;
        }
        let view = self.taxonomy.tag(event, tags);
        event.time = view.time(event);
        view
    }

    fn event(
        &self,
        event: &Event<'_>,
        view: &dyn View,
        worker: &mut Worker,
        findings: &mut Findings,
        times: &mut Times,
    ) {
        let (source, line) = (event.origin.source, u64::from(event.origin.line));
        findings.books.events += 1;
        if event.marks.repaired {
            findings.books.repaired += 1;
            let cause = "bytes or escapes that are no text were replaced";
            findings.problems.add(source, ProblemKind::Repaired, cause, line);
        }
        if event.marks.truncated {
            findings.books.truncated += 1;
            let cause = "longer than the limit; only its beginning was held against the rules";
            findings.problems.add(source, ProblemKind::Truncated, cause, line);
        }
        if event.time.time.is_none() {
            findings.books.no_time += 1;
        }
        if self.is_left_out(event.time, findings) {
            return;
        }
        if !self.timed(&mut times.matched, || self.engine.observe(event, view, worker, findings)) {
            findings.books.unassigned += 1;
        }
        spanned(event.time, findings);
    }

    /// Counts an event that was not read, whose time is this, and whose line has so many bytes.
    fn passed(&self, sieve: &mut Sieve, (time, bytes): (Stamp, usize), worker: &mut Worker, findings: &mut Findings) {
        findings.books.events += 1;
        if self.is_left_out(time, findings) {
            return;
        }
        sieve.passed(bytes, worker);
        findings.books.unassigned += u64::from(!sieve.is_assigned);
        spanned(time, findings);
    }

    /// Whether an event of this time is none of those that count.
    fn is_left_out(&self, time: Stamp, findings: &mut Findings) -> bool {
        let is_left_out = self.window.is_some_and(|window| !window.holds(time.time));
        findings.books.left_out += u64::from(is_left_out);
        is_left_out
    }
}

/// Notes the time of an event that counts.
fn spanned(time: Stamp, findings: &mut Findings) {
    if time.time.is_some() {
        findings.last_time = time.time;
        if matches!(time.quality, Quality::YearInferred | Quality::OnlyYearInferred) {
            findings.inferred = findings.inferred.max(time.time);
        }
        findings.span = Some(widened(findings.span, time));
    }
}

/// The span of times that includes `stamp` too.
pub(super) fn widened(span: Option<(Stamp, Stamp)>, stamp: Stamp) -> (Stamp, Stamp) {
    match span {
        None => (stamp, stamp),
        Some((first, last)) => {
            (if stamp.time < first.time { stamp } else { first }, if stamp.time > last.time { stamp } else { last })
        }
    }
}
