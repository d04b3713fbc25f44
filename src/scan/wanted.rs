//! `--include` and `--exclude`: which inputs are looked at, by what they are called.
//!
//! A pattern without a slash is held against names: `--include` against that of the log, `--exclude` also against those of
//! the folders and archives it is in. A pattern with one is held against the whole path, or the end of it.

use super::SetupError;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// What is read and what is left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Nothing: everything.
    include: Option<Patterns>,
    exclude: Patterns,
}

/// Patterns of one flag.
#[derive(Clone, Debug, Default)]
struct Patterns {
    names: GlobSet,
    paths: GlobSet,
}

impl Wanted {
    /// Reads the patterns.
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Wanted, SetupError> {
        let include = if include.is_empty() { None } else { Some(patterns("--include", include)?) };
        Ok(Wanted { include, exclude: patterns("--exclude", exclude)? })
    }

    /// Whether an input, and everything in it, is left out.
    pub(super) fn excludes(&self, shown: &str) -> bool {
        self.exclude.paths.is_match(shown) || parts(shown).any(|part| self.exclude.names.is_match(part))
    }

    /// Whether a log is read that is not excluded.
    pub(super) fn includes(&self, shown: &str) -> bool {
        let name = parts(shown).next_back().unwrap_or(shown);
        self.include.as_ref().is_none_or(|include| include.paths.is_match(shown) || include.names.is_match(name))
    }
}

/// Folders, archives and the name.
fn parts(shown: &str) -> impl DoubleEndedIterator<Item = &str> {
    shown.split('/').map(|part| part.strip_suffix('!').unwrap_or(part))
}

fn patterns(flag: &'static str, texts: &[String]) -> Result<Patterns, SetupError> {
    let wrong = |text: &str, error: &globset::Error| SetupError::Glob {
        flag,
        value: text.to_owned(),
        why: error.kind().to_string(),
    };
    let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for text in texts {
        let glob = |pattern: &str| {
            GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| wrong(text, &error))
        };
        if text.contains('/') {
            let path = text.trim_start_matches("./").trim_matches('/');
            for pattern in [path.to_owned(), format!("**/{path}"), format!("{path}/**"), format!("**/{path}/**")] {
                paths.add(glob(&pattern)?);
            }
        } else {
            names.add(glob(text)?);
        }
    }
    let build = |builder: GlobSetBuilder| builder.build().map_err(|error| wrong("", &error));
    Ok(Patterns { names: build(names)?, paths: build(paths)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(include: &[&str], exclude: &[&str], shown: &str, want: bool) {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let wanted = Wanted::new(&own(include), &own(exclude)).unwrap();
        assert_eq!(wanted.includes(shown) && !wanted.excludes(shown), want, "{include:?} {exclude:?} {shown}");
    }

    #[test]
    fn names_are_held_against_patterns_without_a_slash() {
        check(&["*.log"], &[], "logs/auth.log", true);
        check(&["*.log"], &[], "a.zip!/var/auth.log", true);
        check(&["*.log"], &[], "logs.log/auth.txt", false);
        check(&[], &["node_modules"], "app/node_modules/x/y.log", false);
        check(&[], &["*.zip"], "case/a.zip!/auth.log", false);
        check(&[], &["auth.*"], "logs/daemon.log", true);
        check(&["*.{log,txt}"], &["auth*"], "logs/auth.log", false);
    }

    #[test]
    fn paths_are_held_against_patterns_with_one() {
        check(&["logs/**/*.log"], &[], "logs/a/b.log", true);
        check(&["var/log/*"], &[], "case.tar!/var/log/syslog", true);
        check(&["var/log/*"], &[], "case.tar!/var/log/apt/term.log", true);
        check(&[], &["var/log/"], "case.tar!/var/log/apt/term.log", false);
        check(&[], &["/logs/old"], "logs/new/a.log", true);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let error = Wanted::new(&["[a".to_owned()], &[]).unwrap_err().to_string();
        assert!(error.contains("--include") && error.contains("[a"), "{error}");
    }
}
