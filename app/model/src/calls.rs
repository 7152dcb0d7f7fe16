//! Calls and what is heard, shown and noted in them.

mod cue;
mod language;
mod outline;
mod preparation;
mod segment;
mod track;
mod utterance;
mod waveform;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CallId, MemberId, OrganizationId};
use crate::insights::Insights;
use crate::metrics::Metrics;
use crate::speech::{RecognizerChoice, RecognizerId};
use crate::text_enum::text_enum;
use crate::time::Millis;

pub use cue::{Cue, CueKind, CueState, Verbosity};
pub use language::{Skill, understands};
pub use outline::{OutlineLine, ShownReview};
pub use preparation::{CallPatch, NewCall, Preparation};
pub use segment::{Partial, Segment, Word};
pub use track::{Participant, Track, TrackId};
pub use utterance::{LEAST_CONFIDENCE, Utterance, is_doubtful};
pub use waveform::Waveform;

text_enum! {
    /// How far making a transcript from the recording is.
    TranscriptJob {
        /// It waits for its turn, or is at it.
        Running = "running",
        /// It failed for good.
        Failed = "failed",
    }
}

text_enum! {
    /// A side of a call: the role that whoever is heard on a [track](TrackId) has in it. The track says who spoke; nothing guesses.
    Channel {
        /// Us.
        Rep = "rep",
        /// Them.
        Customer = "customer",
    }
}

impl Channel {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Rep => Self::Customer,
            Self::Customer => Self::Rep,
        }
    }

    /// What somebody is called whose name is not known.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rep => "Rep",
            Self::Customer => "Customer",
        }
    }

    /// 0 for the rep, 1 for the customer: the index into a pair.
    pub const fn index(self) -> usize {
        match self {
            Self::Rep => 0,
            Self::Customer => 1,
        }
    }
}

text_enum! {
    /// What a call is for.
    CallKind {
        /// First talk: needs and fit.
        Discovery = "discovery",
        /// Showing the product.
        Demo = "demo",
        /// Price and terms.
        Pricing = "pricing",
        /// Closing.
        Negotiation = "negotiation",
        /// After an earlier call.
        FollowUp = "follow_up",
        /// An existing customer.
        CheckIn = "check_in",
        /// None of these.
        Other = "other",
    }
}

impl CallKind {
    /// The name that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Discovery => "Discovery",
            Self::Demo => "Demo",
            Self::Pricing => "Pricing",
            Self::Negotiation => "Negotiation",
            Self::FollowUp => "Follow-up",
            Self::CheckIn => "Check-in",
            Self::Other => "Other",
        }
    }
}

text_enum! {
    /// Where a call is in its life. It only moves forward.
    CallState {
        /// Set up, not started: no audio yet.
        Prepared = "prepared",
        /// Started and not ended; the page may be away for a moment.
        Live = "live",
        /// Ended; the last words and the review are being written.
        Finishing = "finishing",
        /// Ended; the review is there.
        Ended = "ended",
    }
}

text_enum! {
    /// How a call's audio comes in.
    CallSource {
        /// From a browser tab.
        Browser = "browser",
        /// The bundled sample call.
        Sample = "sample",
        /// From a program, through `/api/v1/calls/{id}/stream`.
        Api = "api",
    }
}

text_enum! {
    /// How the other side was told that the call is recorded.
    ConsentMethod {
        /// Said at the start of the call.
        Spoken = "spoken",
        /// In the invitation or by mail.
        Written = "written",
        /// By the meeting tool's own notice.
        MeetingNotice = "meeting_notice",
        /// Nobody real is on the other side: a sample or an exercise.
        NobodyElse = "nobody_else",
    }
}

impl ConsentMethod {
    /// The words that people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Spoken => "I tell them at the start of the call",
            Self::Written => "They agreed in writing",
            Self::MeetingNotice => "The meeting tool shows a notice",
            Self::NobodyElse => "Nobody else is on this call",
        }
    }
}

