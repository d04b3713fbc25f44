//! Jobs that wait for some thread to do them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Jobs in the order they were put there. Who waits for one is told when there will be no more.
pub(super) struct Shelf<T> {
    /// And whether there will be no more.
    jobs: Mutex<(VecDeque<T>, bool)>,
    change: Condvar,
}

impl<T> Shelf<T> {
    /// An empty one.
    pub(super) fn new() -> Shelf<T> {
        Shelf { jobs: Mutex::new((VecDeque::new(), false)), change: Condvar::new() }
    }

    /// Puts a job behind all others.
    pub(super) fn put(&self, job: T) {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(job);
        self.change.notify_one();
    }

    /// The first job, if there is one.
    pub(super) fn take(&self) -> Option<T> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).0.pop_front()
    }

    /// The first job as soon as there is one; nothing when there will be none.
    pub(super) fn wait(&self) -> Option<T> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(job) = jobs.0.pop_front() {
                return Some(job);
            }
            if jobs.1 {
                return None;
            }
            jobs = self.change.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What closes the shelf when it is dropped, by a panic too: who waits would do so for ever.
    pub(super) fn closing(&self) -> Closing<'_, T> {
        Closing(self)
    }
}

/// An open shelf.
pub(super) struct Closing<'s, T>(&'s Shelf<T>);

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.0.change.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    #[test]
    fn jobs_are_taken_in_order_and_all_of_them_when_it_is_closed() {
        let shelf = Shelf::new();
        (0..5).for_each(|job| shelf.put(job));
        drop(shelf.closing());
        let taken: Vec<_> = shelf.take().into_iter().chain(std::iter::from_fn(|| shelf.wait())).collect();
        assert_eq!(taken, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_panic_ends_the_waiting() {
        let shelf: Shelf<()> = Shelf::new();
        std::thread::scope(|scope| {
            let waiting = [scope.spawn(|| shelf.wait()), scope.spawn(|| shelf.wait())];
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _open = shelf.closing();
                resume_unwind(Box::new("it went wrong"));
            }));
            assert!(panicked.is_err());
            assert!(waiting.into_iter().all(|thread| matches!(thread.join(), Ok(None))));
        });
    }
}
