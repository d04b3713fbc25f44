//! What a scan costs, by kind of input, beside floors: counting lines, and walking JSON without keeping anything.
//!
//! Through the public face, so each figure is a whole scan: reading, cutting, decoding, tagging, rules, correlations and
//! folding, on one thread. Start-up is measured by itself. Inputs are generated, the same each time.

mod data;

use data::KINDS;
use divan::Bencher;
use divan::counter::BytesCount;
use logsentry::{Analyzer, Config};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn main() {
    divan::main();
}

/// About how many bytes each input has.
const SIZE: usize = 4 << 20;

/// The inputs, written once per run of the benches.
fn inputs() -> &'static [PathBuf] {
    static WRITTEN: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let written =
        || KINDS.iter().map(|(name, _)| data::file(Path::new(env!("CARGO_TARGET_TMPDIR")), name, SIZE)).collect();
    WRITTEN.get_or_init(written)
}

fn input(name: &str) -> (&'static Path, u64) {
    let path = inputs().iter().find(|path| path.ends_with(name)).expect("a row of the table");
    (path, std::fs::metadata(path).expect("written before").len())
}

fn config() -> Config {
    let mut config = Config::default();
    config.year = Some(2026);
    config.threads = Some(1);
    config
}

#[divan::bench(args = KINDS.iter().map(|(name, _)| *name), sample_count = 10)]
fn scan(bencher: Bencher<'_, '_>, name: &str) {
    let (path, bytes) = input(name);
    let analyzer = Analyzer::new(config()).expect("the built-in rules load");
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| analyzer.analyze_paths(&[path]).expect("a file that is there").events());
}

/// The same bytes in many small logs: what an input costs beside what is in it.
#[divan::bench(args = KINDS.iter().map(|(name, _)| *name), sample_count = 5)]
fn scan_pieces(bencher: Bencher<'_, '_>, name: &str) {
    let (path, bytes) = input(name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pieces-{name}"));
    std::fs::create_dir_all(&folder).expect("the folder for such files is there");
    let text = std::fs::read_to_string(path).expect("written before");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (n, piece) in lines.chunks(PIECE).enumerate() {
        std::fs::write(folder.join(format!("{n}.log")), piece.concat()).expect("the folder is there");
    }
    let analyzer = Analyzer::new(config()).expect("the built-in rules load");
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| analyzer.analyze_paths(&[&folder]).expect("files that are there").events());
}

/// Lines of a small log.
const PIECE: usize = 100;

/// So many rules about processes, none of which holds: what a rule more costs an event.
fn many_rules(count: usize) -> PathBuf {
    let mut text = String::new();
    for n in 0..count {
        let rule = format!(
            "---\ntitle: Tool {n}\nname: tool_{n}\nlogsource: {{category: process_creation, product: windows}}\ndetection:\n  \
             selection:\n    Image|endswith: '\\tool{n}.exe'\n    CommandLine|contains: ['--run{n} ', '/run:{n} ']\n  \
             filter:\n    ParentImage|endswith: '\\explorer.exe'\n  condition: selection and not filter\nlevel: low\n"
        );
        text.push_str(&rule);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rules-{count}.yml"));
    std::fs::write(&path, text).expect("the folder for such files is there");
    path
}

#[divan::bench(args = [100, 1_000, 3_000], sample_count = 5)]
fn windows_by_rules(bencher: Bencher<'_, '_>, count: usize) {
    let (path, bytes) = input("windows.jsonl");
    let mut config = config();
    config.use_builtin_rules = false;
    config.rule_paths = vec![many_rules(count)];
    let analyzer = Analyzer::new(config).expect("the rules above load");
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| analyzer.analyze_paths(&[path]).expect("a file that is there").events());
}

/// Loading and compiling all that is built in: what the smallest scan costs.
#[divan::bench(sample_count = 20)]
fn start() -> Analyzer {
    Analyzer::new(config()).expect("the built-in rules load")
}

/// Reading a file and counting its lines.
#[divan::bench(args = KINDS.iter().map(|(name, _)| *name))]
fn floor_lines(bencher: Bencher<'_, '_>, name: &str) {
    let (path, bytes) = input(name);
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let text = std::fs::read(path).expect("a file that is there");
        memchr::memchr_iter(b'\n', &text).count()
    });
}

/// Reading a file and checking every line as JSON, keeping nothing.
#[divan::bench]
fn floor_json(bencher: Bencher<'_, '_>) {
    let (path, bytes) = input("windows.jsonl");
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let text = std::fs::read(path).expect("a file that is there");
        let lines = serde_json::Deserializer::from_slice(&text).into_iter::<serde::de::IgnoredAny>();
        lines.flatten().count()
    });
}
