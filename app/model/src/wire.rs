//! The protocol of a live call: what the page and the server say to each other.
//!
//! The same messages go over two roads: Postcard on the Leptos websocket server function, and JSON text (with audio as
//! binary messages, [`Frame::to_bytes`]) on `GET /api/v1/calls/{id}/stream`.
//!
//! The first message is always [`ClientMessage::Hello`]. Frames of a channel are numbered from 0 without gaps; the
//! server writes a frame, then acks it, and takes none out of order. A client keeps what isn't acked (with several servers: what isn't durable) and sends it again,
//! in order, after a reconnect, a reload or a restart of the server. Events are numbered too: `Hello::last_event` says
//! which the client has seen, and the server sends what came after, or a [`ServerMessage::Snapshot`].

use serde::{Deserialize, Serialize};

use crate::calls::{Bookmark, Call, Channel, Cue, CueState, Partial, Segment};
use crate::ids::CallId;
use crate::knowledge::Citation;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::time::Millis;

/// Samples per second of every frame.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples of a whole frame: 100 ms.
pub const FRAME_SAMPLES: usize = 1_600;
/// Largest frame that is taken: 1 s. A channel's last frame may be shorter than [`FRAME_SAMPLES`].
pub const MAX_FRAME_SAMPLES: usize = 16_000;

/// 16 kHz mono audio of one channel.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Whose.
    pub channel: Channel,
    /// 0, 1, 2 … within the channel and the call, without gaps, across reloads.
    pub sequence: u32,
    /// Call time of the first sample.
    pub captured_at: Millis,
    /// Signed 16-bit little-endian samples, 2 to 2 × [`MAX_FRAME_SAMPLES`] bytes, an even number.
    #[serde(with = "serde_bytes")]
    pub pcm: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} #{} at {} ms, {} bytes)", self.channel, self.sequence, self.captured_at.0, self.pcm.len())
    }
}

/// A frame that isn't one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Shorter than the header, empty, of an odd number of bytes, or over [`MAX_FRAME_SAMPLES`].
    Size(usize),
    /// The first byte is no channel.
    Channel(u8),
    /// The capture time is past the longest call (24 h); on the wire it has no sign.
    Time(i64),
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size(bytes) => write!(f, "A frame carries 1 to {MAX_FRAME_SAMPLES} samples of 2 bytes; this one has {bytes} bytes."),
            Self::Channel(byte) => write!(f, "A frame's channel is 0 (rep) or 1 (customer), not {byte}."),
            Self::Time(ms) => write!(f, "A frame's capture time lies between 0 and 24 hours, not at {} ms.", ms.cast_unsigned()),
        }
    }
}

impl std::error::Error for FrameError {}

impl Frame {
    /// Bytes before the samples in [`Frame::to_bytes`].
    pub const HEADER: usize = 13;
    /// Longest call: 24 hours.
    pub const MAX_CAPTURED_AT: i64 = 24 * 3600 * 1000;

    /// Checks size and time.
    ///
    /// # Errors
    /// [`FrameError`] says which.
    pub fn check(&self) -> Result<(), FrameError> {
        if self.pcm.is_empty() || !self.pcm.len().is_multiple_of(2) || self.pcm.len() > 2 * MAX_FRAME_SAMPLES {
            return Err(FrameError::Size(self.pcm.len()));
        }
        if !(0..=Self::MAX_CAPTURED_AT).contains(&self.captured_at.0) {
            return Err(FrameError::Time(self.captured_at.0));
        }
        Ok(())
    }

    /// How long its audio is.
    pub fn duration(&self) -> Millis {
        Millis((self.pcm.len() / 2) as i64 * 1000 / i64::from(SAMPLE_RATE))
    }

