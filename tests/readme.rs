//! The pages people read first, held to the program: what the README shows is what the binary prints, what it tells
//! people to type works, its rules match, and its links lead somewhere. Its workflow is run in `workflows.rs`.
//!
//! Comments in the README mark what is made from the program (`run`, `table`) or tried with it (`rule`). `ACCEPT=1`
//! writes the first two anew; read them then. Not tried here: `docker`, which tests cannot count on.

use crate::support::{Folder, command, files, root, run, run_in};
use serde_yaml::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Every page, from the top of the checkout.
fn pages() -> Vec<(PathBuf, String)> {
    let mut names: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md", "src/README.md"]
            .map(PathBuf::from)
            .into();
    let docs = files(&root().join("docs"));
    names.extend(docs.iter().map(|file| file.strip_prefix(root()).expect("it is below").to_path_buf()));
    names.retain(|name| name.extension().is_some_and(|e| e == "md"));
    names.into_iter().map(|name| (name.clone(), text(&name))).collect()
}

/// A file of the checkout.
pub(crate) fn text(name: impl AsRef<Path>) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).replace("\r\n", "\n")
}

/// A fenced block: its language, the last line that says something before it, and its lines.
pub(crate) struct Fenced {
    pub(crate) language: String,
    before: String,
    pub(crate) content: String,
}

pub(crate) fn fenced(page: &str) -> Vec<Fenced> {
    let mut found: Vec<Fenced> = Vec::new();
    let (mut before, mut open) = (String::new(), false);
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(language) => {
                found.push(Fenced { language: language.to_owned(), before: before.clone(), content: String::new() });
                open = true;
            }
            None if open => {
                let block = found.last_mut().expect("one is open");
                block.content += line;
                block.content.push('\n');
            }
            None if !line.trim().is_empty() => line.clone_into(&mut before),
            None => {}
        }
    }
    assert!(!open, "a block is not closed");
    found
}

/// `<!-- NAME: WHAT -->` → WHAT.
fn hook<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.strip_prefix(name)?.strip_prefix(": ")
}

/// The page with everything made from the program made anew.
fn filled(page: &str) -> String {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        if let Some(what) = hook(line, "run") {
            assert_eq!(lines.next(), Some("```text"), "a run is followed by a block of text");
            assert!(lines.any(|line| line == "```"), "the block after {what} is not closed");
            write!(out, "```text\n{}```\n", shown_run(what)).expect("it is memory");
        } else if let Some(what) = hook(line, "table") {
            while lines.next_if(|line| line.is_empty() || line.starts_with('|')).is_some() {}
            write!(out, "\n{}\n", table(what)).expect("it is memory");
        }
    }
    out
}

/// `ARGS; first N lines`: what the binary prints, its middle told by its length.
fn shown_run(what: &str) -> String {
    let (args, first) = what.split_once("; first ").expect("a run says how many lines it shows");
    let first: usize = first.strip_suffix(" lines").and_then(|n| n.parse().ok()).expect("a number of lines");
    let args: Vec<&str> = args.split(' ').chain(["--no-config"]).collect();
    let ran = run(&args).with_code(0);
    assert_eq!(ran.stderr, "", "the README's run has something to complain about");
    let lines: Vec<&str> = ran.stdout.lines().map(str::trim_end).collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 120), "a line is wider than 120 columns");
    let left = lines.len().checked_sub(first + 2).expect("the report is longer than what is shown of it");
    format!("{}\n… {left} more lines …\n\n{}\n", lines[..first].join("\n"), lines[lines.len() - 1])
}

/// One of the tables, as Markdown.
fn table(what: &str) -> String {
    let (head, rows) = match what {
        "formats" => (vec!["format", "what it is", "written down in"], formats()),
        "fields" => (vec!["format", "what it is", "originals its example gives"], fields()),
        "rules" => (vec!["rule", "what it finds", "level", "ATT&CK"], rules()),
        "exits" => (vec!["code", "meaning"], exits()),
        "options" => (vec!["option", "what it does"], options()),
        _ => panic!("no table is called {what}"),
    };
    assert!(!rows.is_empty(), "the program lists no {what}");
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = row(head.iter().map(|&cell| cell.to_owned()).collect());
    out += &row(vec!["---".to_owned(); head.len()]);
    for cells in rows {
        out += &row(cells.iter().map(|cell| cell.replace('|', "\\|")).collect());
    }
    out
}

