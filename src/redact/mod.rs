//! Blanks secrets in text that leaves the program.
//!
//! Passwords, tokens, keys, cookies and authorization values become [`TOKEN`], in whatever form logs carry them:
//! `key=value`, JSON, command lines, URLs, headers, or bare where the secret has a shape of its own. The table of
//! forms is `patterns.rs`; which names stand for secrets is `names.rs`.
//!
//! User names, addresses and sentences *about* passwords stay: they are what an alert is read for. What we leave out:
//! secrets nothing marks as such (a password typed as a user name), and anything encoded beyond recognition.
//!
//! Text is looked at in linear time: one pass of a literal search decides which patterns can match at all, so that
//! clean text costs that pass and nothing else. Patterns repeat at most a bounded number of times.

mod names;
mod patterns;
mod people;
mod signs;
#[cfg(test)]
mod tests;

use crate::model::show::REDACTED as TOKEN;
use patterns::{PATTERNS, Pattern};
use people::People;
use regex::bytes::{Captures, Regex, RegexBuilder};
use signs::Signs;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// An own pattern of the configuration that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("redaction pattern `{pattern}`: {source}")]
pub(crate) struct BadPattern {
    pattern: String,
    source: regex::Error,
}

/// Blanks secrets by the rules it was made with.
#[derive(Debug)]
pub(crate) struct Redactor {
    /// `None` when redaction is off.
    defaults: Option<Defaults>,
    /// People and inner addresses, where they go too.
    people: Option<People>,
    /// Own patterns of the configuration, after the built-in ones.
    own: Vec<Regex>,
}

/// The built-in table, compiled as far as it was needed.
#[derive(Debug)]
struct Defaults {
    signs: Signs,
    /// Compiled when first needed: most runs meet few of the forms.
    compiled: Vec<OnceLock<Regex>>,
}

impl Redactor {
    /// The built-in rules. Fingerprints are always computed behind these (README decision 13).
    pub(crate) fn default_rules() -> Redactor {
        Redactor { defaults: Some(Defaults::new()), people: None, own: Vec::new() }
    }

    /// Leaves everything as it is.
    pub(crate) fn off() -> Redactor {
        Redactor { defaults: None, people: None, own: Vec::new() }
    }

    /// The built-in rules and own patterns behind them: the first group of a pattern is blanked, or all it matches
    /// when it has none.
    pub(crate) fn with_patterns(patterns: &[String]) -> Result<Redactor, BadPattern> {
        let own = patterns
            .iter()
            .map(|p| Regex::new(p).map_err(|source| BadPattern { pattern: p.clone(), source }))
            .collect::<Result<_, _>>()?;
        Ok(Redactor { defaults: Some(Defaults::new()), people: None, own })
    }

    /// The same, and what tells of people and of the inside of a network.
    pub(crate) fn strict(patterns: &[String]) -> Result<Redactor, BadPattern> {
        Ok(Redactor { people: Some(People::new()), ..Redactor::with_patterns(patterns)? })
    }

    /// `text` with its secrets blanked; borrowed when it holds none.
    pub(crate) fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        if let Some(defaults) = &self.defaults {
            for row in defaults.signs.rows(text).iter() {
                blank(&mut shown, defaults.regex(row), |found, text| defaults.secrets(row, found, text));
            }
        }
        for (regex, parts) in self.people.iter().flat_map(People::forms) {
            blank(&mut shown, regex, parts);
        }
        for regex in &self.own {
            blank(&mut shown, regex, |found, _| {
                found.get(1).or_else(|| found.get(0)).map(|m| m.range()).into_iter().collect()
            });
        }
        shown
    }

    /// Whether nothing is blanked in `text`, nor in any piece of it. May be false where that is so.
    pub(crate) fn finds_nothing(&self, text: &str) -> bool {
        let is_bare = self.people.is_none() && self.own.is_empty();
        is_bare && self.defaults.as_ref().is_none_or(|defaults| defaults.signs.rows(text).is_empty())
    }

    /// The value of a field in whose text nothing is blanked: all of it, when the name says it is a secret.
    pub(crate) fn clean_field<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(if self.is_secret(name, value) { TOKEN } else { value })
    }

    fn is_secret(&self, name: &str, value: &str) -> bool {
        self.defaults.is_some() && names::is_secret(name) && names::may_be_secret(name, value)
    }

    /// The value of a field: blanked as a whole when the name says it is a secret, else [`Redactor::apply`].
    pub(crate) fn field<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if self.is_secret(name, value) {
            return Cow::Borrowed(TOKEN);
        }
        self.apply(value)
    }
}

impl Defaults {
    fn new() -> Defaults {
        Defaults { signs: Signs::new(), compiled: PATTERNS.iter().map(|_| OnceLock::new()).collect() }
    }

    fn row(row: usize) -> &'static Pattern {
        PATTERNS.get(row).expect("rows are numbers of the table")
    }

    fn regex(&self, row: usize) -> &Regex {
        let cell = self.compiled.get(row).expect("one cell a row");
        // By bytes: what delimits a value is ASCII, and a bounded repetition of bytes is a hundred times smaller than one
        // of characters.
        cell.get_or_init(|| {
            RegexBuilder::new(Self::row(row).regex).unicode(false).build().expect("a test compiles every row")
        })
    }

    /// The parts of a match to blank.
    fn secrets(&self, row: usize, found: &Captures<'_>, text: &str) -> Vec<Range<usize>> {
        let named = self.regex(row).capture_names().flatten().filter(|name| name.starts_with("secret"));
        let values = named.filter_map(|name| found.name(name));
        match found.name("key") {
            None => values.map(|m| m.range()).filter(|r| !r.is_empty()).collect(),
            Some(key) => {
                let name = names::whole(text, key.range());
                let colon = found.name("colon").is_some();
                values
                    .filter(|m| {
                        let value = text.get(m.range()).unwrap_or_default();
                        // A bare value ends the match; a quoted one has its quote behind it.
                        let bare = found.get(0).is_some_and(|all| all.end() == m.end());
                        !m.is_empty()
                            && names::is_secret(name)
                            && names::may_be_secret(name, value)
                            && (!(colon && bare) || names::may_follow_colon(name, value))
                    })
                    .map(|m| m.range())
                    .collect()
            }
        }
    }
}

/// Puts [`TOKEN`] in place of every part `secrets` names.
fn blank(shown: &mut Cow<'_, str>, regex: &Regex, secrets: impl Fn(&Captures<'_>, &str) -> Vec<Range<usize>>) {
    let mut out = String::new();
    let mut copied = 0;
    for found in regex.captures_iter(shown.as_bytes()) {
        for part in secrets(&found, shown) {
            let part = whole_characters(shown, part);
            let (Some(before), Some(secret)) = (shown.get(copied..part.start), shown.get(part.clone())) else {
                continue;
            };
            // What an earlier row blanked is not blanked again: redaction applied twice changes nothing.
            if secret.starts_with(TOKEN.trim_end_matches(']')) {
                continue;
            }
            out.push_str(before);
            out.push_str(TOKEN);
            copied = part.end;
        }
    }
    if copied > 0 {
        out.push_str(shown.get(copied..).unwrap_or_default());
        *shown = Cow::Owned(out);
    }
}

/// A bounded repetition of bytes may end inside a character: blanks all of it.
fn whole_characters(text: &str, mut part: Range<usize>) -> Range<usize> {
    while !text.is_char_boundary(part.start) {
        part.start -= 1;
    }
    while !text.is_char_boundary(part.end) {
        part.end += 1;
    }
    part
}
