//! The same input gives the same bytes: for any number of threads, any block size, any parent folder.

use crate::containers::packings;
use crate::support::{FORMATS, Folder, command, files, root, run_in};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let below = file.strip_prefix(from).expect("it is below");
        let target = to.join(below);
        fs::create_dir_all(target.parent().expect("it has a parent")).expect("can be written");
        fs::copy(&file, target).expect("can be copied");
    }
}

/// Every format, from one scan.
fn reports(folder: &Path, environment: &[(&str, &str)], more: &[&str]) -> Vec<(&'static str, Vec<u8>)> {
    let args = ["scan", "logs", "--no-config", "-q", "--year", "2026", "--sarif-root", ".", "-o", "out/primary"];
    let mut command = command(folder);
    command.args(args).args(more).envs(environment.iter().copied());
    for format in FORMATS {
        command.args(["--report", &format!("{format}=out/{format}")]);
    }
    let ran = command.output().expect("the binary was built");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let read = |format| (format, fs::read(folder.join("out").join(format)).expect("it was written"));
    FORMATS.into_iter().map(read).collect()
}

#[track_caller]
fn same(one: &[(&str, Vec<u8>)], other: &[(&str, Vec<u8>)], what: &str) {
    for ((format, one), (_, other)) in one.iter().zip(other) {
        assert!(one == other, "{format}, {what}");
        assert!(!one.is_empty(), "{format}");
    }
}

/// The example logs and one file of each rule's samples: every format, every rule, every correlation.
fn logs() -> Folder {
    let folder = Folder::new();
    copy(&root().join("examples/sample_logs"), &folder.path().join("logs/sample"));
    copy(&root().join("tests/rules"), &folder.path().join("logs/rules"));
    fs::remove_file(folder.path().join("logs/rules/README.md")).expect("it was copied");
    folder
}

#[test]
fn threads_and_block_sizes_never_change_a_report() {
    let folder = logs();
    let plain = reports(folder.path(), &[], &["--threads", "1"]);
    for threads in ["2", "3", "5", "7"] {
        same(&plain, &reports(folder.path(), &[], &["--threads", threads]), threads);
    }
    for size in ["1024", "1031", "65536", "4194304"] {
        same(&plain, &reports(folder.path(), &[], &["--threads", "2", "--block-size", size]), size);
    }
}

#[test]
fn both_engines_give_the_same_bytes() {
    let folder = logs();
    let plain = reports(folder.path(), &[], &["--engine", "reference"]);
    same(&plain, &reports(folder.path(), &[], &["--threads", "2"]), "the default engine");
}

#[test]
fn another_parent_folder_and_another_machine_never_change_a_report() {
    let (one, other) = (logs(), logs());
    let german = [("TZ", "Europe/Berlin"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "de_DE.UTF-8"), ("HOME", "/nowhere")];
    let turkish = [("TZ", "America/New_York"), ("LANG", "tr_TR.UTF-8"), ("HOME", "/root"), ("USER", "x")];
    same(&reports(one.path(), &german, &[]), &reports(other.path(), &turkish, &[]), "another machine");
}

#[test]
fn the_books_add_up() {
    let folder = logs();
    let all = reports(folder.path(), &[], &[]);
    let text = all.iter().find(|(format, _)| *format == "json").map(|(_, text)| text.clone()).expect("it is there");
    let report: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let number = |value: &serde_json::Value, key: &str| value[key].as_u64().unwrap_or_else(|| panic!("{key}"));
    let sums = ["records", "events", "unparsed", "repaired", "truncated", "blank", "header_lines", "bytes"];
    for key in sums {
        let inputs = report["inputs"].as_array().expect("a list");
        let sum: u64 = inputs.iter().map(|input| number(input, key)).sum();
        assert_eq!(sum, number(&report["summary"], key), "{key}");
        for input in inputs {
            assert_eq!(number(input, "records"), number(input, "events") + number(input, "unparsed"), "{input}");
        }
    }
}

