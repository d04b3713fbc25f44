//! Blanks secrets in text that leaves the program.
