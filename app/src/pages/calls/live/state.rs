//! What a live page knows of its call: a reducer over the server's messages, without browser and without signals.

use model::wire::{CallEvent, Hearing, NoticeLevel, RecognizerStatus, ServerMessage, Snapshot, Welcome};
use model::{Bookmark, Call, CallState, Cue, CueState, Metrics, Millis, Partial, Problem, Segment, TrackId};

/// Most notices that are kept; older ones make room.
const MAX_NOTICES: usize = 5;

/// Something that the person should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// A sentence.
    pub message: String,
}

/// All that the page shows of the call itself; its connection and its devices are not part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveState {
    /// The call, once the server or the page's own request has told of it.
    pub call: Option<Call>,
    /// In order of their start.
    pub segments: Vec<Segment>,
    /// Text that may still change, of each track that has some.
    pub partials: Vec<Partial>,
    /// In order of number.
    pub cues: Vec<Cue>,
    /// In order of number.
    pub bookmarks: Vec<Bookmark>,
    /// The numbers so far.
    pub metrics: Metrics,
    /// How the recognizers of the tracks are doing.
    pub recognizers: Vec<RecognizerStatus>,
    /// Whether the call is heard.
    pub hearing: Hearing,
    /// The rep paused.
    pub paused: bool,
    /// Newest last.
    pub notices: Vec<Notice>,
    /// Call time at the last welcome.
    pub now: Millis,
    /// Number of the last event that is part of this state.
    pub last_event: u64,
}

/// Which parts a message changed, so that only their views are drawn again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The call itself, its pause or its state.
    pub call: bool,
    /// Final text or bookmarks.
    pub transcript: bool,
    /// Text that may still change.
    pub partials: bool,
    /// Cues.
    pub cues: bool,
    /// Numbers.
    pub metrics: bool,
    /// Recognizers, and whether the call is heard.
    pub recognizers: bool,
    /// Notices.
    pub notices: bool,
}

impl Changed {
    const ALL: Self = Self { call: true, transcript: true, partials: true, cues: true, metrics: true, recognizers: true, notices: true };
    const NOTHING: Self =
        Self { call: false, transcript: false, partials: false, cues: false, metrics: false, recognizers: false, notices: false };
}

/// What a message means for the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The state is up to date; these parts changed.
    Applied(Changed),
    /// Already known: nothing changed.
    Known,
    /// Events are missing before this one. Nothing changed; connect again to get them.
    Gap,
    /// Everything before `next` is safe on the server.
    Acked {
        /// Which track.
        track: TrackId,
        /// The frame that is expected next.
        next: u32,
    },
    /// Everything before `next` is safe whatever happens to a server.
    Durable {
        /// Which track.
        track: TrackId,
        /// The first frame that is not.
        next: u32,
    },
    /// Answer to a ping.
    Pong(u32),
    /// Something was not taken; the connection goes on.
    Rejected(Problem),
    /// The connection is over and coming back unchanged won't help.
    Refused(Problem),
    /// The server restarts: connect again.
    Restarting,
    /// What was said with this number is stored.
    Noted(u32),
}

impl LiveState {
    /// The state of a call of which only the call itself is known.
    pub fn of(call: Call) -> Self {
        Self { now: call.duration_ms, call: Some(call), ..Self::default() }
    }

    /// Takes one message in.
    pub fn apply(&mut self, message: ServerMessage) -> Outcome {
        match message {
            ServerMessage::Welcome(welcome) => Outcome::Applied(self.welcome(welcome)),
            ServerMessage::Snapshot(snapshot) => Outcome::Applied(self.replace(*snapshot)),
            ServerMessage::Event { sequence, .. } if sequence <= self.last_event => Outcome::Known,
            ServerMessage::Event { sequence, .. } if sequence > self.last_event + 1 => Outcome::Gap,
            ServerMessage::Event { sequence, event } => {
                self.last_event = sequence;
                Outcome::Applied(self.event(event))
            }
            ServerMessage::Ack { track, next } => Outcome::Acked { track, next },
            ServerMessage::Durable { track, next } => Outcome::Durable { track, next },
            ServerMessage::Pong { nonce } => Outcome::Pong(nonce),
            ServerMessage::Rejected(problem) => Outcome::Rejected(problem),
            ServerMessage::Refused(problem) => Outcome::Refused(problem),
            ServerMessage::Restarting => Outcome::Restarting,
            ServerMessage::Noted { number } => Outcome::Noted(number),
        }
    }

