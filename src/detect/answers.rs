//! What the view answered for one case: each question is asked once, however many rules ask it.
//!
//! Sound because a view is a function of event and question: nothing here outlives the case it was asked for, and
//! [`Answers::recycled`] must stand between two cases.

use super::reference::Case;
use crate::model::{AskId, Datum, One, Values};

/// Answers of the view for one case, and memory for those to the next.
#[derive(Default)]
pub(super) struct Answers<'r> {
    /// All answers, one behind the other.
    values: Values<'r>,
    /// By question: which of them are all its values,
    all: Vec<Answer>,
    /// and which is the one value it has, if any.
    single: Vec<Answer>,
    /// Counts the cases; what carries another number is of a case before.
    case: u64,
    /// Questions that were asked, known or not, while that is noted.
    noted: Vec<AskId>,
    notes: bool,
}

/// Where an answer stands.
#[derive(Clone, Copy)]
struct Answer {
    case: u64,
    start: usize,
    end: usize,
}

impl Answer {
    const NEVER: Answer = Answer { case: u64::MAX, start: 0, end: 0 };
}

impl<'r> Answers<'r> {
    /// Empty, with the memory of these; that is what makes asking free of allocation.
    pub(super) fn recycled<'b>(self) -> Answers<'b> {
        let case = self.case.wrapping_add(1);
        Answers {
            values: emptied(self.values),
            all: self.all,
            single: self.single,
            case,
            noted: self.noted,
            notes: false,
        }
    }

    /// Begins to note what is asked, or ends it.
    pub(super) fn note(&mut self, notes: bool) {
        self.notes = notes;
        if notes {
            self.noted.clear();
        }
    }

    /// What was asked while that was noted.
    pub(super) fn noted(&self) -> &[AskId] {
        &self.noted
    }

    /// Every value of a field, as [`View::values`](crate::model::View::values) gives them.
    pub(super) fn all(&mut self, case: &Case<'_, 'r>, ask: AskId) -> &[Datum<'r>] {
        self.ask(case, ask);
        self.told(ask)
    }

    /// Makes sure that [`Answers::told`] knows a field.
    pub(super) fn ask(&mut self, case: &Case<'_, 'r>, ask: AskId) {
        if self.notes {
            self.noted.push(ask);
        }
        let (now, start) = (self.case, self.values.len());
        let answer = slot(&mut self.all, ask);
        if answer.case != now {
            let one = case.view.answer(case.event, ask, &mut self.values);
            *answer = Answer { case: now, start, end: self.values.len() };
            // Who asks for all mostly asks for the one, too.
            let told = match one {
                One::At(at) => Some(at..at + 1),
                One::Nothing => Some(start..start),
                One::Unknown => None,
            };
            if let Some(told) = told {
                *slot(&mut self.single, ask) = Answer { case: now, start: told.start, end: told.end };
            }
        }
    }

    /// Every value of a field that was asked for.
    pub(super) fn told(&self, ask: AskId) -> &[Datum<'r>] {
        let answer = self.all.get(ask.0 as usize).filter(|answer| answer.case == self.case);
        answer.and_then(|answer| self.values.get(answer.start..answer.end)).unwrap_or_default()
    }

    /// The one value of a field, as [`View::single`](crate::model::View::single) gives it.
    pub(super) fn single(&mut self, case: &Case<'_, 'r>, ask: AskId) -> Option<&Datum<'r>> {
        if self.notes {
            self.noted.push(ask);
        }
        let (now, start) = (self.case, self.values.len());
        let answer = slot(&mut self.single, ask);
        if answer.case != now {
            self.values.extend(case.view.single(case.event, ask));
            *answer = Answer { case: now, start, end: self.values.len() };
        }
        self.told_single(ask)
    }

    /// The one value of a field that was asked for.
    pub(super) fn told_single(&self, ask: AskId) -> Option<&Datum<'r>> {
        let answer = self.single.get(ask.0 as usize).filter(|answer| answer.case == self.case)?;
        self.values.get(answer.start..answer.end)?.first()
    }
}

/// Questions are numbered densely by [`Asks`](crate::model::Asks), so a list by number stays as short as they are few.
fn slot(answers: &mut Vec<Answer>, ask: AskId) -> &mut Answer {
    let n = ask.0 as usize;
    if answers.len() <= n {
        answers.resize(n + 1, Answer::NEVER);
    }
    &mut answers[n]
}

fn emptied<'b>(mut values: Values<'_>) -> Values<'b> {
    values.clear();
    // Nothing is left to convert; collecting in place keeps the buffer.
    values.into_iter().map(|_| Datum::Null).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_again_allocates_nothing() {
        let mut answers = Answers::default();
        answers.values.reserve(17);
        let (place, room) = (answers.values.as_ptr() as usize, answers.values.capacity());
        let text = String::from("of another event");
        let mut again: Answers<'_> = answers.recycled();
        assert_eq!((again.values.as_ptr() as usize, again.values.capacity()), (place, room));
        again.values.push(Datum::borrowed(&text));
        let back: Answers<'static> = again.recycled();
        assert_eq!((back.values.len(), back.values.capacity()), (0, room));
    }

    #[test]
    fn answers_of_a_case_before_are_forgotten() {
        let mut answers = Answers::default();
        answers.values.push(Datum::Bool(true));
        *slot(&mut answers.all, AskId(2)) = Answer { case: 0, start: 0, end: 1 };
        assert_eq!(answers.told(AskId(2)), [Datum::Bool(true)]);
        assert_eq!(answers.told(AskId(1)), []);
        let again: Answers<'_> = answers.recycled();
        assert_eq!(again.told(AskId(2)), []);
    }
}
