//! The one door through which sound leaves for a recognizer.

use std::fmt;

use model::{Call, Code, Problem};

/// That the people on a call were told that it is recorded and recognized, as the call itself says. Made out of a call and nothing else:
///
/// ```compile_fail,E0451
/// let consent = ports::Consent { given: () };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    given: (),
}

/// Nobody was told yet, so no sound is taken and none is recognized, on this server neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Say first who was told that the call is recorded, and how. Until then no audio is taken.")]
pub struct ConsentMissing;

impl From<ConsentMissing> for Problem {
    fn from(missing: ConsentMissing) -> Self {
        Self::new(Code::ConsentMissing, missing.to_string())
    }
}

impl Consent {
    /// What a call says.
    ///
    /// # Errors
    /// [`ConsentMissing`] if nobody was told yet.
    pub fn of(call: &Call) -> Result<Self, ConsentMissing> {
        call.consent_at.map(|_| Self { given: () }).ok_or(ConsentMissing)
    }

    /// For tests of recognizers, which know no call.
    #[cfg(any(test, feature = "test-utils"))]
    pub const fn of_test() -> Self {
        Self { given: () }
    }

    /// Sound of that call.
    pub const fn audio(self, samples: Vec<i16>) -> ConsentedAudio {
        ConsentedAudio(samples)
    }
}

/// Sound that a recognizer may hear: 16 kHz mono samples of a call whose people were told. Recognizers take nothing else, wherever they
/// run: a recording that nobody was told of is none the better for staying on the server.
///
/// ```compile_fail,E0423
/// let sound = ports::ConsentedAudio(vec![0_i16; 1_600]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentedAudio(Vec<i16>);

impl ConsentedAudio {
    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.0
    }
}

impl fmt::Debug for ConsentedAudio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsentedAudio({} samples)", self.0.len())
    }
}
