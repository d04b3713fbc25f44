//! What each format costs: its cutter and its decoder on its own samples, beside floors.
//!
//! Bytes a second of one core, every field wanted and nothing done with it: no tagging, no rules. The floors are counting
//! lines, and checking JSON without keeping anything. `cargo bench --features fuzzing --bench decode`, or one format:
//! `... --bench decode -- decode/squid`.

use divan::Bencher;
use divan::counter::BytesCount;
use logsentry::fuzzing::{Decoding, inputs};
use std::sync::LazyLock;

fn main() {
    divan::main();
}

/// About how many bytes each input has.
const SIZE: usize = 1 << 20;

static INPUTS: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| inputs(SIZE));

fn names() -> impl Iterator<Item = &'static str> {
    INPUTS.iter().map(|(name, _)| *name)
}

fn text(name: &str) -> &'static str {
    INPUTS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}

#[divan::bench(args = names(), sample_count = 10)]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let decoding = Decoding::new(name, text);
    bencher.counter(BytesCount::of_str(text)).bench_local(|| decoding.read(text.as_bytes()));
}

/// Counting the lines of the same bytes.
#[divan::bench(args = ["syslog-3164", "jsonl", "csv"], sample_count = 10)]
fn floor_lines(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| memchr::memchr_iter(b'\n', divan::black_box(text).as_bytes()).count());
}

/// Checking the same bytes as JSON, keeping nothing.
#[divan::bench(args = names().filter(|name| text(name).starts_with('{') || text(name).starts_with("[{")), sample_count = 10)]
fn floor_json(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>().flatten().count()
    });
}
