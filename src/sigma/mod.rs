//! The Sigma rule language: read, check, compile. Specification 2.1.0.

mod decimal;
mod fold;
mod pattern;
mod rule;

pub(crate) use fold::{fold, folded};
pub(crate) use rule::{
    Comparison, Condition, Correlation, CorrelationKind, Decimal, Expr, FieldTest, Group, Keywords, Pattern,
    PatternPart, Rule, RuleMeta, Ruleset, Selection, TimePart, ValueTest,
};
