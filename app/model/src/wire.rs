//! The protocol of a live call: what the page and the server say to each other.
//!
//! The same messages go over two roads: Postcard on the Leptos websocket server function, and JSON text (with audio as
//! binary messages, [`Frame::to_bytes`]) on `GET /api/v1/calls/{id}/stream`.
//!
//! The first message is always [`ClientMessage::Hello`]. Frames of a track are numbered from 0 without gaps; the
//! server writes a frame, then acks it, and takes none out of order. A client keeps what isn't acked (with several servers: what isn't durable) and sends it again,
//! in order, after a reconnect, a reload or a restart of the server. Events are numbered too: `Hello::last_event` says
//! which the client has seen, and the server sends what came after, or a [`ServerMessage::Snapshot`].

mod frame;

use serde::{Deserialize, Serialize};

use crate::calls::{Bookmark, Call, Cue, CueState, Partial, Segment, TrackId};
use crate::ids::CallId;
use crate::knowledge::Citation;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::time::Millis;

pub use frame::{FRAME_SAMPLES, Frame, FrameError, MAX_FRAME_SAMPLES, SAMPLE_RATE};

/// From the page (or a program) to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// Always first.
    Hello(Hello),
    /// Audio.
    Frame(Frame),
    /// Words that the page recognized itself (Web Speech).
    Heard(Heard),
    /// The rep paused or went on; while paused no frames come.
    Pause {
        /// Paused or not.
        paused: bool,
    },
    /// The rep marked this moment.
    Bookmark {
        /// When.
        at: Millis,
        /// Why; may be empty.
        note: String,
    },
    /// What the rep did with a cue.
    Feedback {
        /// The cue's number.
        cue: i64,
        /// Kept, dismissed, collapsed or open again.
        state: CueState,
    },
    /// Something about the capture that others should know, for example a lost microphone.
    CaptureNote {
        /// Which track it concerns.
        track: Option<TrackId>,
        /// A sentence.
        message: String,
    },
    /// Asks for a [`ServerMessage::Pong`], to measure the round trip.
    Ping {
        /// Comes back unchanged.
        nonce: u32,
    },
    /// The call is over: all frames have been sent.
    End,
    /// What its page keeps until [`ServerMessage::Noted`] has come for it, and says again on the next connection. What was taken already is
    /// not taken twice; words are the same if track, start and end are.
    Numbered {
        /// Another one for each message of this page.
        number: u32,
        /// What.
        message: Statement,
    },
    /// The person muted a source, whose frames of silence go on, or took it back. Said again on each connection while it is muted.
    Mute {
        /// Which.
        track: TrackId,
        /// Muted or not.
        muted: bool,
    },
}

/// What a page says with a number. A type of its own, and not a message in a message: whoever nests those deep enough would end the server
/// that reads them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Statement {
    /// Final words.
    Heard(Heard),
    /// [`ClientMessage::Pause`].
    Pause {
        /// Paused or not.
        paused: bool,
    },
    /// [`ClientMessage::Bookmark`].
    Bookmark {
        /// When, in call time.
        at: Millis,
        /// Why; may be empty.
        note: String,
    },
    /// [`ClientMessage::Feedback`].
    Feedback {
        /// The cue's number.
        cue: i64,
        /// Kept, dismissed, collapsed or open again.
        state: CueState,
    },
    /// [`ClientMessage::CaptureNote`].
    CaptureNote {
        /// Which track it concerns.
        track: Option<TrackId>,
        /// A sentence.
        message: String,
    },
}

impl From<Statement> for ClientMessage {
    fn from(statement: Statement) -> Self {
        match statement {
            Statement::Heard(heard) => Self::Heard(heard),
            Statement::Pause { paused } => Self::Pause { paused },
            Statement::Bookmark { at, note } => Self::Bookmark { at, note },
            Statement::Feedback { cue, state } => Self::Feedback { cue, state },
            Statement::CaptureNote { track, message } => Self::CaptureNote { track, message },
        }
    }
}

/// Who comes, and what they already have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// Which call.
    pub call: CallId,
    /// As what.
    pub part: Part,
    /// Random text that stays the same over a reload of the same tab: the same page may always come back.
    pub page: String,
    /// Take the call over from another page that holds it.
    pub take_over: bool,
    /// Number of the last event that this page has seen, 0 for none.
    pub last_event: u64,
}

