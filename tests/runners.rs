//! Runners of pipelines read what a step prints for commands. What a log says, how a file is called and what a rule of
//! others says must never give one.

use crate::sarif::inputs;
use crate::support::{FORMATS, Folder, command};

/// Commands of GitHub's and of Azure's runners, also where a line of ours might break.
const COMMANDS: [&str; 8] = [
    "::stop-commands::owned",
    "::error file=a,line=1::owned",
    "##[error]owned",
    "##vso[task.setvariable variable=PATH]owned",
    "%0A::error::owned",
    "x\n::add-mask::owned",
    "x\r::set-output name=a::owned",
    "  ::warning::owned\r\n##vso[task.complete]",
];

/// What a runner would take for a command: GitHub's at the start of a line, whatever blanks stand before it, the others
/// anywhere in one, as far as we know that a `runner` reads it. The commands of the report that is made of commands are ours.
fn commands(text: &str, format: &str, runner: bool) -> Vec<String> {
    const OURS: [&str; 3] = ["::error ", "::warning ", "::notice "];
    let is_ours = |line: &str| {
        format == "github" && OURS.iter().any(|kind| line.starts_with(kind)) && {
            // Ours name a place and a title; whatever else stands there is spelt so that it is a value.
            let (head, _) = line.trim_start_matches(':').split_once("::").unwrap_or_default();
            let pairs = head.split_once(' ').map_or("", |(_, pairs)| pairs);
            let known = ["title=", "file=", "line=", "endLine="];
            pairs.starts_with("title=") && pairs.split(',').all(|pair| known.iter().any(|key| pair.starts_with(key)))
        }
    };
    let is_command = |line: &str| {
        let start = line.trim_start();
        let starts = start.starts_with("::") && !is_ours(line);
        let azure = |text: &str| {
            ["##[", "##vso["].iter().any(|head| if runner { text.contains(head) } else { text.starts_with(head) })
        };
        starts || azure(start)
    };
    // As runners split: line feeds, carriage returns, and what some count as line ends.
    let lines = text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
    lines.filter(|line| is_command(line)).map(str::to_owned).collect()
}

/// Logs in which every place that is printed begins with a command.
fn folder() -> Folder {
    let folder = inputs::write();
    let events: Vec<String> = COMMANDS
        .iter()
        .map(|said| serde_json::json!({"mark": "high", "command": said, "host": said, said.trim(): said}).to_string())
        .collect();
    folder.write("owned/events.jsonl", events.join("\n"));
    let sentence =
        |said: &&str| format!("Mar  2 09:00:01 {said} sshd[7]: Failed password for {said} from {said} port 1 ssh2\n");
    folder.write("owned/auth.log", COMMANDS.iter().map(sentence).collect::<Vec<_>>().concat());
    let rows: Vec<String> = COMMANDS.iter().map(|said| format!("high,\"{said}\",\"{said}\"")).collect();
    folder.write("owned/table.csv", format!("mark,command,host\n{}\n", rows.join("\n")));
    folder.write("owned/plain.txt", COMMANDS.join("\n"));
    folder.write("owned/broken.jsonl", format!("{{\"a\":1}}\n{}\n", COMMANDS.join("\n{\"b\":\n")));
    for (n, name) in ["::error::owned.jsonl", "##[error]owned.jsonl", "a\n::error::owned.jsonl", "##vso[x]owned.log"]
        .into_iter()
        .enumerate()
    {
        folder.write(&format!("owned/{name}"), events.get(n).expect("there are more"));
    }
    let rule = "title: \"::error::owned\\n::stop-commands::owned ##[x]\"\nname: '##vso[x]'\nlogsource: {category: any}\n\
                detection: {s: {mark: high}, condition: s}\nfields: ['::error::owned']\ndescription: \"x\\n::error::owned\"\n\
                references: [\"https://x/\\n::error::owned\"]\nlevel: high\ntags: ['::error::owned']\n";
    folder.write("own.yml", rule);
    folder.write("own-broken.yml", "title: \"::error::owned\\n::stop-commands::owned\"\ndetection: \"##vso[x]\"\n");
    folder
}

#[track_caller]
fn check(folder: &Folder, args: &[&str], format: &str) {
    for environment in [&[("GITHUB_ACTIONS", "true")][..], &[("TF_BUILD", "True")], &[]] {
        let ran = command(folder.path()).args(args).envs(environment.iter().copied()).output().expect("it was built");
        assert!(matches!(ran.status.code(), Some(0 | 1 | 3 | 4)), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        for text in [&ran.stdout, &ran.stderr] {
            assert_eq!(
                commands(&String::from_utf8_lossy(text), format, !environment.is_empty()),
                Vec::<String>::new(),
                "{args:?} {environment:?}"
            );
        }
    }
}

#[test]
fn no_report_holds_a_command_that_a_log_a_name_or_a_rule_wrote() {
    let folder = folder();
    for format in FORMATS {
        let args =
            ["scan", "owned", "hostile.jsonl", "several", "nowhere\n::error::owned", "--no-config", "--year", "2026"];
        let rules = ["-r", "rules.yml", "-r", "own.yml", "-r", "own-broken.yml", "--exclude-rule", "x\n::error::owned"];
        check(&folder, &[&args[..], &rules, &["--format", format, "-v"]].concat(), format);
    }
}

#[test]
fn no_other_command_prints_one_either() {
    let folder = folder();
    for args in [
        &["events", "owned", "several"][..],
        &["rules", "-r", "own.yml"],
        &["rules", "-r", "own.yml", "--format", "csv"],
        &["rules", "-r", "own.yml", "--format", "json"],
        &["rules", "show", "::error::owned\n::stop-commands::owned ##[x]", "-r", "own.yml"],
        &["rules", "check", "own-broken.yml", "own.yml"],
        &["rules", "check", "own-broken.yml", "--format", "json"],
        &["explain", "mark-high", "owned/events.jsonl:1", "-r", "rules.yml"],
        &["explain", "mark-high", "owned/events.jsonl:1", "-r", "rules.yml", "--format", "json"],
    ] {
        check(&folder, args, "");
    }
}

#[test]
fn the_check_sees_commands() {
    for said in COMMANDS.iter().filter(|said| !said.starts_with('%')) {
        assert!(!commands(&format!("fine\n{said}"), "github", true).is_empty(), "{said}");
    }
    assert!(commands("::error title=%3A%3Aowned,file=a::said ::owned::", "github", true).is_empty());
    assert!(!commands("::error owned=x::said", "github", true).is_empty());
    assert!(!commands("::error title=%3A%3Aowned,file=a::said ::owned::", "csv", true).is_empty());
}
