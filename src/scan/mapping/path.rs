//! Paths into JSON as mappings write them: `$.a.b`, `$['a b'].c`, `$.list[*].name`, `$.list[0]`.
//!
//! The part of RFC 9535 that names one place. A number may stand at the end only: inside, elements that lack the rest of
//! the path could not be counted. Left out: `..`, wildcards for names, slices, filters.

use crate::taxonomy::Way;

/// Reads a name, or a path if it begins with `$.` or `$[`.
pub(super) fn way(text: &str) -> Result<Way, String> {
    let Some(rest) = text.strip_prefix('$').filter(|rest| rest.starts_with(['.', '['])) else {
        let is_name = !text.trim().is_empty();
        return is_name.then(|| Way { name: text.to_owned(), ..Way::default() }).ok_or("a name is empty".to_owned());
    };
    let wrong = |why: &str| format!("`{text}`: {why}");
    let mut way = Way { exact: true, ..Way::default() };
    let mut rest = rest;
    while !rest.is_empty() {
        if way.nth.is_some() {
            return Err(wrong("a number may stand at the end only; [*] means any element"));
        }
        if let Some(inside) = rest.strip_prefix('[') {
            rest = bracket(inside, &mut way).map_err(wrong)?;
            continue;
        }
        let name = rest.strip_prefix('.').ok_or_else(|| wrong("`.` or `[` is expected after `]`"))?;
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (step, after) = name.split_at_checked(end).unwrap_or((name, ""));
        if step.is_empty() || step == "*" {
            return Err(wrong("a name is expected after `.`"));
        }
        add(&mut way, step);
        rest = after;
    }
    if way.name.is_empty() { Err(wrong("a name is expected")) } else { Ok(way) }
}

/// Reads what stands between brackets, and gives what follows them.
fn bracket<'t>(inside: &'t str, way: &mut Way) -> Result<&'t str, &'static str> {
    if let Some(quote) = inside.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let (step, after) = inside.get(1..).and_then(|i| i.split_once(quote)).ok_or("a quote is not closed")?;
        if step.is_empty() {
            return Err("a name is expected between quotes");
        }
        add(way, step);
        return after.strip_prefix(']').ok_or("`]` is expected after a quoted name");
    }
    let (index, after) = inside.split_once(']').ok_or("`]` is missing")?;
    if index != "*" {
        let digits = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
        let number = index.parse::<usize>().ok().filter(|_| digits).and_then(|n| n.checked_add(1));
        way.nth = Some(number.ok_or("use [0] for an element, [*] for any, ['a name'] for a name")?);
    }
    Ok(after)
}

fn add(way: &mut Way, step: &str) {
    if !way.name.is_empty() {
        way.name.push('.');
    }
    way.name.push_str(step);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_one_place() {
        for (text, name, exact, nth) in [
            ("user", "user", false, None),
            ("$price", "$price", false, None),
            ("$.a", "a", true, None),
            ("$.a.b-c", "a.b-c", true, None),
            ("$['a b'].c", "a b.c", true, None),
            ("$.a[\"b.c\"]", "a.b.c", true, None),
            ("$.a[*].b", "a.b", true, None),
            ("$.a[2]", "a", true, Some(3)),
        ] {
            assert_eq!(way(text), Ok(Way { name: name.to_owned(), exact, nth }), "{text}");
        }
    }

    #[test]
    fn what_names_no_single_place_is_refused() {
        for text in [
            "",
            "$.",
            "$..a",
            "$.*",
            "$.a[0].b",
            "$.a[0][0]",
            "$.a[?(@.b)]",
            "$.a[1:2]",
            "$.a[-1]",
            "$[",
            "$['a",
            "$['']",
        ] {
            assert!(way(text).is_err(), "{text}");
        }
        assert!(way(&format!("$.a[{}]", usize::MAX)).is_err());
    }
}
