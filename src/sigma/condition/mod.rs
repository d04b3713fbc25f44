//! Conditions: text to a tree, and the tree to an expression over the identifiers of a detection.
//!
//! The grammar is sigma-semantics.md 7. Keywords are whole lower-case words, so `not_admin` and `android` are
//! identifiers. `1 of x_*` is spelt out while names are resolved. Nesting and size are bounded (limits.rs).

use super::diagnostic::{Code, nearest};
use super::modifiers::shorten;
use super::rule::{Expr, Pattern, PatternPart};
use crate::model::limits;
use std::collections::HashMap;

/// A condition as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Name(String),
    /// `1 of pattern`, or with `all` `all of pattern`; `them` is no pattern.
    Selector {
        all: bool,
        pattern: Option<String>,
    },
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
}

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Tree, Fault> {
    let mut parser = Parser { text, words: words(text)?, next: 0, depth: 0 };
    if parser.words.is_empty() {
        return Err(bad("the condition is empty", "write the identifiers to look for, such as `selection`"));
    }
    let tree = parser.or()?;
    match parser.peek() {
        None => Ok(tree),
        Some(word) if word.text == ")" => Err(parser.fault("`)` closes nothing", "take it out, or open the bracket")),
        Some(_) => Err(parser.fault("an operator is missing", "join identifiers with `and`, `or` and `not`")),
    }
}

impl Tree {}

/// A word of a condition and the character it begins at, from 1.
#[derive(Clone, Copy, Debug)]
struct Word<'t> {
    text: &'t str,
    at: usize,
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*')
}

fn words(text: &str) -> Result<Vec<Word<'_>>, Fault> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut at = 1;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            ' ' | '\t' | '\r' | '\n' => {
                rest = rest.get(1..).unwrap_or("");
                at += 1;
                continue;
            }
            '(' | ')' => 1,
            c if is_word_char(c) => rest.find(|c| !is_word_char(c)).unwrap_or(rest.len()),
            '|' => return Err(aggregation(rest)),
            c => {
                let help = match c {
                    '&' => "use the word `and`",
                    '!' => "use the word `not`",
                    '.' => "a condition cannot name an identifier with a dot; rename it, or reach it with `1 of x*`",
                    _ => "a condition holds identifiers, `and`, `or`, `not`, `1 of`, `all of` and brackets",
                };
                return Err(bad(&format!("unexpected `{}` at character {at}", c.escape_debug()), help));
            }
        };
        let (word, behind) = rest.split_at(len);
        words.push(Word { text: word, at });
        at += word.len();
        rest = behind;
    }
    Ok(words)
}

fn aggregation(rest: &str) -> Fault {
    let by = rest.split_whitespace().skip_while(|word| *word != "by").nth(1);
    let group = by.map(|field| format!("group-by: [{field}], ")).unwrap_or_default();
    let kind = if rest.contains("near") { "temporal" } else { "event_count" };
    Fault {
        code: Code::DeprecatedAggregation,
        message: format!("`{}` is the old aggregation syntax", shorten(rest.trim())),
        help: format!(
            "end the condition before the `|`, give the rule a `name`, and add a document with \
             `correlation: {{type: {kind}, rules: [that name], {group}timespan: 5m, condition: {{gte: …}}}}` \
             (value_count with `field` to count different values)"
        ),
    }
}

fn bad(message: &str, help: &str) -> Fault {
    Fault { code: Code::BadCondition, message: message.to_owned(), help: help.to_owned() }
}

