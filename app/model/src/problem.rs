//! The error that a person or a client sees: a code to branch on, a sentence to act on.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// What went wrong, for programs. Each has one HTTP status.
    Code {
        /// A field is missing, too long or malformed.
        Invalid = "invalid",
        /// Not signed in, or the session has ended.
        Unauthenticated = "unauthenticated",
        /// Mail address or password is wrong.
        WrongCredentials = "wrong_credentials",
        /// Signed in, but this role may not.
        Forbidden = "forbidden",
        /// Does not exist, or belongs to another organization.
        NotFound = "not_found",
        /// Somebody or something else changed it meanwhile, or it already exists.
        Conflict = "conflict",
        /// Too many attempts; wait.
        RateLimited = "rate_limited",
        /// The body is larger than allowed.
        TooLarge = "too_large",
        /// The page that sent this is not ours.
        WrongOrigin = "wrong_origin",
        /// The call has no consent yet, so no audio is taken.
        ConsentMissing = "consent_missing",
        /// The call has ended.
        CallEnded = "call_ended",
        /// Another page holds this call.
        CallOpenElsewhere = "call_open_elsewhere",
        /// A frame has the wrong size.
        FrameMalformed = "frame_malformed",
        /// The chosen recognizer can't be used here and now.
        RecognizerUnavailable = "recognizer_unavailable",
        /// The disk is full or not writable.
        StorageFull = "storage_full",
        /// The organization keeps as much as it may.
        QuotaExceeded = "quota_exceeded",
        /// A part is busy or restarting; the same request will work later.
        Unavailable = "unavailable",
        /// Our fault. The log has it under the request id.
        Internal = "internal",
    }
}

impl Code {
    /// The HTTP status that goes with this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid | Self::FrameMalformed => 422,
            Self::Unauthenticated | Self::WrongCredentials => 401,
            Self::Forbidden | Self::WrongOrigin => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::ConsentMissing | Self::CallEnded | Self::CallOpenElsewhere | Self::RecognizerUnavailable => 409,
            Self::RateLimited => 429,
            Self::TooLarge => 413,
            Self::StorageFull | Self::QuotaExceeded => 507,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// An error that crosses the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// For programs.
    pub code: Code,
    /// For people: what happened and what to do next.
    pub message: String,
    /// The form field that caused it.
    pub field: Option<String>,
}

impl Problem {
    /// A problem that belongs to no field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    /// A problem of one field of a form.
    pub fn of_field(field: &str, message: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: message.into(), field: Some(field.to_owned()) }
    }

    /// Our fault; the message says nothing of the inside.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Something went wrong on the server. Try again; if it stays, tell your administrator.")
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
