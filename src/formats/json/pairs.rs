//! Lists of named values: `[{"Name": "UserAgent", "Value": "x"}]` of audit logs, `Data` of Windows events as XML
//! converters write it (`{"@Name": "TargetUserName", "#text": "x"}`).
//!
//! Told by the first member, so that other objects cost a look at one name. Values that are objects or lists are left out.

use super::token;
use crate::model::escape;
use crate::model::{Scratch, Value};

/// An object that names a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair<'t> {
    /// As written between the quotes.
    pub(super) name: &'t str,
    pub(super) value: Scalar<'t>,
    /// The name is an attribute of an XML element.
    pub(super) is_attribute: bool,
}

/// A value with no members, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar<'t> {
    /// The inside of a string.
    Text(&'t str),
    /// A number or a word.
    Bare(&'t str),
    /// An element without text.
    Missing,
}

/// What XML converters call the list of a Windows event's values, as the end of a path.
pub(super) const DATA: &str = "Data.";

/// What members of a pair are called.
const NAMES: [&str; 7] = ["name", "Name", "key", "Key", "displayName", "DisplayName", ATTRIBUTE];
const VALUES: [&str; 5] = ["value", "Value", "newValue", "NewValue", "#text"];
/// May stand in front of them.
const OTHERS: [&str; 2] = ["oldValue", "OldValue"];
const ATTRIBUTE: &str = "@Name";
/// An object of more members is a record of its own.
const MEMBERS: usize = 4;

impl Scalar<'_> {
    /// Copies the value, and says whether it had to be repaired.
    pub(super) fn keep(self, scratch: &mut Scratch) -> (Value, bool) {
        let start = scratch.text.len();
        let value = match self {
            Scalar::Text(inside) => {
                let is_repaired = escape::unescape(inside, &mut scratch.text);
                return (Value::Text(scratch.since(start)), is_repaired);
            }
            Scalar::Bare("true") => Value::Bool(true),
            Scalar::Bare("false") => Value::Bool(false),
            Scalar::Bare("null") => Value::Null,
            Scalar::Bare(word) => {
                let span = scratch.keep(word);
                if token::is_number(word.as_bytes()) { Value::Number(span) } else { Value::Text(span) }
            }
            Scalar::Missing => Value::Empty,
        };
        (value, false)
    }
}

/// Whether an object whose first member is called this may name a value.
pub(super) fn may_begin(key: &str) -> bool {
    NAMES.iter().chain(&VALUES).chain(&OTHERS).any(|known| *known == key)
}

/// Reads an object that names a value.
pub(super) fn of(object: &str) -> Option<Pair<'_>> {
    let mut rest = object.strip_prefix('{')?.trim_start();
    let (mut name, mut value) = (None, None);
    for number in 0..=MEMBERS {
        let (key, behind) = text(rest)?;
        if number == 0 && !may_begin(key) {
            return None;
        }
        let (scalar, behind) = scalar(behind.trim_start().strip_prefix(':')?.trim_start())?;
        if NAMES.contains(&key) {
            name = name.or(Some((key, scalar)));
        } else if VALUES.contains(&key) {
            value = value.or(Some(scalar));
        }
        let behind = behind.trim_start();
        if behind.starts_with('}') {
            break;
        }
        if number + 1 == MEMBERS {
            return None;
        }
        rest = behind.strip_prefix(',')?.trim_start();
    }
    let (key, Scalar::Text(name)) = name? else { return None };
    let is_attribute = key == ATTRIBUTE;
    let value = value.or_else(|| is_attribute.then_some(Scalar::Missing))?;
    (!name.is_empty()).then_some(Pair { name, value, is_attribute })
}

/// Splits a string off: its inside, and what follows.
fn text(at: &str) -> Option<(&str, &str)> {
    let inside = at.strip_prefix('"')?;
    let mut from = 0;
    loop {
        let found = memchr::memchr2(b'"', b'\\', inside.as_bytes().get(from..)?)? + from;
        if inside.as_bytes().get(found) == Some(&b'"') {
            return Some((inside.get(..found)?, inside.get(found + 1..)?));
        }
        from = found + 2;
    }
}

fn scalar(at: &str) -> Option<(Scalar<'_>, &str)> {
    if at.starts_with('"') {
        return text(at).map(|(inside, rest)| (Scalar::Text(inside), rest));
    }
    let end = at.bytes().position(token::ends_scalar)?;
    let (word, rest) = at.split_at_checked(end)?;
    (!word.is_empty()).then_some((Scalar::Bare(word), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_that_name_a_value_are_pairs() {
        let pair = |object| of(object).map(|p| (p.name, p.value, p.is_attribute));
        for (object, want) in [
            (r#"{"Name":"UserAgent","Value":"a \"b\""}"#, Some(("UserAgent", Scalar::Text(r#"a \"b\""#), false))),
            (r#"{ "value" : 7 , "key" : "n" }"#, Some(("n", Scalar::Bare("7"), false))),
            (r#"{"oldValue":"[]","displayName":"Role","newValue":"x"}"#, Some(("Role", Scalar::Text("x"), false))),
            (r##"{"@Name":"TargetUserName","#text":"eve"}"##, Some(("TargetUserName", Scalar::Text("eve"), true))),
            (r#"{"@Name":"SubjectUserName"}"#, Some(("SubjectUserName", Scalar::Missing, true))),
            (r#"{"name":"n"}"#, None),
            (r#"{"name":"","value":1}"#, None),
            (r#"{"name":1,"value":1}"#, None),
            (r#"{"name":"n","value":{"a":1}}"#, None),
            (r#"{"id":1,"name":"n","value":1}"#, None),
            (r#"{"name":"n","value":1,"a":1,"b":1,"c":1}"#, None),
            (r#"{"name":"n","value":"cut"#, None),
            ("{}", None),
        ] {
            assert_eq!(pair(object), want, "{object}");
        }
    }
}
