//! The Sigma rule language: read, check, compile. Specification 2.1.0.

mod condition;
mod correlation;
mod decimal;
mod detection;
mod diagnostic;
mod document;
mod filter;
mod fold;
mod identity;
mod load;
mod meta;
mod modifiers;
mod pattern;
mod raw;
mod resolve;
mod rule;
mod words;

pub(crate) use diagnostic::{CODES, Code, Diagnostic, Severity};
pub(crate) use fold::{fold, folded};
pub(crate) use load::{LoadOptions, Loaded, SourceText, load};
pub(crate) use modifiers::{MODIFIERS, Modifier, Shape};
pub(crate) use rule::{
    Comparison, Condition, Correlation, CorrelationKind, Decimal, Expr, FieldTest, Group, Keywords, Pattern,
    PatternPart, Rule, RuleMeta, Ruleset, Selection, TimePart, ValueTest,
};

#[cfg(test)]
mod tests;
