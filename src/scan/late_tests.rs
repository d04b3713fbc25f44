//! Records that no rule holds for are never rendered.

use crate::formats::{self, Decoded, Head, ReadOptions, sniff};
use crate::model::stamp::Zones;
use crate::model::{Asks, Scratch};
use crate::taxonomy::{TagMemo, Taxonomy};
use std::path::Path;

#[test]
fn what_kind_a_record_is_of_is_known_without_its_text() {
    let mut asks = Asks::default();
    for name in ["EventID", "Image", "CommandLine", "user", "TargetUserName"] {
        asks.intern(name, None);
    }
    let log = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/evtx/made.evtx"));
    let frozen = Taxonomy::load().freeze(&asks, true, &Zones::default(), &formats::names());
    let sniffed = sniff::forced("evtx", &Head::new("", true)).expect("a row");
    let options = ReadOptions::default();
    let decoder = formats::decoder(&sniffed, &frozen.table, &options);
    let (mut pending, mut cutter) = (log.expect("it is in the checkout"), formats::cutter(&sniffed, &options));
    let (mut tags, mut scratch, mut met) = (TagMemo::default(), Scratch::default(), 0);
    while let Some(block) = cutter.cut(&mut pending, 1, true) {
        decoder.decode(&block, &mut scratch, &mut |decoded| {
            let Decoded::Event(event) = decoded else { return };
            assert!(event.raw.at_hand().is_none(), "it was read from its binary form");
            frozen.tag(event, &mut tags);
            assert!(!event.raw.is_worked_out(), "nobody needed its text");
            met += 1;
        });
    }
    assert_eq!(met, 3);
}
