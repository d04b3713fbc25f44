//! Both ways of reading a log, held to each other.

use super::both::{Compared, compare};
use super::tests::{Dice, SMALL, damage, find};
use std::path::{Path, PathBuf};

/// Event logs of fewer bytes than `most` that were collected somewhere.
fn collected(most: u64) -> Vec<PathBuf> {
    let Some(dir) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out: CORPORA_DIR is not set");
        return Vec::new();
    };
    let mut logs = Vec::new();
    find(&Path::new(&dir).join("corpus"), most, &mut logs);
    assert!(logs.len() > 20, "CORPORA_DIR holds no event logs");
    logs
}

#[test]
fn collected_logs_are_read_alike_and_nearly_all_without_rendering() {
    let mut all = Compared::default();
    let logs = collected(u64::MAX);
    for path in &logs {
        let compared = compare(&std::fs::read(path).expect("it was found"));
        all.records += compared.records;
        all.fast += compared.fast;
        if compared.fast < compared.records {
            eprintln!("{} of {} of {}", compared.fast, compared.records, path.display());
        }
    }
    eprintln!("{} records, {} of them without being rendered", all.records, all.fast);
    assert!(logs.is_empty() || all.fast * 10 > all.records * 9, "{all:?}");
}

#[test]
fn damaged_logs_are_read_alike() {
    let mut dice = Dice(0xb07);
    let logs = collected(SMALL);
    for _ in 0..logs.len().min(60) {
        let path = &logs[dice.below(logs.len())];
        let whole = std::fs::read(path).expect("it was found");
        for _ in 0..10 {
            let mut log = whole.clone();
            damage(&mut log, &mut dice);
            compare(&log);
        }
    }
}
