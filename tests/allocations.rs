//! How often something is allocated for an event that no rule holds for: counted, since times are no test. One test alone in
//! its process, so that nobody else allocates.
//!
//! What a run needs whatever its length is left out by scanning a log and one of twice its size: what is more in the
//! second is what its further events took.

#![expect(clippy::print_stdout, reason = "the counts are what is wanted, also where they are within bounds")]

#[path = "../benches/data.rs"]
mod data;

use logsentry::{Analyzer, Config};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::path::{Path, PathBuf};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes of the shorter log.
const SIZE: usize = 3 << 20;

/// By kind of log: at most so many allocations for a thousand events. None is the aim, and what there is comes from memory
/// that grows and from what is remembered of values not met before. These bounds are to come down, and never up.
const MOST: [(&str, u64); 4] =
    [("auth-quiet.log", 20), ("access.log", 30), ("windows.jsonl", 50), ("cloudtrail.jsonl", 50)];

/// Allocations, larger ones in place of smaller ones among them, and events.
fn scanned(analyzer: &Analyzer, path: &Path) -> (u64, u64) {
    let region = Region::new(HEAP);
    let analysis = analyzer.analyze_paths(&[path]).expect("a file that is there");
    let change = region.change();
    assert_eq!(analysis.alerts().count(), 0, "{}", path.display());
    ((change.allocations + change.reallocations) as u64, analysis.events())
}

#[test]
fn events_that_match_nothing_allocate_no_more_than_they_did() {
    let mut config = Config::default();
    config.year = Some(2026);
    config.threads = Some(1);
    let analyzer = Analyzer::new(config).expect("the built-in rules load");
    let folder = |size: usize| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("allocations-{size}"));
    let mut dear = Vec::new();
    for (name, most) in MOST {
        let [short, long] = [SIZE, 2 * SIZE].map(|size| data::file(&folder(size), name, size));
        scanned(&analyzer, &long);
        let ((few, fewer), (many, more)) = (scanned(&analyzer, &short), scanned(&analyzer, &long));
        let a_thousand = many.saturating_sub(few) * 1_000 / (more - fewer);
        println!("{name}: {a_thousand} allocations for 1,000 events");
        if a_thousand > most {
            dear.push(format!("{name}: {a_thousand} allocations for 1,000 events, {most} were enough"));
        }
    }
    assert!(dear.is_empty(), "{}", dear.join("\n"));
}
