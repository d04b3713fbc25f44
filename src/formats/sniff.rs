//! Recognises the format of an input by its beginning, never by its name.
//!
//! Every row that may win is asked; the most specific claim wins, then the one that fits more lines, then the order
//! of the table. JSON, headers and magic numbers are more specific than typed lines, these than CSV;
//! what nobody claims is plain text.

use super::{FORMATS, Format, FormatId, Head, Learned, Sniffed, csv, evtx};
use crate::model::limits;
use std::cell::OnceCell;
use std::cmp::Reverse;

/// The row for text nobody knows.
const FALLBACK: &str = "plain";

/// Words of `--input-format` that mean several rows: whichever fits best, else the first. A row belongs
/// to a word when its name starts with one of these.
static ALIASES: &[(&str, &[&str])] = &[
    ("json", &["json-values", "json-array", "json-envelope", "jsonl"]),
    ("syslog", &["syslog-"]),
    ("kv", &["logfmt"]),
];

/// The format of an input.
pub(crate) fn sniff(head: &Head<'_>) -> Sniffed {
    best(head, |_| true).unwrap_or_else(|| {
        let format = id_of(|row| row.name == FALLBACK).unwrap_or_default();
        Sniffed { format, ..claim(0, 0, "nothing else fits", Learned::Nothing) }
    })
}

/// The format of an input that is no text, by its first bytes, unless the user named another.
pub(crate) fn by_magic(head: &[u8], told: Option<&str>) -> Option<Sniffed> {
    let format = id_of(|row| row.name == evtx::FORMAT.name)?;
    match told {
        None => evtx::by_magic(head).map(|sniffed| Sniffed { format, ..sniffed }),
        Some(name) => {
            (name == evtx::FORMAT.name).then(|| Sniffed { format, ..claim(0, 0, "told to", Learned::Nothing) })
        }
    }
}

/// The format the user named: a row's name or one of the words for several. `None`: there is no such format.
pub(crate) fn forced(name: &str, head: &Head<'_>) -> Option<Sniffed> {
    let exact = |row: &Format| row.name == name;
    let stems = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(&[][..], |(_, stems)| stems);
    let first = id_of(exact).or_else(|| stems.iter().find_map(|stem| id_of(|row| row.name.starts_with(stem))))?;
    let named = |row: &Format| exact(row) || stems.iter().any(|stem| row.name.starts_with(stem));
    Some(best(head, named).unwrap_or_else(|| {
        let learned = if name == csv::FORMAT.name { csv::likeliest(head) } else { Learned::Nothing };
        Sniffed { format: first, ..claim(0, 0, "told to", learned) }
    }))
}

/// The format of an input, or the one the user named, where some formats are declared beside those of the table.
pub(crate) fn with_declared(head: &Head<'_>, told: Option<&str>, declared: &[FormatId]) -> Sniffed {
    let named = |id: &&FormatId| super::format(**id).is_some_and(|row| Some(row.name) == told);
    if let Some(id) = declared.iter().find(named) {
        return Sniffed { format: *id, ..claim(0, 0, "told to", Learned::Nothing) };
    }
    if let Some(told) = told.and_then(|name| forced(name, head)) {
        return told;
    }
    let known = sniff(head);
    match super::declared::best(head, declared, known.rank) {
        Some(own) if own.rank > known.rank => own,
        _ => known,
    }
}

/// The best claim among some rows. Those that may claim the most are asked first, and the others only while they could
/// win: most inputs are known by then, and what is left looks at every byte of each line.
fn best(head: &Head<'_>, rows: impl Fn(&Format) -> bool) -> Option<Sniffed> {
    let mut asked: Vec<(FormatId, &Format)> = (0..).map(FormatId).zip(FORMATS).filter(|(_, row)| rows(row)).collect();
    asked.sort_by_key(|(_, row)| Reverse(row.claims));
    let mut best: Option<Sniffed> = None;
    for (format, row) in asked {
        // Of equal claims that of the row that stands first wins.
        let wins = |rank: (u8, u16)| {
            best.as_ref().is_none_or(|best| (rank, Reverse(format)) > (best.rank, Reverse(best.format)))
        };
        let most = (row.claims, MOST);
        let claimed = if wins(most) { (row.sniff)(head) } else { None };
        if let Some(claimed) = claimed.filter(|claimed| wins(claimed.rank)) {
            debug_assert!(claimed.rank <= most, "{} claims more than it says", row.name);
            best = Some(Sniffed { format, ..claimed });
        }
    }
    best
}

/// The share of all lines, in thousandths.
const MOST: u16 = 1000;

fn id_of(is_it: impl Fn(&Format) -> bool) -> Option<FormatId> {
    (0..).zip(FORMATS).find(|(_, row)| is_it(row)).map(|(id, _)| FormatId(id))
}

/// A row's claim. The id is filled in by [`sniff`].
pub(crate) fn claim(specificity: u8, share: u16, why: &'static str, learned: Learned) -> Sniffed {
    Sniffed { format: FormatId::default(), rank: (specificity, share), why, learned }
}

/// The lines that are sampled, without byte order mark and line end.
pub(crate) fn lines<'h, 'a>(head: &'h Head<'a>) -> impl Iterator<Item = &'a str> + use<'h, 'a> {
    head.lines().iter().map(|line| super::text::record(line).1)
}

