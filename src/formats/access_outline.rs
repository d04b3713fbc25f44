//! What lines of access logs are, told without reading their columns: see [`Outline`].
//!
//! Nothing is said of lines with columns of their own.

use super::access_log::{Parts, Request, Split, Who, clf_stamp, split_request, status_and_size};
use super::{Met, Record, StampMemo, StampText};
use crate::model::stamp::{Zone, second_of_day};
use crate::model::{Outline, Quality, Stamp, Time};

/// The names of all columns that are documented.
const NAMES: &[&str] = &[
    "vhost",
    "cs-host",
    "remote_host",
    "c-ip",
    "ident",
    "user",
    "cs-username",
    "time",
    "request",
    "status",
    "sc-status",
    "bytes",
    "sc-bytes",
    "cs-method",
    "cs-uri",
    "cs-uri-stem",
    "cs-uri-query",
    "cs-version",
    "referer",
    "cs-referer",
    "agent",
    "cs-user-agent",
];

/// What a record is.
pub(super) fn outline<'r>(record: &mut Record<'r>, met: &mut Met) -> Option<Outline<'r>> {
    let Record { text, zone, .. } = record;
    let (before, parts) = Parts::behind(text, &mut |text| known_stamp(text, zone, &mut met.stamp), split_usual)?;
    let is_record = is_who(before) || Who::of(before).is_some();
    is_record.then(|| {
        record.time = parts.time;
        let sure = Request::of(parts.request).map(|_| "request");
        let (request, names) = (Some(parts.request), [NAMES, &[], &[]]);
        Outline { request, names, stamp: Some("time"), sure, ..Outline::default() }
    })
}

/// Whether a text is sure to hold the columns before the stamp: two words, and no proxies in front.
fn is_who(text: &str) -> bool {
    let words = text.as_bytes();
    let end = memchr::memchr(b' ', words).unwrap_or(words.len());
    let is_first = end > 0 && words.get(end - 1) != Some(&b',');
    is_first && words.get(end + 1).is_some_and(|next| *next != b' ')
}

/// Reads a stamp that names its zone as [`clf_stamp`] does; another of the same day and zone is known from before.
fn known_stamp(text: &str, zone: &Zone, known: &mut StampMemo) -> Option<(Stamp, usize)> {
    const SECOND: i64 = 1_000_000_000;
    let usual = text.as_bytes().first_chunk().and_then(at_midnight);
    if let (Some((day, second)), Some((before, start))) = (usual, *known)
        && day == before
    {
        let time = Some(Time(start + i64::from(second) * SECOND));
        return Some((Stamp { time, decimals: 0, quality: Quality::Exact }, day.len() - 1));
    }
    let read = clf_stamp(text, zone)?;
    if let Some((day, _)) = usual {
        // Its midnight and its last second say the same of the day, or nothing is said of it.
        let at = |clock: &[u8; CLOCK.end - CLOCK.start]| {
            let mut text = day;
            text.get_mut(CLOCK)?.copy_from_slice(clock);
            let (stamp, taken) = clf_stamp(std::str::from_utf8(&text).ok()?, zone)?;
            let is_exact = stamp.quality == Quality::Exact && stamp.decimals == 0 && taken + 1 == text.len();
            stamp.time.filter(|_| is_exact)
        };
        let ends = at(b"00:00:00").zip(at(b"23:59:59")).filter(|(from, to)| to.0 - from.0 == 86_399 * SECOND);
        *known = ends.map(|(from, _)| (day, from.0)).or(*known);
    }
    Some(read)
}

/// Where the time of day stands in `[10/Oct/2000:13:55:36 -0700] `.
const CLOCK: std::ops::Range<usize> = 13..21;

/// Such a stamp at midnight, and the seconds it is away from it.
fn at_midnight(usual: &StampText) -> Option<(StampText, u32)> {
    let is_usual = usual.get(12) == Some(&b':') && usual.get(21) == Some(&b' ') && usual.ends_with(b"] ");
    let second = usual.get(CLOCK)?.first_chunk().copied().and_then(second_of_day).filter(|_| is_usual)?;
    let mut day = *usual;
    day.get_mut(CLOCK)?.copy_from_slice(b"00:00:00");
    Some((day, second))
}

/// Whether nothing stands behind the size but referer and agent.
fn has_no_more(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let mut quotes = memchr::memchr2_iter(b'"', b'\\', bytes);
    let Some(first) = quotes.next() else { return rest.is_empty() };
    let four = (first, quotes.next(), quotes.next(), quotes.next());
    let (0, Some(end), Some(start), Some(last)) = four else { return false };
    let no_more = quotes.next().is_none() && last + 1 == bytes.len();
    let is_quote = |at: usize| bytes.get(at) == Some(&b'"');
    no_more && bytes.get(end..=start) == Some(b"\" \"") && is_quote(first) && is_quote(last)
}

