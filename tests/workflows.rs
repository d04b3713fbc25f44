//! Workflows and the container, held to what they promise: little is granted, actions are pinned, and the steps people
//! copy run as a runner runs them. The action has a suite of its own.

use crate::readme::text;
use crate::support::{files, root};
use serde_yaml::Value;

#[test]
fn workflows_are_granted_little_and_run_pinned_actions() {
    for file in files(&root().join(".github/workflows")) {
        let name = file.display();
        let raw = text(&file);
        let workflow: Value = serde_yaml::from_str(&raw).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            workflow["permissions"].as_mapping().map(serde_yaml::Mapping::len),
            Some(0),
            "{name}: permissions: {{}}"
        );
        for (_, job) in workflow["jobs"].as_mapping().expect("it has jobs") {
            assert!(job["timeout-minutes"].as_u64().is_some(), "{name}: a job without an end");
            for step in job["steps"].as_sequence().expect("a job has steps") {
                if step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")) {
                    assert_eq!(step["with"]["persist-credentials"], false, "{name}: credentials stay on disk");
                }
                assert!(!step["run"].as_str().unwrap_or("").contains("${{"), "{name}: text pasted into a script");
            }
        }
    }
    let readme = text("README.md");
    let workflows = files(&root().join(".github/workflows")).iter().map(text).collect::<String>();
    for line in readme.lines().chain(workflows.lines()).filter(|line| line.contains("uses: ")) {
        let pin = line.split('@').nth(1).unwrap_or("");
        let (commit, version) = pin.split_once(" # v").unwrap_or((pin, ""));
        assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "not pinned: {line}");
        assert!(!version.is_empty(), "a pin without its version: {line}");
    }
}

#[test]
fn the_container_may_do_nothing_but_read_logs() {
    let compose: Value = serde_yaml::from_str(&text("compose.yaml")).expect("it is YAML");
    let service = &compose["services"]["logsentry"];
    assert_eq!(service["read_only"], true);
    assert_eq!(service["network_mode"], "none");
    assert_eq!(service["cap_drop"][0], "ALL");
    assert_eq!(service["volumes"][0]["target"], "/data");
    assert_eq!(service["volumes"][0]["read_only"], true);
    assert_eq!(service["image"], format!("logsentry:{}", env!("CARGO_PKG_VERSION")));
    let image = text("Dockerfile");
    assert!(image.contains(&format!("image.version=\"{}\"", env!("CARGO_PKG_VERSION"))), "the image's label");
    for line in ["FROM scratch", "USER 65532:65532", "ENTRYPOINT [\"/logsentry\"]", "WORKDIR /data"] {
        assert!(image.lines().any(|is| is == line), "Dockerfile: no {line}");
    }
}

/// Steps of workflows, run as the runner runs them. Unix: their shell is bash.
#[cfg(unix)]
mod steps {
    use crate::readme::{fenced, text};
    use crate::support::{BINARY, Folder};
    use serde_yaml::Value;
    use std::ffi::OsString;
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    /// Runs the `run:` of a workflow step as the runner does, and gives its code and what it wrote as outputs.
    fn step(folder: &Folder, run: &str, code: &str) -> (Option<i32>, String) {
        let mut path = OsString::from(Path::new(BINARY).parent().expect("it lies in a folder"));
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOGSENTRY_")) {
            bash.env_remove(name);
        }
        let output = folder.path().join("output");
        drop(fs::remove_file(&output));
        let ran = bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", run]).current_dir(folder.path());
        let ran =
            ran.env("PATH", path).env("GITHUB_OUTPUT", &output).env("CODE", code).output().expect("bash is there");
        (ran.status.code(), fs::read_to_string(&output).unwrap_or_default())
    }

    /// A folder with what `scan` steps of workflows find in theirs, `logs` being `files`.
    fn workspace(files: &[(&str, String)]) -> Folder {
        let folder = Folder::new();
        folder.write(".git/HEAD", "");
        for (name, content) in files {
            folder.write(name, content);
        }
        fs::create_dir_all(folder.path().join("target/release")).expect("the folder can be written");
        std::os::unix::fs::symlink(BINARY, folder.path().join("target/release/logsentry")).expect("links can be made");
        folder
    }

    #[test]
    fn the_workflow_of_the_readme_uploads_complete_scans_and_ends_with_their_code() {
        let blocks = fenced(&text("README.md"));
        let block =
            blocks.iter().find(|f| f.language == "yaml" && f.content.starts_with("- ")).expect("it has a workflow");
        let steps: Vec<Value> = serde_yaml::from_str(&block.content).expect("it is YAML");
        let scan = steps[0]["run"].as_str().expect("the first step scans");
        let upload = steps[1]["if"].as_str().expect("the upload has a condition");
        assert_eq!(
            upload,
            "hashFiles('logsentry.sarif') != '' && (steps.scan.outputs.code == '0' || steps.scan.outputs.code == '1')"
        );
        let end = steps[2]["run"].as_str().expect("the last step ends the job");
        assert_eq!(steps[2]["env"]["CODE"], "${{ steps.scan.outputs.code }}");

        let incident = text("examples/sample_logs/auth.log");
        let quiet = "Mar  2 09:00:01 gate CRON[77]: pam_unix(cron:session): session closed for user root\n".to_owned();
        for (files, code) in [(vec![("logs/a.log", incident)], 1), (vec![("logs/a.log", quiet)], 0), (vec![], 4)] {
            let folder = workspace(&files);
            let (ended, output) = step(&folder, scan, "");
            assert_eq!((ended, output), (Some(0), format!("code={code}\n")));
            assert_eq!(
                folder.path().join("logsentry.sarif").exists(),
                code != 4,
                "a report of a scan that ended with {code}"
            );
            assert_eq!(step(&folder, end, &code.to_string()).0, Some(code));
        }
    }

    #[test]
    fn the_scan_of_our_own_workflow_runs() {
        let workflow: Value = serde_yaml::from_str(&text(".github/workflows/scan.yml")).expect("it is YAML");
        let steps = workflow["jobs"]["scan"]["steps"].as_sequence().expect("it has steps");
        let scan =
            steps.iter().find(|step| step["id"] == "scan").and_then(|step| step["run"].as_str()).expect("one scans");
        let folder = workspace(&[("examples/sample_logs/auth.log", text("examples/sample_logs/auth.log"))]);
        assert_eq!(step(&folder, scan, ""), (Some(0), "code=0\n".to_owned()));
        assert!(folder.read("logsentry.sarif").contains("linux-sudo-shell-escape"));
    }
}
