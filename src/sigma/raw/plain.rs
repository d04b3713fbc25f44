//! The YAML most rules are written in, read without a parser's tokens and events: maps and lists in block style, plain and
//! quoted scalars of one line, `|` and `>-` blocks.
//!
//! Contract: what is read here is what [`super::parsed`] gives, node for node and line for line; whatever is written in
//! another way, or may be wrong, is left to that one, with its messages. Left out on purpose: flow style, anchors, aliases,
//! tags, directives, scalars over several lines, tabs, carriage returns, and documents without content.

use super::{Entry, Kind, Node, scalar};
use crate::model::limits;
use saphyr_parser::ScalarStyle;
use std::borrow::Cow;

/// The documents of a text, if all of it is written as said above.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    let is_odd = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7f;
    // Whole pieces, so that vector instructions can do it.
    if text.as_bytes().chunks(64).any(|piece| piece.iter().fold(false, |odd, byte| odd | is_odd(*byte))) {
        return None;
    }
    // Byte order marks are for a parser to judge.
    if memchr::memmem::find(text.as_bytes(), "\u{feff}".as_bytes()).is_some() {
        return None;
    }
    let mut lines = Lines { rest: text, number: 0, ahead: None };
    if lines.peek()?.is_separator() {
        lines.take();
    }
    let mut documents = Vec::new();
    loop {
        if lines.peek().is_none_or(|line| line.column != 0 || line.is_separator()) {
            return None;
        }
        documents.push(lines.map(0, 0)?);
        match lines.peek() {
            None => return Some(documents),
            Some(line) if line.is_separator() => lines.take(),
            Some(_) => return None,
        };
    }
}

/// A line with something on it, or what stands behind a dash.
#[derive(Clone, Copy)]
struct Line<'t> {
    number: u64,
    /// Where its content begins.
    column: usize,
    content: &'t str,
}

impl Line<'_> {
    fn is_separator(self) -> bool {
        self.column == 0 && self.content == "---"
    }

    /// Whether it begins an item of a list.
    fn is_item(self) -> bool {
        self.content == "-" || self.content.starts_with("- ")
    }
}

/// What has not been read of a text.
struct Lines<'t> {
    rest: &'t str,
    /// Of the line before `rest`.
    number: u64,
    ahead: Option<Line<'t>>,
}