/// A conversation that we capture or import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Call {
    /// Identifier.
    pub id: CallId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The rep.
    pub member_id: MemberId,
    /// Title, 1 to 200 characters.
    pub title: String,
    /// Who is on the other side; may be empty.
    pub contact_name: String,
    /// Their company; may be empty.
    pub company: String,
    /// What it is for.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub kind: CallKind,
    /// BCP 47 tag, for example `en-US`.
    pub language: String,
    /// Where the rep's clock is, as the IANA names it: what "tomorrow" means in it.
    #[serde(default)]
    pub time_zone: String,
    /// Names and words that the recognizer should expect.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub vocabulary: Vec<String>,
    /// Where it is in its life.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub state: CallState,
    /// How its audio comes in.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub source: CallSource,
    /// What turns its speech into text.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub recognizer: RecognizerId,
    /// How many suggestions to show.
    #[cfg_attr(feature = "sqlx", sqlx(try_from = "String"))]
    pub verbosity: Verbosity,
    /// Who was told that the call is recorded; empty until consent is given.
    pub consent_who: String,
    /// How they were told, as the text of a [`ConsentMethod`]; empty until consent is given.
    pub consent_how: String,
    /// When consent was given; none means that no byte of audio is taken.
    pub consent_at: Option<DateTime<Utc>>,
    /// Whether the recording is kept (the organization's setting when the call was made).
    pub keep_audio: bool,
    /// Who is in it, in the order in which they were named.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub participants: Vec<Participant>,
    /// The streams of sound that it is made of, by [`TrackId`]; fixed when the call is made.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub tracks: Vec<Track>,
    /// The rep's notes, plain text, at most 100,000 characters.
    pub notes: String,
    /// When the first frame or text came.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Length in call time; grows while live.
    pub duration_ms: Millis,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When anything of it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A moment that the rep marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bookmark {
    /// 1, 2, 3 … within the call.
    pub number: i64,
    /// When, in call time.
    pub at_ms: Millis,
    /// Why; may be empty.
    pub note: String,
}

/// Which calls a list shows. Every part narrows; the default shows all that the person may see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct CallFilter {
    /// Words that occur in the title, in the people's names or in what was said; empty for no search.
    #[cfg_attr(feature = "openapi", schema(max_length = 200, pattern = "line"), param(max_length = 200, pattern = "line"))]
    pub search: String,
    /// Only this state.
    pub state: Option<CallState>,
    /// Only this kind.
    pub kind: Option<CallKind>,
    /// Only calls of this member.
    pub member: Option<MemberId>,
    /// Only calls created at or after, RFC 3339.
    pub from: Option<DateTime<Utc>>,
    /// Only calls created before, RFC 3339.
    pub until: Option<DateTime<Utc>>,
    /// With a search: only what this side said, neither titles nor names.
    pub speaker: Option<Channel>,
}

/// A call in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallHit {
    /// The call.
    pub call: Call,
    /// Where the search found something that was said: the segment and its text. None if the title matched, or without a search.
    pub found: Option<Found>,
}

/// The best match of a search within what was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// The segment's number.
    pub segment: i64,
    /// Its start.
    pub start_ms: Millis,
    /// Its text, shortened around the match.
    pub text: String,
    /// Stretches of the text that match (characters: first, one past the last).
    pub marks: Vec<(u32, u32)>,
}

/// A call with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// The call.
    pub call: Call,
    /// In order of start.
    pub segments: Vec<Segment>,
    /// In order of number.
    pub cues: Vec<Cue>,
    /// In order of time.
    pub bookmarks: Vec<Bookmark>,
    /// None until they are written.
    pub insights: Option<Insights>,
    /// The numbers.
    pub metrics: Metrics,
    /// Length of the recording; none if there is none.
    pub recording_ms: Option<Millis>,
    /// Recognizers that could make (or remake) the transcript from the recording; empty without a recording.
    pub recognizers: Vec<RecognizerChoice>,
    /// Whether the transcript is being made from the recording right now; none if nobody asked for it or it is done.
    pub transcript_job: Option<TranscriptJob>,
}
