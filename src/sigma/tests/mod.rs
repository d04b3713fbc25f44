//! The language as a whole, from text to rules.

mod corpora;