impl<'t> Lines<'t> {
    /// The next line that is neither empty nor a comment.
    fn peek(&mut self) -> Option<Line<'t>> {
        while self.ahead.is_none() && !self.rest.is_empty() {
            let (column, content) = split(self.raw());
            let content = content.trim_ascii_end();
            if !content.is_empty() && !content.starts_with('#') {
                self.ahead = Some(Line { number: self.number, column, content });
            }
        }
        self.ahead
    }

    fn take(&mut self) -> Option<Line<'t>> {
        self.ahead.take()
    }

    /// The next line as it is.
    fn raw(&mut self) -> &'t str {
        let end = memchr::memchr(b'\n', self.rest.as_bytes());
        let (raw, rest) = match end {
            Some(end) => (self.rest.get(..end), self.rest.get(end + 1..)),
            None => (Some(self.rest), None),
        };
        self.rest = rest.unwrap_or("");
        self.number += 1;
        raw.unwrap_or("")
    }

    /// A map whose keys stand at `column`, the first of them on the line ahead.
    fn map(&mut self, column: usize, depth: usize) -> Option<Node> {
        let line = self.peek()?.number;
        let depth = deeper(depth)?;
        let mut entries = Vec::with_capacity(4);
        while let Some(line) = self.peek().filter(|line| line.column == column && !line.is_separator()) {
            self.take();
            if entries.len() == entries.capacity() {
                entries.reserve(entries.len());
            }
            let (key, behind) = key(line.content)?;
            let value = self.value(line.number, behind, column, depth)?;
            entries.push(Entry { key: key.into_owned(), line: line.number, value });
        }
        self.ends(column)?;
        Some(Node { line, kind: Kind::Map(entries) })
    }

    /// A list whose dashes stand at `column`, the first of them on the line ahead.
    fn list(&mut self, column: usize, depth: usize) -> Option<Node> {
        let line = self.peek()?.number;
        let depth = deeper(depth)?;
        let mut items = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.column == column && line.is_item()) {
            self.take();
            items.push(self.item(line, depth)?);
        }
        self.ends(column)?;
        Some(Node { line, kind: Kind::List(items) })
    }

    /// What follows a block must not be more to the right: that would go on with the scalar before it, or be wrong.
    fn ends(&mut self, column: usize) -> Option<()> {
        self.peek().is_none_or(|line| line.column <= column).then_some(())
    }

    /// The item that begins on a line already taken.
    fn item(&mut self, line: Line<'t>, depth: usize) -> Option<Node> {
        let behind = line.content.get(1..)?;
        let (blanks, content) = split(behind);
        if is_over(behind) {
            return match self.peek().filter(|next| next.column > line.column) {
                Some(next) => self.block(next, depth),
                None => Some(Node { line: line.number, kind: Kind::Null }),
            };
        }
        let inner = Line { number: line.number, column: line.column + 1 + blanks, content };
        if inner.is_item() {
            self.ahead = Some(inner);
            return self.block(inner, depth);
        }
        if content.starts_with(['|', '>']) {
            return self.value(line.number, behind, line.column, depth);
        }
        let (text, style, behind) = token(content)?;
        if behind.starts_with(':') {
            self.ahead = Some(inner);
            return self.block(inner, depth);
        }
        is_over(behind).then_some(Node { line: line.number, kind: scalar(text, style, None) })
    }

    /// A map or a list on lines of its own.
    fn block(&mut self, first: Line<'t>, depth: usize) -> Option<Node> {
        if first.is_item() { self.list(first.column, depth) } else { self.map(first.column, depth) }
    }

    /// What stands behind the colon of a key or the dash of an item at `column`.
    fn value(&mut self, number: u64, behind: &'t str, column: usize, depth: usize) -> Option<Node> {
        if is_over(behind) {
            return match self.peek().filter(|next| !next.is_separator()) {
                // The dashes of a list may stand below its key.
                Some(next) if next.is_item() && next.column >= column => self.list(next.column, depth),
                Some(next) if next.column > column => self.map(next.column, depth),
                _ => Some(Node { line: number, kind: Kind::Null }),
            };
        }
        match split(behind).1 {
            "|" => self.literal(column, true),
            "|-" => self.literal(column, false),
            ">-" => self.folded(column),
            content => {
                let (text, style, behind) = token(content)?;
                is_over(behind).then_some(Node { line: number, kind: scalar(text, style, None) })
            }
        }
    }

    /// Lines below a `|`, to the right of `column`.
    fn literal(&mut self, column: usize, ends: bool) -> Option<Node> {
        let mut text = String::new();
        let indent = self.indent(column)?;
        let line = self.number + 1;
        let mut breaks = 0;
        while !self.rest.is_empty() {
            let (before, number) = (self.rest, self.number);
            let raw = self.raw();
            let (found, content) = split(raw);
            if content.is_empty() {
                // Blanks beyond the indentation would be content, and at the end of a text they are special.
                if raw.len() > indent || (self.rest.is_empty() && !raw.is_empty() && !before.ends_with('\n')) {
                    return None;
                }
                breaks += 1;
                continue;
            }
            if found < indent {
                (self.rest, self.number) = (before, number);
                break;
            }
            text.extend(std::iter::repeat_n('\n', breaks));
            text.push_str(raw.get(indent..)?);
            breaks = 1;
        }
        if ends {
            text.push('\n');
        }
        Some(Node { line, kind: Kind::Text(text) })
    }

    /// Lines below a `>-`, to the right of `column`: none of them empty, or more to the right than the first.
    fn folded(&mut self, column: usize) -> Option<Node> {
        let mut text = String::new();
        let indent = self.indent(column)?;
        let line = self.number + 1;
        while !self.rest.is_empty() {
            let (before, number) = (self.rest, self.number);
            let (found, content) = split(self.raw());
            if content.is_empty() || found > indent {
                return None;
            }
            if found < indent {
                (self.rest, self.number) = (before, number);
                break;
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(content);
        }
        Some(Node { line, kind: Kind::Text(text) })
    }

    /// Where the lines of a block begin that must be to the right of `column`.
    fn indent(&self, column: usize) -> Option<usize> {
        let (indent, content) = split(self.rest);
        (indent > column && !content.is_empty() && !content.starts_with('\n')).then_some(indent)
    }
}