/// Splits what follows the opening quote as [`split_request`] does, if nothing stands behind the size but referer and agent.
///
/// Most lines have five quotes and no backslash. Where the second and the fourth open a column, only the first can close the
/// request: behind each of the others follows a quote, a blank less, or nothing.
fn split_usual(text: &str) -> Option<Split<'_>> {
    split_five(text).or_else(|| split_request(text).filter(|(.., rest)| has_no_more(rest)))
}

/// The usual case; `None`: it is another.
fn split_five(text: &str) -> Option<Split<'_>> {
    let end = memchr::memchr(b'"', text.as_bytes())?;
    let (status, size, rest) = status_and_size(text.get(end + 1..)?.strip_prefix(' ')?)?;
    let columns = rest.strip_prefix('"')?.strip_suffix('"')?;
    let referer = memchr::memchr(b'"', columns.as_bytes())?;
    let agent = columns.get(referer..)?.strip_prefix("\" \"")?;
    let is_told = !columns.starts_with(' ')
        && !agent.starts_with(' ')
        && memchr::memchr(b'"', agent.as_bytes()).is_none()
        && memchr::memchr(b'\\', text.as_bytes()).is_none();
    is_told.then_some((text.get(..end)?, status, size, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::YearTrack;
    use crate::model::{FieldTable, Scratch};

    #[test]
    fn an_outline_has_the_stamp_that_is_read() {
        let (table, zone, mut year) = (FieldTable::default(), Zone::default(), YearTrack::default());
        let (mut scratch, mut met) = (Scratch::default(), Met::default());
        let stamps = [
            "10/Oct/2000:13:55:36 -0700",
            "10/Oct/2000:00:00:00 -0700",
            "10/Oct/2000:23:59:60 -0700",
            "10/Oct/2000:24:00:00 -0700",
            "11/Oct/2000:23:59:59 -0700",
            "31/Feb/2000:23:59:59 -0700",
            "01/Jan/1970:00:00:01 +0200",
            "01/Jan/1970:05:00:00 +0200",
            "31/Dec/2200:23:59:59 -0200",
            "31/Dec/2200:12:59:59 -0200",
            "10/Oct/2000:13:55:36.5 -07",
            "10/Oct/2000:13:55:36 +0700",
            "10/Oct/2000:13:55:36",
            "10/Oct/2000:13:55:36 EST",
            "10/Oct/2000:13:55:36 -0700",
        ];
        for who in ["203.0.113.9 - -", "203.0.113.9 - a [b", "10.0.0.1, 10.0.0.2 - -", "alone", " a -", "a  -"] {
            for stamp in stamps {
                let text = format!("{who} [{stamp}] \"GET / HTTP/1.1\" 200 5");
                scratch.reset();
                let mut record = Record::new(&text, 0, &mut scratch, &table, &zone, &mut year);
                let outline = outline(&mut record, &mut met).map(|_| record.time);
                assert_eq!(outline, Parts::of(&text, &zone).map(|parts| parts.time), "{text}");
            }
        }
    }

    #[test]
    fn usual_requests_are_split_like_any() {
        let behind = [
            r#"200 5 "-" "curl""#,
            r#"200 - "a" """#,
            r#"200 5 "" "x""#,
            r#"200 5 " 404 77" "x""#,
            r#"200 5 "-" " 404 77 y""#,
            r#"200 5 "a\"" "x""#,
            r#"200 5 "-" "x\""#,
            r#"200 5 "-" "x" "#,
            r#"200 5  "-" "x""#,
            "200 5",
            r#"200 "-" "x""#,
            r#"- - "-" "x""#,
            r#"2000 5 "-" "x""#,
            r#"200 5 "-" "x" 404 77 "x""#,
            r#"200 5 x "-" "y""#,
            r#"200 5 "-" "x" 9"#,
            r#""-" "x""#,
            r#"200 5 "-""#,
        ];
        for request in ["GET / HTTP/1.1", "-", "", "GET /a\"b", "GET /\\", "GET /\" 200 5", "GET \" \" \""] {
            for behind in behind {
                let text = format!("{request}\" {behind}");
                let want = split_request(&text).filter(|(.., rest)| has_no_more(rest));
                assert_eq!(split_usual(&text), want, "{text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_like_a_request(text in "(GET /| HTTP/1.1|\"| \" |\" \"| 200 5|-|x|\\\\){0,14}\"?") {
            proptest::prop_assert_eq!(split_usual(&text), split_request(&text).filter(|(.., rest)| has_no_more(rest)));
        }
    }
}
