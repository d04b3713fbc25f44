//! In which order inputs are read.
//!
//! Inputs start in order of their first stamp (those without one last), then path. At most
//! [`limits::OPEN_INPUTS`] are open and take turns in steps of [`limits::TURN`] unpacked bytes, so that
//! logs of the same time reach the correlations side by side. The order depends on nothing else.

use crate::model::limits;
use std::collections::VecDeque;

/// Hands out turns over `T`, a waiting or an open input.
pub(super) struct Turns<W, O> {
    waiting: VecDeque<W>,
    open: VecDeque<(O, u64)>,
}

impl<W, O> Turns<W, O> {
    /// Starts with every input waiting, in the order they should be opened.
    pub(super) fn new(waiting: impl IntoIterator<Item = W>) -> Turns<W, O> {
        Turns { waiting: waiting.into_iter().collect(), open: VecDeque::new() }
    }

    /// The next input to open, if there is room for one more.
    pub(super) fn next_waiting(&mut self) -> Option<W> {
        if self.open.len() < limits::OPEN_INPUTS { self.waiting.pop_front() } else { None }
    }

    /// Takes up an input that was opened.
    pub(super) fn opened(&mut self, input: O) {
        self.open.push_back((input, limits::TURN));
    }

    /// The input whose turn it is, and the position at which the turn ends.
    pub(super) fn current(&mut self) -> Option<(&mut O, u64)> {
        self.open.front_mut().map(|(input, until)| (input, *until))
    }

    /// Ends the turn; the input comes back after the others.
    pub(super) fn pass(&mut self) {
        if let Some((input, until)) = self.open.pop_front() {
            self.open.push_back((input, until.saturating_add(limits::TURN)));
        }
    }

    /// Takes the current input out: it is at its end. With it comes the position at which its turn would have ended.
    pub(super) fn done(&mut self) -> Option<(O, u64)> {
        self.open.pop_front()
    }

    /// Lets an input take the place of the one that is done.
    pub(super) fn go_on(&mut self, input: O, until: u64) {
        self.open.push_front((input, until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_inputs_take_turns_and_the_rest_waits() {
        let mut turns: Turns<usize, usize> = Turns::new(0..20);
        let mut order = Vec::new();
        let mut left = [2_u32; 20];
        loop {
            while let Some(input) = turns.next_waiting() {
                turns.opened(input);
            }
            let Some((input, _)) = turns.current() else { break };
            let input = *input;
            order.push(input);
            left[input] -= 1;
            if left[input] == 0 {
                turns.done();
            } else {
                turns.pass();
            }
        }
        assert_eq!(order.len(), 40);
        assert_eq!(order[..18], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1]);
        assert_eq!(order[32..], [16, 17, 18, 19, 16, 17, 18, 19]);
    }

    #[test]
    fn each_turn_ends_one_step_later() {
        let mut turns: Turns<(), ()> = Turns::new([]);
        turns.opened(());
        assert_eq!(turns.current().map(|((), until)| until), Some(limits::TURN));
        turns.pass();
        assert_eq!(turns.current().map(|((), until)| until), Some(2 * limits::TURN));
    }
}