fn formats() -> Vec<Vec<String>> {
    listed(&["formats", "--format", "json"], |one| {
        let spec = word(one, "spec");
        let spec = if spec.starts_with("https://") { format!("<{spec}>") } else { spec };
        vec![format!("`{}`", word(one, "name")), word(one, "summary"), spec]
    })
}

/// What the example of each format gives when it is read as that format.
fn fields() -> Vec<Vec<String>> {
    let folder = Folder::new();
    listed(&["formats", "--format", "json"], |one| {
        let (name, example) = (word(one, "name"), word(one, "example"));
        folder.write("example", format!("{example}\n"));
        let args = ["events", "example", "--no-config", "--input-format", &name, "--year", "2026"];
        // A binary format has no example to show.
        let events = if name == "evtx" { Vec::new() } else { run_in(folder.path(), &args).with_code(0).lines() };
        let raw = events.first().and_then(|event| event["raw"].as_object());
        let names: Vec<String> = raw.into_iter().flatten().map(|(name, _)| format!("`{name}`")).collect();
        vec![format!("`{name}`"), word(one, "summary"), names.join(" ")]
    })
}

fn rules() -> Vec<Vec<String>> {
    listed(&["rules", "--no-config", "--format", "json"], |one| {
        let techniques: Vec<&str> =
            one["techniques"].as_array().expect("a list").iter().filter_map(|t| t.as_str()).collect();
        vec![format!("`{}`", word(one, "id")), word(one, "title"), word(one, "level"), techniques.join(", ")]
    })
}

fn listed(args: &[&str], row: impl Fn(&serde_json::Value) -> Vec<String>) -> Vec<Vec<String>> {
    run(args).with_code(0).json().as_array().expect("a list").iter().map(row).collect()
}

fn word(one: &serde_json::Value, key: &str) -> String {
    one[key].as_str().unwrap_or_else(|| panic!("{one}: no {key}")).to_owned()
}

/// The codes `--help` lists.
fn exits() -> Vec<Vec<String>> {
    let help = run(&["--help"]).with_code(0).stdout;
    let (_, codes) = help.split_once("Exit codes:\n").expect("--help lists them");
    let rows = codes.lines().filter_map(|line| line.trim().split_once("  "));
    rows.map(|(code, meaning)| vec![code.to_owned(), meaning.to_owned()]).collect()
}

/// The options `scan --help` lists: paragraphs in one line, values by name.
fn options() -> Vec<Vec<String>> {
    let help = run(&["scan", "--help"]).with_code(0).stdout;
    let (_, rest) = help.split_once("\nOptions:\n").expect("there are options");
    let (body, _) = rest.split_once("\nExit codes:").expect("codes follow");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in body.lines() {
        let says = line.trim();
        if !line.starts_with("          ") && says.starts_with('-') {
            rows.push(vec![format!("`{says}`"), String::new()]);
            continue;
        }
        let Some(help) = rows.last_mut().map(|row| &mut row[1]) else { continue };
        match (says, says.strip_prefix("- ")) {
            ("", _) if help.ends_with(',') => {
                help.pop();
                help.push(']');
            }
            ("", _) => {}
            ("Possible values:", _) => *help += " [possible values:",
            (_, Some(value)) => help.extend([" ", value.split(':').next().unwrap_or(value), ","]),
            _ if help.is_empty() => says.clone_into(help),
            _ => help.extend([" ", says]),
        }
    }
    rows
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let page = text("README.md");
    let wanted = filled(&page);
    for hook in ["run: scan", "table: formats", "table: rules", "table: exits", "table: options"] {
        assert!(page.contains(&format!("<!-- {hook}")), "the README lost {hook}");
    }
    if std::env::var_os("ACCEPT").is_some() {
        fs::write(root().join("README.md"), &wanted).expect("the checkout can be written");
        return;
    }
    let first = page.lines().zip(wanted.lines()).enumerate().find(|(_, (is, wanted))| is != wanted);
    assert!(page == wanted, "README.md is not what the program prints (accept it with ACCEPT=1): {first:#?}");
}

#[test]
fn the_page_of_formats_tells_of_every_format() {
    let page = text("docs/formats.md");
    let wanted = filled(&page);
    assert!(page.contains("<!-- table: fields -->"), "the page lost its table");
    if std::env::var_os("ACCEPT").is_some() {
        fs::write(root().join("docs/formats.md"), &wanted).expect("the checkout can be written");
    } else {
        let first = page.lines().zip(wanted.lines()).find(|(is, wanted)| is != wanted);
        assert!(page == wanted, "docs/formats.md is not what the program says (accept it with ACCEPT=1): {first:#?}");
    }
    let told: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("- **`")?.split_once("`**: ")).map(|(name, _)| name).collect();
    let rows = listed(&["formats", "--format", "json"], |one| vec![word(one, "name")]).concat();
    assert_eq!(told, rows, "the page says of each format how it is recognised, in the order of the table");
}

