//! What each stage of a scan costs, each beside the floor it cannot pass below: `cargo bench --features fuzzing --bench stages`.
//!
//! Every row does what the row before it does and its own stage, on one thread and the same bytes, so a stage is a difference:
//! `a_cut` finds the records, `b_decode` finds their fields, `c_tag` reads the file and gives log sources and views, `d_look`
//! looks for what rules want, `e_try` holds a rule against every event in vain, `f_fold` keeps an alert of every tenth. `g_report`
//! writes what was found. How often a stage allocates is told, too.

mod data;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use logsentry::fuzzing::Decoding;
use logsentry::{Analyzer, Config};
use std::path::PathBuf;
use std::sync::LazyLock;

#[global_allocator]
static HEAP: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// About how many bytes each input has.
const SIZE: usize = 2 << 20;

/// What is scanned: the log, its format, its log source, a field, and what a tenth and what all of its values hold.
struct Input {
    log: &'static str,
    format: &'static str,
    logsource: &'static str,
    field: &'static str,
    seldom: &'static str,
    always: &'static str,
}

static INPUTS: [Input; 4] = [
    Input {
        log: "auth-loud.log",
        format: "syslog-3164",
        logsource: "product: linux, service: sshd",
        field: "message",
        seldom: "Failed password",
        always: " port ",
    },
    Input {
        log: "access.log",
        format: "access-log",
        logsource: "category: webserver",
        field: "cs-uri-query",
        seldom: "page=7",
        always: "sort=name",
    },
    Input {
        log: "windows.jsonl",
        format: "jsonl",
        logsource: "product: windows, category: process_creation",
        field: "Image",
        seldom: "\\app7",
        always: "Program Files",
    },
    Input {
        log: "cloudtrail.jsonl",
        format: "jsonl",
        logsource: "product: aws, service: cloudtrail",
        field: "userAgent",
        seldom: "1.44.5",
        always: "aws-sdk",
    },
];

/// The rules a row loads.
#[derive(Clone, Copy)]
enum Rules {
    /// About other logs.
    Elsewhere,
    /// That look for what no event has.
    Look,
    /// And for what all have, with something more that none has.
    Try,
    /// And hold for a tenth of the events.
    Fold,
}

fn names() -> impl Iterator<Item = &'static str> {
    INPUTS.iter().map(|input| input.log)
}

fn input(log: &str) -> &'static Input {
    INPUTS.iter().find(|input| input.log == log).expect("a row of the table")
}

fn text(log: &str) -> &'static str {
    static TEXTS: LazyLock<Vec<(&str, String)>> =
        LazyLock::new(|| names().map(|log| (log, data::text(log, SIZE))).collect());
    TEXTS.iter().find(|(known, _)| *known == log).map_or("", |(_, text)| text)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stages")
}

fn analyzer(input: &Input, rules: Rules) -> Analyzer {
    let Input { logsource, field, seldom, always, .. } = input;
    let rule = |name: &str, detection: String| {
        let logsource = if matches!(rules, Rules::Elsewhere) { "product: fortios" } else { logsource };
        format!("---\ntitle: {name}\nname: {name}\nlogsource: {{{logsource}}}\ndetection:\n{detection}level: low\n")
    };
    let absent = |n: usize| {
        let detection = format!("  selection:\n    {field}|contains: 'nobody says {n}'\n  condition: selection\n");
        rule(&format!("absent-{n}"), detection)
    };
    let mut text: String = (0..100).map(absent).collect();
    if matches!(rules, Rules::Try | Rules::Fold) {
        let detection = format!(
            "  selection:\n    {field}|contains: '{always}'\n  more:\n    {field}|re: '^nobody'\n  condition: selection and more\n"
        );
        text.push_str(&rule("tried", detection));
    }
    if matches!(rules, Rules::Fold) {
        let detection = format!("  selection:\n    {field}|contains: '{seldom}'\n  condition: selection\n");
        text.push_str(&rule("held", detection));
    }
    let path = folder().join(format!("{}-{}.yml", input.log, rules as u8));
    std::fs::create_dir_all(folder()).expect("the folder for such files is there");
    std::fs::write(&path, text).expect("the folder for such files is there");
    let mut config = Config::default();
    config.year = Some(2026);
    config.threads = Some(1);
    config.use_builtin_rules = false;
    config.rule_paths = vec![path];
    Analyzer::new(config).expect("the rules above load")
}

fn scan(bencher: Bencher<'_, '_>, log: &str, rules: Rules) {
    let path = data::file(&folder(), log, SIZE);
    let analyzer = analyzer(input(log), rules);
    bencher
        .counter(BytesCount::of_str(text(log)))
        .bench_local(|| analyzer.analyze_paths(&[&path]).expect("a file that is there").events());
}

#[divan::bench(args = names(), sample_count = 10)]
fn a_cut(bencher: Bencher<'_, '_>, log: &str) {
    let decoding = Decoding::new(input(log).format, text(log));
    bencher.counter(BytesCount::of_str(text(log))).bench_local(|| decoding.cut(text(log).as_bytes()));
}

