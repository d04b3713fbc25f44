//! What header lines say about the records below them.

/// The header that holds for a record: W3C's `#Fields`, Zeek's `#fields` and `#types`. Empty where there was none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// The row of the format whose header it is; formats that help out look only at their own.
    pub(crate) format: &'static str,
    /// Names of the columns, in order.
    pub(crate) columns: Vec<String>,
    /// Whatever else was said, by name: the later one of a name counts.
    pub(crate) notes: Vec<(&'static str, String)>,
}

impl Header {
    /// What was said under a name.
    pub(crate) fn note(&self, name: &str) -> Option<&str> {
        self.notes.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_str())
    }

    /// Says something under a name, instead of what was said before.
    pub(crate) fn say(&mut self, name: &'static str, text: &str) {
        match self.notes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, known)) => text.clone_into(known),
            None => self.notes.push((name, text.to_owned())),
        }
    }
}
