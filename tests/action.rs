//! The GitHub action: every `run:` of `action.yml` is run by bash as the runner runs it, with a release of our own behind a
//! `file:` address, and what it hands on decides whether anything would be uploaded. Unix: its shell is bash.

use crate::support::{BINARY, Folder, root};
use serde_yaml::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

const GUESSED: &str = "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n";
const CALM: &str = "Mar  2 09:00:01 gate CRON[7]: (root) CMD (run-parts /etc/cron.hourly)\n";
/// What may stand in an input and must stay text.
const HOSTILE: &str = "a.log; $(id) `id` \"x\" * --format=json";

fn action() -> Value {
    serde_yaml::from_str(&fs::read_to_string(root().join("action.yml")).expect("it is there")).expect("YAML")
}

/// A workflow run: inputs, what steps handed on, and where.
struct Run {
    folder: Folder,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
}

impl Run {
    /// With the default of every input, and a release in `releases` that runs the binary under test.
    fn new() -> Run {
        let folder = Folder::new();
        let action = action();
        let inputs = action["inputs"].as_mapping().expect("a map").iter().map(|(name, input)| {
            let default = input["default"].as_str().map_or_else(String::new, str::to_owned);
            (name.as_str().expect("text").to_owned(), default)
        });
        let inputs: BTreeMap<_, _> = inputs.collect();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(inputs["version"], version, "the action runs the release it is of");
        let release = folder.path().join(format!("releases/v{version}"));
        folder.write("unpacked/logsentry", format!("#!/bin/sh\nexec '{BINARY}' \"$@\"\n"));
        fs::create_dir_all(&release).expect("the folder can be written");
        let archive = format!("logsentry-{version}-x86_64-unknown-linux-musl.tar.gz");
        let script = format!(
            "chmod +x unpacked/logsentry && tar -czf '{0}/{archive}' -C unpacked . && cd '{0}' && sha256sum {archive} > SHA256SUMS",
            release.display()
        );
        let made = Command::new("bash").args(["-ec", &script]).current_dir(folder.path()).status();
        assert!(made.expect("bash is there").success());
        folder.write("temp/x", "");
        folder.write(".git/HEAD", "");
        Run { folder, inputs, outputs: BTreeMap::new() }
    }

    /// What an expression gives: `${{ inputs.x }}` and `${{ steps.x.outputs.y }}` are all that is used.
    fn value(&self, text: &str) -> String {
        let Some(name) = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else {
            assert!(!text.contains("${{"), "{text}");
            return text.to_owned();
        };
        let input = name.strip_prefix("inputs.").and_then(|name| self.inputs.get(name));
        input.or_else(|| self.outputs.get(name)).cloned().unwrap_or_default()
    }

    /// Runs a step, takes over its outputs, and gives its code and what it printed.
    fn step(&mut self, step: &Value) -> (Option<i32>, String) {
        let (output, summary) = (self.folder.write("temp/output", ""), self.folder.path().join("temp/summary.md"));
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().expect("a script")]);
        bash.current_dir(self.folder.path()).env_clear();
        bash.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.path());
        bash.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("RUNNER_TEMP", self.folder.path().join("temp"));
        bash.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true");
        for (name, value) in step["env"].as_mapping().expect("every step has an environment") {
            let name = name.as_str().expect("text");
            let value = self.value(value.as_str().expect("text"));
            let releases = format!("file://{}/releases", self.folder.path().display());
            bash.env(name, if name == "RELEASES" { releases } else { value });
        }
        let ran = bash.output().expect("bash is there");
        let id = step["id"].as_str().unwrap_or("last");
        for line in fs::read_to_string(&output).expect("it is there").lines() {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("an output without a name: {line}"));
            self.outputs.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        (ran.status.code(), said)
    }

    /// Runs the action. Gives its code and what it printed; a step that fails ends it.
    fn all(&mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        for step in action()["runs"]["steps"].as_sequence().expect("a list").iter().filter(|s| s["run"].is_string()) {
            let (code, text) = self.step(step);
            said += &text;
            if code != Some(0) {
                return (code, said);
            }
        }
        (Some(0), said)
    }

    fn output(&self, name: &str) -> &str {
        self.outputs.get(&format!("steps.scan.outputs.{name}")).map_or("", String::as_str)
    }

    /// The condition of the upload, which a test holds to its words.
    fn uploads(&self) -> bool {
        !self.output("sarif-file").is_empty() && ["0", "1"].contains(&self.output("exit-code"))
    }
}

