//! Logs in the W3C extended format: IIS, `CloudFront`, proxies, the Windows firewall.
//!
//! `#Fields:` names the columns and may come again with others; other remarks begin with `#` too. Cells stand apart by
//! one blank each, by tabs (`CloudFront`), or by commas where the names do (Exchange). A cell may be quoted, quotes in it
//! doubled. IIS sometimes puts two blanks before a user name: where a row has a cell too many, an empty one is none.
//! Columns with brackets are given under their plain names too (`cs(Referer)`: `cs-referer`). Rows without a date are of
//! the day of `#Date`; that such a log went on past midnight is not seen. `#Software` is given with each record.

use super::{Format, Head, HeaderShape, LineShape, Record, Refused, Sample, Shape, Sniffed, sniff};
use crate::model::Header;
use crate::model::stamp::{self, Zone};
use std::borrow::Cow;
use std::sync::Arc;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "w3c",
    summary: "W3C extended logs: IIS, CloudFront, proxies, firewalls",
    spec: "https://www.w3.org/TR/WD-logfile.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: RANK,
    sniff: sniff_header,
    shape: Shape::Headed(
        LineShape::of_text(read, 0),
        HeaderShape { is: |line| line.first() == Some(&b'#'), read: read_header },
    ),
};

/// A header is surer than any line.
const RANK: u8 = 12;
/// So many lines may stand before the names.
const HEADER_LINES: usize = 20;
/// More columns than anybody writes.
const COLUMNS: usize = 1_024;
/// So many cells more than columns may still be a row of theirs.
const SURPLUS: usize = 64;
const FIELDS: &str = "#Fields:";

/// Columns with brackets, and what they are called elsewhere.
static PLAIN_NAMES: [(&str, &[&str]); 5] = [
    ("cs(User-Agent)", &["cs-user-agent", "c-useragent"]),
    ("cs(Referer)", &["cs-referer"]),
    ("cs(Referrer)", &["cs-referer"]),
    ("cs(Host)", &["cs-host"]),
    ("cs(Cookie)", &["cs-cookie"]),
];

fn sniff_header(head: &Head<'_>) -> Option<Sniffed> {
    sniff::lines(head)
        .take(HEADER_LINES)
        .any(|line| directive(line, FIELDS).is_some_and(|names| !names.trim().is_empty()))
        .then(|| sniff::claim(RANK, 1000, "`#Fields:` names the columns", super::Learned::Nothing))
}

/// What stands behind the name of a remark.
fn directive<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.split_at_checked(name.len()).filter(|(start, _)| start.eq_ignore_ascii_case(name)).map(|(_, rest)| rest)
}

fn read_header(line: &str, header: &mut Header) {
    header.format = FORMAT.name;
    if let Some(names) = directive(line, FIELDS) {
        let names = names.trim();
        let is_commas = names.contains(',') && !names.contains([' ', '\t']);
        header.say("separator", if is_commas { "," } else { "" });
        let split = |c: char| c.is_ascii_whitespace() || (is_commas && c == ',');
        header.columns = names.split(split).filter(|n| !n.is_empty()).take(COLUMNS).map(str::to_owned).collect();
    }
    for (note, name) in [("software", "#Software:"), ("date", "#Date:")] {
        if let Some(text) = directive(line, name) {
            header.say(note, text.trim());
        }
    }
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let header = Arc::clone(&record.scratch.header);
    if header.format != FORMAT.name || header.columns.is_empty() {
        return Err(Refused { expected: "a line `#Fields:` above", at: 0 });
    }
    let text = record.text;
    let cells = if text.contains('\t') {
        split(text, '\t')
    } else if header.note("separator") == Some(",") {
        split(text, ',')
    } else {
        without_surplus(split(text, ' '), &header)
    };
    if !fits(&cells, &header) {
        return Err(Refused { expected: "as many cells as `#Fields:` names", at: 0 });
    }
    let (mut day, mut clock) = (None, None);
    for (n, cell) in cells.iter().enumerate() {
        let Some(column) = header.columns.get(n) else {
            record.push(&format!("extra{}", n + 1 - header.columns.len()), cell);
            continue;
        };
        record.push(column, cell);
        let plain = PLAIN_NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        for name in plain.into_iter().flat_map(|(_, names)| *names) {
            record.push(name, cell);
        }
        match column.as_str() {
            "date" => day = Some(cell),
            "time" => clock = Some(cell),
            _ => {}
        }
    }
    record.push_some("software", header.note("software"));
    // A row with both is read as its profile says: not every writer means UTC.
    if let (None, Some(clock), Some(date)) = (day, clock, header.note("date")) {
        let day = date.split(' ').next().unwrap_or_default();
        record.time = stamp::read(&format!("{day}T{clock}Z"), &Zone::default()).unwrap_or_default();
    }
    Ok(())
}