#[test]
fn the_run_of_the_readme_is_that_of_its_first_command() {
    let page = text("README.md");
    let args = page.lines().find_map(|line| hook(line, "run")).and_then(|what| what.split("; ").next());
    let command = format!("$ cargo run --release -- {}", args.expect("there is a run"));
    assert!(page.contains(&command), "the README shows the output of a command it does not name: {command}");
}

#[test]
fn commands_people_are_told_to_type_work() {
    let folder = Folder::new();
    // Ends the search for a configuration file.
    folder.write(".git/HEAD", "");
    for file in files(&root().join("examples")) {
        let name = file.strip_prefix(root()).expect("it is below").to_string_lossy().into_owned();
        folder.write(&name, fs::read(&file).expect("it was listed"));
    }
    let mut tried = 0;
    // One page is a walk whose steps build on each other: `walk.rs` takes it.
    for (name, page) in pages().into_iter().filter(|(name, _)| !name.ends_with("docs/pipeline.md")) {
        for line in fenced(&page).iter().filter(|f| f.language == "console").flat_map(|f| f.content.lines()) {
            let Some(line) = line.strip_prefix("$ ") else { continue };
            let (line, code) = line.split_once(" # exit ").unwrap_or((line, "0"));
            let ours = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("logsentry "));
            let Some(args) = ours else {
                let others =
                    ["cargo test", "git clone ", "cd ", "docker compose ", "LOGS=", "bash .ci/run", "ACCEPT=1 "];
                assert!(others.iter().any(|other| line.starts_with(other)), "{}: nobody tries {line}", name.display());
                continue;
            };
            assert!(!args.contains(['"', '\'', '|', '>', '$']), "{}: words only, please: {line}", name.display());
            let ran = folder.run(&args.split_whitespace().collect::<Vec<_>>());
            assert_eq!(ran.code, code.trim().parse().ok(), "{}: {line}\n{}", name.display(), ran.stderr);
            tried += 1;
        }
    }
    assert!(tried >= 3, "only {tried} commands were found");
}

#[test]
fn rules_shown_in_the_readme_load_and_match_what_they_are_said_to() {
    let folder = Folder::new();
    let mut claims = Vec::new();
    for block in fenced(&text("README.md")).into_iter().filter(|f| f.language == "yaml") {
        let Some(claim) = hook(&block.before, "rule") else {
            assert!(block.content.starts_with("- "), "neither a rule with a claim nor a workflow: {}", block.content);
            continue;
        };
        let rule: Value = serde_yaml::from_str(&block.content).expect("it is YAML");
        let name = rule["name"].as_str().expect("it has a name").to_owned();
        folder.write(&format!("rules/{name}.yml"), &block.content);
        claims.push((name, claim.to_owned()));
    }
    assert!(claims.len() >= 2, "a detection and a correlation are shown");
    let checked = folder.run(&["rules", "check", "--no-config", "--format", "json", "rules"]).with_code(0).json();
    assert_eq!(checked["loaded"], claims.len(), "{checked}");
    assert_eq!(checked["diagnostics"].as_array().map(Vec::len), Some(0), "{checked}");
    let rules = folder.path().join("rules");
    let rules = rules.to_str().expect("the target folder is UTF-8");
    for (name, claim) in claims {
        let (kind, file) = match (claim.strip_prefix("matches "), claim.strip_prefix("fires on ")) {
            (Some(file), _) => ("detection", file),
            (_, Some(file)) => ("correlation", file),
            _ => panic!("{name}: `{claim}` is neither `matches FILE` nor `fires on FILE`"),
        };
        let args = ["scan", file, "--no-config", "--no-builtin", "-r", rules, "--year", "2026", "--format", "json"];
        let report = run(&args).with_code(0).json();
        let alerts = report["alerts"].as_array().expect("a list");
        let has_it = alerts.iter().any(|alert| alert["rule_id"] == name.as_str() && alert["kind"] == kind);
        assert!(has_it, "{name} {claim}? {:?}", alerts.iter().map(|alert| &alert["rule_id"]).collect::<Vec<_>>());
    }
}

