//! Recorded Windows attacks: which of all public rules match how often in which file, as several engines and the rule texts
//! agree, and nothing else. And which file shows each built-in Windows rule at work.

use crate::support::{Ran, corpora, files, root, run};
use logsentry::{Analyzer, Config};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How often a rule (second) matched in a file (first, from the top of the corpus).
type Counts = BTreeMap<(String, String), u64>;

const FOLDERS: [&str; 2] = ["regression", "evtx-attack-samples"];

fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}

/// What must match; `None`: not to be judged.
fn expected(corpus: &Path) -> BTreeMap<(String, String), Option<u64>> {
    let of = |folder: &str| {
        let rows = json_lines(&corpus.join(folder).join("expected.jsonl"));
        let row =
            |row: Value| ((format!("{folder}/{}", text(&row["file"])), text(&row["rule_id"])), row["matches"].as_u64());
        rows.into_iter().map(row).collect::<Vec<_>>()
    };
    FOLDERS.into_iter().flat_map(of).collect()
}

/// The path of a file from the top of the corpus.
fn below(path: &str) -> String {
    let start = FOLDERS.iter().filter_map(|folder| path.find(&format!("{folder}/"))).min();
    path[start.unwrap_or(0)..].to_owned()
}

/// Every match `matches` tells of.
fn counted(ran: &Ran) -> Counts {
    let mut counts = Counts::new();
    for line in ran.lines() {
        if let Some(one) = line.get("match") {
            *counts.entry((below(&text(&one["path"])), text(&one["rule_id"]))).or_default() += 1;
        }
    }
    counts
}

/// Where counts of event logs are not those expected.
fn differences(want: &BTreeMap<(String, String), Option<u64>>, have: &Counts) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key, want) in want {
        let have = have.get(key).copied().unwrap_or(0);
        if want.is_some_and(|want| want != have) {
            wrong.push(format!("{key:?}: want {want:?}, have {have}"));
        }
    }
    let extra = have
        .iter()
        .filter(|(key, _)| Path::new(&key.0).extension().is_some_and(|e| e == "evtx") && !want.contains_key(*key));
    wrong.extend(extra.map(|(key, n)| format!("{key:?}: must not match, does {n} times")));
    wrong
}

/// Matches of each recorded case in the JSON that is shipped with it, told as those of its event log.
fn from_json(counts: &Counts) -> Counts {
    let renamed = counts.iter().filter_map(|((path, rule), n)| {
        let path = path.strip_prefix("regression/")?.strip_suffix(".json")?;
        Some(((format!("regression/{path}.evtx"), rule.clone()), *n))
    });
    renamed.collect()
}

