//! The server has no microphone; these are never called there.

use model::{CallId, Code, Problem};

use super::Wanted;

/// Nothing was asked.
pub struct Asked;

/// Nothing was given.
pub struct Given;

/// Asks nobody.
pub fn ask(_wanted: Wanted) -> Asked {
    Asked
}

impl Asked {
    /// Never given.
    ///
    /// # Errors
    /// Always.
    pub async fn answer(self) -> Result<Given, Problem> {
        Err(Problem::new(Code::Unavailable, "Audio comes from a browser."))
    }
}

impl Given {
    /// Hands nothing over.
    pub fn hand_over(self, _call: CallId) {}
}

/// The server doesn't know the browser.
pub fn can_recognize() -> bool {
    false
}
