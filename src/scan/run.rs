//! Reads inputs in turns and has their blocks worked off on all cores; results come back in order.

use super::merge::Merger;
use super::reader::Reader;
use super::turns::Turns;
use super::work::{Bench, Desk};
use super::{Watch, inputs::Series};
use crate::formats::Decoder;
use crate::model::{Block, Effort, Findings};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

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
    let benches = Mutex::new(Vec::new());
    let mut feeder = Feeder {
        turns: Turns::new(waiting),
        open,
        block_size: sizes.block,
        number: 0,
        read: 0,
        effort: Effort::default(),
    };
    if sizes.threads <= 1 {
        let mut bench = Bench::new(desk);
        while let Some((block, decoder)) = feeder.next_timed(desk, merger, watch) {
            let findings = desk.work(&block, &*decoder, &mut bench);
            desk.timed(&mut feeder.effort.times.merged, || merger.add(block.number, findings));
        }
        benches.lock().unwrap_or_else(PoisonError::into_inner).push(bench);
    } else {
        on_all_cores(desk, &mut feeder, merger, sizes.threads, &benches, watch);
    }
    let benches = benches.into_inner().unwrap_or_else(PoisonError::into_inner);
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
    number: u32,
    /// Bytes as stored of inputs that are done.
    read: u64,
    effort: Effort,
}

impl<'m> Feeder<'_, 'm> {
    fn next_timed(
        &mut self,
        desk: &Desk<'_>,
        merger: &mut Merger<'m>,
        watch: &mut dyn Watch,
    ) -> Option<(Block, Arc<dyn Decoder>)> {
        let mut read = self.effort.times.read;
        let next = desk.timed(&mut read, || self.next(merger, watch));
        self.effort.times.read = read;
        next
    }

    fn next(&mut self, merger: &mut Merger<'m>, watch: &mut dyn Watch) -> Option<(Block, Arc<dyn Decoder>)> {
        loop {
            while let Some(input) = self.turns.next_waiting() {
                if let Some(open) = (self.open)(input, 0, merger) {
                    self.turns.opened(open);
                }
            }
            let (open, until) = self.turns.current()?;
            if let Some(mut block) = open.reader.next(self.block_size, until) {
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

/// The calling thread reads, cuts and merges; the pool works blocks off. A fixed number of blocks is under way, so
/// memory does not grow with the input.
fn on_all_cores<'m>(
    desk: &Desk<'_>,
    feeder: &mut Feeder<'_, 'm>,
    merger: &mut Merger<'m>,
    threads: usize,
    benches: &Mutex<Vec<Bench>>,
    watch: &mut dyn Watch,
) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let Ok(pool) = pool else {
        // No threads to be had: the calling one does the work.
        let mut bench = Bench::new(desk);
        while let Some((block, decoder)) = feeder.next(merger, watch) {
            let findings = desk.work(&block, &*decoder, &mut bench);
            merger.add(block.number, findings);
        }
        benches.lock().unwrap_or_else(PoisonError::into_inner).push(bench);
        return;
    };
    let (sender, receiver): (Sender<Worked>, Receiver<Worked>) = channel();
    // One for each worker, one that is ready, one that is merged: more would only wait, with all they found.
    let under_way = threads + 2;
    pool.in_place_scope(|scope| {
        let mut order = InOrder::default();
        while let Some((block, decoder)) = feeder.next_timed(desk, merger, watch) {
            while order.sent - order.merged >= under_way as u64 {
                order.receive(&receiver, merger, &mut |merge| desk.timed(&mut feeder.effort.times.merged, merge));
            }
            order.sent += 1;
            let sender = sender.clone();
            scope.spawn(move |_| {
                let bench = benches.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let mut bench = bench.unwrap_or_else(|| Bench::new(desk));
                // A panic is a bug of ours; passed on, or the merge would wait for this block for ever.
                let findings = catch_unwind(AssertUnwindSafe(|| desk.work(&block, &*decoder, &mut bench)));
                benches.lock().unwrap_or_else(PoisonError::into_inner).push(bench);
                // The receiver lives until every block was merged.
                drop(sender.send((block.number, findings)));
            });
        }
        while order.merged < order.sent {
            order.receive(&receiver, merger, &mut |merge| desk.timed(&mut feeder.effort.times.merged, merge));
        }
    });
}

/// A block's number and what it gave.
type Worked = (u32, std::thread::Result<Findings>);

/// Puts results back into the order of their blocks.
#[derive(Default)]
struct InOrder {
    sent: u64,
    merged: u64,
    early: BTreeMap<u32, Findings>,
}

impl InOrder {
    fn receive(
        &mut self,
        receiver: &Receiver<Worked>,
        merger: &mut Merger<'_>,
        timed: &mut dyn FnMut(&mut dyn FnMut()),
    ) {
        let (number, findings) = receiver.recv().expect("the sender lives as long as the scope");
        self.early.insert(number, findings.unwrap_or_else(|panic| resume_unwind(panic)));
        while let Some(findings) = u32::try_from(self.merged).ok().and_then(|n| self.early.remove(&n)) {
            let number = u32::try_from(self.merged).unwrap_or(u32::MAX);
            let mut findings = Some(findings);
            timed(&mut || findings.take().into_iter().for_each(|found| merger.add(number, found)));
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