#[test]
fn corpora_truth_of_whole_folders() {
    let Some(place) = corpora("recorded attacks, whole folders") else { return };
    let corpus = place.join("corpus");
    let path = |name: &str| corpus.join(name).to_str().expect("UTF-8").to_owned();
    let (rules, folders) = (path("sigmahq-rules"), FOLDERS.map(path));
    let want = expected(&corpus);
    let mut wrong = Vec::new();
    for engine in [&[][..], &["--engine", "reference"]] {
        let mut args = vec!["scan", &*folders[0], &*folders[1], "--no-builtin", "--no-config", "-r", &*rules];
        args.extend(["--format", "matches"].iter().chain(engine));
        let have = counted(&run(&args));
        let as_json: BTreeMap<_, _> =
            want.clone().into_iter().filter(|(key, _)| key.0.starts_with("regression/")).collect();
        wrong.extend(differences(&want, &have).into_iter().map(|w| format!("{engine:?} {w}")));
        wrong
            .extend(differences(&as_json, &from_json(&have)).into_iter().map(|w| format!("{engine:?} from JSON: {w}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn corpora_truth_of_single_files() {
    let Some(place) = corpora("recorded attacks, file by file") else { return };
    let corpus = place.join("corpus");
    let mut config = Config::default();
    config.use_builtin_rules = false;
    config.rule_paths = vec![corpus.join("sigmahq-rules")];
    config.threads = Some(1);
    let analyzer = Analyzer::new(config).expect("most rules load");
    let count = |path: &Path| -> BTreeMap<String, u64> {
        let analysis = analyzer.analyze_paths(&[path]).expect("it is there");
        let mut counts = BTreeMap::new();
        for alert in analysis.alerts() {
            *counts.entry(alert.rule_id().to_owned()).or_default() += alert.count();
        }
        counts
    };
    let (want, mut have) = (expected(&corpus), Counts::new());
    let logs = FOLDERS.into_iter().flat_map(|folder| files(&corpus.join(folder)));
    for log in logs.filter(|path| path.extension().is_some_and(|e| e == "evtx")) {
        let name = below(log.to_str().expect("UTF-8"));
        have.extend(count(&log).into_iter().map(|(rule, n)| ((name.clone(), rule), n)));
    }
    let mut wrong = differences(&want, &have);
    // Upstream counts a case as passed when its rule matches at least so often; here are its own rules, both ways.
    for case in json_lines(&corpus.join("regression/index.jsonl")) {
        let (rule, least) = (text(&case["rule_id"]), case["match_count"].as_u64().unwrap_or(1));
        for file in ["evtx", "json", "raw"].iter().filter_map(|key| case.get(*key)?.as_str()) {
            let counts = count(&corpus.join("regression").join(file));
            if counts.get(&rule).copied().unwrap_or(0) < least {
                wrong.push(format!("{file}: {rule} matches less than {least} times: {counts:?}"));
            }
            if case.get("raw").is_some_and(|raw| raw == file) && counts.len() > 1 {
                wrong.push(format!("{file}: more than its one rule: {counts:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A log each built-in Windows rule fires on. Nobody makes an account or joins a group in the folders of recorded attacks:
/// two rules are shown by the sample of a format.
const SHOWN: &[(&str, &str)] = &[
    ("sysmon-lolbin-download", "evtx-attack-samples/Execution/exec_sysmon_lobin_regsvr32_sct.evtx"),
    ("sysmon-lsass-access", "evtx-attack-samples/Credential Access/babyshark_mimikatz_powershell.evtx"),
    ("sysmon-lsass-dump", "evtx-attack-samples/Credential Access/sysmon_10_1_memdump_comsvcs_minidump.evtx"),
    ("sysmon-office-child-shell", "evtx-attack-samples/Execution/Sysmon_Exec_CompiledHTML.evtx"),
    (
        "sysmon-powershell-encoded",
        "regression/6385697e-9f1b-40bd-8817-f4a91f40508e/6385697e-9f1b-40bd-8817-f4a91f40508e.evtx",
    ),
    ("win-admin-group-change", "formats/evtx_security/sample.evtx"),
    ("win-log-cleared", "evtx-attack-samples/Discovery/discovery_bloodhound.evtx"),
    ("win-logon-failure", "evtx-attack-samples/Credential Access/CA_4624_4625_LogonType2_LogonProc_chrome.evtx"),
    ("win-rdp-unexpected-source", "evtx-attack-samples/Command and Control/DE_RDP_Tunneling_4624.evtx"),
    ("win-remote-logon-failure", "evtx-attack-samples/Credential Access/kerberos_pwd_spray_4771.evtx"),
    ("win-service-installed", "evtx-attack-samples/Lateral Movement/LM_Remote_Service02_7045.evtx"),
    ("win-service-suspicious", "evtx-attack-samples/Lateral Movement/LM_Remote_Service02_7045.evtx"),
    ("win-user-created", "formats/evtx_security/sample.evtx"),
];

#[test]
fn corpora_show_every_builtin_windows_rule() {
    let Some(place) = corpora("recorded attacks, built-in rules") else { return };
    let corpus = place.join("corpus");
    let known: BTreeSet<&str> = SHOWN.iter().map(|(rule, _)| *rule).collect();
    let rules = files(&root().join("rules/sigma/windows"));
    let rules: BTreeSet<&str> = rules.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
    assert_eq!(rules, known, "a rule without a recorded log");
    let analyzer = Analyzer::new(Config::default()).expect("built-in rules load");
    for (rule, file) in SHOWN {
        let analysis = analyzer.analyze_paths(&[corpus.join(file)]).expect("it is there");
        let fired: Vec<&str> = analysis.alerts().map(|alert| alert.rule_id()).collect();
        assert!(fired.contains(rule), "{rule} does not fire on {file}: {fired:?}");
    }
}
