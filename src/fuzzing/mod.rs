//! What a fuzzer may throw bytes at: one row a target, and what must hold whatever the bytes are.
//!
//! Only compiled with the feature `fuzzing`. `tests/fuzz` is the driver for stable Rust, `fuzz` the folder of
//! `cargo fuzz`; both go through [`TARGETS`]. A target panics when a promise is broken, and never else.

mod decode;
mod documents;
mod logs;
mod reports;

pub use decode::{Decoding, inputs};

/// One row of [`TARGETS`].
pub struct Target {
    /// Kebab-case.
    pub name: &'static str,
    /// What must hold.
    pub promise: &'static str,
    /// Folders whose files are good inputs to begin with, below the project and below the corpora.
    pub seeds: &'static [&'static str],
    /// Takes any bytes. Panics when the promise is broken.
    pub run: fn(&[u8]),
}

/// Everything that reads what somebody else wrote.
pub static TARGETS: &[Target] = &[
    logs::SCAN,
    logs::FORMATS,
    logs::BLOCKS,
    logs::JSON,
    logs::STAMPS,
    logs::EVENT_LOGS,
    logs::CONTAINERS,
    reports::SINKS,
    documents::RULES,
    documents::CONDITIONS,
    documents::PATTERNS,
    documents::CORRELATIONS,
    documents::CONFIGURATION,
    documents::BASELINE,
    documents::IGNORED,
];

/// Runs a target by its name.
///
/// # Panics
///
/// When there is no such target, and when its promise is broken.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("targets are called by their names");
    (target.run)(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_takes_nothing_and_a_little_nonsense() {
        for target in TARGETS {
            for bytes in [&b""[..], b"\0", b"{", b"\xff\xfe[", b"a: &a [*a]", b"Mar  1 00:00:00 h sshd[1]: x\n\n"] {
                (target.run)(bytes);
            }
        }
    }

    #[test]
    fn names_are_unique_and_cargo_fuzz_knows_them() {
        for (at, target) in TARGETS.iter().enumerate() {
            assert!(TARGETS[..at].iter().all(|other| other.name != target.name), "{}", target.name);
            let file = format!("{}/fuzz/fuzz_targets/{}.rs", env!("CARGO_MANIFEST_DIR"), target.name);
            assert!(std::fs::read_to_string(&file).is_ok_and(|text| text.contains(target.name)), "{file}");
            assert!(!target.promise.is_empty() && !target.seeds.is_empty(), "{}", target.name);
        }
    }
}
