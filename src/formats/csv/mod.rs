//! Tables with a line of column names: CSV (RFC 4180) with comma, semicolon, tab or bar.
//!
//! A cell is text, whatever it looks like. A row that is too short lacks its last fields; what it has
//! too many is called `extra1`, `extra2` and so on. Of columns with one name each value is kept. A cell
//! that holds a JSON object is read as one under its name too. Tables without names are not recognised:
//! their first row would be lost. What nfdump puts behind its rows (`Summary`) is counted as header lines.

mod cut;
mod decode;
mod rows;

use super::{Format, Head, Learned, Sample, Shape, Sniffed, sniff};
use cut::CsvCutter;
use decode::{Columns, CsvDecoder};
use rows::{RowKind, RowScan};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "csv",
    summary: "tables with column names: comma, semicolon, tab or bar",
    spec: "https://www.rfc-editor.org/rfc/rfc4180",
    samples: &[
        Sample {
            text: "user,src_ip,note\nalice,203.0.113.5,\"a \"\"quoted\"\", long\nnote\"\n",
            fields: &[("user", "alice"), ("src_ip", "203.0.113.5"), ("note", "a \"quoted\", long\nnote")],
        },
        Sample {
            text: "Source IP;Port\r\n203.0.113.5;22\r\n",
            fields: &[("Source IP", "203.0.113.5"), ("Port", "22")],
        },
        Sample { text: "ts\tuser\n1\tbob\n", fields: &[("user", "bob")] },
        Sample {
            text: "ts,te,td,sa,da,sp,dp,pr\n2023-11-14 22:13:20,2023-11-14 22:13:21,1.0,203.0.113.9,192.0.2.1,4121,22,TCP\nSummary\nflows,bytes,packets\n1,40,1\n",
            fields: &[("sa", "203.0.113.9"), ("dp", "22")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Lines,
    claims: RANK,
    sniff: sniffed,
    shape: Shape::Own {
        cutter: |sniffed, _| Box::new(CsvCutter::new(delimiter(sniffed))),
        decoder: |sniffed, table, _| {
            let (format, delimiter) = (sniffed.format, delimiter(sniffed));
            Box::new(CsvDecoder { format, table: Arc::clone(table), delimiter })
        },
    },
};

/// What may stand between cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are compared with the header.
const SAMPLED_ROWS: usize = 50;
/// Tables are told after typed lines.
const RANK: u8 = 3;

fn delimiter(sniffed: &Sniffed) -> u8 {
    match sniffed.learned {
        Learned::Delimiter(delimiter) => delimiter,
        _ => DELIMITERS[0],
    }
}

fn sniffed(head: &Head<'_>) -> Option<Sniffed> {
    let fits = DELIMITERS.iter().filter_map(|delimiter| {
        let (share, columns) = fit(head, *delimiter)?;
        Some((share, columns, *delimiter))
    });
    // Of equal ones the first: the comparison must be strict.
    let best = fits.reduce(|best, fit| if (fit.0, fit.1) > (best.0, best.1) { fit } else { best });
    let (share, _, delimiter) = best?;
    Some(sniff::claim(RANK, share, "column names, and rows of as many cells", Learned::Delimiter(delimiter)))
}

/// The delimiter of a table the user said it is, when [`sniffed`] does not believe it: the one that occurs
/// most often in the first line.
pub(crate) fn likeliest(head: &Head<'_>) -> Learned {
    let header = sniff::lines(head).find(|line| !is_preamble(line.as_bytes())).unwrap_or("");
    let counts = DELIMITERS.iter().map(|delimiter| (rows::count_cells(header, *delimiter), *delimiter));
    let best = counts.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or(Learned::Nothing, |(_, delimiter)| Learned::Delimiter(delimiter))
}

/// Lines behind the rows of a table that count what stood in them: how its column names begin, and the line that begins
/// them. nfdump writes a second table there.
static TRAILERS: [(&[u8], &[u8]); 2] = [(b"ts,te,td,", b"Summary"), (b"firstSeen,duration,", b"Summary")];

/// Whether what follows this row is no part of the table whose column names are these.
fn is_trailer(names: &[u8], row: &[u8]) -> bool {
    TRAILERS.iter().any(|(begin, line)| names.starts_with(begin) && row.trim_ascii() == *line)
}

/// Whether a line before the column names is none of the table: Excel's `sep=;`, PowerShell's `#TYPE`.
fn is_preamble(row: &[u8]) -> bool {
    row.starts_with(b"#TYPE ") || (row.len() == 5 && row.starts_with(b"sep="))
}

/// Whether an input is a table with this delimiter: the share of rows that have as many cells as the
/// header, and how many these are.
fn fit(head: &Head<'_>, delimiter: u8) -> Option<(u16, usize)> {
    let mut scan = RowScan::new(delimiter);
    let bytes = head.text.as_bytes();
    let rows = std::iter::from_fn(|| scan.next(bytes, head.whole)).take_while(|row| row.kind != RowKind::TooLong);
    let mut rows = rows.filter(|row| row.kind == RowKind::Cells).filter_map(|row| head.text.get(row.range));
    let header = rows.find(|row| !is_preamble(row.as_bytes()))?;
    let columns = Columns::read(header, delimiter);
    let names: Vec<&str> = columns.names().collect();
    if !are_names(header, &names, delimiter) {
        return None;
    }
    let words = !header.contains(' ');
    let (mut same, mut near, mut all, mut repeats) = (0, 0, 0, 0);
    let rows = rows.take_while(|row| !is_trailer(header.as_bytes(), row.as_bytes()));
    for row in rows.filter(|row| *row != header).take(SAMPLED_ROWS) {
        let cells = rows::count_cells(row, delimiter);
        same += usize::from(cells == names.len());
        near += usize::from(cells > 1 && (words || cells.abs_diff(names.len()) <= 1));
        // A line of words that come back in later lines is no header.
        repeats += usize::from(row.split(char::from(delimiter)).zip(&names).any(|(cell, name)| cell.trim() == *name));
        all += 1;
    }
    // Exports with one nameless column, and ragged ones, have rows that are nearly right.
    let fits = all > 0 && repeats * 10 <= all && (same * 2 >= all || near == all);
    fits.then(|| (u16::try_from(same * 1000 / all).unwrap_or(1000), names.len()))
}

/// Whether the cells of a line can be column names.
fn are_names(header: &str, names: &[&str], delimiter: u8) -> bool {
    let distinct: BTreeSet<&&str> = names.iter().collect();
    // "Error, something happened": what follows a delimiter and a blank must be one word.
    let prose = header.split(char::from(delimiter)).any(|cell| cell.starts_with(' ') && cell.trim().contains(' '));
    names.len() >= 2 && distinct.len() >= 2 && !prose && names.iter().all(|name| is_name(name))
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@' | '#' | '$' | '(' | '[' | '%'));
    let is_hash = name.len() >= 16 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let odd = |c: char| c.is_control() || matches!(c, '=' | '{' | '}' | '"' | '<' | '>');
    starts && !is_hash && name.chars().count() <= 64 && !name.contains(odd) && !name.contains(": ")
}

#[cfg(test)]
mod tests;
