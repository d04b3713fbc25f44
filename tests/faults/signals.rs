//! Signals in the middle: 130, the old report, and nothing half.

use super::{SCAN, faulty, folder, names};
use crate::support::command;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Those that end a process and can be caught.
pub(super) const SIGNALS: [&str; 3] = ["INT", "TERM", "HUP"];

#[test]
fn a_signal_while_reading_leaves_the_old_report() {
    for signal in SIGNALS {
        for format in ["json", "matches", "html"] {
            let folder = folder(0);
            let mut child = command(folder.path())
                .args(["scan", "--no-config", "-", "-v", "--format", format, "-o", "out/report"])
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the binary was built");
            let mut stdin = child.stdin.take().expect("it was piped");
            // More than is looked at to recognise a format, and then no end.
            stdin.write_all("{\"message\": \"nothing\"}\n".repeat(1 << 13).as_bytes()).expect("it is read");
            let mut stderr = BufReader::new(child.stderr.take().expect("it was piped"));
            let mut said = String::new();
            while !said.contains("read as jsonl") {
                assert_ne!(stderr.read_line(&mut said).expect("text"), 0, "the scan did not begin: {said}");
            }
            let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
            assert!(kill.expect("kill is there").success());
            let status = child.wait().expect("it was started");
            assert_eq!(status.code(), Some(130), "{signal} {format}: {said}");
            assert_eq!(
                (folder.read("out/report").as_str(), names(&folder.path().join("out"))),
                ("old", vec!["report".to_owned()])
            );
            drop(stdin);
        }
    }
}

#[test]
fn a_signal_while_writing_leaves_the_old_report() {
    let folder = folder(2_000);
    for signal in SIGNALS {
        for format in ["json", "matches", "html"] {
            let fault = format!("write:.report.partial:20000:{signal}");
            let args = [&SCAN[..], &["--format", format, "-o", "out/report", "--report", "csv=out/more.csv"]].concat();
            let Some(ran) = faulty(folder.path(), &[("FAULT", &fault)], &args) else { return };
            assert_eq!(ran.code, Some(130), "{signal} {format}: {}", ran.stderr);
            assert_eq!(
                (folder.read("out/report").as_str(), names(&folder.path().join("out"))),
                ("old", vec!["report".to_owned()])
            );
        }
    }
}

#[test]
fn a_signal_while_a_file_is_read_leaves_the_old_report() {
    let folder = folder(40_000);
    for signal in SIGNALS {
        let fault = format!("read:log.jsonl:1000000:{signal}");
        let args = [&SCAN[..], &["--format", "matches", "-o", "out/report"]].concat();
        let Some(ran) = faulty(folder.path(), &[("FAULT", &fault)], &args) else { return };
        assert_eq!(ran.code, Some(130), "{signal}: {}", ran.stderr);
        assert_eq!(
            (folder.read("out/report").as_str(), names(&folder.path().join("out"))),
            ("old", vec!["report".to_owned()])
        );
    }
}