struct Parser<'t> {
    text: &'t str,
    words: Vec<Word<'t>>,
    next: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<Word<'t>> {
        self.words.get(self.next).copied()
    }

    fn peek_second(&self) -> Option<&'t str> {
        self.words.get(self.next + 1).map(|word| word.text)
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.text == wanted);
        if found {
            self.next += 1;
        }
        found
    }

    /// A fault at the next word.
    fn fault(&self, what: &str, help: &str) -> Fault {
        let around = [self.next.checked_sub(1).and_then(|before| self.words.get(before)).copied(), self.peek()];
        let shouted =
            around.into_iter().flatten().find(|word| matches!(word.text, "AND" | "OR" | "NOT" | "OF" | "ALL"));
        let help = match shouted {
            Some(word) => format!("keywords are written in lower case: `{}`", word.text.to_ascii_lowercase()),
            None => help.to_owned(),
        };
        let place = match self.peek() {
            Some(word) => format!("before `{}` at character {}", shorten(word.text), word.at),
            None => "at the end".to_owned(),
        };
        bad(&format!("{what} {place} of '{}'", shorten(self.text)), &help)
    }

    fn or(&mut self) -> Result<Tree, Fault> {
        let mut parts = vec![self.and()?];
        while self.takes("or") {
            parts.push(self.and()?);
        }
        Ok(one_or(parts, Tree::Or))
    }

    fn and(&mut self) -> Result<Tree, Fault> {
        let mut parts = vec![self.unary()?];
        while self.takes("and") {
            parts.push(self.unary()?);
        }
        Ok(one_or(parts, Tree::And))
    }

    fn unary(&mut self) -> Result<Tree, Fault> {
        self.depth += 1;
        if self.depth > limits::RULE_DEPTH {
            let message = format!("brackets and `not` are nested more than {} deep", limits::RULE_DEPTH);
            return Err(bad(&message, "split the condition into a list of conditions"));
        }
        let tree = if self.takes("not") {
            Tree::Not(Box::new(self.unary()?))
        } else if self.takes("(") {
            let inner = self.or()?;
            if !self.takes(")") {
                return Err(self.fault("a `)` is missing", "close every bracket"));
            }
            inner
        } else {
            self.operand()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn operand(&mut self) -> Result<Tree, Fault> {
        let Some(word) = self.peek() else {
            return Err(self.fault("an identifier is missing", "an operator needs something on both sides"));
        };
        if matches!(word.text, "and" | "or" | ")") {
            return Err(self.fault("an identifier is missing", "an operator needs something on both sides"));
        }
        let is_number = word.text.bytes().all(|b| b.is_ascii_digit());
        if self.peek_second() == Some("of") && (is_number || matches!(word.text, "any" | "all")) {
            if is_number && word.text != "1" {
                return Err(self.fault("only `1`, `any` and `all` may stand before `of`;", "name the combinations"));
            }
            self.next += 2;
            return self.selector(word.text == "all");
        }
        self.next += 1;
        if word.text.contains('*') {
            self.next -= 1;
            let help = format!("write `1 of {0}` or `all of {0}`", shorten(word.text));
            return Err(self.fault("a pattern needs `1 of` or `all of`", &help));
        }
        Ok(Tree::Name(word.text.to_owned()))
    }

    fn selector(&mut self, all: bool) -> Result<Tree, Fault> {
        match self.peek() {
            Some(word) if !matches!(word.text, "(" | ")" | "and" | "or" | "not") => {
                self.next += 1;
                let pattern = (word.text != "them").then(|| word.text.to_owned());
                Ok(Tree::Selector { all, pattern })
            }
            _ => Err(self.fault("`of` needs `them` or a pattern", "write `1 of them` or `1 of selection_*`")),
        }
    }
}

fn one_or(mut parts: Vec<Tree>, many: fn(Vec<Tree>) -> Tree) -> Tree {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}

/// Turns names into indices of `names`.
pub(super) struct Resolver<'n> {
    names: &'n [&'n str],
    indices: HashMap<&'n str, usize>,
    /// Which names a condition reaches.
    pub(super) reached: Vec<bool>,
    /// Selectors that reach nothing.
    pub(super) idle: Vec<String>,
    /// Names nothing is called, and sizes out of bounds.
    pub(super) faults: Vec<Fault>,
    budget: usize,
}

