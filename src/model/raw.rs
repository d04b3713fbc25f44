//! The text of a record: at hand, or worked out when somebody wants to see it.
//!
//! Formats that are not text (event logs) have none before they are rendered, which costs more than reading their fields;
//! of most records nobody ever asks for it.

use std::cell::OnceCell;
use std::fmt;

/// A record as written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raw<'r> {
    /// It stands in the block.
    Text(&'r str),
    /// It is worked out when somebody asks.
    Late(&'r LateText<'r>),
}

impl<'r> Raw<'r> {
    /// The text, worked out if need be.
    pub(crate) fn text(self) -> &'r str {
        match self {
            Raw::Text(text) => text,
            Raw::Late(late) => late.text(),
        }
    }

    /// The text, if nothing must be done for it. Fields of a record are pieces of no other.
    pub(crate) fn at_hand(self) -> Option<&'r str> {
        match self {
            Raw::Text(text) => Some(text),
            Raw::Late(_) => None,
        }
    }
}

impl<'r> From<&'r str> for Raw<'r> {
    fn from(text: &'r str) -> Raw<'r> {
        Raw::Text(text)
    }
}

/// A text that is worked out at most once.
pub(crate) struct LateText<'r> {
    text: OnceCell<String>,
    render: &'r dyn Fn() -> String,
}

impl<'r> LateText<'r> {
    /// A text that `render` gives.
    pub(crate) fn new(render: &'r dyn Fn() -> String) -> LateText<'r> {
        LateText { text: OnceCell::new(), render }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(self.render)
    }
}

impl fmt::Debug for LateText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LateText").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_late_text_is_worked_out_once_and_only_when_asked_for() {
        let times = Cell::new(0);
        let render = || {
            times.set(times.get() + 1);
            "text".to_owned()
        };
        let late = LateText::new(&render);
        let raw = Raw::Late(&late);
        assert_eq!((raw.at_hand(), times.get()), (None, 0));
        assert_eq!((raw.text(), raw.text(), times.get()), ("text", "text", 1));
        assert_eq!((Raw::from("a").at_hand(), Raw::from("a").text()), (Some("a"), "a"));
    }
}
