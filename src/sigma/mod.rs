//! The Sigma rule language: read, check, compile. Specification 2.1.0; where it is silent, pySigma and the decisions
//! of `sigma-semantics.md`.
//!
//! [`load()`] takes the texts of all rule files and gives a [`Ruleset`] the engines walk, with everything there is to say
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
//! To add a modifier: a row in a file of `modifiers/` and its line in `MODIFIERS`. To add a diagnostic: a code in
//! `diagnostic` and its line in `CODES`. What a correlation computes belongs to `correlate`; whether an event has a
//! rule's log source to `taxonomy`; files are opened elsewhere.

mod ascii;
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
mod narrow;
mod needed;
mod pattern;
pub(crate) mod raw;
mod resolve;
mod rule;
mod run;
mod search;
mod trim;
mod words;

#[cfg(test)]
pub(crate) use diagnostic::Code;
pub(crate) use diagnostic::{Diagnostic, PathStep, Severity};
pub(crate) use fold::{fold, folded};
pub(crate) use load::{LoadOptions, Loaded, SourceText, load};
#[cfg(test)]
pub(crate) use modifiers::MODIFIERS;
pub(crate) use rule::{
    Comparison, Correlation, CorrelationKind, Decimal, Expr, FieldTest, Group, Keywords, Pattern, PatternPart, Rule,
    RuleMeta, Ruleset, TimePart, ValueTest,
};
#[cfg(test)]
pub(crate) use rule::{Condition, Selection};
#[cfg(test)]
pub(crate) use search::Flags;
pub(crate) use search::Search;

#[cfg(test)]
mod tests;
