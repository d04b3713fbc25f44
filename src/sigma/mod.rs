//! The Sigma rule language: read, check, compile. Specification 2.1.0.

mod condition;
mod decimal;
mod detection;
mod diagnostic;
mod fold;
mod modifiers;
mod pattern;
mod raw;
mod rule;

pub(crate) use diagnostic::{CODES, Code, Diagnostic, Severity};
pub(crate) use fold::{fold, folded};
pub(crate) use modifiers::{MODIFIERS, Modifier, Shape};
pub(crate) use rule::{
    Comparison, Condition, Correlation, CorrelationKind, Decimal, Expr, FieldTest, Group, Keywords, Pattern,
    PatternPart, Rule, RuleMeta, Ruleset, Selection, TimePart, ValueTest,
};