/// What a page does in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Sends audio; one at a time.
    Source,
    /// Only looks.
    Viewer,
}

/// Words recognized in the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// On which track.
    pub track: TrackId,
    /// What.
    pub text: String,
    /// From the call's start.
    pub start: Millis,
    /// From the call's start.
    pub end: Millis,
    /// 0 to 1.
    pub confidence: f64,
    /// Final, or may still change.
    pub is_final: bool,
}

/// From the server to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// The answer to [`ClientMessage::Hello`].
    Welcome(Welcome),
    /// All that is known so far, when single events can't be replayed.
    Snapshot(Box<Snapshot>),
    /// Something happened.
    Event {
        /// 1, 2, 3 … without gaps.
        sequence: u64,
        /// What.
        event: CallEvent,
    },
    /// *Stored*: every frame of this track before `next` is on this server's disk; `next` is expected. Sent again unchanged when a
    /// frame came out of order: go back to `next`.
    Ack {
        /// Which track.
        track: TrackId,
        /// Sequence number of the frame that is expected next.
        next: u32,
    },
    /// *Durable*: every frame of this track before `next` outlives the server that has taken it. Only where [`Welcome::durable`] says
    /// so; there, keep frames until this, and not until the ack.
    Durable {
        /// Which track.
        track: TrackId,
        /// Sequence number of the first frame that is to be kept.
        next: u32,
    },
    /// Answer to a ping.
    Pong {
        /// As it came.
        nonce: u32,
    },
    /// Something was not taken; the connection goes on.
    Rejected(Problem),
    /// The connection ends, and coming back as you are won't help.
    Refused(Problem),
    /// The server restarts: connect again, nothing is lost.
    Restarting,
    /// What was said with this number is in the database, or was refused: it need not be said again.
    Noted {
        /// That of [`ClientMessage::Numbered`].
        number: u32,
    },
}

/// Where the server stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The call.
    pub call: Box<Call>,
    /// Next expected sequence number of each track.
    pub next: Vec<u32>,
    /// Where another server may go on with the call: the first frame of each track that is to be kept until
    /// [`ServerMessage::Durable`]. None on a server that is alone: there, what is acked is safe.
    pub durable: Option<Vec<u32>>,
    /// Call time now, ms since the call started; 0 if it has not.
    pub now: Millis,
    /// Number of the newest event.
    pub last_event: u64,
}

/// All that is known of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Number of the newest event that it contains.
    pub last_event: u64,
    /// In order of number.
    pub segments: Vec<Segment>,
    /// In order of number.
    pub cues: Vec<Cue>,
    /// In order of number.
    pub bookmarks: Vec<Bookmark>,
    /// So far.
    pub metrics: Metrics,
    /// Of each track, where there is one.
    pub recognizers: Vec<RecognizerStatus>,
    /// Whether the call is heard.
    #[serde(default)]
    pub hearing: Hearing,
}

/// Something happened in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallEvent {
    /// A track's text, not final yet.
    Partial(Partial),
    /// A track's text, final. Takes the track's partial away.
    Segment(Segment),
    /// A new cue; or one that is told again, with the same number: it came while its words were still being said, and now
    /// they are final. Until then the segment of its evidence is the track's [`Partial`] of that number.
    Cue(Cue),
    /// A cue's state changed.
    CueState {
        /// The cue's number.
        cue: i64,
        /// What became of it.
        state: CueState,
    },
    /// The numbers so far, at most twice a second.
    Metrics(Metrics),
    /// How a recognizer is doing.
    Recognizer(RecognizerStatus),
    /// A moment was marked.
    Bookmark(Bookmark),
    /// Something to tell the person, for example that the disk is full.
    Notice {
        /// Whether something is lost or only different.
        level: NoticeLevel,
        /// A sentence.
        message: String,
    },
    /// The rep paused or went on.
    Paused {
        /// Paused or not.
        paused: bool,
    },
    /// The last words are being written.
    Finishing,
    /// The review is there.
    Ended,
    /// A cue that came while its words were still being said goes: in the end they weren't said.
    CueWithdrawn {
        /// The cue's number; it isn't given again.
        cue: i64,
    },
    /// The passage for a cue was found, or another one, or none any more for the words that turned out to be said. Cues
    /// don't wait for it. One that is told again has it in itself.
    CueSource {
        /// The cue's number.
        cue: i64,
        /// The passage; none takes the last one away.
        source: Option<Box<Citation>>,
    },
    /// Whether the call is heard: told when that changes, and while words are behind every other second.
    Hearing(Hearing),
}