#[test]
fn one_limit_counts_alerts_of_all_kinds_and_keeps_the_worst() {
    let folder = logs();
    let scan = |more: &[&str]| {
        let args = [&["scan", "logs", "--no-config", "-q", "--format", "json", "--year", "2026"], more].concat();
        run_in(folder.path(), &args)
    };
    let all = scan(&[]).with_code(0).json();
    let few = scan(&["--max-alerts", "7", "--threads", "1"]).with_code(4);
    let report = few.json();
    let alerts = |report: &serde_json::Value| report["alerts"].as_array().cloned().expect("a list");
    // One that stands for many is about nothing.
    let is_kept = |alert: &serde_json::Value| alert["entity"].as_array().is_some_and(|entity| !entity.is_empty());
    let (kept, rest): (Vec<_>, Vec<_>) = alerts(&report).into_iter().partition(is_kept);
    assert_eq!(kept.len(), 7);
    let levels = |alerts: &[serde_json::Value]| alerts.iter().map(|alert| alert["level"].clone()).collect::<Vec<_>>();
    assert_eq!(levels(&kept), levels(&alerts(&all)[..7]), "both are sorted worst first");
    let sum = |alerts: &[serde_json::Value]| alerts.iter().filter_map(|alert| alert["matches"].as_u64()).sum::<u64>();
    assert_eq!(sum(&kept) + sum(&rest), sum(&alerts(&all)), "what is not kept is counted");
    assert_eq!(report["summary"]["complete"], false);
    for more in [["--threads", "3"], ["--block-size", "1024"]] {
        let same = scan(&[&["--max-alerts", "7"], &more[..]].concat()).with_code(4);
        assert!(few.stdout == same.stdout, "{more:?}");
    }
}

/// Alerts that no report lists are only counted: as many, and as bad, as those that are listed.
#[test]
fn a_stream_is_the_same_whether_alerts_are_listed_beside_it() {
    let folder = logs();
    let scan = |more: &[&str]| {
        let fixed = ["scan", "logs", "--no-config", "-q", "--format", "matches", "--year", "2026"];
        run_in(folder.path(), &[&fixed[..], more].concat())
    };
    fs::write(folder.path().join("every.yml"), EVERY_RECORD).expect("can be written");
    let limits: [&[&str]; 3] = [
        &["--max-alerts", "60", "--min-severity", "medium"],
        &["--max-alerts", "7", "--samples", "0", "-r", "every.yml"],
        &[],
    ];
    for limits in limits {
        let listed = scan(&[limits, &["--report", "json=out.json", "--threads", "1"]].concat());
        for more in [["--threads", "1"], ["--block-size", "1024"]] {
            let counted = scan(&[limits, &more[..]].concat());
            assert!(listed.stdout == counted.stdout && listed.code == counted.code, "{limits:?} {more:?}");
        }
    }
    // Compared with others, they are recognised and not listed.
    let compared = scan(&["--baseline", "out.json"]);
    let listed = scan(&["--baseline", "out.json", "--report", "json=known.json"]);
    assert!(listed.stdout == compared.stdout && listed.code == compared.code);
}

/// Holds for every record: it has no such field.
const EVERY_RECORD: &str = "title: Any\nid: 8a4c54a0-4f4b-4b7e-9d0e-6b7a8c1f0d21\nlogsource: {category: any}\n\
    detection:\n  sel: {no_such_field: null}\n  condition: sel\nlevel: low\n";

/// Every record of a scan as a match, without what says where it was found, and the books behind them.
fn matches(folder: &Path, name: &str, more: &[&str]) -> Vec<serde_json::Value> {
    const BOOKS: [&str; 8] =
        ["matches", "records", "events", "unparsed", "repaired", "truncated", "header_lines", "first_event"];
    let fixed = ["--no-config", "--no-builtin", "-r", "every.yml", "--year", "2025", "--format", "matches"];
    let ran = run_in(folder, &[&["scan", name], &fixed[..], more].concat()).with_code(0);
    let mut lines = ran.lines();
    for line in &mut lines {
        if let Some(found) = line["match"].as_object_mut() {
            found.retain(|key, _| key != "path");
        } else {
            let books: serde_json::Map<_, _> =
                BOOKS.map(|key| (key.to_owned(), line["summary"][key].clone())).into_iter().collect();
            *line = books.into();
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any log of any format, in any container, cut anywhere, on any number of threads, gives the same records.
    #[test]
    fn neither_threads_nor_blocks_nor_containers_change_a_record(
        pick in any::<prop::sample::Index>(), packing in any::<prop::sample::Index>(), threads in 1..9_usize, size in 1024..9_000_usize
    ) {
        let logs = files(&root().join("tests/formats"));
        let logs: Vec<_> = logs.iter().filter(|log| !log.to_string_lossy().ends_with(".expected.jsonl")).collect();
        let log = fs::read(pick.get(&logs)).expect("it can be read");
        let folder = Folder::new();
        folder.write("every.yml", EVERY_RECORD);
        folder.write("plain.log", &log);
        let packings = packings(&log);
        let (_, packed) = packing.get(&packings);
        folder.write("packed", packed);
        let plain = matches(folder.path(), "plain.log", &["--threads", "1"]);
        let (threads, size) = (threads.to_string(), size.to_string());
        let other = matches(folder.path(), "packed", &["--threads", &threads, "--block-size", &size]);
        prop_assert!(!plain.is_empty());
        prop_assert_eq!(plain, other, "{} in {}", pick.get(&logs).display(), packing.get(&packings).0);
    }
}
