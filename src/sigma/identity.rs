//! What a rule is called everywhere: its name, else its id, else a slug of its file name (README decision 11).

use super::rule::{RuleMeta, Ruleset};
use std::collections::{HashMap, HashSet};

/// Gives out identities, each once.
#[derive(Default)]
pub(super) struct Identities {
    taken: HashSet<String>,
    /// The number the next rule that wants a name has to try first.
    next: HashMap<String, u64>,
}

impl Identities {
    /// The identity of the next rule, and whether another rule already had the one it would have got.
    /// `alone`: no other document of its file is without a name, so the file name says enough.
    pub(super) fn assign(&mut self, meta: &RuleMeta, alone: bool) -> (String, bool) {
        let wanted = match meta.name.as_ref().or(meta.id.as_ref()) {
            Some(name) => sanitized(name),
            None if alone => slug(stem(&meta.file)),
            None => format!("{}-{}", slug(stem(&meta.file)), slug(&meta.title)),
        };
        let identity = self.free(&wanted);
        let collides = identity != wanted;
        (identity, collides)
    }

    /// The name, or with `~2`, `~3`, … behind it, whatever is not taken; it is taken now.
    pub(super) fn free(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let next = self.next.entry(name.clone()).or_insert(2);
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}~{next}");
            *next = next.saturating_add(1);
        }
        name
    }
}

/// Characters outside `[A-Za-z0-9._-]` become hyphens.
fn sanitized(name: &str) -> String {
    name.chars().map(|c| if is_plain(c) { c } else { '-' }).collect()
}

/// The same in lower case, runs of hyphens as one and none at the ends.
fn slug(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c| !is_plain(c) || c == '-').filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    if words.is_empty() { "rule".to_owned() } else { words.join("-") }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// A path's last part without its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\', ':']).next().unwrap_or(path);
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name)
}

impl Ruleset {
    /// Everything loaded, by `RuleId`: rules, then correlations.
    pub(crate) fn metas(&self) -> impl Iterator<Item = &RuleMeta> {
        self.rules.iter().map(|rule| &rule.meta).chain(self.correlations.iter().map(|correlation| &correlation.meta))
    }

    /// What `wanted` names, as `RuleId` numbers: the rule of that identity, else those of that id, else those of
    /// exactly that title. For `--exclude-rule`, ignore entries and `explain`.
    pub(crate) fn find(&self, wanted: &str) -> Vec<usize> {
        let tests: [fn(&RuleMeta, &str) -> bool; 3] = [
            |meta, wanted| meta.identity == wanted,
            |meta, wanted| meta.id.as_deref() == Some(wanted),
            |meta, wanted| meta.title == wanted,
        ];
        for test in tests {
            let found: Vec<usize> =
                (0..).zip(self.metas()).filter(|(_, meta)| test(meta, wanted)).map(|(id, _)| id).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// High and critical rules that a correlation of the user keeps silent: rule and correlation, as `RuleId` numbers.
    pub(crate) fn severe_silenced_by_user(&self) -> Vec<(usize, usize)> {
        let metas: Vec<&RuleMeta> = self.metas().collect();
        let mut found = Vec::new();
        for (rule, correlations) in self.silenced_by.iter().enumerate() {
            let severe = metas.get(rule).is_some_and(|meta| meta.level >= Some(crate::model::Level::High));
            let by_user = correlations.iter().filter(|id| metas.get(**id).is_some_and(|meta| !meta.builtin));
            found.extend(by_user.filter(|_| severe).map(|correlation| (rule, *correlation)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(name: Option<&str>, id: Option<&str>, title: &str, file: &str) -> RuleMeta {
        RuleMeta {
            name: name.map(str::to_owned),
            id: id.map(str::to_owned),
            title: title.to_owned(),
            file: file.to_owned(),
            ..RuleMeta::default()
        }
    }

    #[test]
    fn name_goes_before_id_goes_before_the_file() {
        let mut identities = Identities::default();
        let mut check = |name, id, alone, want: &str, collides| {
            let meta = meta(name, id, "Ünusual: Shell!", "rules/My Rules.yml");
            assert_eq!(identities.assign(&meta, alone), (want.to_owned(), collides));
        };
        check(Some("ssh fail/1"), Some("x"), true, "ssh-fail-1", false);
        check(None, Some("7e1f"), true, "7e1f", false);
        check(None, None, true, "my-rules", false);
        check(None, None, false, "my-rules-nusual-shell", false);
        check(Some("ssh-fail-1"), None, true, "ssh-fail-1~2", true);
        check(Some("ssh-fail-1"), None, true, "ssh-fail-1~3", true);
        check(Some("A"), None, true, "A", false);
        check(Some("a"), None, true, "a", false);
    }

    #[test]
    fn stems_lose_folders_and_endings() {
        for (path, want) in [
            ("a/b/c_d.yml", "c_d"),
            ("builtin:linux/x.yaml", "x"),
            ("C:\\r\\y.yml", "y"),
            ("-", "-"),
            ("builtin:z.yml", "z"),
        ] {
            assert_eq!(stem(path), want);
        }
        assert_eq!(slug("日本"), "rule");
    }
}
