//! What a scan costs, by kind of input, beside floors: counting lines, and walking JSON without keeping anything.
//!
//! Through the public face, so each figure is a whole scan: reading, cutting, decoding, tagging, rules, correlations and
//! folding, on one thread. Start-up is measured by itself. Inputs are generated, the same each time.

use divan::Bencher;
use divan::counter::BytesCount;
use logsentry::{Analyzer, Config};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn main() {
    divan::main();
}

/// About how many bytes each input has.
const SIZE: usize = 4 << 20;

/// A kind of input: its file name, and a line from a number and a random one.
type Kind = (&'static str, fn(&mut String, u64, u64));

/// Quiet: what no rule holds for. Loud: one line in ten is a failed login, so folds and correlations have work.
static KINDS: [Kind; 4] = [
    ("auth-quiet.log", |text, n, r| syslog(text, n, r, false)),
    ("auth-loud.log", |text, n, r| syslog(text, n, r, r.is_multiple_of(10))),
    ("access.log", access),
    ("windows.jsonl", windows),
];

fn syslog(text: &mut String, n: u64, r: u64, is_attack: bool) {
    let (day, hour, minute, second) = (1 + n / 86_400 % 28, n / 3_600 % 24, n / 60 % 60, n % 60);
    let (a, b, pid) = (r >> 8 & 0xff, r >> 16 & 0xff, 300 + (r >> 24) % 60_000);
    let said = if is_attack {
        format!("sshd[{pid}]: Failed password for invalid user u{b} from 203.0.113.{} port {pid} ssh2", a % 40)
    } else {
        format!("sshd[{pid}]: Accepted publickey for alice from 10.0.{a}.{b} port {pid} ssh2")
    };
    writeln!(text, "Mar {day:2} {hour:02}:{minute:02}:{second:02} web1 {said}").expect("writing to a string works");
}

fn access(text: &mut String, n: u64, r: u64) {
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    let (a, b) = (r >> 8 & 0xff, r >> 16 & 0xff);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let line = format!(
        "198.51.100.{a} - - [12/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /shop/item{b}?page={a}&sort=name \
         HTTP/1.1\" 200 {} \"https://www.example.com/shop\" \"{agent}\"",
        r % 50_000
    );
    writeln!(text, "{line}").expect("writing to a string works");
}

fn windows(text: &mut String, n: u64, r: u64) {
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    let line = format!(
        r#"{{"TimeCreated":"2026-03-12T{hour:02}:{minute:02}:{second:02}.000Z","Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon","EventID":1,"Computer":"WS{}.corp.example","Image":"C:\\Program Files\\App\\app{}.exe","CommandLine":"\"C:\\Program Files\\App\\app.exe\" --session {r}","ParentImage":"C:\\Windows\\explorer.exe","User":"CORP\\user{}","ProcessId":{},"IntegrityLevel":"Medium"}}"#,
        r >> 8 & 0xff,
        r >> 16 & 0xff,
        r >> 24 & 0xff,
        r >> 32 & 0xffff
    );
    writeln!(text, "{line}").expect("writing to a string works");
}

/// The inputs, written once per run of the benches.
fn inputs() -> &'static [PathBuf] {
    static WRITTEN: OnceLock<Vec<PathBuf>> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        KINDS
            .iter()
            .map(|(name, line)| {
                let mut text = String::with_capacity(SIZE + 1024);
                let mut random = 0x9e37_79b9_7f4a_7c15_u64;
                for n in 0.. {
                    if text.len() >= SIZE {
                        break;
                    }
                    // xorshift
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    line(&mut text, n, random);
                }
                let path = folder.join(name);
                std::fs::write(&path, text).expect("the folder for such files is there");
                path
            })
            .collect()
    })
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