    /// Adds something that the page itself has to say, for example a lost microphone.
    pub fn notice(&mut self, level: NoticeLevel, message: String) -> Changed {
        let notice = Notice { level, message };
        self.notices.retain(|known| *known != notice);
        self.notices.push(notice);
        if self.notices.len() > MAX_NOTICES {
            self.notices.remove(0);
        }
        Changed { notices: true, ..Changed::NOTHING }
    }

    /// Takes a notice away: the person has read it, or it is no longer true.
    pub fn forget_notice(&mut self, message: &str) -> Changed {
        self.notices.retain(|notice| notice.message != message);
        Changed { notices: true, ..Changed::NOTHING }
    }

    /// Shows a cue's new state before the server has confirmed it.
    pub fn set_cue_state(&mut self, number: i64, state: CueState) -> Changed {
        match self.cues.iter_mut().find(|cue| cue.number == number) {
            Some(cue) if cue.state != state => {
                cue.state = state;
                Changed { cues: true, ..Changed::NOTHING }
            }
            _ => Changed::NOTHING,
        }
    }

    /// Where the call is in its life.
    pub fn phase(&self) -> CallState {
        self.call.as_ref().map_or(CallState::Prepared, |call| call.state)
    }

    /// The end of the last word that was heard: the call is at least this old.
    pub fn heard_until(&self) -> Millis {
        let finals = self.segments.iter().map(|segment| segment.end_ms);
        finals.chain(self.partials.iter().map(|partial| partial.end_ms)).chain([self.now]).max().unwrap_or_default()
    }

    /// When the words began that a cue rests on: in a segment, or in what is being said right now.
    pub fn said_at(&self, cue: &Cue) -> Option<Millis> {
        let number = cue.evidence.first_segment();
        let last = self.segments.iter().find(|segment| segment.number == number).map(|segment| segment.start_ms);
        last.or_else(|| self.partials.iter().find(|partial| partial.segment == Some(number)).map(|partial| partial.start_ms))
    }

    /// The cues on screen, newest first.
    pub fn open_cues(&self) -> impl Iterator<Item = &Cue> {
        self.cues.iter().rev().filter(|cue| cue.state == CueState::Open)
    }

    /// The cues that made room or were kept, newest first; dismissed ones are gone.
    pub fn earlier_cues(&self) -> impl Iterator<Item = &Cue> {
        self.cues.iter().rev().filter(|cue| matches!(cue.state, CueState::Kept | CueState::Collapsed))
    }

    fn welcome(&mut self, welcome: Welcome) -> Changed {
        self.call = Some(*welcome.call);
        self.now = welcome.now;
        // A server that lost its count sends a snapshot or starts anew; its events must not be taken for known ones.
        self.last_event = self.last_event.min(welcome.last_event);
        Changed { call: true, ..Changed::NOTHING }
    }

    fn replace(&mut self, snapshot: Snapshot) -> Changed {
        let Snapshot { last_event, mut segments, mut cues, bookmarks, metrics, recognizers, hearing } = snapshot;
        segments.sort_by_key(order);
        cues.sort_by_key(|cue| cue.number);
        *self = Self { segments, cues, bookmarks, metrics, last_event, recognizers, hearing, partials: Vec::new(), ..std::mem::take(self) };
        Changed::ALL
    }

    /// The call runs: its first audio is on its way. No event says so.
    pub fn started(&mut self) -> Changed {
        match &mut self.call {
            Some(call) if call.state == CallState::Prepared => {
                call.state = CallState::Live;
                Changed { call: true, ..Changed::NOTHING }
            }
            _ => Changed::NOTHING,
        }
    }

