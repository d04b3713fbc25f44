//! Reads inputs in turns and has their blocks worked off on all cores; results come back in order.

use super::merge::Merger;
use super::reader::Reader;
use super::shelf::Shelf;
use super::turns::Turns;
use super::work::{Bench, Desk};
use super::{Watch, inputs::Series};
use crate::formats::Decoder;
use crate::model::{Block, Effort, Findings};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// An input that is open, and those that follow it.
pub(super) struct Open {
    pub(super) reader: Reader,
    pub(super) decoder: Arc<dyn Decoder>,
    pub(super) series: Series,
}

/// Opens the next input of a series, at this position; nothing when none can be opened any more. Says why an input cannot.
pub(super) type Opening<'o, 'm> = &'o mut dyn FnMut(Series, u64, &mut Merger<'m>) -> Option<Open>;

/// Reads everything in `waiting` through `open` and gives the findings of all blocks to `merger`, in order.
pub(super) fn run<'m>(
    desk: &Desk<'_>,
    waiting: Vec<Series>,
    open: Opening<'_, 'm>,
    merger: &mut Merger<'m>,
    sizes: Sizes,
    watch: &mut dyn Watch,
) -> Vec<bool> {
    let mut feeder = Feeder {
        turns: Turns::new(waiting),
        open,
        block_size: sizes.block,
        spare: Vec::new(),
        number: 0,
        read: 0,
        effort: Effort::default(),
    };
    let benches = work_off(desk, &mut feeder, merger, sizes.threads, watch);
    let mut effort = feeder.effort;
    for bench in &benches {
        effort.add(&bench.effort());
    }
    watch.done(&effort);
    union(&benches)
}

/// How the work is cut and shared; nothing that changes a result.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) block: usize,
    pub(super) threads: usize,
}

/// Cuts the next block of whichever input has its turn.
struct Feeder<'o, 'm> {
    turns: Turns<Series, Open>,
    open: Opening<'o, 'm>,
    block_size: usize,
    /// Memory of blocks that were worked off.
    spare: Vec<Vec<u8>>,
    number: u32,
    /// Bytes as stored of inputs that are done.
    read: u64,
    effort: Effort,
}

/// How many blocks' memory is kept.
const SPARE: usize = 16;

impl<'m> Feeder<'_, 'm> {
    /// Keeps the memory of a block for one to come: given back by another thread than took it, it would be paged in anew.
    fn keep(&mut self, memory: Vec<u8>) {
        if self.spare.len() < SPARE && memory.capacity() / 2 <= self.block_size {
            self.spare.push(memory);
        }
    }

    fn next_timed(&mut self, desk: &Desk<'_>, merger: &mut Merger<'m>, watch: &mut dyn Watch) -> Option<Job> {
        let mut read = self.effort.times.read;
        let next = desk.timed(&mut read, || self.next(merger, watch));
        self.effort.times.read = read;
        next
    }

    fn next(&mut self, merger: &mut Merger<'m>, watch: &mut dyn Watch) -> Option<Job> {
        loop {
            while let Some(input) = self.turns.next_waiting() {
                if let Some(open) = (self.open)(input, 0, merger) {
                    self.turns.opened(open);
                }
            }
            let (open, until) = self.turns.current()?;
            if let Some(mut block) = open.reader.next(self.block_size, until, &mut self.spare) {
                block.number = self.number;
                self.number = self.number.checked_add(1).expect("2^32 blocks are petabytes of input");
                watch.read(self.read.saturating_add(open.reader.stored_bytes()));
                return Some((block, Arc::clone(&open.decoder)));
            }
            if !open.reader.is_done() {
                self.turns.pass();
            } else if let Some((Open { reader, series, .. }, until)) = self.turns.done() {
                self.read = self.read.saturating_add(reader.stored_bytes());
                let position = reader.position;
                merger.close(reader);
                // What follows goes on where this ended, in the same turn.
                if let Some(open) = (self.open)(series, position, merger) {
                    self.turns.go_on(open, until);
                }
            }
        }
    }
}

