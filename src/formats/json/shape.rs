//! Which of the shapes of JSON an input has.

use super::scan::{Step, ValueScan, Watch};
use crate::formats::{Head, Learned, Sniffed, sniff};
use crate::model::limits;

/// How the records of a JSON input stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonShape {
    /// One object a line; the share of lines that are one, in thousandths.
    Lines(u16),
    /// Elements of an array.
    Array,
    /// Elements of an array that is a member of an object; its name, if the beginning shows it.
    Envelope(Option<String>),
    /// Objects over several lines, or several in one.
    Values,
}

/// Looks at the beginning of an input.
pub(crate) fn of(head: &Head<'_>) -> Option<JsonShape> {
    head.json.get_or_init(|| of_anew(head)).clone()
}

fn of_anew(head: &Head<'_>) -> Option<JsonShape> {
    let text = head.text.trim_start_matches(is_filler);
    if let Some(inside) = text.strip_prefix('[') {
        // Not every line in brackets is JSON: Apache's error log starts with a date in them.
        let inside = inside.trim_start();
        let empty = inside.strip_prefix(']').is_some_and(|rest| rest.trim().is_empty());
        return (inside.starts_with('{') || empty).then_some(JsonShape::Array);
    }
    if !text.strip_prefix('{')?.trim_start().starts_with(['"', '}']) {
        return None;
    }
    let Lines { objects, glued, all } = Lines::of(text);
    let is_single = all == 1 && (head.whole || !text.contains('\n'));
    if glued > 0 && (objects + glued) * 2 >= all {
        return Some(JsonShape::Values);
    }
    if !is_single && objects > 0 && objects * 2 >= all {
        return Some(JsonShape::Lines(thousandths(objects, all)));
    }
    match document(text) {
        JsonShape::Values if is_single => Some(JsonShape::Lines(1000)),
        // Its end and any name of an array lie behind the beginning.
        JsonShape::Envelope(None) if head.whole => {
            Some(if is_single { JsonShape::Lines(0) } else { JsonShape::Values })
        }
        shape => Some(shape),
    }
}

/// What may stand before the first value.
fn is_filler(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{feff}' | '\0' | '\u{1e}')
}

/// What the lines of an input are.
#[derive(Default)]
struct Lines {
    /// One whole object.
    objects: usize,
    /// An object and another behind it.
    glued: usize,
    /// Anything but blank.
    all: usize,
}

impl Lines {
    fn of(text: &str) -> Lines {
        let mut lines = Lines::default();
        let visible = text.lines().map(|line| line.trim_matches(is_filler)).filter(|line| !line.is_empty());
        for line in visible.take(limits::SNIFF_LINES) {
            lines.all += 1;
            if let Step::End(end) = first_value(line)
                && line.starts_with('{')
            {
                let rest = line.get(end..).unwrap_or_default();
                lines.objects += usize::from(rest.is_empty());
                lines.glued += usize::from(rest.trim_start().starts_with('{'));
            }
        }
        lines
    }
}

/// Whether a line is one object and nothing else, as far as its brackets tell.
pub(crate) fn is_object(line: &str) -> bool {
    line.starts_with('{') && first_value(line) == Step::End(line.len())
}

fn first_value(text: &str) -> Step {
    ValueScan::new().step(text.as_bytes(), &mut 0, true, &Watch::Nothing)
}

/// The shape of an input that starts with an object and is not one object a line.
fn document(text: &str) -> JsonShape {
    let (mut scan, mut at) = (ValueScan::new(), 0);
    loop {
        match scan.step(text.as_bytes(), &mut at, true, &Watch::Any) {
            Step::Array(from) => {
                let inside = text.get(from + 1..).unwrap_or("").trim_start();
                if inside.starts_with('{') {
                    return JsonShape::Envelope(member_before(text.get(..from).unwrap_or("")));
                }
                scan.pass_array();
            }
            Step::More => return JsonShape::Envelope(None),
            Step::End(_) | Step::Broken(_) => return JsonShape::Values,
        }
    }
}

/// The name of the member whose value starts behind `text`.
fn member_before(text: &str) -> Option<String> {
    let name = text.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    name.rsplit('"').next().map(str::to_owned)
}

fn thousandths(part: usize, all: usize) -> u16 {
    u16::try_from(part * 1000 / all.max(1)).unwrap_or(1000)
}

