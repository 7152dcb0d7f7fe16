//! Finds passages for a live call's cues, beside the call: no cue, word or frame waits for them.
//!
//! What the customer is saying is looked up ahead, from their partials: the newest one, a few times a second at most. A cue is shown at once; what is found for it comes out
//! of [`Assist::next`] when it is there. A cue whose words turn out to be others is looked up again with those, and what
//! was on its way for the first ones comes too late.

use std::collections::HashMap;
use std::time::Duration;

use model::metrics::Words;
use model::{CallId, Cue, OrganizationId};
use store::knowledge::NewUse;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::calls::cue_passages;
use crate::knowledge::{self, Found};
use kernel::Kernel;

/// Least time between two look-ups ahead: partials come faster than a model should be asked.
const AHEAD_EVERY: Duration = Duration::from_millis(300);

/// So many of the newest cues keep what was looked up for them: an older one is hardly told again, and is looked up anew if it is.
const REMEMBERED: i64 = 32;

/// What was found for a cue.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The cue's number.
    pub cue: i64,
    /// The words that were looked up.
    question: String,
    /// None if nothing is good enough.
    pub found: Option<Found>,
}

struct PendingLookup {
    /// The words that were looked up.
    question: String,
    task: AbortHandle,
    /// What is shown while the words aren't final yet: its use isn't noted.
    shown: Option<Found>,
}

/// One call's look-ups. They end with it.
pub(super) struct Assist {
    kernel: Kernel,
    organization: OrganizationId,
    call: CallId,
    /// Whether anything is looked up at all.
    is_on: bool,
    /// The last one of each of the newest cues, done or not.
    pending: HashMap<i64, PendingLookup>,
    running: JoinSet<Lookup>,
    /// What the customer is saying.
    ahead: watch::Sender<String>,
}

impl Assist {
    /// With `is_on` false nothing is looked up, and no cue has a passage.
    pub(super) fn new(kernel: Kernel, organization: OrganizationId, call: CallId, is_on: bool) -> Self {
        let (ahead, said) = watch::channel(String::new());
        if is_on {
            tokio::spawn(prefetch_newest(kernel.clone(), organization, call, said));
        }
        Self { kernel, organization, call, is_on, pending: HashMap::new(), running: JoinSet::new(), ahead }
    }

    /// Looks up what the customer is saying, so that a cue's own look-up finds it done. Empty: they have said it.
    pub(super) fn prefetch(&self, partial: &str) {
        let sentence = last_sentence(partial);
        self.ahead.send_if_modified(|ahead| {
            let other = ahead.as_str() != sentence;
            if other {
                sentence.clone_into(ahead);
            }
            other
        });
    }

    /// Looks a cue's passage up, unless that was done for the same words.
    pub(super) fn retrieve(&mut self, cue: &Cue) {
        let question = cue.quote.clone();
        if !self.is_on || self.pending.get(&cue.number).is_some_and(|pending| are_same(&pending.question, &question)) {
            return;
        }
        let (kernel, organization, call, cue) = (self.kernel.clone(), self.organization, self.call, cue.clone());
        let number = cue.number;
        let task = self.running.spawn(async move {
            let found = cue_passages::find(&kernel, organization, call, &cue).await;
            Lookup { cue: cue.number, question: cue.quote, found }
        });
        if let Some(stale) = self.pending.insert(number, PendingLookup { question, task, shown: None }) {
            stale.task.abort();
        }
        self.pending.retain(|old, lookup| *old > number - REMEMBERED || !lookup.task.is_finished());
    }

    /// A cue is gone.
    pub(super) fn forget(&mut self, cue: i64) {
        if let Some(stale) = self.pending.remove(&cue) {
            stale.task.abort();
        }
    }

    /// What is found next; none while nothing is being looked up. Nothing is lost if the caller stops waiting.
    pub(super) async fn next(&mut self) -> Option<Lookup> {
        loop {
            match self.running.join_next().await? {
                Ok(looked) => {
                    // One that was done just before it was aborted is stale all the same.
                    if self.pending.get(&looked.cue).is_some_and(|pending| pending.question == looked.question) {
                        return Some(looked);
                    }
                }
                Err(error) if error.is_panic() => tracing::error!(call = %self.call, %error, "looking up a passage failed"),
                Err(_) => {}
            }
        }
    }

    /// A passage is shown. That is a use, to be stored, as soon as the words are final, and none if they turn out to be others.
    #[must_use]
    pub(super) fn shows(&mut self, cue: &Cue, found: Found, is_final: bool) -> Option<NewUse> {
        if is_final {
            return Some(knowledge::use_in_call(&self.kernel, self.call, &cue.quote, &found));
        }
        if let Some(pending) = self.pending.get_mut(&cue.number) {
            pending.shown = Some(found);
        }
        None
    }

    /// A cue's words are final: the use of what it shows, to be stored.
    #[must_use]
    pub(super) fn confirm(&mut self, cue: &Cue) -> Option<NewUse> {
        let found = self.pending.get_mut(&cue.number).and_then(|pending| pending.shown.take())?;
        Some(knowledge::use_in_call(&self.kernel, self.call, &cue.quote, &found))
    }
}

/// Looks up the newest of what is being said, until the call's actor is gone.
async fn prefetch_newest(kernel: Kernel, organization: OrganizationId, call: CallId, mut said: watch::Receiver<String>) {
    while said.changed().await.is_ok() {
        let words = said.borrow_and_update().clone();
        knowledge::prefetch_for_call(&kernel, organization, call, words);
        tokio::time::sleep(AHEAD_EVERY).await;
    }
}

/// Whether two texts have the same words, whatever their marks and their case.
fn are_same(one: &str, other: &str) -> bool {
    one == other || Words::of(one).joined() == Words::of(other).joined()
}

/// The sentence that is being said: what the cue's quote will be.
fn last_sentence(text: &str) -> &str {
    let words = Words::of(text);
    let Some(last) = words.len().checked_sub(1) else { return "" };
    let first = words.marks().get(words.sentence_start(last)).map_or(0, |mark| mark.start as usize);
    text.char_indices().nth(first).and_then(|(byte, _)| text.get(byte..)).unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_is_being_said() {
        assert_eq!(last_sentence("Größe ist wichtig. What does the Team plan cost"), "What does the Team plan cost");
        assert_eq!(last_sentence("That's great! “How much is it?”  "), "How much is it?”", "its own mark ends no other");
        assert_eq!(last_sentence("it costs 3.5 or 4"), "it costs 3.5 or 4");
        assert_eq!(last_sentence("so we don't"), "so we don't");
        assert_eq!(last_sentence("…"), "");
        assert_eq!(last_sentence(""), "");
    }

    #[test]
    fn marks_and_case_make_no_other_words() {
        assert!(are_same("what does the team plan cost", "What does the Team plan cost?"));
        assert!(!are_same("what does the team plan cost", "What does the Team plan cost now?"));
    }
}
