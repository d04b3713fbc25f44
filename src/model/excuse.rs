//! What an ignore entry asks of the fields of a match. The rest of an entry (paths, fingerprint, date) is looked at where
//! paths and fingerprints are known: when blocks are merged.

use super::findings::Fold;
use super::origin::RuleId;

/// The fields of one ignore entry, for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excuse {
    /// The rule whose matches it is about.
    pub(crate) rule: RuleId,
    /// Position of the entry among all entries.
    pub(crate) entry: u32,
    /// Field names, and the values of which one must be there. All names must be met.
    pub(crate) fields: Vec<(String, Vec<Wanted>)>,
}

/// A value an ignore entry names: equal without regard to case, `*` stands for any text, `?` for one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(Vec<char>);

impl Wanted {
    pub(crate) fn new(text: &str) -> Wanted {
        Wanted(text.to_lowercase().chars().collect())
    }

    /// Whether a value is the one.
    pub(crate) fn fits(&self, value: &str) -> bool {
        let value: Vec<char> = value.to_lowercase().chars().collect();
        let (mut at, mut seen) = (0, 0);
        // Where the last `*` stands, and what was still to be read when it was met.
        let mut star: Option<(usize, usize)> = None;
        while let Some(c) = value.get(seen) {
            match self.0.get(at) {
                Some('*') => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || wanted == c => {
                    at += 1;
                    seen += 1;
                }
                _ => match &mut star {
                    // The star takes one more.
                    Some((back, taken)) => {
                        *taken += 1;
                        (at, seen) = (*back + 1, *taken);
                    }
                    None => return false,
                },
            }
        }
        self.0.iter().skip(at).all(|c| *c == '*')
    }
}

/// Matches of one rule for one entity that the fields of some ignore entries hold for, within one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excused {
    /// The entries, in order.
    pub(crate) entries: Box<[u32]>,
    /// The matches, folded.
    pub(crate) fold: Fold,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_or_patterns_without_regard_to_case() {
        let cases = [
            ("10.0.0.5", "10.0.0.5", true),
            ("10.0.0.5", "10.0.0.55", false),
            ("10.0.0.*", "10.0.0.55", true),
            ("Admin?", "ADMIN1", true),
            ("admin?", "admin", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("*\\cmd.exe", "C:\\Windows\\System32\\CMD.EXE", true),
            ("a*b*c", "a__b_bc", true),
            ("a*b*c", "a__b_b", false),
            ("a[1]{x}", "a[1]{X}", true),
            ("Größe*", "GRÖSSE", false),
            ("größ*", "GRÖßE", true),
        ];
        for (wanted, value, fits) in cases {
            assert_eq!(Wanted::new(wanted).fits(value), fits, "{wanted} {value}");
        }
    }
}