/// The share of the sampled lines that are accepted, in thousandths; `None` when it is less than half.
pub(crate) fn share(head: &Head<'_>, mut accepts: impl FnMut(&str) -> bool) -> Option<u16> {
    let (passed, all) = lines(head).fold((0, 0), |(n, all), line| (n + usize::from(accepts(line)), all + 1));
    (passed > 0 && passed * 2 >= all).then(|| u16::try_from(passed * 1000 / all).unwrap_or(1000))
}

impl<'a> Head<'a> {
    /// The head of an input, from its first cleaned text: without the last line when that is cut off,
    /// unless there is no other.
    pub(crate) fn new(text: &'a str, whole: bool) -> Head<'a> {
        let end = if whole { None } else { text.rfind('\n') };
        Head::of(end.and_then(|end| text.get(..=end)).unwrap_or(text), whole)
    }

    /// The head of an input, as it is.
    pub(crate) fn of(text: &'a str, whole: bool) -> Head<'a> {
        Head { text, whole, lines: OnceCell::new(), json: OnceCell::new() }
    }

    /// The lines that are sampled, as they stand there: not blank, at most [`limits::SNIFF_LINES`].
    pub(crate) fn lines(&self) -> &[&'a str] {
        self.lines.get_or_init(|| {
            let lines = self.text.split('\n').filter(|line| !super::text::is_blank(line));
            lines.take(limits::SNIFF_LINES).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    #[test]
    fn a_cut_last_line_is_left_out_unless_it_is_the_only_one() {
        for (text, whole, kept) in [("a\nb", true, "a\nb"), ("a\nb", false, "a\n"), ("a", false, "a"), ("", false, "")]
        {
            assert_eq!(Head::new(text, whole).text, kept);
        }
    }

    #[test]
    fn a_share_is_counted_over_lines_that_are_not_blank() {
        let head = Head::of("x\n\n\0\ny\r\nx\r\n", true);
        assert_eq!(lines(&head).collect::<Vec<_>>(), ["x", "y", "x"]);
        assert_eq!(share(&head, |line| line == "x"), Some(666));
        assert_eq!(share(&head, |line| line == "y"), None);
    }

    /// The best claim of all rows, each of which is asked.
    fn plainly(head: &Head<'_>) -> Option<Sniffed> {
        let mut best: Option<Sniffed> = None;
        for (id, row) in (0..).zip(FORMATS) {
            let claimed = (row.sniff)(head).map(|sniffed| Sniffed { format: FormatId(id), ..sniffed });
            if let Some(claimed) = claimed {
                assert!(claimed.rank <= (row.claims, MOST), "{} claims more than it says", row.name);
                if best.as_ref().is_none_or(|best| claimed.rank > best.rank) {
                    best = Some(claimed);
                }
            }
        }
        best
    }

    fn check(text: &str, whole: bool) {
        let head = || Head::new(text, whole);
        let found = format!("{:?}", best(&head(), |_| true));
        assert_eq!(found, format!("{:?}", plainly(&head())), "{text}");
    }

    /// The samples of all formats, and their lines.
    fn samples() -> Vec<&'static str> {
        let samples = FORMATS.iter().flat_map(|row| row.samples).map(|sample| sample.text);
        samples.flat_map(|text| std::iter::once(text).chain(text.split_inclusive('\n'))).collect()
    }

    #[test]
    fn rows_claim_as_much_as_they_say() {
        for row in FORMATS.iter().filter(|row| row.claims > 0) {
            let claims = row.samples.iter().filter_map(|sample| (row.sniff)(&Head::new(sample.text, true)));
            assert_eq!(claims.map(|claim| claim.rank.0).max(), Some(row.claims), "{}", row.name);
        }
    }

    #[test]
    fn rows_that_are_not_asked_could_not_have_won() {
        for text in samples() {
            check(text, true);
            check(&format!("{text}\n").repeat(3), false);
        }
        for text in ["", "\n", "{", "[]", "{}\n{}", "a,b\n1,2\n3,4", "#Fields: a b\n1 2"] {
            check(text, true);
        }
    }

    proptest! {
        #[test]
        fn nor_among_lines_of_several(picks in vec(any::<Index>(), 1..8), repeat in vec(1..6usize, 8), whole in any::<bool>()) {
            let samples = samples();
            let lines = picks.iter().zip(repeat).map(|(pick, n)| format!("{}\n", pick.get(&samples)).repeat(n));
            check(&lines.collect::<String>(), whole);
        }
    }

    #[test]
    fn a_format_that_is_told_is_not_second_guessed() {
        let name = |told: &str, text: &str| {
            forced(told, &Head::new(text, true))
                .and_then(|sniffed| super::super::format(sniffed.format))
                .map(|f| f.name)
        };
        assert_eq!(name("jsonl", "no JSON at all"), Some("jsonl"));
        assert_eq!(name("json", "[{}]"), Some("json-array"));
        assert_eq!(name("json", "{}\n{}\n"), Some("jsonl"));
        assert_eq!(name("json", "{\"records\":[{}]}"), Some("json-envelope"));
        assert_eq!(name("json", "text"), Some("json-values"));
        assert_eq!(name("csv", "1;2"), Some("csv"));
        assert_eq!(name("telepathy", ""), None);
    }
}
