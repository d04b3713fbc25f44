//! `docs/sigma.md`: every example on the page is run.
//!
//! An example is a block of YAML and, right behind it, a block of text that says what becomes of it:
//!
//! ```text
//! yes {"an": "event that matches"}
//! no  {"an": "event that does not"}
//! error code-of-a-mistake
//! warning code-of-a-warning
//! alerts 1
//! ```
//!
//! YAML without a `title` is the body of a search identifier. Errors and warnings are all there are.

use crate::support::{Folder, root};
use std::fmt::Write as _;

struct Example {
    line: usize,
    yaml: String,
    says: String,
}

fn examples() -> Vec<Example> {
    let page = std::fs::read_to_string(root().join("docs/sigma.md")).expect("the page is there");
    let mut blocks: Vec<(usize, String, String)> = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    let mut last_end = 0;
    let mut found = Vec::new();
    for (n, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((n + 1, info.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let block = open.take().expect("it is open");
                let yaml = blocks.last().filter(|(_, info, _)| info == "yaml");
                if let (Some((_, _, yaml)), true, true) = (yaml, block.1 == "text", block.0 == last_end + 1) {
                    found.push(Example { line: block.0, yaml: yaml.clone(), says: block.2.clone() });
                }
                last_end = n + 1;
                blocks.push(block);
            }
            (Some((_, _, text)), None) => writeln!(text, "{line}").expect("a String takes everything"),
            (None, None) => {}
        }
    }
    let yaml = blocks.iter().filter(|(_, info, _)| info == "yaml").count();
    assert_eq!(found.len(), yaml, "a block of YAML says nothing of what becomes of it");
    found
}

/// The body of an identifier as a whole rule.
fn rule(yaml: &str) -> String {
    if yaml.lines().any(|line| line.starts_with("title:")) {
        return yaml.to_owned();
    }
    let body = yaml.lines().collect::<Vec<_>>().join("\n    ");
    format!("title: Example\nlogsource:\n  category: any\ndetection:\n  sel:\n    {body}\n  condition: sel\n")
}

#[test]
fn every_example_of_the_page_does_what_it_says() {
    let folder = Folder::new();
    folder.write("values.yml", "admins: [root, adm*]\n");
    let examples = examples();
    assert!(examples.len() > 60, "{}", examples.len());
    for example in examples {
        let place = format!("docs/sigma.md:{}", example.line);
        folder.write("r.yml", rule(&example.yaml));
        let lines: Vec<(&str, &str)> = (example.says.lines().map(|line| line.split_once(' ')))
            .map(|line| line.unwrap_or_else(|| panic!("{place}: a word and what belongs to it")))
            .collect();
        let of = |word: &str| -> Vec<&str> {
            lines.iter().filter(|(first, _)| *first == word).map(|(_, rest)| rest.trim()).collect()
        };
        let check =
            folder.run(&["rules", "check", "r.yml", "--no-config", "--placeholders", "values.yml", "--format", "json"]);
        let mut said: Vec<String> = (check.json()["diagnostics"].as_array().expect("a list").iter())
            .map(|d| format!("{} {}", d["severity"].as_str().expect("text"), d["code"].as_str().expect("text")))
            .collect();
        said.sort();
        let mut want: Vec<String> = of("error").iter().map(|code| format!("error {code}")).collect();
        want.extend(of("warning").iter().map(|code| format!("warning {code}")));
        want.sort();
        assert_eq!(said, want, "{place}");
        let events: Vec<(bool, &str)> = (lines.iter())
            .filter(|(word, _)| ["yes", "no"].contains(word))
            .map(|(word, event)| (*word == "yes", event.trim()))
            .collect();
        if events.is_empty() {
            assert!(!want.is_empty(), "{place}: nothing is said");
            continue;
        }
        let lines: Vec<String> = events.iter().map(|(_, event)| event.to_string()).collect();
        folder.write("events.jsonl", lines.join("\n"));
        let args = ["rules", "test", "r.yml", "--events", "events.jsonl", "--raw", "--placeholders", "values.yml"];
        let tested = folder.run(&args).with_code(0).json();
        let tested = tested.as_array().expect("a list");
        let alerts = of("alerts");
        if let [alerts] = alerts.as_slice() {
            let fired: u64 = tested.iter().filter_map(|rule| rule["alerts"].as_u64()).sum();
            assert_eq!(fired.to_string(), **alerts, "{place}");
            continue;
        }
        for (n, (yes, event)) in events.iter().enumerate() {
            let holds = tested
                .iter()
                .any(|rule| rule["events"].as_array().is_some_and(|events| events.iter().any(|event| *event == n)));
            assert_eq!(holds, *yes, "{place}: {event}");
        }
    }
}
