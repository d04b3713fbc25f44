//! Compiles the built-in rules into the binary by walking `rules/`, so that there is no list to forget, turns tables in
//! YAML into JSON, which every run reads in a tenth of the time, and tells the program which commit and target it was
//! built from.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts through the environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    for folder in ["rules/sigma", "rules/correlation"] {
        walk(&root.join(folder), &mut files)?;
        println!("cargo::rerun-if-changed={folder}");
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let below = file.strip_prefix(root.join("rules")).map_err(io::Error::other)?;
        let shown = below.to_string_lossy().replace('\\', "/");
        let shown = shown.strip_prefix("sigma/").unwrap_or(&shown).to_owned();
        writeln!(table, "    ({shown:?}, include_str!({:?})),", file.display().to_string())
            .map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("builtin_rules.rs"), table)?;
    tables(&root.join("rules"), &out.join("tables"))?;

    println!("cargo::rustc-env=BUILT_FOR={}", env::var("TARGET").map_err(io::Error::other)?);
    println!("cargo::rustc-env=BUILT_FROM={}", commit(&root).unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Writes every table of `rules/taxonomy` and `rules/formats` as JSON, under its path.
fn tables(rules: &Path, out: &Path) -> io::Result<()> {
    for folder in ["taxonomy", "formats"] {
        println!("cargo::rerun-if-changed=rules/{folder}");
        let mut files = Vec::new();
        walk(&rules.join(folder), &mut files)?;
        for file in files {
            let text = fs::read_to_string(&file)?;
            let table: serde_json::Value =
                serde_yaml::from_str(&text).map_err(|why| io::Error::other(format!("{}: {why}", file.display())))?;
            let below = file.strip_prefix(rules).map_err(io::Error::other)?;
            let target = out.join(below).with_extension("json");
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(target, serde_json::to_string(&table).map_err(io::Error::other)?)?;
        }
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The commit: what `BUILD_COMMIT` says, for builds from a copy without its history, else that of the checkout, read from
/// its files. A packaged crate has none.
fn commit(root: &Path) -> Option<String> {
    println!("cargo::rerun-if-env-changed=BUILD_COMMIT");
    if let Some(said) = env::var("BUILD_COMMIT").ok().filter(|said| !said.is_empty()) {
        return Some(said);
    }
    let git = root.join(".git");
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    println!("cargo::rerun-if-changed=.git/HEAD");
    let Some(name) = head.trim().strip_prefix("ref: ") else { return Some(head.trim().to_owned()) };
    if let Ok(hash) = fs::read_to_string(git.join(name)) {
        println!("cargo::rerun-if-changed=.git/{name}");
        return Some(hash.trim().to_owned());
    }
    let packed = fs::read_to_string(git.join("packed-refs")).ok()?;
    packed.lines().find_map(|line| line.strip_suffix(name).map(|hash| hash.trim().to_owned()))
}
