//! The truth sets of formats in lines: records, refused lines and originals. Needs `CORPORA_DIR`.

use super::tests::{WHOLE, run, sniffed};
use crate::formats::{FORMATS, Head};
use serde_json::Value;
use std::path::PathBuf;

/// A set, the row that must recognise it, and the year of its first record as its truth has it.
const SETS: [(&str, &str, Option<i16>); 6] = [
    ("syslog_linux", "syslog-3164", None),
    ("syslog_sshd", "syslog-3164", None),
    ("syslog_year_rollover", "syslog-3164", Some(2011)),
    ("logfmt", "logfmt", None),
    ("access_log", "access-log", None),
    ("iptables", "syslog-3164", None),
];

/// Where the sets lie, if the suite has them.
fn sets() -> Option<PathBuf> {
    let Some(dir) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out: CORPORA_DIR is not set");
        return None;
    };
    Some(PathBuf::from(dir).join("corpus").join("formats"))
}

fn text(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn hostile_lines_cost_no_record() {
    let Some(sets) = sets() else { return };
    // Records, repaired.
    for (name, want) in
        [("enc/nul_bytes.log", (2, 1)), ("enc/latin1_value.log", (1, 1)), ("attack/ci_commands.log", (6, 0))]
    {
        let path = sets.with_file_name("nasty").join(name);
        let input = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let all = run(&sniffed("syslog-3164"), &input, Some(2023), WHOLE);
        let repaired = all.records.iter().filter(|(_, r)| r.repaired).count();
        assert_eq!((all.records.len(), repaired), want, "{name}");
        assert!(all.records.iter().all(|(_, r)| r.refused.is_none()), "{name}");
    }
}

#[test]
fn truth_sets_are_recognised() {
    let Some(sets) = sets() else { return };
    for (set, name, _) in SETS {
        let text = text(&sets.join(set).join("sample.log"));
        let head = Head::of(&text, true);
        let best = FORMATS.iter().filter_map(|f| (f.sniff)(&head)).max_by_key(|s| s.rank);
        let best = best.and_then(|s| crate::formats::format(s.format)).map(|f| f.name);
        assert_eq!(best, Some(name), "{set}");
    }
}

#[test]
fn truth_sets_give_their_records_and_originals() {
    let Some(sets) = sets() else { return };
    for (set, name, year) in SETS {
        let dir = sets.join(set);
        let all = run(&sniffed(name), text(&dir.join("sample.log")).as_bytes(), year, WHOLE);
        let meta: Value = serde_json::from_str(&text(&dir.join("meta.json"))).expect("meta.json is JSON");
        let refused: Vec<_> =
            all.records.iter().filter(|(_, r)| r.refused.is_some()).map(|(_, r)| r.line + 1).collect();
        let want: Vec<u32> = serde_json::from_value(meta["unparsed_lines"].clone()).unwrap_or_default();
        assert_eq!(refused, want, "{set}: refused lines");
        let events: Vec<_> = all.records.iter().filter(|(_, r)| r.refused.is_none()).map(|(_, r)| r).collect();
        assert_eq!(Some(events.len() as u64), meta["records"].as_u64(), "{set}: records");
        for (event, line) in events.iter().zip(text(&dir.join("expected.jsonl")).lines()) {
            let want: Value = serde_json::from_str(line).expect("expected.jsonl is JSON lines");
            assert_eq!(Some(u64::from(event.line) + 1), want["@line"].as_u64(), "{set}: {line}");
            assert_eq!(u64::from(event.lines), want["@lines"].as_u64().unwrap_or(1), "{set}: {line}");
            if set != "logfmt"
                && let Some(timestamp) = want["timestamp"].as_str()
            {
                let time = event.fields.iter().find(|(n, _)| n == "@time").map(|(_, t)| t.as_str());
                assert_eq!(time, Some(timestamp), "{set}: {line}");
            }
            for (name, value) in want["raw"].as_object().into_iter().flatten() {
                let values: Vec<_> = event.fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
                let value = if value.is_array() { value.clone() } else { Value::Array(vec![value.clone()]) };
                let want: Vec<String> = serde_json::from_value(value).expect("originals are texts");
                assert_eq!(values, want, "{set}: {name} of {line}");
            }
        }
    }
}
