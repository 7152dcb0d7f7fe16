//! What stays open longer than a request (a live call's socket) must not outlive the credential that it was opened with: it is looked
//! at again every few seconds, and at once when something of its person is ended on this server.

use std::time::Duration;

use model::{PersonId, Problem};
use store::Standing;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::Own as _;
use super::signed_out;
use kernel::{Actor, Credential, DomainError, Kernel, Member, Result};

/// A credential that was ended elsewhere (another server, the database) is noticed within this.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// Revocations that a watcher may be behind; one that is further behind looks at once.
const KEPT: usize = 256;

/// Tells whose sessions, tokens, password or rights were changed on this server.
pub(crate) struct Revocations(broadcast::Sender<Option<PersonId>>);

impl Default for Revocations {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl Revocations {
    /// Lets everything that this person has open be looked at now.
    pub(crate) fn tell(&self, person: PersonId) {
        // Without an open socket nobody listens.
        let _ = self.0.send(Some(person));
    }

    /// Lets everything that is open be looked at now.
    pub(crate) fn tell_all(&self) {
        let _ = self.0.send(None);
    }
}

/// What is looked up again and again.
#[derive(Clone, Copy)]
enum Watched {
    SignIn(Uuid),
    Program(Uuid),
    ApiToken(model::ApiTokenId),
    /// The password itself ended with its request.
    Nothing,
}

/// Waits until the caller may not do any more what they were let in for, and says why. `allowed` is asked with the rights that the
/// caller has by then. A database that doesn't answer ends nothing.
pub(crate) async fn until_over<F>(kernel: &Kernel, actor: &Actor, allowed: impl Fn(Actor) -> F + Send + Sync) -> Problem
where
    F: Future<Output = Result<()>> + Send,
{
    // First, so that nothing that is ended from here on is missed.
    let mut told = kernel.revocations().0.subscribe();
    let mut watched = None;
    loop {
        match look(kernel, actor, &mut watched, &allowed).await {
            Ok(()) => {}
            Err(DomainError::Problem(problem)) => return problem,
            Err(error) => tracing::warn!(error = %error.into_problem(), "an open socket's credential could not be looked at"),
        }
        let next = tokio::time::sleep(LOOKED_AT_EVERY);
        tokio::pin!(next);
        loop {
            tokio::select! {
                () = &mut next => break,
                person = told.recv() => match person {
                    Ok(Some(person)) if Some(person) != actor.member().ok().map(|member| member.person) => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => {
                        (&mut next).await;
                        break;
                    }
                },
            }
        }
    }
}

async fn look<F>(kernel: &Kernel, actor: &Actor, watched: &mut Option<Watched>, allowed: &(impl Fn(Actor) -> F + Sync)) -> Result<()>
where
    F: Future<Output = Result<()>> + Send,
{
    let watched = match *watched {
        Some(known) => known,
        None => *watched.insert(watched_of(kernel, actor).await?),
    };
    let (store, now) = (kernel.store(), kernel.now());
    let standing = match watched {
        Watched::SignIn(sign_in) => store.standing_of_sign_in(sign_in, now).await?,
        Watched::Program(family) => store.standing_of_family(family, now).await?,
        Watched::ApiToken(token) => store.standing_of_api_token(actor.organization, token).await?,
        Watched::Nothing => None,
    };
    match standing {
        Some(Standing { organization_id, role }) if organization_id == actor.organization => {
            let member = actor.member()?;
            allowed(kernel.admit(organization_id, Member::new(member.id, member.person, role, member.credential))).await
        }
        _ => Err(signed_out()),
    }
}

async fn watched_of(kernel: &Kernel, actor: &Actor) -> Result<Watched> {
    Ok(match actor.member()?.credential {
        // A session is replaced by another one every day; what lasts is the sign-in.
        Credential::Session(session) => Watched::SignIn(kernel.store().sign_in_of(session).await?.ok_or_else(signed_out)?),
        Credential::Program { family, .. } => Watched::Program(family),
        Credential::ApiToken(token) => Watched::ApiToken(token),
        Credential::Password => Watched::Nothing,
    })
}
