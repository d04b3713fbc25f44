//! Where reports go: full, closed to writing, closed by their readers.

use super::{SCAN, faulty, folder, mounted, names, shell};
use crate::support::{FORMATS, Ran};

/// Enough for every format to need more than a page.
const MANY: usize = 400;

/// The words for a disk that is full.
const FULL: &str = "no space left on device; make room, or choose another place";

fn args<'a>(format: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&SCAN[..], &["--format", format], more].concat()
}

/// No report, one line that says so, and where.
#[track_caller]
fn is_refused(ran: &Ran, place: &str, why: &str) {
    assert_eq!(ran.code, Some(5), "{} {}", ran.stdout, ran.stderr);
    let told = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect::<Vec<_>>();
    assert!(told.len() == 1 && told[0].contains(place) && told[0].contains(why), "{place}: {}", ran.stderr);
}

/// Errors while a report is written, and what is said of them.
pub(super) const WRITING: [(&str, &str); 4] = [
    ("write:.report.partial:0:EIO", "input/output error"),
    ("write:.report.partial:5000:EIO", "input/output error"),
    ("write:.report.partial:5000:ENOSPC", FULL),
    ("open:.report.partial:0:ENOSPC", FULL),
];

/// Places nothing may be written to.
pub(super) const READ_ONLY: [(&str, &str); 3] =
    [("json", "out/report"), ("matches", "out/new"), ("html", "out/below/new")];

/// How a single file comes to be mounted.
pub(super) const SINGLE: [&str; 2] = [
    "mount --bind mounted out/report",
    // The folder takes no other file.
    "mount --bind out out; mount --bind mounted out/report; mount -o remount,bind,ro out",
];

/// Streams that nobody reads, or gives.
pub(super) const PIPES: [&str; 2] = [
    "exec 3>&1; { { \"$@\"; echo $? >&3; } | exec true; } 2> said",
    "{ { \"$@\" > out/report; echo $? >&3; } 2>&1 | exec true; } 3>&1",
];

/// Streams that are not there.
pub(super) const CLOSED: [&str; 4] = [
    "\"$@\" > out/report 2> said <&-; echo $?",
    "\"$@\" > out/report 2>&-; echo $?",
    "\"$@\" 2> said >&-; echo $?",
    "\"$@\" >&- 2>&- <&-; echo $?",
];

/// A file system of 64 KiB, filled to its last page, with an old report.
const DISK: &str = "set -e; mount -t tmpfs -o size=64k none out; printf old > out/report; \
head -c 61440 /dev/zero > out/filler; code=0; \"$@\" || code=$?; cat out/report; ls -A out; exit $code";

#[test]
fn a_full_disk_keeps_the_old_report_and_says_where() {
    let folder = folder(MANY);
    for format in FORMATS {
        let Some(ran) = mounted(folder.path(), DISK, &args(format, &["-o", "out/report"])) else { return };
        is_refused(&ran, "out/report: the report cannot be written", FULL);
        assert_eq!(ran.stdout, "oldfiller\nreport\n", "{format}");
    }
}

#[test]
fn a_disk_that_is_full_costs_no_other_report() {
    let folder = folder(MANY);
    let more = ["-o", "out/report", "--report", "jsonl=whole.jsonl", "--report", "csv=whole.csv"];
    let Some(ran) = mounted(folder.path(), DISK, &args("json", &more)) else { return };
    is_refused(&ran, "out/report", FULL);
    assert!(folder.read("whole.jsonl").lines().count() > MANY, "the other report is not whole");
    assert_eq!(folder.read("whole.csv").lines().count(), MANY + 1);
}

#[test]
fn standard_output_that_is_full_is_told() {
    let folder = folder(MANY);
    for format in FORMATS {
        let ran = shell(folder.path(), "\"$@\" > /dev/full", &args(format, &[]));
        is_refused(&ran, "standard output", FULL);
    }
    let ran = shell(folder.path(), "\"$@\" > /dev/full", &["events", "log.jsonl", "--no-config"]);
    is_refused(&ran, "standard output", FULL);
}

