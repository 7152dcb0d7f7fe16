//! What stays open longer than a request (a live call's socket, a stream of events) must not outlive the credential that it was opened with.
//! Whatever ends a sign-in, a token, or changes a password or a role tells so in the same unit of work ([`AccessChanged`]); the relay hands
//! that to every server, whose open sockets of that person are then looked at. What ends without being told (a date that passes, a change
//! past the program) is found out by looking now and then.

use std::time::Duration;

use model::{OrganizationId, PersonId, Problem};
use store::Standing;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{MANAGE_ORGANIZATION, signed_out};
use kernel::{Actor, Credential, DomainError, Kernel, Member, Result, Tx, event};

/// What ended without being told is noticed within this and a half more: each watcher has its own pace, so that ten thousand don't look in
/// the same moment.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

event! {
    /// A sign-in or a token of somebody was ended, or their password or role was changed. What they have open is looked at again.
    AccessChanged = "access.changed", of person, belongs to nobody, sees all: Some(MANAGE_ORGANIZATION), {
        /// The person.
        person: PersonId,
    }
}

/// Lets everything that this person has open be looked at, on every server, as soon as this unit of work is committed.
pub(super) async fn tell(tx: &mut Tx, organization: OrganizationId, person: PersonId) -> Result<()> {
    tx.emit_in(organization, &AccessChanged { person }).await
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
    let mut told = kernel.hub().subscribe_to::<AccessChanged>();
    let person = actor.member().map(|member| member.person.to_string()).unwrap_or_default();
    // The last byte of an id is a random one.
    let pace = LOOKED_AT_EVERY.mul_f64(1.0 + f64::from(kernel.uuid().as_bytes()[15]) / 512.0);
    let mut watched = None;
    loop {
        match look(kernel, actor, &mut watched, &allowed).await {
            Ok(()) => {}
            Err(DomainError::Problem(problem)) => return problem,
            Err(error) => tracing::warn!(error = %error.into_problem(), "an open socket's credential could not be looked at"),
        }
        let next = tokio::time::sleep(pace);
        tokio::pin!(next);
        loop {
            tokio::select! {
                () = &mut next => break,
                changed = told.recv() => match changed {
                    Ok(changed) if changed.subject != person => {}
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
        Watched::ApiToken(token) => store.standing_of_api_token(actor.organization, token, now).await?,
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
        Credential::ApiToken { id, .. } => Watched::ApiToken(id),
        Credential::Password => Watched::Nothing,
    })
}