/// The calling thread reads, cuts and merges, and works blocks off as the others do while there is nothing to read or to merge.
/// A fixed number of blocks is under way, so memory does not grow with the input.
fn work_off<'m>(
    desk: &Desk<'_>,
    feeder: &mut Feeder<'_, 'm>,
    merger: &mut Merger<'m>,
    threads: usize,
    watch: &mut dyn Watch,
) -> Vec<Bench> {
    let (shelf, (sender, receiver)) = (Shelf::new(), channel());
    std::thread::scope(|scope| {
        let open = shelf.closing();
        let hand = |_| {
            let (shelf, sender) = (&shelf, sender.clone());
            // Where no thread is to be had, there is one less.
            std::thread::Builder::new().spawn_scoped(scope, move || lend_a_hand(desk, shelf, &sender)).ok()
        };
        let hands: Vec<_> = (1..threads).filter_map(hand).collect();
        // One for each thread and one that is ready: more would only wait, with all they found.
        let under_way = if hands.is_empty() { 1 } else { 2 * (hands.len() as u64 + 1) };
        let (mut bench, mut order) = (Bench::new(desk), InOrder::default());
        let mut is_read = false;
        loop {
            while let Ok(worked) = receiver.try_recv() {
                order.receive(worked, desk, feeder, merger);
            }
            if !is_read && order.under_way() < under_way {
                match feeder.next_timed(desk, merger, watch) {
                    Some(job) => {
                        order.sent += 1;
                        shelf.put(job);
                    }
                    None => is_read = true,
                }
            } else if let Some(job) = shelf.take() {
                order.receive(worked(desk, job, &mut bench), desk, feeder, merger);
            } else if order.under_way() > 0 {
                let worked = receiver.recv().expect("the sender above lives as long as this");
                order.receive(worked, desk, feeder, merger);
            } else {
                break;
            }
        }
        drop(open);
        let hands = hands.into_iter().map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
        hands.chain([bench]).collect()
    })
}

/// Works blocks off until there will be no more.
fn lend_a_hand(desk: &Desk<'_>, shelf: &Shelf<Job>, sender: &Sender<Worked>) -> Bench {
    let mut bench = Bench::new(desk);
    while let Some(job) = shelf.wait() {
        if sender.send(worked(desk, job, &mut bench)).is_err() {
            break;
        }
    }
    bench
}

/// A block, and what reads its records.
type Job = (Block, Arc<dyn Decoder>);

/// A block's number, what it gave, and its memory.
type Worked = (u32, std::thread::Result<Findings>, Vec<u8>);

fn worked(desk: &Desk<'_>, (block, decoder): Job, bench: &mut Bench) -> Worked {
    // A panic is a bug of ours; passed on, or the merge would wait for this block for ever.
    let findings = catch_unwind(AssertUnwindSafe(|| desk.work(&block, &*decoder, bench)));
    (block.number, findings, block.bytes)
}

/// Puts results back into the order of their blocks.
#[derive(Default)]
struct InOrder {
    sent: u64,
    merged: u64,
    early: BTreeMap<u32, Findings>,
}

impl InOrder {
    /// How many blocks are not merged yet.
    fn under_way(&self) -> u64 {
        self.sent - self.merged
    }

    fn receive<'m>(
        &mut self,
        (number, findings, memory): Worked,
        desk: &Desk<'_>,
        feeder: &mut Feeder<'_, 'm>,
        merger: &mut Merger<'m>,
    ) {
        feeder.keep(memory);
        self.early.insert(number, findings.unwrap_or_else(|panic| resume_unwind(panic)));
        while let Some(findings) = u32::try_from(self.merged).ok().and_then(|n| self.early.remove(&n)) {
            let number = u32::try_from(self.merged).unwrap_or(u32::MAX);
            desk.timed(&mut feeder.effort.times.merged, || merger.add(number, findings));
            self.merged += 1;
        }
    }
}

/// Which rules had their log source in some event, whoever saw it.
fn union(benches: &[Bench]) -> Vec<bool> {
    let mut applicable = Vec::new();
    for bench in benches {
        let one = bench.applicable();
        applicable.resize(applicable.len().max(one.len()), false);
        applicable.iter_mut().zip(one).for_each(|(all, one)| *all |= one);
    }
    applicable
}
