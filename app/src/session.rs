//! Who is signed in, as the pages know it.

use leptos::prelude::*;
use model::Profile;

use crate::error::AppError;

/// The signed-in person, if any. The server puts the [`Profile`] of the session into the context of every page and
/// server function.
#[server(endpoint = "session")]
pub async fn current_profile() -> Result<Option<Profile>, AppError> {
    Ok(use_context::<Profile>())
}

/// The context that tells pages who is signed in.
#[derive(Clone, Copy)]
pub struct CurrentSession(Resource<Result<Option<Profile>, AppError>>);

impl CurrentSession {
    pub(crate) fn provide() {
        provide_context(Self(Resource::new_blocking(|| (), |()| current_profile())));
    }

    /// Whether somebody is signed in; none while that is being asked.
    pub fn signed_in(self) -> Option<bool> {
        self.0.get().map(|answer| matches!(answer, Ok(Some(_))))
    }

    /// The signed-in person; none while that is being asked.
    pub fn profile(self) -> Option<Profile> {
        self.0.get().and_then(Result::ok).flatten()
    }

    /// Asks again: after signing in or out, or after the profile changed.
    pub fn refetch(self) {
        self.0.refetch();
    }
}

/// The signed-in person as the pages know it. Only inside [`crate::App`].
pub fn use_session() -> CurrentSession {
    expect_context()
}
