//! Sigma's value modifiers: `field|name|name: value`. Specification: *Sigma Modifiers*; the exact meaning is
//! sigma-semantics.md 6.
//!
//! A modifier is a row: its name, its shape, the stages it may follow, and what it does to one value. Stages make
//! nonsense such as `re|base64` an error before any value is looked at. To add one: a row in a file here, and its
//! line in [`MODIFIERS`].

mod compare;
mod encode;
mod expand;
mod expression;
mod fieldref;
mod link;
mod network;
mod presence;
mod text;
mod windash;

use super::diagnostic::{Code, nearest};
use super::raw::Kind;
use super::rule::{Comparison, Decimal, TimePart, ValueTest};
use expression::Expression;
use std::collections::BTreeMap;
use text::Text;

/// What kind of thing a modifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Makes other text of a text.
    Transform,
    /// Says how the value is held against the event's.
    Comparison,
    /// Changes how a comparison works.
    Flag,
    /// Says how the values of a list hang together.
    Linking,
}

/// What a value has become on its way through the modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// As YAML gave it.
    Value,
    Text,
    Regex,
    Network,
    Presence,
    Number,
    TimePart,
    Reference,
}

/// One row of [`MODIFIERS`].
pub(crate) struct Modifier {
    pub(crate) name: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(crate) summary: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(crate) shape: Shape,
    /// The stages it may follow; linking modifiers follow any.
    after: &'static [Stage],
    /// The stage it leads to; `None`: text stays text, an expression an expression.
    makes: Option<Stage>,
    /// Where it may stand, for messages.
    place: &'static str,
    apply: Apply,
}

/// What a modifier does.
enum Apply {
    /// To each value: one or more values, which are alternatives.
    Each(fn(Draft, &mut Work<'_>) -> Result<Vec<Draft>, Misuse>),
    /// To the whole entry.
    Entry(fn(&mut Links)),
}

/// Every modifier, by name.
pub(crate) static MODIFIERS: &[Modifier] = &[
    link::ALL,
    encode::BASE64,
    encode::BASE64OFFSET,
    text::CASED,
    network::CIDR,
    text::CONTAINS,
    compare::DAY,
    expression::DOTALL,
    text::ENDSWITH,
    presence::EXISTS,
    expand::EXPAND,
    fieldref::FIELDREF,
    compare::GT,
    compare::GTE,
    compare::HOUR,
    expression::I,
    expression::IGNORECASE,
    compare::LT,
    compare::LTE,
    expression::M,
    compare::MINUTE,
    compare::MONTH,
    expression::MULTILINE,
    link::NEQ,
    link::NOT,
    expression::RE,
    expression::S,
    text::STARTSWITH,
    encode::UTF16,
    encode::UTF16BE,
    encode::UTF16LE,
    compare::WEEK,
    encode::WIDE,
    windash::WINDASH,
    compare::YEAR,
];

/// A value on its way.
#[derive(Clone, Debug)]
enum Draft {
    Scalar(Kind),
    Text(Text),
    Regex(Expression),
    /// A number to compare with, of the value itself or of a part of a timestamp.
    Bound(Option<TimePart>, Comparison, Decimal),
    /// A field to compare with.
    Reference {
        field: String,
        cased: bool,
        starts: bool,
        ends: bool,
    },
    /// Nothing is left to do.
    Test(ValueTest),
}

/// What modifiers need to know, and what they leave behind beside values.
pub(super) struct Work<'w> {
    pub(super) placeholders: &'w BTreeMap<String, Vec<String>>,
    /// How many more values this rule may expand to.
    pub(super) budget: &'w mut usize,
    /// `expand` is among the modifiers, so percent signs mean something.
    expands: bool,
    /// Set when a number was taken for its digits.
    pub(super) number_as_text: bool,
}

impl Work<'_> {
    /// Whether the rule's budget has room for `n` more values.
    fn afford(&self, n: usize) -> Result<usize, Misuse> {
        self.budget.checked_sub(n).ok_or_else(|| Misuse {
            code: Code::BadValue,
            message: "the values of this rule expand to too many".to_owned(),
            help: "split the rule, or write fewer dashes or placeholders into one value".to_owned(),
        })
    }
}

/// How the values of one entry hang together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) all: bool,
    pub(super) negated: bool,
    /// Written the old way: `not`.
    pub(super) legacy: bool,
}

/// A modifier that cannot do what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misuse {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
}

impl Misuse {
    /// The value is of the wrong type for the modifier.
    fn value_type(name: &str, wants: &str, got: &Kind) -> Misuse {
        let got = match got {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => format!("the boolean {b}"),
            Kind::Number(n) => format!("the number {n}"),
            Kind::Text(t) => format!("the text '{}'", shorten(t)),
            Kind::List(_) | Kind::Map(_) => "a list or map".to_owned(),
        };
        Misuse {
            code: Code::ValueType,
            message: format!("`{name}` needs {wants}, not {got}"),
            help: format!("write {wants}, or leave `{name}` out"),
        }
    }

    /// The stage check lets this through only if a row's `after` and its function disagree.
    fn out_of_place(name: &str) -> Misuse {
        Misuse {
            code: Code::ModifierConflict,
            message: format!("`{name}` cannot be used with the other modifiers here"),
            help: "leave one of the modifiers out".to_owned(),
        }
    }
}

