//! Templates of sentences a device always writes in the same words: `Deny {protocol} src {src_interface}:{src_ip}/{src_port} ...`.
//!
//! | in a template | stands for |
//! | --- | --- |
//! | `{name}` | the shortest text up to the words behind it; at the end, a word |
//! | `{name>}` | the longest: for what a visitor chooses, who might choose those words |
//! | `{name*}` | the rest |
//! | `{name:word}` | just this word |
//! | `{}` | a text nobody needs |
//!
//! Addresses, ports and interfaces (by the ends of their names) hold no blanks. What follows a template that ends in words
//! may be anything.

/// What a template found.
pub(super) type Found<'m> = Vec<(&'static str, &'m str)>;

/// Reads a message by a template; `None`: it is another sentence.
pub(super) fn read<'m>(template: &'static str, message: &'m str) -> Option<Found<'m>> {
    let (mut found, mut template, mut rest) = (Vec::new(), template, message);
    while let Some((words, behind)) = template.split_once('{') {
        rest = rest.strip_prefix(words)?;
        let (name, behind) = behind.split_once('}')?;
        let (name, value) = if let Some((name, word)) = name.split_once(':') {
            (name, rest.get(..word.len()).filter(|start| *start == word)?)
        } else if let Some(name) = name.strip_suffix('*') {
            (name, rest)
        } else {
            let next = behind.split('{').next().unwrap_or_default();
            let (name, is_longest) = name.strip_suffix('>').map_or((name, false), |name| (name, true));
            let end = match (next, is_longest) {
                ("", _) => rest.find([' ', ',']).unwrap_or(rest.len()),
                (next, true) => rest.rfind(next)?,
                (next, false) => rest.find(next)?,
            };
            (name, rest.get(..end)?)
        };
        let is_word = ["_ip", "_port", "_interface"].iter().any(|end| name.ends_with(end));
        if is_word && value.contains(' ') {
            return None;
        }
        rest = rest.get(value.len()..)?;
        template = behind;
        if !name.is_empty() {
            found.push((name, value));
        }
    }
    rest.starts_with(template).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &'static str, message: &str, want: Option<&[(&str, &str)]>) {
        assert_eq!(read(template, message).as_deref(), want, "{message}");
    }

    #[test]
    fn templates_find_their_parts_and_refuse_other_sentences() {
        check("a {x} b {y}", "a 1 b 2 c", Some(&[("x", "1"), ("y", "2")]));
        check("a {x} b {y}", "b 1", None);
        check("user {u>} from {src_ip}", "user x from y from ::1", Some(&[("u", "x from y"), ("src_ip", "::1")]));
        check("{src_ip}/{src_port} to", "1.2.3.4 dst/5 to", None);
        check("{d:in}bound {rest*}", "inbound a b", Some(&[("d", "in"), ("rest", "a b")]));
        check("{d:in}bound", "outbound", None);
        check("é{}ü{x}", "éaüb", Some(&[("x", "b")]));
    }
}
