//! Hostile inputs: nothing panics, hangs or writes control characters; counts are those of the set.

use crate::support::{Ran, corpora, files, run};

fn is_plain(ran: &Ran) -> bool {
    let text = ran.stdout.chars().chain(ran.stderr.chars());
    text.into_iter().all(|c| c == '\n' || !c.is_control())
}

#[test]
fn corpora_nasty() {
    let Some(place) = corpora("hostile inputs") else { return };
    let mut wrong = Vec::new();
    for file in files(&place.join("corpus/nasty")) {
        let path = file.to_str().expect("UTF-8");
        for args in [
            vec!["scan", path, "--no-config", "--reference-time", "2026-06-01T00:00:00Z"],
            vec!["scan", path, "--no-config", "--format", "json", "--threads", "2", "--block-size", "1031"],
            vec!["rules", "check", path, "--no-config"],
        ] {
            let ran = run(&args);
            if !matches!(ran.code, Some(0 | 3 | 4)) {
                wrong.push(format!("{args:?}: {:?} {}", ran.code, ran.stderr));
            }
            if !is_plain(&ran) {
                wrong.push(format!("{args:?}: control characters in the output"));
            }
            let command = ran.stdout.lines().chain(ran.stderr.lines()).find(|line| {
                ["::", "##vso[", "##[", "##teamcity["].iter().any(|start| line.trim_start().starts_with(start))
            });
            if let Some(line) = command {
                wrong.push(format!("{args:?}: a line starts a command: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
