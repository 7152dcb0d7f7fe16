//! What a page says with a number: it is told when that is stored, and says it again on its next connection until then.

use std::collections::VecDeque;

use model::wire::{Heard, ServerMessage, Statement};
use model::{Bookmark, Code, Millis, Problem, TrackId};

use super::actor::CallActor;
use super::messages::bookmark;
use super::said::Said;
use super::write_op::WriteOp;

/// Words that a page may still say again on another connection: those of some minutes.
const REMEMBERED: usize = 256;

/// What of a page's numbered messages is not told of yet, and which words were taken.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    /// Page and number, oldest first: taken, but words of before wait in the engine.
    waiting: Vec<(u64, u32)>,
    /// Track, start and end of words that were taken, the newest last. Those that turned out to be an echo are in no segment.
    taken: VecDeque<(TrackId, Millis, Millis)>,
}

impl Numbered {
    /// Whether these words were taken before.
    fn knows(&self, heard: &Heard, all: &Said) -> bool {
        let said = (heard.track, heard.start, heard.end);
        self.taken.contains(&said) || all.has(said)
    }

    fn remember(&mut self, heard: &Heard) {
        if self.taken.len() == REMEMBERED {
            self.taken.pop_front();
        }
        self.taken.push_back((heard.track, heard.start, heard.end));
    }
}

impl CallActor {
    /// A numbered message: taken once, and told of when it is stored.
    pub(super) async fn on_numbered(&mut self, page: u64, number: u32, statement: Statement) {
        let again = match &statement {
            Statement::Heard(heard) if !heard.is_final => {
                let problem = Problem::new(Code::Invalid, "Words that may still change need no number: send them without one.");
                return self.connections.reply(page, ServerMessage::Rejected(problem));
            }
            Statement::Heard(heard) => self.numbered.knows(heard, &self.engine.segments),
            Statement::Bookmark { at, note } => self.engine.bookmarks.iter().any(|known| is_same(known, *at, note)),
            Statement::Feedback { .. } | Statement::Pause { .. } | Statement::CaptureNote { .. } => false,
        };
        if !again {
            let heard = if let Statement::Heard(heard) = &statement { Some(heard.clone()) } else { None };
            if !self.take(page, statement.into()).await {
                // Nothing of it is kept here: it is said again.
                return self.connections.turn_away(page);
            }
            if let Some(heard) = heard {
                self.numbered.remember(&heard);
            }
        }
        self.numbered.waiting.push((page, number));
        self.store_numbers();
    }

    /// Has pages told of what they said, after all of it is stored.
    pub(super) fn store_numbers(&mut self) {
        // A line that waits to be told from an echo would be lost with this server.
        if !self.engine.session.is_holding() {
            for (page, number) in std::mem::take(&mut self.numbered.waiting) {
                self.store(WriteOp::Numbered(page, number));
            }
        }
    }
}

fn is_same(known: &Bookmark, at: Millis, note: &str) -> bool {
    bookmark(at, note).is_ok_and(|(at, note)| known.at_ms == at && known.note == note)
}
