//! The same input gives the same bytes: for any number of threads, any block size, any parent folder.

use crate::support::{Folder, files, root, run_in};
use std::fs;
use std::path::Path;

const FORMATS: [&str; 6] = ["json", "jsonl", "matches", "csv", "sarif", "html"];

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let below = file.strip_prefix(from).expect("it is below");
        let target = to.join(below);
        fs::create_dir_all(target.parent().expect("it has a parent")).expect("can be written");
        fs::copy(&file, target).expect("can be copied");
    }
}

fn report(folder: &Path, format: &str, more: &[&str]) -> String {
    let mut args = vec!["scan", "logs", "--no-config", "-q", "--format", format, "--year", "2026", "--sarif-root", "."];
    args.extend(more);
    run_in(folder, &args).with_code(0).stdout
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
    for format in FORMATS {
        let plain = report(folder.path(), format, &["--threads", "1"]);
        for threads in ["2", "3", "7"] {
            assert!(plain == report(folder.path(), format, &["--threads", threads]), "{format}, {threads} threads");
        }
        for size in ["1024", "1031", "65536", "4194304"] {
            let sized = report(folder.path(), format, &["--threads", "2", "--block-size", size]);
            assert!(plain == sized, "{format}, blocks of {size}");
        }
    }
}

#[test]
fn another_parent_folder_never_changes_a_report() {
    let (one, other) = (logs(), logs());
    for format in FORMATS {
        assert!(report(one.path(), format, &[]) == report(other.path(), format, &[]), "{format}");
    }
}

#[test]
fn the_books_add_up() {
    let folder = logs();
    let text = report(folder.path(), "json", &[]);
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
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