/// Whether a call is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Tracks that give nothing but zeros: for 10 s, or 30 s where they were heard before. Neither muted nor paused.
    pub silent: Vec<TrackId>,
    /// How far the words are behind what is spoken; 0 while they keep up. The sound itself is safe.
    pub behind: Millis,
}

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something works less well.
    Warning,
    /// Something does not work.
    Error,
}

/// How a recognizer is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecognizerStatus {
    /// Which track.
    pub track: TrackId,
    /// Name and model of what makes the text, for example `PocketSphinx en-us`.
    pub label: String,
    /// How it is.
    pub health: RecognizerHealth,
    /// A sentence for the person; may be empty when all is well.
    pub message: String,
}

/// A recognizer's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecognizerHealth {
    /// Opening.
    Starting,
    /// Listening.
    Listening,
    /// Lost and being opened again.
    Reconnecting,
    /// Given up; the recording goes on.
    Failed,
    /// Off.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CueKind, DocumentId, Evidence, Place, PlaceKind, Span};

    #[test]
    fn messages_survive_both_encodings() -> Result<(), Box<dyn std::error::Error>> {
        let messages = [
            ClientMessage::Hello(Hello {
                call: CallId(uuid::Uuid::from_u128(7)),
                part: Part::Source,
                page: "p".into(),
                take_over: false,
                last_event: 9,
            }),
            ClientMessage::Frame(Frame { track: TrackId::FAR_END, sequence: 1, captured_at: Millis(100), pcm: vec![7; 10] }),
            ClientMessage::Feedback { cue: 1, state: CueState::Kept },
            ClientMessage::End,
        ];
        for message in messages {
            assert_eq!(postcard::from_bytes::<ClientMessage>(&postcard::to_stdvec(&message)?)?, message);
            assert_eq!(serde_json::from_str::<ClientMessage>(&serde_json::to_string(&message)?)?, message);
        }
        Ok(())
    }

    fn cue(source: Option<Box<Citation>>) -> Cue {
        Cue {
            number: 1,
            kind: CueKind::Question,
            topic: "question.asked".into(),
            title: "Question".into(),
            quote: "What does the Team plan cost?".into(),
            guidance: "Answer in one sentence first.".into(),
            evidence: Evidence::of(Span { segment: 1, start: 0, end: 29 }),
            at_ms: Millis(1_000),
            state: CueState::Open,
            source,
        }
    }

    fn citation() -> Box<Citation> {
        Box::new(Citation {
            document: DocumentId(uuid::Uuid::from_u128(8)),
            version: 2,
            title: "Plans".into(),
            passage: 3,
            place: Place { kind: PlaceKind::Page, number: 2, label: String::new(), headings: vec!["Pricing".into()] },
            quote: "The Team plan costs 29 euros.".into(),
            start: 4,
            end: 33,
        })
    }

    #[test]
    fn a_cues_source_survives_both_encodings() -> Result<(), Box<dyn std::error::Error>> {
        let messages = [
            CallEvent::Cue(cue(None)),
            CallEvent::Cue(cue(Some(citation()))),
            CallEvent::CueSource { cue: 1, source: Some(citation()) },
            CallEvent::CueSource { cue: 1, source: None },
        ]
        .map(|event| ServerMessage::Event { sequence: 7, event });
        let snapshot = Snapshot { cues: vec![cue(Some(citation())), cue(None)], ..Snapshot::default() };
        for message in messages.into_iter().chain([ServerMessage::Snapshot(Box::new(snapshot))]) {
            assert_eq!(postcard::from_bytes::<ServerMessage>(&postcard::to_stdvec(&message)?)?, message);
            assert_eq!(serde_json::from_str::<ServerMessage>(&serde_json::to_string(&message)?)?, message);
        }
        Ok(())
    }

    #[test]
    fn a_cue_from_before_there_were_sources_is_read() -> Result<(), Box<dyn std::error::Error>> {
        let mut old = serde_json::to_value(cue(Some(citation())))?;
        old.as_object_mut().and_then(|fields| fields.remove("source")).ok_or("no source was written")?;
        assert_eq!(serde_json::from_value::<Cue>(old)?, cue(None));
        Ok(())
    }
}