impl<'n> Resolver<'n> {
    pub(super) fn new(names: &'n [&'n str]) -> Resolver<'n> {
        Resolver {
            names,
            indices: names.iter().zip(0..).map(|(name, index)| (*name, index)).collect(),
            reached: vec![false; names.len()],
            idle: Vec::new(),
            faults: Vec::new(),
            budget: limits::RULE_EXPANSIONS,
        }
    }

    /// The expression a tree stands for. Depth is bounded by [`parse`].
    pub(super) fn resolve(&mut self, tree: &Tree) -> Expr {
        match tree {
            Tree::And(parts) => Expr::And(parts.iter().map(|part| self.resolve(part)).collect()),
            Tree::Or(parts) => Expr::Or(parts.iter().map(|part| self.resolve(part)).collect()),
            Tree::Not(inner) => Expr::Not(Box::new(self.resolve(inner))),
            Tree::Name(name) => self.name(name),
            Tree::Selector { all, pattern } => self.selector(*all, pattern.as_deref()),
        }
    }

    fn name(&mut self, name: &str) -> Expr {
        if let Some(&index) = self.indices.get(name) {
            self.reach(index);
            return Expr::Selection(index);
        }
        if self.faults.len() >= limits::RULE_DIAGNOSTICS {
            return Expr::Never;
        }
        let help = if let Some(meant) = nearest(name, self.names.iter().copied()) {
            format!("did you mean `{meant}`?")
        } else {
            let some: Vec<_> = self.names.iter().take(10).map(|name| format!("`{}`", shorten(name))).collect();
            format!("the identifiers are {}", some.join(", "))
        };
        let message = format!("the condition names `{}`, which is not defined", shorten(name));
        self.faults.push(Fault { code: Code::UnknownIdentifier, message, help });
        Expr::Never
    }

    fn selector(&mut self, all: bool, pattern: Option<&str>) -> Expr {
        // Each selector looks at every name, whether it reaches it or not.
        let Some(left) = self.budget.checked_sub(self.names.len()) else {
            self.budget = 0;
            let message = "the condition spells out to more operands than are allowed";
            if !self.faults.iter().any(|fault| fault.message == message) {
                self.faults.push(bad(message, "use fewer selectors or fewer identifiers"));
            }
            return Expr::Never;
        };
        self.budget = left;
        // What begins with an underscore is reached only by a pattern that begins with one.
        let hidden = pattern.is_some_and(|pattern| pattern.starts_with('_'));
        let matcher = pattern.map(glob);
        let found: Vec<usize> = (0..)
            .zip(self.names)
            .filter(|(_, name)| hidden || !name.starts_with('_'))
            .filter(|(_, name)| matcher.as_ref().is_none_or(|matcher| matcher.matches(name)))
            .map(|(index, _)| index)
            .collect();
        for index in &found {
            self.reach(*index);
        }
        match found.as_slice() {
            [] => {
                let quantity = if all { "all" } else { "1" };
                self.idle.push(format!("{quantity} of {}", pattern.unwrap_or("them")));
                Expr::Never
            }
            [only] => Expr::Selection(*only),
            many if all => Expr::And(many.iter().copied().map(Expr::Selection).collect()),
            many => Expr::Or(many.iter().copied().map(Expr::Selection).collect()),
        }
    }

    fn reach(&mut self, index: usize) {
        if let Some(reached) = self.reached.get_mut(index) {
            *reached = true;
        }
    }
}

/// A selector's pattern: stars, and nothing else, are wildcards.
fn glob(pattern: &str) -> Pattern {
    let parts = pattern.split('*').enumerate().flat_map(|(n, literal)| {
        (n > 0).then_some(PatternPart::Many).into_iter().chain([PatternPart::Literal(literal.to_owned())])
    });
    Pattern::new(parts, true)
}

#[cfg(test)]
mod tests;