/// The floor of cutting: counting the lines.
#[divan::bench(args = names(), sample_count = 10)]
fn a_floor_lines(bencher: Bencher<'_, '_>, log: &str) {
    bencher
        .counter(BytesCount::of_str(text(log)))
        .bench_local(|| memchr::memchr_iter(b'\n', black_box(text(log)).as_bytes()).count());
}

#[divan::bench(args = names(), sample_count = 10)]
fn b_decode(bencher: Bencher<'_, '_>, log: &str) {
    let decoding = Decoding::new(input(log).format, text(log));
    bencher.counter(BytesCount::of_str(text(log))).bench_local(|| decoding.read(text(log).as_bytes()));
}

/// The floor of decoding: JSON checked and not kept; of other lines every quote, bracket and blank found.
#[divan::bench(args = names(), sample_count = 10)]
fn b_floor_tokens(bencher: Bencher<'_, '_>, log: &str) {
    let is_json = input(log).format == "jsonl";
    bencher.counter(BytesCount::of_str(text(log))).bench_local(|| {
        let text = black_box(text(log));
        if is_json {
            serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>().flatten().count()
        } else {
            memchr::memchr3_iter(b' ', b'"', b'[', text.as_bytes()).count()
        }
    });
}

#[divan::bench(args = names(), sample_count = 10)]
fn c_tag(bencher: Bencher<'_, '_>, log: &str) {
    scan(bencher, log, Rules::Elsewhere);
}

/// The floor of all that reads a file: reading it.
#[divan::bench(args = names(), sample_count = 10)]
fn c_floor_read(bencher: Bencher<'_, '_>, log: &str) {
    let path = data::file(&folder(), log, SIZE);
    bencher
        .counter(BytesCount::of_str(text(log)))
        .bench_local(|| std::fs::read(&path).expect("a file that is there").len());
}

#[divan::bench(args = names(), sample_count = 10)]
fn d_look(bencher: Bencher<'_, '_>, log: &str) {
    scan(bencher, log, Rules::Look);
}

/// The floor of looking: one text looked for in all bytes.
#[divan::bench(args = names(), sample_count = 10)]
fn d_floor_find(bencher: Bencher<'_, '_>, log: &str) {
    let finder = memchr::memmem::Finder::new("nobody says");
    bencher
        .counter(BytesCount::of_str(text(log)))
        .bench_local(|| finder.find_iter(black_box(text(log)).as_bytes()).count());
}

#[divan::bench(args = names(), sample_count = 10)]
fn e_try(bencher: Bencher<'_, '_>, log: &str) {
    scan(bencher, log, Rules::Try);
}

/// The floor of trying: an expression over every line.
#[divan::bench(args = names(), sample_count = 10)]
fn e_floor_expression(bencher: Bencher<'_, '_>, log: &str) {
    let expression = regex::Regex::new("^nobody").expect("an expression");
    bencher
        .counter(BytesCount::of_str(text(log)))
        .bench_local(|| black_box(text(log)).lines().filter(|line| expression.is_match(line)).count());
}

#[divan::bench(args = names(), sample_count = 10)]
fn f_fold(bencher: Bencher<'_, '_>, log: &str) {
    scan(bencher, log, Rules::Fold);
}

/// The floor of keeping: the lines that hold what the rule looks for, copied.
#[divan::bench(args = names(), sample_count = 10)]
fn f_floor_copy(bencher: Bencher<'_, '_>, log: &str) {
    bencher.counter(BytesCount::of_str(text(log))).bench_local(|| {
        let lines = black_box(text(log)).lines().filter(|line| line.contains(input(log).seldom));
        lines.map(str::to_owned).collect::<Vec<String>>()
    });
}

/// Writing the report of the row before, as JSON and as SARIF.
#[divan::bench(args = names().flat_map(|log| ["json", "sarif"].map(|format| (log, format))), sample_count = 10)]
fn g_report(bencher: Bencher<'_, '_>, (log, format): (&str, &str)) {
    let path = data::file(&folder(), log, SIZE);
    let analysis = analyzer(input(log), Rules::Fold).analyze_paths(&[&path]).expect("a file that is there");
    let mut size = Vec::new();
    analysis.write(format, &mut size).expect("memory takes it");
    bencher.counter(BytesCount::new(size.len())).bench_local(|| {
        let mut out = Vec::with_capacity(size.len());
        analysis.write(format, &mut out).expect("memory takes it");
        out
    });
}

/// The floor of reporting: the same bytes, copied.
#[divan::bench(args = names(), sample_count = 10)]
fn g_floor_copy(bencher: Bencher<'_, '_>, log: &str) {
    let path = data::file(&folder(), log, SIZE);
    let analysis = analyzer(input(log), Rules::Fold).analyze_paths(&[&path]).expect("a file that is there");
    let mut out = Vec::new();
    analysis.write("json", &mut out).expect("memory takes it");
    bencher.counter(BytesCount::new(out.len())).bench_local(|| black_box(&out).clone());
}
