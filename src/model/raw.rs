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

    /// False only if the text surely does not hold these bytes; nothing is worked out to know it.
    pub(crate) fn may_hold(self, bytes: &[u8]) -> bool {
        match self {
            Raw::Text(_) => true,
            Raw::Late(late) => late.text.get().is_some() || late.from.may_hold(bytes),
        }
    }

    /// Whether the text is there.
    #[cfg(test)]
    pub(crate) fn is_worked_out(self) -> bool {
        match self {
            Raw::Text(_) => true,
            Raw::Late(late) => late.text.get().is_some(),
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

/// Where texts come from that are worked out late.
pub(crate) trait Late {
    /// The text.
    fn render(&self) -> String;

    /// False only if the text surely does not hold these bytes.
    fn may_hold(&self, bytes: &[u8]) -> bool;
}

/// A text that is worked out at most once.
pub(crate) struct LateText<'r> {
    text: OnceCell<String>,
    from: &'r dyn Late,
}

impl<'r> LateText<'r> {
    /// A text that comes from there.
    pub(crate) fn new(from: &'r dyn Late) -> LateText<'r> {
        LateText { text: OnceCell::new(), from }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| self.from.render())
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

    struct Counted(Cell<u32>);

    impl Late for Counted {
        fn render(&self) -> String {
            self.0.set(self.0.get() + 1);
            "text".to_owned()
        }

        fn may_hold(&self, bytes: &[u8]) -> bool {
            bytes == b"te"
        }
    }

    #[test]
    fn a_late_text_is_worked_out_once_and_only_when_asked_for() {
        let counted = Counted(Cell::new(0));
        let late = LateText::new(&counted);
        let raw = Raw::Late(&late);
        assert_eq!((raw.at_hand(), raw.may_hold(b"te"), raw.may_hold(b"to"), counted.0.get()), (None, true, false, 0));
        assert_eq!((raw.text(), raw.text(), counted.0.get()), ("text", "text", 1));
        assert_eq!((Raw::from("a").at_hand(), Raw::from("a").text()), (Some("a"), "a"));
    }
}
