//! The Sigma rule language: read, check, compile. Specification 2.1.0.

mod decimal;
mod diagnostic;
mod fold;
mod pattern;
mod raw;
mod rule;

pub(crate) use diagnostic::{CODES, Code, Diagnostic, Severity};
pub(crate) use fold::{fold, folded};
pub(crate) use rule::{
    Comparison, Condition, Correlation, CorrelationKind, Decimal, Expr, FieldTest, Group, Keywords, Pattern,
    PatternPart, Rule, RuleMeta, Ruleset, Selection, TimePart, ValueTest,
};
