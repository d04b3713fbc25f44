//! What every file of the corpora is taken for, beside the list that was read and accepted. Needs `CORPORA_DIR`.

use crate::support::{corpora, root, run};

#[test]
fn every_input_is_taken_for_what_it_is() {
    let Some(place) = corpora("verdicts of sniffing") else { return };
    let place = place.join("corpus");
    let path = |name: &str| place.join(name).to_str().expect("UTF-8").to_owned();
    let (formats, nasty, top) = (path("formats"), path("nasty"), path(""));
    let args = ["--no-config", "--no-builtin", "--format", "json", "--reference-time", "2026-06-01T00:00:00Z"];
    let ran = run(&[&["scan", &formats, &nasty, "--sarif-root", &top], &args[..]].concat());
    let report = ran.json();
    let verdict = |input: &serde_json::Value| {
        let name = input["path"].as_str().expect("a path").escape_default().to_string();
        format!("{name} {}\n", input["format"].as_str().unwrap_or("-"))
    };
    let verdicts: String = report["inputs"].as_array().expect("a list").iter().map(verdict).collect();
    let golden = root().join("tests/corpora/verdicts.txt");
    if std::env::var_os("ACCEPT").is_some() {
        std::fs::write(&golden, &verdicts).expect("it can be written");
    }
    let accepted = std::fs::read_to_string(&golden).expect("the list can be read");
    let changed: Vec<&str> = verdicts.lines().filter(|line| !accepted.lines().any(|old| old == *line)).collect();
    assert!(changed.is_empty() && verdicts == accepted, "{}", changed.join("\n"));
}
