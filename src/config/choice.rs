//! Which of the rules are loaded: `--rule-level`, `--rule-status`, `--rule-tag`, `--rule-product`.
//!
//! Every option that is given must be met; of the values of one option, one. What the words are compared with is the
//! business of whoever has the rules.

use crate::model::Level;

/// The words of a Sigma `status`.
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

/// A choice among rules; the default takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// Only rules of these levels.
    pub levels: Option<Vec<Level>>,
    /// Only rules of these statuses, in lower case.
    pub statuses: Option<Vec<String>>,
    /// Only rules with one of these tags, or with one below it: `attack.t1059` takes `attack.t1059.001` too.
    pub tags: Option<Vec<String>>,
    /// Only rules about one of these products.
    pub products: Option<Vec<String>>,
}

impl Choice {
    /// Whether it takes all rules.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Choice::default()
    }
}

/// Reads levels: `high`, `high+` (that and worse), `low,medium`. Gives the word that is none, and what would be.
pub(super) fn levels(texts: &[String]) -> Result<Vec<Level>, (String, String)> {
    let mut levels = Vec::new();
    for word in words(texts) {
        let (name, and_worse) = word.strip_suffix('+').map_or((word, false), |name| (name, true));
        let level: Level =
            name.parse().map_err(|why| (word.to_owned(), format!("{why}, with `+` for all from there")))?;
        levels.extend(Level::ALL.into_iter().filter(|one| *one == level || (and_worse && *one > level)));
    }
    levels.sort_unstable();
    levels.dedup();
    Ok(levels)
}

/// Reads statuses.
pub(super) fn statuses(texts: &[String]) -> Result<Vec<String>, (String, String)> {
    let known = |word: &str| {
        let word = word.to_ascii_lowercase();
        if STATUSES.contains(&word.as_str()) {
            return Ok(word);
        }
        Err((word, format!("use one of {}", STATUSES.join(", "))))
    };
    words(texts).map(known).collect()
}

/// Reads words that rules may have made up.
pub(super) fn any(texts: &[String]) -> Vec<String> {
    words(texts).map(str::to_owned).collect()
}

/// The words of several lists with commas.
fn words(texts: &[String]) -> impl Iterator<Item = &str> {
    texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Critical, High, Informational, Low, Medium};

    #[test]
    fn levels_are_words_lists_and_what_is_worse() {
        let read = |texts: &[&str]| levels(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        for (texts, want) in [
            (&["high"][..], &[High][..]),
            (&["HIGH+"], &[High, Critical]),
            (&["low, medium", "crit"], &[Low, Medium, Critical]),
            (&["info+"], &[Informational, Low, Medium, High, Critical]),
        ] {
            assert_eq!(read(texts).as_deref(), Ok(want), "{texts:?}");
        }
        assert_eq!(read(&["low", "urgent+"]).map_err(|(word, _)| word), Err("urgent+".to_owned()));
        assert!(read(&["+"]).is_err());
    }

    #[test]
    fn statuses_are_those_of_the_specification() {
        assert_eq!(statuses(&["Stable,test".to_owned()]), Ok(vec!["stable".to_owned(), "test".to_owned()]));
        assert!(statuses(&["new".to_owned()]).is_err());
    }
}
