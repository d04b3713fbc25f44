//! The same checks over the larger corpora.

use super::{complaints, regions, text};
use crate::support::{Folder, corpora, run_in};
use serde_json::Value;
use std::path::Path;

/// Scans of a folder of the corpora: whichever way they end, the file has to be one.
fn check(place: &Path, part: &str, more: &[&str]) -> usize {
    let out = Folder::new();
    let sarif = out.path().join("out.sarif");
    let target = format!("sarif={}", sarif.display());
    let args = ["scan", part, "--no-config", "--no-ignore", "-q", "--sarif-root", ".", "--format", "json", "--report"];
    let ran = run_in(place, &[&args[..], &[&target, "--reference-time", "2026-06-01T00:00:00Z"], more].concat());
    assert!(matches!(ran.code, Some(0 | 4)), "{part}: {}", ran.stderr);
    let sarif: Value = serde_json::from_str(&out.read("out.sarif")).expect("it is JSON");
    let found: Vec<String> =
        complaints(&sarif, &ran.json(), &out).into_iter().chain(regions::complaints(&sarif, place)).collect();
    assert_eq!(found, Vec::<String>::new(), "{part}");
    assert!(!text(&sarif["runs"][0]["tool"]["driver"]["name"]).is_empty());
    let results = super::list(&sarif["runs"][0]["results"]);
    let uri = |result: &Value| {
        text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).to_ascii_lowercase()
    };
    let is_of_windows = |result: &&Value| Path::new(&uri(result)).extension().is_some_and(|name| name == "evtx");
    let of_windows: Vec<&Value> = results.iter().filter(is_of_windows).collect();
    for result in &of_windows {
        regions::is_record(result);
    }
    let detections = of_windows.iter().filter(|result| result.get("codeFlows").is_none());
    assert!({ detections }.all(|result| result["properties"]["logsentry"]["recordId"].is_u64()), "{part}");
    results.len()
}

#[test]
fn scans_of_the_corpora_give_files_that_are_taken() {
    let Some(place) = corpora("SARIF of the corpora") else { return };
    let place = place.join("corpus");
    let rules = place.join("sigmahq-rules/rules");
    let rules = rules.to_str().expect("the corpora have a name that is text");
    for part in ["formats", "nasty", "windows-jsonl", "evtx-attack-samples"] {
        let _found = check(&place, part, &[]);
    }
    assert!(check(&place, "regression", &["-r", rules]) > 100);
    assert!(check(&place, "evtx-attack-samples", &["-r", rules, "--sarif-rules", "all"]) > 100);
}
