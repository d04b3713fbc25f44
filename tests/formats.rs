//! Logs of our own and the records they must give: `tests/formats/FORMAT/NAME.ext` beside `NAME.expected.jsonl`.
//!
//! The expected file is what `logsentry events` prints, byte by byte. `ACCEPT=1` writes it anew; whoever does reads the
//! difference. Stamps without a year are of 2025.

use crate::support::{files, root, run};
use std::fs;

/// How an expected file ends.
const EXPECTED: &str = ".expected.jsonl";

#[test]
fn logs_give_the_records_beside_them() {
    let folder = root().join("tests/formats");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for log in files(&folder) {
        let name = log.strip_prefix(root()).expect("it is below").to_str().expect("UTF-8").replace('\\', "/");
        if name.ends_with(EXPECTED) {
            continue;
        }
        seen += 1;
        let ran = run(&["events", &name, "--no-config", "--year", "2025"]).with_code(0);
        let expected = log.with_extension("expected.jsonl");
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&expected, &ran.stdout).expect("the checkout can be written");
            continue;
        }
        let want = fs::read_to_string(&expected).unwrap_or_else(|e| panic!("{}: {e}", expected.display()));
        if want == ran.stdout {
            continue;
        }
        let differs = |(n, (want, have)): (usize, (&str, &str))| {
            (want != have).then(|| format!("{name}: record {}:\n  want {want}\n  have {have}", n + 1))
        };
        wrong.extend(want.lines().zip(ran.stdout.lines()).enumerate().filter_map(differs));
        let (want, have) = (want.lines().count(), ran.stdout.lines().count());
        if want != have {
            wrong.push(format!("{name}: {have} records, want {want}"));
        }
    }
    assert!(seen > 0, "nothing below {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