#[test]
fn nothing_is_pasted_into_a_script_and_uploads_are_of_complete_scans() {
    let action = action();
    let steps = action["runs"]["steps"].as_sequence().expect("a list");
    for step in steps {
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step:?}");
    }
    let upload = steps.iter().find(|step| step["uses"].is_string()).expect("one uploads");
    assert_eq!(
        upload["if"],
        "steps.scan.outputs.sarif-file != '' && (steps.scan.outputs.exit-code == '0' || \
         steps.scan.outputs.exit-code == '1') && github.event.pull_request.head.repo.fork != true"
    );
    let pin = upload["uses"].as_str().expect("text").split('@').nth(1).expect("it is pinned");
    assert!(pin.len() == 40 && pin.bytes().all(|b| b.is_ascii_hexdigit()), "{pin}");
}

#[test]
fn the_step_ends_with_the_code_of_the_scan_and_uploads_complete_ones() {
    for (files, fail_on, code, alerts) in [
        (vec![("logs/a.log", CALM)], "high", 0, "0"),
        (vec![("logs/a.log", GUESSED)], "low", 1, "1"),
        (vec![("logs/a.log", GUESSED)], "", 0, "1"),
        (vec![], "high", 4, "0"),
    ] {
        let mut run = Run::new();
        for (name, text) in files {
            run.folder.write(name, text);
        }
        run.inputs.extend([("paths".to_owned(), "logs".to_owned()), ("fail-on".to_owned(), fail_on.to_owned())]);
        let (ended, said) = run.all();
        assert_eq!((ended, run.output("exit-code")), (Some(code), code.to_string().as_str()), "{said}");
        assert_eq!((run.uploads(), run.output("alerts")), (code < 2, alerts), "{said}");
        assert!(run.folder.read("temp/summary.md").contains("## logsentry"));
        assert_eq!(said.contains("::notice title=SSH"), alerts == "1", "{said}");
    }
}

#[test]
fn an_incomplete_scan_that_found_something_uploads_nothing() {
    let mut run = Run::new();
    run.folder.write("logs/a.log", GUESSED);
    run.inputs.extend([("paths".to_owned(), "logs\nmissing.log".to_owned()), ("fail-on".to_owned(), "low".to_owned())]);
    let (code, said) = run.all();
    assert_eq!((code, run.uploads()), (Some(1), false), "{said}");
}

#[test]
fn inputs_are_text_whatever_they_look_like() {
    for name in ["paths", "rules", "fail-on", "min-severity", "args", "category", "version"] {
        let mut run = Run::new();
        run.folder.write("logs/a.log", GUESSED);
        run.inputs.insert("paths".to_owned(), "logs".to_owned());
        run.inputs.insert(name.to_owned(), HOSTILE.to_owned());
        let (code, said) = run.all();
        assert!(!said.contains("uid="), "{name}: {said}");
        assert_eq!(code == Some(0), name == "category", "{name}: {said}");
        assert_eq!(run.uploads(), name == "category", "{name}: {said}");
    }
    // A path that is spelt so is scanned.
    let mut run = Run::new();
    run.folder.write(HOSTILE, GUESSED);
    run.inputs.insert("paths".to_owned(), HOSTILE.to_owned());
    assert_eq!((run.all().0, run.output("alerts")), (Some(0), "1"));
}

#[test]
fn a_release_that_is_not_what_its_list_says_is_not_run() {
    let version = env!("CARGO_PKG_VERSION");
    let sums = format!("releases/v{version}/SHA256SUMS");
    for wrong in ["", "0000000000000000000000000000000000000000000000000000000000000000"] {
        let mut run = Run::new();
        run.folder.write("logs/a.log", GUESSED);
        run.inputs.insert("paths".to_owned(), "logs".to_owned());
        let list = run.folder.read(&sums);
        let list = if wrong.is_empty() { String::new() } else { format!("{wrong}{}", &list[64..]) };
        run.folder.write(&sums, list);
        let (code, said) = run.all();
        assert!(code != Some(0) && !run.uploads() && run.output("exit-code").is_empty(), "{said}");
    }
}
