//! The Sigma rule language: read, check, compile. Specification 2.1.0; where it is silent, pySigma and the decisions
//! of `sigma-semantics.md`.
//!
//! [`load`] takes the texts of all rule files and gives a [`Ruleset`] the engines walk, with everything there is to say
//! about the files as [`Diagnostic`]s. One text goes through these steps:
//!
//! ```text
//! raw          YAML events → a tree that knows its lines
//! document     actions applied; rules, correlations and filters told apart
//! meta         what a rule says about itself
//! detection    search identifiers → groups   ← modifiers, pattern, fold, decimal
//!              conditions → expressions      ← condition
//! correlation  types, bounds, references as words
//! filter       conditions to be joined to rules
//! resolve      over all files: replaced built-ins, references, circles, filters, identities, silence
//! ```
//!
//! To add a modifier: a row in a file of `modifiers/` and its line in [`MODIFIERS`]. To add a diagnostic: a code in
//! `diagnostic` and its line in [`CODES`]. What a correlation computes belongs to `correlate`; whether an event has a
//! rule's log source to `taxonomy`; files are opened elsewhere.

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
