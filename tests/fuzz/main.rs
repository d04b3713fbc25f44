//! Fuzzing on stable Rust: replays good inputs and mutates them with a seeded generator.
//!
//! `cargo test --release --features fuzzing --test fuzz -- --seconds 10` gives each target ten seconds;
//! `--target NAME`, `--seed N`, `--mutants N` and `--input FILE` narrow it down. With `--mutants` a faster machine tries the
//! same inputs and no others: what passes once passes everywhere. What breaks a promise is kept in `target/fuzz/` and named.
//! `cargo fuzz run NAME` does the same with coverage, where a nightly compiler is at hand.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "a program of its own: it has arguments, a clock and an exit code"
)]

mod mutate;

use logsentry::fuzzing::{TARGETS, Target};
use mutate::Mutator;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longer seeds show nothing new and cost time.
const LONGEST: usize = 64 << 10;
/// A single input that takes longer than this hangs: a second or two at most, had the machine nothing else to do.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Arguments {
    seconds: u64,
    seed: u64,
    mutants: u64,
    target: Option<String>,
    input: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let watched = Arc::new(Watched::default());
    watch(&watched);
    let chosen = TARGETS.iter().filter(|t| arguments.target.as_ref().is_none_or(|name| name == t.name));
    let mut broken = 0;
    for target in chosen {
        broken += match &arguments.input {
            Some(path) => attempt(target, &fs::read(path).expect("the input can be read"), &watched),
            None => fuzz(target, &arguments, &watched),
        };
    }
    if broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn arguments(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut found = Arguments { seconds: 3, seed: 1, mutants: u64::MAX, ..Arguments::default() };
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is no number"));
        match word.as_str() {
            "--seconds" => found.seconds = number(value()?)?,
            "--seed" => found.seed = number(value()?)?,
            "--mutants" => found.mutants = number(value()?)?,
            "--target" => found.target = Some(value()?),
            "--input" => found.input = Some(PathBuf::from(value()?)),
            _ => return Err(format!("{word}: there are --seconds, --seed, --mutants, --target and --input")),
        }
    }
    if found.target.as_ref().is_some_and(|name| TARGETS.iter().all(|t| t.name != name)) {
        return Err(format!("targets are {}", TARGETS.iter().map(|t| t.name).collect::<Vec<_>>().join(", ")));
    }
    Ok(found)
}

/// Replays the seeds, then mutates them until the time is over. Gives the number of broken promises: it ends with the first.
fn fuzz(target: &Target, arguments: &Arguments, watched: &Watched) -> u32 {
    let seeds = seeds(target);
    let mut mutator = Mutator::new(arguments.seed);
    let start = Instant::now();
    let (mut replayed, mut mutated, mut broken) = (0, 0, 0);
    let end = start + Duration::from_secs(arguments.seconds);
    for seed in &seeds {
        // The first pass has a time of its own: everything is replayed once however short the run.
        if Instant::now() > end + Duration::from_secs(arguments.seconds) {
            break;
        }
        broken += attempt(target, seed, watched);
        replayed += 1;
    }
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    while broken == 0 && mutated < arguments.mutants && Instant::now() < end {
        broken += attempt(target, &mutator.mutant(&seeds, LONGEST), watched);
        mutated += 1;
    }
    let name = target.name;
    println!("{name}: {replayed} of {} seeds, {mutated} mutants, {broken} broken ({:?})", seeds.len(), start.elapsed());
    broken
}

/// The target on one input: 1 when its promise was broken.
fn attempt(target: &Target, bytes: &[u8], watched: &Watched) -> u32 {
    watched.begin(target.name, bytes);
    let held = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).is_ok();
    watched.end();
    if held {
        return 0;
    }
    eprintln!("{}: broken: {}; the input is {}", target.name, target.promise, keep(target.name, bytes).display());
    1
}

fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = root().join("target/fuzz");
    fs::create_dir_all(&folder).expect("target can be written");
    let sum =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, b| (sum ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    let path = folder.join(format!("{name}-{sum:016x}"));
    fs::write(&path, bytes).expect("target can be written");
    path
}

/// What is being tried, so that a hang can be told.
#[derive(Default)]
struct Watched {
    tried: Mutex<Option<(Instant, &'static str, Vec<u8>)>>,
    ended: Condvar,
}

impl Watched {
    fn begin(&self, name: &'static str, bytes: &[u8]) {
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), name, bytes.to_vec()));
    }

    fn end(&self) {
        *self.tried.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.ended.notify_all();
    }
}

/// Ends the process when one input takes too long: nothing else can stop a target that hangs.
fn watch(watched: &Arc<Watched>) {
    let watched = Arc::clone(watched);
    std::thread::spawn(move || {
        let mut held = watched.tried.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            held = watched.ended.wait_timeout(held, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
            if let Some((since, name, bytes)) = held.as_ref().filter(|(since, _, _)| since.elapsed() > PATIENCE) {
                eprintln!("{name}: hangs since {:?}; the input is {}", since.elapsed(), keep(name, bytes).display());
                std::process::exit(1);
            }
        }
    });
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files below the target's folders, of the project and of the corpora if there are any; lines of `.jsonl` one by one,
/// too.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let corpora = std::env::var_os("CORPORA_DIR").map(PathBuf::from);
    let mut found = vec![Vec::new()];
    for folder in target.seeds {
        for top in std::iter::once(root()).chain(corpora.clone()) {
            walk(&top.join(folder), &mut found);
        }
    }
    found
}

fn walk(path: &Path, found: &mut Vec<Vec<u8>>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder can be listed");
        let mut entries: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
        entries.sort();
        for entry in entries {
            walk(&entry, found);
        }
    } else if let Ok(mut bytes) = fs::read(path) {
        if path.extension().is_some_and(|e| e == "jsonl") {
            found.extend(bytes.split(|b| *b == b'\n').take(200).map(<[u8]>::to_vec));
        }
        bytes.truncate(LONGEST);
        found.push(bytes);
    }
}