/// The claim of JSON lines on an input that does not start with one: half of its lines are objects,
/// perhaps behind a prefix.
pub(crate) fn claim_lines(head: &Head<'_>) -> Option<Sniffed> {
    let share = sniff::share(head, super::is_object_line)?;
    Some(sniff::claim(RANK - 1, share, "most lines are objects", Learned::Nothing))
}

/// The claim of a row on inputs of the shapes that `learn` knows.
pub(crate) fn claim(
    head: &Head<'_>,
    why: &'static str,
    learn: fn(JsonShape) -> Option<(u16, Learned)>,
) -> Option<Sniffed> {
    let (share, learned) = learn(of(head)?)?;
    Some(sniff::claim(RANK, share, why, learned))
}

/// JSON is told by its first byte: only headers and magic numbers go before it.
const RANK: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shape: impl Into<Option<JsonShape>>) {
        assert_eq!(of(&Head::of(text, true)), shape.into(), "{text}");
    }

    fn envelope(name: &str) -> JsonShape {
        JsonShape::Envelope(Some(name.to_owned()))
    }

    #[test]
    fn objects_a_line_are_lines() {
        check("{\"a\":1}\n{\"b\":2}\n", JsonShape::Lines(1000));
        check("\u{feff}{}\r\n\r\n{}\r\n", JsonShape::Lines(1000));
        check("{\"a\":1}", JsonShape::Lines(1000));
        check("{\"a\":{\"Records\":[{}]}}\n", JsonShape::Lines(1000));
        check("{\"Records\":{\"a\":1}}\n", JsonShape::Lines(1000));
        check("{\"a\":1}\npanic: x\n", JsonShape::Lines(500));
        check("{\"a\":1}\n{\"b\":", JsonShape::Lines(500));
        check("{\"a\":\"cut", JsonShape::Lines(0));
        check("{\"records\":[{}]}\n{\"records\":[{}]}\n", JsonShape::Lines(1000));
    }

    #[test]
    fn documents_are_told_from_lines() {
        check("[{\"a\":1}]", JsonShape::Array);
        check(" [\n{}\n,{}]", JsonShape::Array);
        check("[]\n", JsonShape::Array);
        check("{\"Records\":[{\"a\":1}]}\n", envelope("Records"));
        check("{\n \"x\": [1],\n \"value\" : [\n {}]}", envelope("value"));
        check("{\"took\":1,\"hits\":{\"hits\":[{}]}}", envelope("hits"));
        check("{\"a\":1}\n{\"a\":1}{\"b\":2}\n", JsonShape::Values);
        check("{\"a\":1}{\"b\":2}", JsonShape::Values);
        check("{\n\"a\":1\n}\n{\n\"b\":2\n}\n", JsonShape::Values);
        check("{\n\"value\":[1]\n}\n", JsonShape::Values);
    }

    #[test]
    fn a_document_without_end_is_looked_for_its_array_later() {
        for (text, whole, shape) in [
            ("{\"a\":\"x", false, JsonShape::Envelope(None)),
            ("{\n\"a\":\"x", true, JsonShape::Values),
            ("{\"a\":1}\n", false, JsonShape::Lines(1000)),
        ] {
            assert_eq!(of(&Head::of(text, whole)), Some(shape), "{text}");
        }
    }

    #[test]
    fn lines_may_have_a_prefix_or_a_banner_before_them() {
        for (text, share) in [
            ("web-1  | {\"a\":1}\ncaddy  | {\"a\":2}\n", Some(1000)),
            ("2025-11-03T10:11:12.5Z {\"a\":1}\n", Some(1000)),
            ("starting\n{\"a\":1}\n", Some(500)),
            ("GET {\"a\":1}\n", None),
            ("a=b {\"a\":1}\n", None),
            ("web-1  | {\"a\":1} x\n", None),
        ] {
            assert_eq!(claim_lines(&Head::of(text, true)).map(|claim| claim.rank.1), share, "{text}");
        }
    }

    #[test]
    fn other_brackets_are_not_json() {
        check("[Mon Nov 03 10:11:12 2025] [error] x", None);
        check("[1,2]", None);
        check("{template} x", None);
        check("plain", None);
        check("", None);
    }
}