    /// The call is over for this page, whatever event said so or was missed.
    pub fn finish(&mut self, state: CallState) -> Changed {
        if self.phase() == CallState::Ended { Changed::NOTHING } else { self.move_to(state) }
    }

    /// How a recognizer is doing: one that runs in the page tells it here, not through the server.
    pub fn set_recognizer(&mut self, status: RecognizerStatus) -> Changed {
        self.recognizers.retain(|known| known.track != status.track);
        self.recognizers.push(status);
        Changed { recognizers: true, ..Changed::NOTHING }
    }

    /// The rep paused or went on, before the server has confirmed it.
    pub fn set_paused(&mut self, paused: bool) -> Changed {
        self.paused = paused;
        Changed { call: true, ..Changed::NOTHING }
    }

    fn event(&mut self, event: CallEvent) -> Changed {
        let heard = matches!(event, CallEvent::Partial(_) | CallEvent::Segment(_) | CallEvent::Metrics(_));
        let started = heard && self.started().call;
        let mut changed = self.take(event);
        changed.call |= started;
        changed
    }

    fn take(&mut self, event: CallEvent) -> Changed {
        let mut changed = Changed::NOTHING;
        match event {
            CallEvent::Partial(partial) => {
                self.take_partial(partial.track);
                self.partials.extend((!partial.text.is_empty()).then_some(partial));
                changed.partials = true;
            }
            CallEvent::Segment(segment) => {
                changed.partials = self.take_partial(segment.track);
                changed.transcript = true;
                self.segments.retain(|known| known.number != segment.number);
                let at = self.segments.partition_point(|known| order(known) < order(&segment));
                self.segments.insert(at, segment);
            }
            CallEvent::Cue(cue) => {
                self.cues.retain(|known| known.number != cue.number);
                let at = self.cues.partition_point(|known| known.number < cue.number);
                self.cues.insert(at, cue);
                changed.cues = true;
            }
            CallEvent::CueWithdrawn { cue } => {
                self.cues.retain(|known| known.number != cue);
                changed.cues = true;
            }
            CallEvent::CueState { cue, state } => changed = self.set_cue_state(cue, state),
            CallEvent::CueSource { cue, source } => {
                if let Some(known) = self.cues.iter_mut().find(|known| known.number == cue) {
                    changed.cues = known.source != source;
                    known.source = source;
                }
            }
            CallEvent::Metrics(metrics) => {
                self.metrics = metrics;
                changed.metrics = true;
            }
            CallEvent::Recognizer(status) => changed = self.set_recognizer(status),
            CallEvent::Hearing(hearing) => {
                self.hearing = hearing;
                changed.recognizers = true;
            }
            CallEvent::Bookmark(bookmark) => {
                self.bookmarks.retain(|known| known.number != bookmark.number);
                self.bookmarks.push(bookmark);
                changed.transcript = true;
            }
            CallEvent::Notice { level, message } => changed = self.notice(level, message),
            CallEvent::Paused { paused } => changed = self.set_paused(paused),
            CallEvent::Finishing => changed = self.move_to(CallState::Finishing),
            CallEvent::Ended => changed = self.move_to(CallState::Ended),
        }
        changed
    }

    /// Takes a track's partial away. Whether there was one.
    fn take_partial(&mut self, track: TrackId) -> bool {
        let before = self.partials.len();
        self.partials.retain(|partial| partial.track != track);
        self.partials.len() < before
    }

    fn move_to(&mut self, state: CallState) -> Changed {
        if let Some(call) = &mut self.call {
            call.state = state;
        }
        self.partials.clear();
        Changed { call: true, partials: true, ..Changed::NOTHING }
    }
}

fn order(segment: &Segment) -> (Millis, i64) {
    (segment.start_ms, segment.number)
}

#[cfg(test)]
mod tests;
