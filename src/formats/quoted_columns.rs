//! Splits a line into columns with a blank between, some of them in quotes or brackets: what AWS's services write.

/// The columns, without quotes and brackets. A quoted column ends at a quote with a blank or the end behind it that no
/// backslash stands before; one that never ends is read as if it were not quoted.
pub(super) fn split(text: &str) -> Vec<&str> {
    let (mut cells, mut rest) = (Vec::new(), text.trim_end());
    let mut pairs = [('"', '"', true), ('[', ']', true)];
    while !rest.is_empty() {
        let mut closed = None;
        for (opening, closing, may_close) in &mut pairs {
            if *may_close && rest.starts_with(*opening) {
                closed = close(rest, *closing);
                // Where nothing closes this column, nothing closes one further on.
                *may_close = closed.is_some();
            }
        }
        let (cell, behind) = closed.unwrap_or_else(|| rest.split_once(' ').unwrap_or((rest, "")));
        cells.push(cell);
        rest = behind;
    }
    cells
}

/// Splits behind the mark that closes a column; `rest` begins with the one that opens it.
fn close(rest: &str, mark: char) -> Option<(&str, &str)> {
    let inside = rest.get(1..)?;
    let (at, _) = inside.match_indices(mark).find(|(at, _)| {
        let is_escaped =
            inside.get(..*at).is_some_and(|before| before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1);
        !is_escaped && matches!(inside.as_bytes().get(at + 1), None | Some(b' '))
    })?;
    Some((inside.get(..at)?, inside.get(at + 2..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_may_be_quoted_or_in_brackets() {
        for (text, want) in [
            ("a \"b c\" [d e] f", &["a", "b c", "d e", "f"][..]),
            (r#""a \" b" "" c"#, &[r#"a \" b"#, "", "c"]),
            ("\"open a \"b\"", &["open a \"b"]),
            ("\"open a", &["\"open", "a"]),
            ("[open a", &["[open", "a"]),
            ("", &[]),
        ] {
            assert_eq!(split(text), want, "{text}");
        }
    }
}