#[test]
fn the_library_code_of_the_readme_is_the_example_that_runs() {
    let example = text("examples/demo.rs");
    let at = example.find("use logsentry").expect("it uses the library");
    let blocks = fenced(&text("README.md"));
    let shown = blocks.iter().find(|f| f.language == "rust").expect("the README shows the library");
    assert_eq!(shown.content, example[at..]);
}

#[test]
fn links_and_paths_on_every_page_lead_somewhere() {
    let mut lost = Vec::new();
    for (name, page) in pages() {
        let folder = root().join(name.parent().expect("it is a file"));
        for (at, _) in page.match_indices("](") {
            let target = page[at + 2..].split([')', '#', ' ']).next().unwrap_or("");
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                lost.push(format!("{}: links to {target}", name.display()));
            }
        }
        for path in page.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "rules/", "tests/", "docs/", "examples/", ".github/", ".ci/"]
                .iter()
                .any(|top| path.starts_with(top) && !path.contains([' ', '<', '*', '\n']));
            if is_path && !root().join(path).exists() {
                lost.push(format!("{}: names {path}", name.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn what_is_said_twice_is_said_alike() {
    let run = text(".ci/run");
    let page = text("CONTRIBUTING.md");
    let gates = page.lines().filter_map(|line| line.strip_prefix("| ")?.split('`').nth(1));
    let gates: Vec<&str> = gates.filter(|gate| gate.starts_with("cargo ")).collect();
    assert!(gates.len() >= 5, "{gates:?}");
    for gate in gates {
        assert!(run.contains(gate), ".ci/run does not run {gate}");
    }
    let package = text("Cargo.toml");
    let oldest = package.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'));
    let oldest = oldest.expect("it is stated");
    assert!(text("README.md").contains(&format!("Rust {oldest} ")), "the README names another oldest Rust");
    let install = format!("rustup toolchain install {oldest} ");
    assert!(text(".github/workflows/ci.yml").contains(&install), "CI does not build with the oldest Rust we promise");
    assert!(text("CHANGELOG.md").contains(&format!("\n## [{}]", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_example_configuration_shows_the_defaults() {
    let folder = Folder::new();
    folder.write(".git/HEAD", "");
    folder.write("auth.log", text("examples/sample_logs/auth.log"));
    let args = ["scan", "auth.log", "--reference-time", "2026-06-01T00:00:00Z", "--format", "json"];
    let without = folder.run(&args).with_code(0).json();
    folder.write(".logsentry.yml", text(".logsentry.yml.example"));
    let mut with = folder.run(&args).with_code(0).json();
    assert_eq!(with["config"], ".logsentry.yml");
    with["config"] = without["config"].clone();
    assert_eq!(with, without);
}

#[test]
fn every_rule_the_story_of_the_examples_names_fires_there() {
    let report = run(&["scan", "examples/sample_logs", "--no-config", "--year", "2026", "--format", "json"]).json();
    let alerts = report["alerts"].as_array().expect("a list");
    let page = text("examples/README.md");
    let words = page.split('`').skip(1).step_by(2);
    let listed: Vec<String> =
        listed(&["rules", "--no-config", "--format", "json"], |one| vec![word(one, "id")]).concat();
    let prefixes = ["corr-", "linux-", "web-", "win-", "sysmon-", "fw-"];
    let named: Vec<&str> = words.filter(|word| prefixes.iter().any(|p| word.starts_with(p))).collect();
    assert!(named.len() >= 20, "{named:?}");
    for rule in named {
        assert!(listed.iter().any(|id| id == rule), "{rule} is no rule");
        assert!(alerts.iter().any(|alert| alert["rule_id"] == rule), "{rule} does not fire");
    }
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let file = line.split('`').nth(1).expect("it has one");
        let lines = text(format!("examples/sample_logs/{file}")).lines().count();
        assert!(line.ends_with(&format!("| {lines} |")), "{file} has {lines} lines");
    }
}

#[test]
fn variables_the_readme_names_are_known() {
    let page = text("README.md");
    let folder = Folder::new();
    folder.write(".git/HEAD", "");
    folder.write("a.log", "");
    let names = page.split('`').skip(1).step_by(2).filter(|word| word.starts_with("LOGSENTRY_"));
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        // Nothing any of them takes: a name nobody reads would be passed over.
        let ran =
            command(folder.path()).args(["scan", "a.log"]).env(name, "/no/such/thing").output().expect("it was built");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!said.contains("is no variable") && !said.is_empty(), "{name}: {said}");
    }
}