fn deeper(depth: usize) -> Option<usize> {
    (depth < limits::RULE_DEPTH).then_some(depth + 1)
}

/// How many blanks a text begins with, and what is behind them.
fn split(text: &str) -> (usize, &str) {
    let blanks = text.bytes().take_while(|byte| *byte == b' ').count();
    (blanks, text.get(blanks..).unwrap_or_default())
}

/// Whether nothing but blanks and a comment is left of a line.
fn is_over(behind: &str) -> bool {
    let (blanks, content) = split(behind);
    content.is_empty() || (blanks > 0 && content.starts_with('#'))
}

/// A key and what stands behind its colon.
fn key(content: &str) -> Option<(Cow<'_, str>, &str)> {
    // Longer ones are no keys to a parser.
    const LONGEST: usize = 500;
    let (text, _, behind) = token(content)?;
    let behind = behind.strip_prefix(':')?;
    ((behind.is_empty() || behind.starts_with(' ')) && content.len() - behind.len() < LONGEST).then_some((text, behind))
}

/// A scalar, and what stands behind it.
fn token(content: &str) -> Option<(Cow<'_, str>, ScalarStyle, &str)> {
    match content.as_bytes().first()? {
        b'\'' => single_quoted(content.get(1..)?).map(|(text, behind)| (text, ScalarStyle::SingleQuoted, behind)),
        b'"' => double_quoted(content.get(1..)?).map(|(text, behind)| (text, ScalarStyle::DoubleQuoted, behind)),
        _ => plain(content).map(|(text, behind)| (Cow::Borrowed(text), ScalarStyle::Plain, behind)),
    }
}

/// Up to a colon or a number sign that mean something.
fn plain(content: &str) -> Option<(&str, &str)> {
    let bytes = content.as_bytes();
    let begins = match bytes.first()? {
        b'-' => bytes.get(1).is_some_and(|next| !matches!(next, b' ' | b'-')),
        b':' => bytes.get(1).is_some_and(|next| *next != b' '),
        first => first.is_ascii_alphanumeric() || !first.is_ascii() || b"_./\\$()+=<~^;".contains(first),
    };
    if !begins || content.starts_with("...") {
        return None;
    }
    let ends = |at: usize| match bytes.get(at) {
        Some(b':') => matches!(bytes.get(at + 1), None | Some(b' ')),
        _ => at > 0 && bytes.get(at - 1) == Some(&b' '),
    };
    let end = memchr::memchr2_iter(b':', b'#', bytes).find(|at| ends(*at)).unwrap_or(bytes.len());
    let text = content.get(..end)?.trim_ascii_end();
    Some((text, content.get(text.len()..)?))
}

/// Behind the quote that opens it.
fn single_quoted(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = content.as_bytes();
    let mut from = 0;
    loop {
        let end = from + memchr::memchr(b'\'', bytes.get(from..)?)?;
        if bytes.get(end + 1) == Some(&b'\'') {
            from = end + 2;
            continue;
        }
        let text = content.get(..end)?;
        let text = if from == 0 { Cow::Borrowed(text) } else { Cow::Owned(text.replace("''", "'")) };
        return Some((text, content.get(end + 1..)?));
    }
}

/// Behind the quote that opens it: what holds escapes other than of a backslash and of a quote is not read.
fn double_quoted(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = content.as_bytes();
    let mut text = String::new();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        let piece = content.get(from..at)?;
        if bytes.get(at) == Some(&b'"') {
            let behind = content.get(at + 1..)?;
            if text.is_empty() && from == 0 {
                return Some((Cow::Borrowed(piece), behind));
            }
            text.push_str(piece);
            return Some((Cow::Owned(text), behind));
        }
        text.push_str(piece);
        text.push(match bytes.get(at + 1)? {
            b'\\' => '\\',
            b'"' => '"',
            _ => return None,
        });
        from = at + 2;
    }
}
