//! Who is signed in, as the pages know it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::Profile;

use crate::error::AppError;
use crate::rpc::{Loaded, Rpc, blocking_resource};

/// The signed-in person, if any. The server puts the [`Profile`] of the session into the context of every page and
/// server function.
#[server(protocol = Rpc, endpoint = "session")]
pub async fn current_profile() -> Result<Option<Profile>, AppError> {
    Ok(use_context::<Profile>())
}

/// The context that tells pages who is signed in.
#[derive(Clone, Copy)]
pub struct CurrentSession {
    answer: Loaded<Option<Profile>>,
    /// The answer for those who read it outside a `Suspense`. The guard of the frame fills it before any page inside
    /// is made, on both sides alike.
    known: RwSignal<Option<Profile>>,
}

impl CurrentSession {
    pub(crate) fn provide() {
        let answer = blocking_resource(|| (), |()| current_profile());
        provide_context(Self { answer, known: RwSignal::new(None) });
    }

    /// Whether somebody is signed in; none while that is being asked. Read it inside a `Suspense` or `Transition`.
    pub fn signed_in(self) -> Option<bool> {
        let profile = self.answer.get()?.ok().flatten();
        let signed_in = profile.is_some();
        if self.known.with_untracked(|known| *known != profile) {
            self.known.set(profile);
        }
        Some(signed_in)
    }

    /// The signed-in person. Always there inside [`crate::frame::Frame`].
    pub fn profile(self) -> Option<Profile> {
        self.known.get()
    }

    /// Asks again, after the profile changed. The page stays as it is: only who shows the profile is drawn anew.
    pub fn refetch(self) {
        spawn_local(async move {
            match current_profile().await {
                Ok(Some(profile)) => drop(self.known.try_set(Some(profile))),
                // Signed out meanwhile: the guard of the frame decides.
                Ok(None) => self.answer.refetch(),
                // What was known stays until the page is loaded again.
                Err(_) => {}
            }
        });
    }
}

/// The signed-in person as the pages know it. Only inside [`crate::App`].
pub fn use_session() -> CurrentSession {
    expect_context()
}
