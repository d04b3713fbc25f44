//! Hits over time: sorts them, keeps a window for each group, says when a correlation fires.
