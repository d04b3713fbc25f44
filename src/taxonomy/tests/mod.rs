//! What the tables must keep, and what views make of events put together by hand.

mod laws;
mod views;
