//! Names and ids of everything that can be referred to.

use super::Parsed;
use crate::sigma::diagnostic::nearest;
use crate::sigma::modifiers::shorten;
use std::collections::{HashMap, HashSet};

/// Who is meant by a name.
pub(super) struct Directory {
    direct: HashMap<String, Vec<usize>>,
    inherited: HashMap<String, Vec<usize>>,
    /// Names of all documents, rejected ones too.
    labels: HashSet<String>,
    /// All of `direct`, in order.
    names: Vec<String>,
}

impl Directory {
    pub(super) fn new(parsed: &Parsed, inherited: HashMap<String, Vec<usize>>) -> Directory {
        let mut direct: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, member) in parsed.members.iter().enumerate() {
            for name in member.names() {
                direct.entry(name.to_owned()).or_default().push(index);
            }
        }
        let labels = parsed
            .labels
            .iter()
            .flat_map(|label| [&label.name, &label.id].into_iter().flatten().map(|(word, _)| word.clone()))
            .collect();
        let mut names: Vec<String> = direct.keys().cloned().collect();
        names.sort_unstable();
        Directory { direct, inherited, labels, names }
    }

    /// The members that go by a name.
    pub(super) fn find(&self, name: &str) -> &[usize] {
        self.direct.get(name).or_else(|| self.inherited.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Why a name means nobody, and what to do about it.
    pub(super) fn unknown(&self, name: &str) -> (String, String) {
        let shown = shorten(name);
        if self.labels.contains(name) {
            let help = "mend that rule first; its own error is listed too".to_owned();
            return (format!("the rule `{shown}` was rejected"), help);
        }
        let help = match nearest(name, self.names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "rules are referred to by `name` or `id`, never by title; load the file it is in, too".to_owned(),
        };
        (format!("no rule has the name or id `{shown}`"), help)
    }
}
