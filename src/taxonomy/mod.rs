//! Knows what fields are called and where an event belongs. What it knows is data under `rules/taxonomy/`.
