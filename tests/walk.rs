//! The walk of `docs/pipeline.md`: its commands run one after the other in one folder, as somebody would type them. Lines
//! that are no commands must be in what the command above them says. Unix: the shell is bash.

use crate::support::{BINARY, Folder, root};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command and what the page says it prints.
struct Typed {
    command: String,
    says: Vec<String>,
}

/// The commands of all `console` blocks. A `<<'END'` goes on to its end.
fn typed(page: &str) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    let (mut is_console, mut is_open) = (false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) {
            is_open = command.ends_with("<<'END'");
            commands.push(Typed { command: command.to_owned(), says: Vec::new() });
        } else if let Some(last) = commands.last_mut().filter(|_| is_console) {
            if is_open {
                last.command.push('\n');
                last.command.push_str(line);
                is_open = line != "END";
            } else {
                last.says.push(line.to_owned());
            }
        }
    }
    commands
}

#[test]
fn the_walk_of_a_new_user_is_as_the_page_says() {
    let folder = Folder::new();
    folder.write(".git/HEAD", "");
    folder.write("logs/auth.log", fs::read(root().join("examples/sample_logs/auth.log")).expect("it is there"));
    let commands = typed(&fs::read_to_string(root().join("docs/pipeline.md")).expect("it is there"));
    assert!(commands.len() > 15, "{}", commands.len());
    let mut code = 0;
    for Typed { command, says } in commands {
        let mut path = Path::new(BINARY).parent().expect("it lies in a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let script = format!("(exit {code}); {command}");
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-c", &script]).current_dir(folder.path()).stdin(Stdio::null());
        let ran = bash.env_clear().env("PATH", path).output().expect("bash is there");
        let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        for line in says {
            let is_said = if command == "echo $?" { said.trim() == line } else { said.contains(&line) };
            assert!(is_said, "{command}: expected {line:?} in\n{said}");
        }
        code = ran.status.code().expect("nothing interrupted it");
        assert!(code < 2, "{command}: {said}");
    }
}
