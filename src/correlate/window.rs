//! What one group keeps inside the timespan, as its kind sees it.

use super::explain::Reading;
use super::fixed::Fixed;
use super::keys::ValueId;

/// One alert of one group, before it has a text: counts openings over the whole run.
pub(super) type BurstId = u64;

/// A contribution to a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Which event of the group it belongs to, counting from 0.
    pub(super) position: u64,
    /// Whether it is the event's first contribution to the group; those of inner alerts come first.
    pub(super) leads: bool,
    /// The rule, by its first place in the correlation's list.
    pub(super) rule: usize,
    /// The alert of the inner correlation it belongs to.
    pub(super) burst: Option<BurstId>,
    /// What `value_count` counts.
    pub(super) value: ValueId,
    /// What metrics compute with.
    pub(super) number: Fixed,
}

/// The state one group keeps for its kind. Contributions enter in order, leave in the same order when they fall out
/// of the timespan, and each costs the same however many there are (a logarithm for percentiles).
pub(super) trait Window: Send {
    fn push(&mut self, item: &Item);
    fn forget(&mut self, item: &Item);
    /// Whether the condition holds over what is in the window.
    fn holds(&self) -> bool;
    /// What is in the window, as the condition sees it.
    fn reading(&self) -> Reading;
    /// Memory in use beside the struct itself, by length.
    fn bytes(&self) -> usize;
}