/// Splits a row. A cell that begins with a quote ends at one with a separator behind it, if there is one.
fn split(text: &str, separator: char) -> Vec<Cow<'_, str>> {
    let text = text.trim_end_matches([' ', '\r']);
    let (mut cells, mut rest, mut may_close) = (Vec::new(), text, true);
    loop {
        if let Some((cell, behind)) = rest.strip_prefix('"').filter(|_| may_close).and_then(|t| quoted(t, separator)) {
            cells.push(cell);
            match behind {
                Some(behind) => rest = behind,
                None => return cells,
            }
            continue;
        }
        // Where no quote closes this cell, none closes one further on: a row of quotes is not searched for each.
        may_close &= !rest.starts_with('"');
        let Some((cell, behind)) = rest.split_once(separator) else { break };
        cells.push(Cow::Borrowed(cell));
        rest = behind;
    }
    cells.push(Cow::Borrowed(rest));
    cells
}

/// Reads a quoted cell behind its opening quote, and what follows the separator; `None` there: the row ends.
fn quoted(text: &str, separator: char) -> Option<(Cow<'_, str>, Option<&str>)> {
    let mut at = 0;
    loop {
        let quote = at + text.get(at..)?.find('"')?;
        let behind = text.get(quote + 1..)?;
        if behind.starts_with('"') {
            at = quote + 2;
            continue;
        }
        let rest = if behind.is_empty() { None } else { behind.strip_prefix(separator) };
        if !behind.is_empty() && rest.is_none() {
            at = quote + 1;
            continue;
        }
        let cell = text.get(..quote)?;
        let cell = if cell.contains("\"\"") { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) };
        return Some((cell, rest));
    }
}

/// Takes empty cells out until there are as many as columns: first the one before the user name, where IIS puts them.
fn without_surplus<'t>(mut cells: Vec<Cow<'t, str>>, header: &Header) -> Vec<Cow<'t, str>> {
    let user = header.columns.iter().position(|name| name == "cs-username");
    if cells.len() > header.columns.len() + SURPLUS {
        return cells;
    }
    while cells.len() > header.columns.len() {
        let is_empty = |n: &usize| cells.get(*n).is_some_and(|cell| cell.is_empty());
        let Some(at) = user.filter(is_empty).or_else(|| (0..cells.len()).find(is_empty)) else { break };
        cells.remove(at);
    }
    cells
}

