//! Signed-in browsers. The cookie holds a secret; the row has its hash.
//!
//! A session lives for 30 days after its last use. Its secret is replaced every day: a new row takes over and the old one
//! stays for a minute, because a page sends several requests at once and all but one still carry the old secret.

use chrono::{DateTime, Duration, Utc};
use model::{Code, Profile, ProgramSignIn, Session, SessionId, SignInId, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::Own as _;
use super::{actor_of, secret};
use kernel::Kernel;
use kernel::{Actor, Client, Credential};
use kernel::{DomainError, Result};

const LIFE: Duration = Duration::days(30);
const SECRET_LIFE: Duration = Duration::hours(24);
const OVERLAP: Duration = Duration::seconds(60);
/// `last_seen_at` is true to within this.
const SEEN_EVERY: Duration = Duration::seconds(60);
const USER_AGENT: usize = 300;

/// A browser that was just signed in, or got a new secret.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// The cookie's value.
    pub secret: SecretString,
    /// When the session ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A request of a signed-in browser.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub actor: Actor,
    /// The same with names, as pages show it.
    pub profile: Profile,
    /// The cookie's next value, when its time has come.
    pub renewed: Option<SignedIn>,
}

/// Opens a session. The one that the browser had `before`, perhaps somebody else's, ends: its cookie is overwritten, and nobody could
/// sign it out any more.
pub(super) async fn open(services: &Kernel, client: &Client, before: Option<&Actor>, profile: &Profile) -> Result<SignedIn> {
    if let Some((session, before)) = before.and_then(|before| Some((before.session()?, before))) {
        let person = before.member()?.person;
        services.store().delete_session(person, session).await?;
        services.revocations().tell(person);
    }
    let now = services.now();
    let session = Session {
        id: SessionId(services.uuid()),
        person_id: profile.person.id,
        member_id: profile.member,
        user_agent: named(client),
        address: client.address.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + LIFE,
    };
    let before = session.id;
    insert(services, profile, session, before).await
}

/// What a client calls itself, as it is shown.
pub(super) fn named(client: &Client) -> String {
    validation::visible(&client.user_agent).chars().take(USER_AGENT).collect()
}

async fn insert(services: &Kernel, profile: &Profile, session: Session, before: SessionId) -> Result<SignedIn> {
    let secret = secret::new(services, "");
    services.store().insert_successor(&session, before, &secret::hash(secret.expose_secret())).await?;
    Ok(SignedIn { actor: actor_of(services, profile, Credential::Session(session.id)), secret, expires_at: session.expires_at })
}

/// Gives a session another secret at once.
pub(super) async fn renew(services: &Kernel, actor: &Actor, session: SessionId) -> Result<SignedIn> {
    let secret = secret::new(services, "");
    let now = services.now();
    if !services.store().rotate_session(session, &secret::hash(secret.expose_secret())).await? {
        return Err(super::signed_out());
    }
    services.store().touch_session(session, now, now + LIFE).await?;
    Ok(SignedIn { actor: actor.clone(), secret, expires_at: now + LIFE })
}

/// Who a cookie belongs to; none if to nobody, or not any more.
///
/// # Errors
/// If the database fails.
pub async fn authenticate_session(services: &Kernel, secret: &str) -> Result<Option<Visit>> {
    let now = services.now();
    let Some(session) = services.store().session(&secret::hash(secret), now).await? else { return Ok(None) };
    let Some(profile) = services.store().profile(session.member_id).await? else { return Ok(None) };
    let mut actor = actor_of(services, &profile, Credential::Session(session.id));
    let mut renewed = None;
    // One that is about to end was replaced already; it must not live on, nor make another.
    if session.expires_at > now + OVERLAP {
        if secret_age(&session, now) >= SECRET_LIFE {
            if services.store().retire_session(session.id, now + OVERLAP).await? {
                let before = session.id;
                let next = Session { id: SessionId(services.uuid()), last_seen_at: now, expires_at: now + LIFE, ..session };
                let signed_in = insert(services, &profile, next, before).await?;
                actor = signed_in.actor.clone();
                renewed = Some(signed_in);
            }
        } else if now - session.last_seen_at >= SEEN_EVERY {
            services.store().touch_session(session.id, now, now + LIFE).await?;
        }
    }
    Ok(Some(Visit { actor, profile, renewed }))
}

/// A session's id is as old as its secret: both are made together.
fn secret_age(session: &Session, now: DateTime<Utc>) -> Duration {
    let made = session.id.0.get_timestamp().map(|time| time.to_unix());
    let made = made.and_then(|(seconds, nanos)| DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos));
    made.map_or(SECRET_LIFE, |made| now - made)
}

/// The own sessions, the most recently used first; true for the one that asks.
///
/// # Errors
/// If the database fails.
pub async fn sessions(services: &Kernel, actor: &Actor) -> Result<Vec<(Session, bool)>> {
    let now = services.now();
    let sessions = services.store().sessions(actor.member()?.person, now).await?;
    let lasting = sessions.into_iter().filter(|session| session.expires_at > now + OVERLAP);
    Ok(lasting.map(|session| (session.clone(), Some(session.id) == actor.session())).collect())
}

/// Ends one of the own sessions.
///
/// # Errors
/// `not_found` if it is none of the caller's.
pub async fn end_session(services: &Kernel, actor: &Actor, id: SessionId) -> Result<()> {
    if !services.store().delete_session(actor.member()?.person, id).await? {
        return Err(DomainError::no_such("session"));
    }
    services.revocations().tell(actor.member()?.person);
    services.audit(actor, "identity.session_ended", id, json!({})).await
}

/// The own programs that signed in with the password and can still go on, the most recently used first.
///
/// # Errors
/// If the database fails.
pub async fn program_sign_ins(services: &Kernel, actor: &Actor) -> Result<Vec<ProgramSignIn>> {
    Ok(services.store().program_sign_ins(actor.member()?.person, services.now()).await?)
}

/// Ends the sign-in of one of the own programs, with its access token.
///
/// # Errors
/// `not_found` if it is none of the caller's.
pub async fn end_program_sign_in(services: &Kernel, actor: &Actor, id: SignInId) -> Result<()> {
    if !services.store().end_program_sign_in(actor.member()?.person, id.0).await? {
        return Err(DomainError::no_such("sign-in"));
    }
    services.revocations().tell(actor.member()?.person);
    services.audit(actor, "identity.program_sign_in_ended", id, json!({})).await
}

/// Ends all own sessions but this one, and the sign-ins of all programs; how many it were.
///
/// # Errors
/// `forbidden` with a token instead of a session: it would end them all.
pub async fn end_other_sessions(services: &Kernel, actor: &Actor) -> Result<u64> {
    let session = actor.session().ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to end sessions."))?;
    let ended = services.store().end_sign_ins(actor.member()?.person, session).await?;
    services.revocations().tell(actor.member()?.person);
    services.audit(actor, "identity.other_sessions_ended", session, json!({ "ended": ended })).await?;
    Ok(ended)
}
