//! The whole program, in order: sets up, runs blocks on all cores, merges, correlates, scores.