/// Whether cells are those of the columns: as many, or at least a date and a time where these are wanted.
fn fits(cells: &[Cow<'_, str>], header: &Header) -> bool {
    let is_shaped = |cell: &str, separator: char| {
        cell.len() >= 8 && cell.contains(separator) && cell.bytes().next().is_some_and(|b| b.is_ascii_digit())
    };
    let mut stamps = 0;
    for (name, cell) in header.columns.iter().zip(cells) {
        match name.as_str() {
            "date" if is_shaped(cell, '-') => stamps += 1,
            "time" if is_shaped(cell, ':') => stamps += 1,
            "date" | "time" => return false,
            _ => {}
        }
    }
    let is_near = cells.len() > 2 && cells.len() <= header.columns.len() + SURPLUS;
    cells.len() == header.columns.len() || (stamps == 2 && is_near)
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "#Software: Microsoft Internet Information Services 10.0\n#Date: 2023-03-01 00:00:01\n\
               #Fields: date time s-ip cs-method cs-uri-stem s-port cs-username c-ip cs(User-Agent) sc-status\n\
               2023-03-01 00:00:02 192.0.2.1 GET /a 443  EXAMPLE\\bob 203.0.113.9 curl/8.0+(x) 200\n\
               2023-03-01 00:00:03 192.0.2.1 GET /b 443 - 203.0.113.9 - 404\n",
        fields: &[
            ("date", "2023-03-01"),
            ("time", "00:00:02"),
            ("s-port", "443"),
            ("cs-username", "EXAMPLE\\bob"),
            ("c-ip", "203.0.113.9"),
            ("cs(User-Agent)", "curl/8.0+(x)"),
            ("cs-user-agent", "curl/8.0+(x)"),
            ("sc-status", "200"),
            ("software", "Microsoft Internet Information Services 10.0"),
            ("cs-uri-stem", "/b"),
            ("sc-status", "404"),
        ],
    },
    Sample {
        text: "#Version: 1.0\n#Fields: date time x-edge-location cs(Host)\n\
               2023-03-01\t00:00:02\tFRA2\td1.example\n#Fields: time sc-status date\n00:00:03\t200\t2023-03-01\n",
        fields: &[("x-edge-location", "FRA2"), ("cs-host", "d1.example"), ("sc-status", "200"), ("time", "00:00:03")],
    },
    Sample {
        text: "#Fields: date-time,subject\n2023-03-01T00:00:02Z,\"a, \"\"b\"\"\"\n",
        fields: &[("date-time", "2023-03-01T00:00:02Z"), ("subject", "a, \"b\"")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing;

    #[track_caller]
    fn check(row: &str, separator: char, want: &[&str]) {
        assert_eq!(split(row, separator), want, "{row}");
    }

    #[test]
    fn cells_may_be_quoted() {
        check("a \"b c\" d", ' ', &["a", "b c", "d"]);
        check("\"a \"\"q\"\" b\" c", ' ', &["a \"q\" b", "c"]);
        check("\"a \"b\" c\" \"\"", ' ', &["a \"b", "c\"", ""]);
        check("\"never closed a", ' ', &["\"never", "closed", "a"]);
        check("a\t\tb", '\t', &["a", "", "b"]);
    }

    /// Values of one column of all records; a refused record is `!`.
    fn column(text: &str, name: &str) -> Vec<String> {
        let sniffed = sniff::forced(FORMAT.name, &Head::new(text, true)).expect("it is a row");
        let value = |read: &testing::Read| match read.refused {
            Some(_) => "!".to_owned(),
            None => read.fields.iter().find(|(n, _)| n == name).map_or(String::new(), |(_, v)| v.clone()),
        };
        testing::read_all(&sniffed, text.as_bytes(), 7).iter().map(value).collect()
    }

    #[test]
    fn an_empty_cell_too_many_is_none_and_one_of_the_right_number_is() {
        let fields = "#Fields: date time s-port cs-username c-ip sc-status\n";
        let rows = "2023-03-01 00:00:02 443  bob 192.0.2.1 200\n2023-03-01 00:00:02 443  192.0.2.1 200\n";
        assert_eq!(column(&format!("{fields}{rows}"), "cs-username"), ["bob", ""]);
        assert_eq!(column(&format!("{fields}{rows}"), "sc-status"), ["200", "200"]);
    }

    #[test]
    fn rows_without_columns_and_foreign_lines_are_refused() {
        assert_eq!(column("2023-03-01 00:00:02 a\n#Fields: date time x\nhello there you\n", "x"), ["!", "!"]);
        assert_eq!(column("#Fields: date time x y\n2023-03-01 00:00:02 a\n", "x"), ["a"]);
    }
}
