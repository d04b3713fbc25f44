//! `re` and its flags: regular expressions in the syntax of the `regex` crate, searched, not anchored. Look-around
//! and back-references are left out: they cannot be matched in linear time.

use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work, shorten};
use crate::sigma::diagnostic::Code;
use crate::sigma::raw::Kind;
use crate::sigma::search::{Flags, Search};

pub(super) const RE: Modifier = Modifier {
    name: "re",
    summary: "a regular expression, searched",
    shape: Shape::Comparison,
    after: &[Stage::Value],
    makes: Some(Stage::Regex),
    place: "`re` comes before every other modifier of values; nothing but its flags, `contains`, `startswith`, \
            `endswith` and `expand` may follow it",
    apply: Apply::Each(re),
};

pub(super) const I: Modifier = Modifier {
    name: "i",
    summary: "re: upper and lower case are the same",
    shape: Shape::Flag,
    after: &[Stage::Regex],
    makes: None,
    place: FLAG_PLACE,
    apply: Apply::Each(ignore_case),
};

pub(super) const IGNORECASE: Modifier = Modifier { name: "ignorecase", ..I };

pub(super) const M: Modifier = Modifier {
    name: "m",
    summary: "re: ^ and $ match at line breaks",
    shape: Shape::Flag,
    after: &[Stage::Regex],
    makes: None,
    place: FLAG_PLACE,
    apply: Apply::Each(multi_line),
};

pub(super) const MULTILINE: Modifier = Modifier { name: "multiline", ..M };

pub(super) const S: Modifier = Modifier {
    name: "s",
    summary: "re: the dot takes line breaks",
    shape: Shape::Flag,
    after: &[Stage::Regex],
    makes: None,
    place: FLAG_PLACE,
    apply: Apply::Each(dot_all),
};

pub(super) const DOTALL: Modifier = Modifier { name: "dotall", ..S };

const FLAG_PLACE: &str = "the flags `i`, `m` and `s` go behind `re`; plain text ignores case unless it is `cased`";

/// A regular expression being put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) source: String,
    pub(super) flags: Flags,
    /// Pinned to the start of the field.
    pub(super) at_start: bool,
    /// Pinned to the end of the field.
    pub(super) at_end: bool,
}

impl Expression {
    pub(super) fn compile(&self) -> Result<Search, Misuse> {
        // By itself first: brackets that do not match up must not pair with those put around it.
        let plain = self.build(&self.source)?;
        if !self.at_start && !self.at_end {
            return Ok(plain);
        }
        let (start, end) = (if self.at_start { r"\A" } else { "" }, if self.at_end { r"\z" } else { "" });
        self.build(&format!("{start}(?:{}){end}", self.source))
    }

    fn build(&self, source: &str) -> Result<Search, Misuse> {
        Search::new(source, self.flags).map_err(|error| refused(&self.source, &error))
    }
}

/// The last line of the crate's message says what is wrong; those before it draw a picture.
fn refused(source: &str, error: &regex::Error) -> Misuse {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
    let help = if reason.contains("look-around") || reason.contains("backreferences") {
        "write it without look-around and back-references: several conditions joined by `and not` do the same"
    } else if matches!(error, regex::Error::CompiledTooBig(_)) {
        "use smaller repetitions"
    } else {
        "the syntax is that of https://docs.rs/regex; a literal sign of it needs a backslash"
    };
    Misuse {
        code: Code::BadRegex,
        message: format!("the expression '{}' does not compile: {reason}", shorten(source)),
        help: help.to_owned(),
    }
}

fn re(draft: Draft, work: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let source = match draft {
        Draft::Scalar(Kind::Text(source)) => source,
        Draft::Scalar(Kind::Number(digits)) => {
            work.number_as_text = true;
            digits
        }
        Draft::Scalar(other) => return Err(Misuse::value_type(RE.name, "text", &other)),
        _ => return Err(Misuse::out_of_place(RE.name)),
    };
    Ok(vec![Draft::Regex(Expression { source, ..Expression::default() })])
}

fn ignore_case(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    flag(draft, I.name, |flags| flags.ignore_case = true)
}

fn multi_line(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    flag(draft, M.name, |flags| flags.multi_line = true)
}

fn dot_all(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    flag(draft, S.name, |flags| flags.dot_all = true)
}

fn flag(draft: Draft, name: &str, set: fn(&mut Flags)) -> Result<Vec<Draft>, Misuse> {
    let Draft::Regex(mut expression) = draft else { return Err(Misuse::out_of_place(name)) };
    set(&mut expression.flags);
    Ok(vec![Draft::Regex(expression)])
}