/// The beginning of a long text, for messages.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The modifiers of one entry, known to fit together.
#[derive(Default)]
pub(super) struct Chain {
    rows: Vec<&'static Modifier>,
    pub(super) links: Links,
}

impl Chain {
    /// Looks the names up and checks their order.
    pub(super) fn new(names: &[&str]) -> Result<Chain, Misuse> {
        let mut chain = Chain::default();
        let mut stage = Stage::Value;
        let mut before: Option<&str> = None;
        for name in names {
            let row = MODIFIERS.iter().find(|row| row.name == *name).ok_or_else(|| unknown(name))?;
            if let Apply::Entry(link) = row.apply {
                link(&mut chain.links);
                continue;
            }
            if !row.after.contains(&stage) {
                let message = match before {
                    Some(before) => format!("`{name}` cannot follow `{before}`"),
                    None => format!("`{name}` cannot stand first"),
                };
                return Err(Misuse { code: Code::ModifierConflict, message, help: row.place.to_owned() });
            }
            // What changes no stage of its own still takes the value as text.
            stage = row.makes.unwrap_or(if stage == Stage::Value { Stage::Text } else { stage });
            before = Some(row.name);
            chain.rows.push(row);
        }
        Ok(chain)
    }

    /// Whether a modifier is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.rows.iter().any(|row| row.name == name)
    }

    /// What a text becomes without modifiers, or with one that opens an end: the short way for nearly all values there are.
    fn plain(&self, value: &Kind) -> Option<Text> {
        let (Kind::Text(value), [] | [_]) = (value, self.rows.as_slice()) else { return None };
        match self.rows.first() {
            None => Some(Text::parse(value)),
            Some(row) => Text::opened(value, row.name),
        }
    }

    /// The tests one value of the rule becomes; they are alternatives.
    pub(super) fn tests(&self, value: &Kind, keyword: bool, work: &mut Work<'_>) -> Result<Vec<ValueTest>, Misuse> {
        if let Some(text) = self.plain(value) {
            return Ok(vec![finish_text(text, keyword)]);
        }
        self.each(value, keyword, work)
    }

    /// The long way: one modifier after the other.
    fn each(&self, value: &Kind, keyword: bool, work: &mut Work<'_>) -> Result<Vec<ValueTest>, Misuse> {
        work.expands = self.has(expand::EXPAND.name);
        let mut drafts = vec![Draft::Scalar(value.clone())];
        for row in &self.rows {
            let Apply::Each(apply) = row.apply else { continue };
            let mut next = Vec::with_capacity(drafts.len());
            for draft in drafts {
                let made = apply(draft, work)?;
                *work.budget = work.afford(made.len().saturating_sub(1))?;
                next.extend(made);
            }
            drafts = next;
        }
        drafts.into_iter().map(|draft| finish(draft, keyword)).collect()
    }
}

impl<'w> Work<'w> {
    pub(super) fn new(placeholders: &'w BTreeMap<String, Vec<String>>, budget: &'w mut usize) -> Work<'w> {
        Work { placeholders, budget, expands: false, number_as_text: false }
    }
}

/// The test a finished value is. Keywords are found anywhere in a value unless something pins them.
fn finish(draft: Draft, keyword: bool) -> Result<ValueTest, Misuse> {
    Ok(match draft {
        Draft::Scalar(Kind::Text(text)) => finish_text(Text::parse(&text), keyword),
        Draft::Scalar(Kind::Number(digits)) if keyword => finish_text(Text::literal(digits), keyword),
        Draft::Scalar(Kind::Bool(b)) if keyword => finish_text(Text::literal(b.to_string()), keyword),
        Draft::Scalar(Kind::Number(digits)) => match Decimal::parse(&digits) {
            Some(number) => ValueTest::Number(number),
            None => finish_text(Text::literal(digits), keyword),
        },
        Draft::Scalar(Kind::Bool(b)) => ValueTest::Bool(b),
        Draft::Scalar(Kind::Null | Kind::List(_) | Kind::Map(_)) => ValueTest::Null,
        Draft::Text(text) => finish_text(text, keyword),
        Draft::Regex(expression) => ValueTest::Regex(expression.compile()?),
        Draft::Bound(None, comparison, number) => ValueTest::Compare(comparison, number),
        Draft::Bound(Some(part), comparison, number) => ValueTest::TimePart(part, comparison, number),
        Draft::Reference { field, cased, starts, ends } => ValueTest::FieldRef { field, cased, starts, ends },
        Draft::Test(test) => test,
    })
}

fn finish_text(mut text: Text, keyword: bool) -> ValueTest {
    if keyword && !text.pinned {
        text.open_start();
        text.open_end();
    }
    ValueTest::Pattern(text.into_pattern())
}

fn unknown(name: &str) -> Misuse {
    let names = || MODIFIERS.iter().map(|row| row.name);
    let help = match nearest(name, names()) {
        Some(meant) => format!("did you mean `{meant}`? Modifiers are written in lower case"),
        None => format!("the modifiers are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Misuse { code: Code::UnknownModifier, message: format!("unknown modifier `{}`", shorten(name)), help }
}

#[cfg(test)]
mod tests;
