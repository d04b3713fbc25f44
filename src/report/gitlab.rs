//! `--format gitlab`: a Code Quality report, which GitLab shows beside a merge request.
//!
//! GitLab does not show `check_name`, so the description names the rule; of entries with one fingerprint it shows the
//! first alone, and ours are different by construction. Paths are relative to the repository.
//!
//! What we leave out: the Security report, which demands the times of the scan, and so a clock.

use super::{Options, Reporter, Where, counted, json_text, rule};
use crate::model::show::cut;
use crate::model::{Alert, AlertStatus, Level, Report};
use serde::Serialize;
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "gitlab", summary: "GitLab Code Quality", needs_hashes: false, write };

/// Bytes of a description.
const DESCRIPTION: usize = 1_000;

fn write(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let new = report.alerts.iter().filter(|alert| alert.status == AlertStatus::New);
    let found: Vec<Finding<'_>> = new.map(|alert| Finding::new(report, alert)).collect();
    json_text::to_pages(&found, out)
}

#[derive(Serialize)]
struct Finding<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

impl<'a> Finding<'a> {
    fn new(report: &'a Report, alert: &'a Alert) -> Finding<'a> {
        let info = rule(report, alert.rule);
        let at = Where::new(&report.inputs, &alert.place);
        let events = counted(alert.count, "event", "events");
        Finding {
            description: format!("{} {events}. Rule {}.", cut(&alert.message, DESCRIPTION), info.id),
            check_name: &info.id,
            fingerprint: &alert.fingerprint,
            severity: severity(alert.level),
            // An alert that stands for many is nowhere; GitLab wants a path all the same.
            location: Location {
                path: if at.path.is_empty() { "." } else { at.path },
                lines: Lines { begin: at.number().max(1) },
            },
        }
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Critical => "blocker",
        Level::High => "critical",
        Level::Medium => "major",
        Level::Low => "minor",
        Level::Informational => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_report_is_this_list() {
        let text = sample::written(&REPORTER, &sample::report(), &Options::default());
        sample::compare("gitlab", &text);
        let found: serde_json::Value = serde_json::from_str(&text).expect("it reads back");
        let found = found.as_array().expect("a list");
        let prints: BTreeSet<_> = found.iter().filter_map(|one| one["fingerprint"].as_str()).collect();
        // The suppressed one is not listed.
        assert_eq!((found.len(), prints.len()), (4, 4));
        assert!(found.iter().all(|one| one["location"]["lines"]["begin"].as_u64() > Some(0)));
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        assert_eq!(sample::written(&REPORTER, &sample::empty(), &Options::default()), "[]\n");
    }
}
