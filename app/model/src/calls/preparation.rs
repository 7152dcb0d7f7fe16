//! What a person sets before a call, and changes later.

use serde::{Deserialize, Serialize};

use super::{Call, CallKind, ConsentMethod, Participant, Verbosity};
use crate::speech::{RecognizerChoice, RecognizerId};

/// What a person sets before a call. Text is taken as typed; the server validates it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCall {
    /// Title; if empty it is made of contact, company and kind.
    #[cfg_attr(feature = "openapi", schema(max_length = 200, pattern = "line"))]
    pub title: String,
    /// Who is on the other side; may be empty.
    #[cfg_attr(feature = "openapi", schema(max_length = 120, pattern = "line"))]
    pub contact_name: String,
    /// Their company; may be empty.
    #[cfg_attr(feature = "openapi", schema(max_length = 120, pattern = "line"))]
    pub company: String,
    /// What it is for.
    pub kind: CallKind,
    /// BCP 47 tag.
    #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 20, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"))]
    pub language: String,
    /// Where the rep's clock is, as the IANA names it (`Europe/Berlin`): what "tomorrow" means. Empty for the rep's own, which is UTC until it is
    /// chosen. Given over the API it is this call's only; a browser's call makes it the rep's own.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50, pattern = "^([A-Za-z][A-Za-z0-9_+/-]*)?$"))]
    pub time_zone: String,
    /// Names and words to expect, separated by commas.
    #[cfg_attr(feature = "openapi", schema(pattern = "text"))]
    pub vocabulary: String,
    /// What turns its speech into text.
    pub recognizer: RecognizerId,
    /// How many suggestions to show.
    pub verbosity: Verbosity,
    /// Who was told that the call is recorded; may be empty as long as no consent is given.
    #[cfg_attr(feature = "openapi", schema(max_length = 200, pattern = "line"))]
    pub consent_who: String,
    /// How they were told; none means that consent isn't given yet.
    pub consent_how: Option<ConsentMethod>,
    /// Who is heard, each on a track of their own, in the order of the tracks: at most 16 for a program's call. Empty for the usual two, the rep
    /// and the contact; a page's call has no others.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub participants: Vec<Participant>,
}

impl Default for NewCall {
    fn default() -> Self {
        Self {
            title: String::new(),
            contact_name: String::new(),
            company: String::new(),
            kind: CallKind::Discovery,
            language: "en-US".to_owned(),
            time_zone: String::new(),
            vocabulary: String::new(),
            recognizer: RecognizerId::NONE,
            verbosity: Verbosity::Normal,
            consent_who: String::new(),
            consent_how: None,
            participants: Vec::new(),
        }
    }
}

/// A change of a call; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CallPatch {
    /// New title.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, pattern = "line"))]
    pub title: Option<String>,
    /// New contact name.
    #[cfg_attr(feature = "openapi", schema(max_length = 120, pattern = "line"))]
    pub contact_name: Option<String>,
    /// New company.
    #[cfg_attr(feature = "openapi", schema(max_length = 120, pattern = "line"))]
    pub company: Option<String>,
    /// New kind.
    pub kind: Option<CallKind>,
    /// New verbosity.
    pub verbosity: Option<Verbosity>,
    /// New time zone; what was promised in an ended call has its days reckoned anew.
    #[cfg_attr(feature = "openapi", schema(max_length = 50, pattern = "^([A-Za-z][A-Za-z0-9_+/-]*)?$"))]
    pub time_zone: Option<String>,
    /// New names of the participants, in their order; of those that come after the last one given, the old ones stay.
    #[cfg_attr(feature = "openapi", schema(max_items = 17))]
    pub names: Option<Vec<String>>,
    /// New notes.
    #[cfg_attr(feature = "openapi", schema(max_length = 100000, pattern = "text"))]
    pub notes: Option<String>,
    /// Gives consent, with how; takes effect before the first frame.
    pub consent_how: Option<ConsentMethod>,
    /// Who was told, with `consent_how`.
    #[cfg_attr(feature = "openapi", schema(max_length = 200, pattern = "line"))]
    pub consent_who: Option<String>,
}

/// What the preparation page needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Last time's choices, with this call's own fields empty.
    pub defaults: NewCall,
    /// Every recognizer, with why one can't be used.
    pub recognizers: Vec<RecognizerChoice>,
    /// Whether recordings are kept.
    pub keep_audio: bool,
    /// Own calls that are still live: the page offers to go on with them.
    pub unfinished: Vec<Call>,
}
