//! What the user asked for, checked: defaults, file, environment and flags in layers.