#[test]
fn a_place_nothing_may_be_written_to_is_told_before_the_scan() {
    let folder = folder(1);
    let script = "set -e; mount --bind out out; mount -o remount,bind,ro out; code=0; \"$@\" || code=$?; \
cat out/report; ls -A out; exit $code";
    for (format, target) in READ_ONLY {
        let Some(ran) = mounted(folder.path(), script, &args(format, &["-o", target])) else { return };
        is_refused(&ran, &format!("{target}: the report cannot be written there"), "read-only file system");
        assert_eq!(ran.stdout, "oldreport\n", "{format}");
    }
}

#[test]
fn a_single_mounted_file_is_written_in_place() {
    let folder = folder(MANY);
    folder.write("mounted", "a longer text than no report at all, to be overwritten\n".repeat(20_000));
    let formats = ["console", "json", "matches", "csv"];
    for (format, around) in formats.iter().flat_map(|format| SINGLE.map(|around| (format, around))) {
        let script = format!("set -e; {around}; \"$@\"; ls -A out");
        let Some(ran) = mounted(folder.path(), &script, &args(format, &["-o", "out/report"])) else { return };
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "report\n"), "{format}: {}", ran.stderr);
        let direct = shell(folder.path(), "\"$@\"", &args(format, &["--color", "never"])).with_code(0);
        // Console and annotations name what else was written; nothing was.
        assert_eq!(folder.read("mounted"), direct.stdout, "{format}");
    }
    assert_eq!(folder.read("out/report"), "old");
}

#[test]
fn a_mounted_file_on_a_full_disk_holds_no_half_report() {
    let folder = folder(MANY);
    let script = "set -e; mkdir -p small; mount -t tmpfs -o size=64k none small; printf old > small/report; \
head -c 53248 /dev/zero > small/filler; mount --bind small/report out/report; code=0; \"$@\" || code=$?; \
wc -c < out/report; ls -A out; exit $code";
    let Some(ran) = mounted(folder.path(), script, &args("json", &["-o", "out/report"])) else { return };
    is_refused(&ran, "out/report: the report cannot be written", FULL);
    assert_eq!(ran.stdout, "0\nreport\n");
}

#[test]
fn errors_while_writing_keep_the_old_report() {
    let folder = folder(MANY);
    for (fault, why) in WRITING {
        for format in ["json", "matches", "html"] {
            let Some(ran) = faulty(folder.path(), &[("FAULT", fault)], &args(format, &["-o", "out/report"])) else {
                return;
            };
            is_refused(&ran, "out/report: the report cannot be written", why);
            assert_eq!(
                (folder.read("out/report").as_str(), names(&folder.path().join("out"))),
                ("old", vec!["report".to_owned()]),
                "{fault}"
            );
        }
    }
    // An interrupted call is tried again, a rename that fails makes way for a copy.
    for fault in ["write:.report.partial:0:EINTR", "rename:out/report:0:EIO"] {
        let ran =
            faulty(folder.path(), &[("FAULT", fault)], &args("csv", &["-o", "out/report"])).expect("it was there");
        assert_eq!((ran.code, folder.read("out/report").lines().count()), (Some(0), MANY + 1), "{}", ran.stderr);
        assert_eq!(names(&folder.path().join("out")), ["report"]);
    }
}

#[test]
fn readers_that_hang_up_are_no_error_on_any_stream() {
    let folder = folder(MANY);
    for format in FORMATS {
        let is_streamed = ["json", "matches"].contains(&format);
        for script in PIPES.iter().chain(CLOSED.iter().filter(|_| is_streamed)) {
            let ran = shell(folder.path(), script, &args(format, &["-v"]));
            assert_eq!(ran.stdout, "0\n", "{format}: {script}: {}", ran.stderr);
        }
        assert_eq!(folder.read("log.jsonl"), super::records(MANY), "{format}: a stream went into the input");
    }
    // Nothing to read is nothing to scan, and no error either.
    let nothing = ["scan", "-", "--no-config", "--format", "json"];
    for script in ["\"$@\" <&-", "true | \"$@\""] {
        let report = shell(folder.path(), script, &nothing).with_code(0).json();
        assert_eq!(report["summary"]["events"], 0);
    }
}