    /// The samples.
    pub fn samples(&self) -> impl Iterator<Item = i16> + '_ {
        self.pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
    }

    /// The binary message of the documented stream: channel (u8: 0 rep, 1 customer), sequence (u32), capture time in ms
    /// (u64), then samples; all little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEADER + self.pcm.len());
        bytes.push(self.channel.index() as u8);
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.captured_at.0.to_le_bytes());
        bytes.extend_from_slice(&self.pcm);
        bytes
    }

    /// Reads [`Frame::to_bytes`].
    ///
    /// # Errors
    /// [`FrameError`] for anything that isn't such a message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrameError> {
        let (header, pcm) = bytes.split_at_checked(Self::HEADER).ok_or(FrameError::Size(bytes.len()))?;
        let channel = match header[0] {
            0 => Channel::Rep,
            1 => Channel::Customer,
            other => return Err(FrameError::Channel(other)),
        };
        let mut sequence = [0; 4];
        sequence.copy_from_slice(&header[1..5]);
        let mut captured_at = [0; 8];
        captured_at.copy_from_slice(&header[5..13]);
        let frame = Self {
            channel,
            sequence: u32::from_le_bytes(sequence),
            captured_at: Millis(i64::from_le_bytes(captured_at)),
            pcm: pcm.to_vec(),
        };
        frame.check()?;
        Ok(frame)
    }
}

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
    /// What the rep did with a card.
    Feedback {
        /// The cue's number.
        cue: i64,
        /// Kept, dismissed, collapsed or open again.
        state: CueState,
    },
    /// Something about the capture that others should know, for example a lost microphone.
    CaptureNote {
        /// Which channel it concerns.
        channel: Option<Channel>,
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
    /// Whose.
    pub channel: Channel,
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
    /// *Stored*: every frame of this channel before `next` is on this server's disk; `next` is expected. Sent again unchanged when a
    /// frame came out of order: go back to `next`.
    Ack {
        /// Which channel.
        channel: Channel,
        /// Sequence number of the frame that is expected next.
        next: u32,
    },
    /// *Durable*: every frame of this channel before `next` outlives the server that has taken it. Only where [`Welcome::durable`] says
    /// so; there, keep frames until this, and not until the ack.
    Durable {
        /// Which channel.
        channel: Channel,
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
}

/// Where the server stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The call.
    pub call: Box<Call>,
    /// Next expected sequence number per channel: rep, customer.
    pub next: [u32; 2],
    /// Where another server may go on with the call: the first frame of each channel that is to be kept until
    /// [`ServerMessage::Durable`]. None on a server that is alone: there, what is acked is safe.
    pub durable: Option<[u32; 2]>,
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
    /// Of each channel, where there is one.
    pub recognizers: Vec<RecognizerStatus>,
}

/// Something happened in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CallEvent {
    /// A channel's text, not final yet.
    Partial(Partial),
    /// A channel's text, final. Takes the channel's partial away.
    Segment(Segment),
    /// A new card; or one that is told again, with the same number: it came while its words were still being said, and now
    /// they are final. Until then the segment of its evidence is the channel's [`Partial`] of that number.
    Cue(Cue),
    /// A card's state changed.
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
    /// A card that came while its words were still being said goes: in the end they weren't said.
    CueWithdrawn {
        /// The cue's number; it isn't given again.
        cue: i64,
    },
    /// The passage for a card was found, or another one, or none any more for the words that turned out to be said. Cards
    /// don't wait for it. One that is told again has it in itself.
    CueSource {
        /// The cue's number.
        cue: i64,
        /// The passage; none takes the last one away.
        source: Option<Box<Citation>>,
    },
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
    /// Which channel.
    pub channel: Channel,
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
    use proptest::prelude::*;

    use super::*;
    use crate::{CueKind, DocumentId, Evidence, Place, PlaceKind, Span};

    fn frame(channel: Channel, sequence: u32, captured_at: i64, samples: usize) -> Frame {
        Frame { channel, sequence, captured_at: Millis(captured_at), pcm: vec![7; samples * 2] }
    }

    #[test]
    fn frames_of_a_wrong_size_are_refused() {
        let whole = frame(Channel::Rep, 3, 300, FRAME_SAMPLES);
        assert_eq!(whole.check(), Ok(()));
        assert_eq!(whole.duration(), Millis(100));
        assert_eq!(frame(Channel::Rep, 0, 0, 0).check(), Err(FrameError::Size(0)));
        assert_eq!(frame(Channel::Rep, 0, 0, MAX_FRAME_SAMPLES + 1).check(), Err(FrameError::Size(2 * MAX_FRAME_SAMPLES + 2)));
        assert_eq!(frame(Channel::Rep, 0, -1, 1).check(), Err(FrameError::Time(-1)));
        assert_eq!(Frame { pcm: vec![0; 3], ..whole.clone() }.check(), Err(FrameError::Size(3)));
        let mut bytes = whole.to_bytes();
        bytes[0] = 2;
        assert_eq!(Frame::from_bytes(&bytes), Err(FrameError::Channel(2)));
        assert_eq!(Frame::from_bytes(&bytes[..5]), Err(FrameError::Size(5)));
    }

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
            ClientMessage::Frame(frame(Channel::Customer, 1, 100, 5)),
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
    fn a_cards_source_survives_both_encodings() -> Result<(), Box<dyn std::error::Error>> {
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
    fn a_card_from_before_there_were_sources_is_read() -> Result<(), Box<dyn std::error::Error>> {
        let mut old = serde_json::to_value(cue(Some(citation())))?;
        old.as_object_mut().and_then(|fields| fields.remove("source")).ok_or("no source was written")?;
        assert_eq!(serde_json::from_value::<Cue>(old)?, cue(None));
        Ok(())
    }

    proptest! {
        #[test]
        fn frames_survive_their_bytes(channel in 0..2_usize, sequence: u32, captured_at in 0..Frame::MAX_CAPTURED_AT, samples in 1..3_000_usize) {
            let frame = frame(Channel::ALL[channel], sequence, captured_at, samples);
            prop_assert_eq!(Frame::from_bytes(&frame.to_bytes()), Ok(frame));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = Frame::from_bytes(&bytes);
        }
    }
}
