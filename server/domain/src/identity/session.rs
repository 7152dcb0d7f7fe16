//! Signed-in browsers. The cookie holds a secret; the row has its hash.
//!
//! A session lives for 30 days after its last use, and for 90 days at most: then the password is asked for again. Its secret is replaced every day: a new row takes over and the old one
//! stays for a minute, because a page sends several requests at once and all but one still carry the old secret.

use chrono::{DateTime, Duration, Utc};
use model::{Code, OrganizationId, PersonId, Profile, ProgramSignIn, Session, SessionId, SignInId, validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{actor_of, secret, watch};
use kernel::{Actor, Client, Credential, DomainError, Kernel, Result, Tx};

const LIFE: Duration = Duration::days(30);
/// Since the password was given.
const WHOLE_LIFE: Duration = Duration::days(90);
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
pub struct Authenticated {
    /// Who.
    pub actor: Actor,
    /// The same with names, as pages show it.
    pub profile: Profile,
    /// The cookie's next value, when its time has come.
    pub renewed: Option<SignedIn>,
}

/// A session that is about to be opened. The one that the browser had before, perhaps somebody else's, ends: its cookie is overwritten,
/// and nobody could sign it out any more.
pub(super) struct Opening {
    session: Session,
    secret: SecretString,
    profile: Profile,
    before: Option<(OrganizationId, PersonId, SessionId)>,
}

impl Opening {
    pub(super) fn new(kernel: &Kernel, client: &Client, before: Option<&Actor>, profile: &Profile) -> Self {
        let now = kernel.now();
        let session = Session {
            id: SessionId(kernel.uuid()),
            person_id: profile.person.id,
            member_id: profile.member,
            user_agent: named(client),
            address: client.address.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + LIFE,
        };
        let before = before.and_then(|before| Some((before.organization, before.member().ok()?.person, before.session()?)));
        Self { session, secret: secret::new(kernel, ""), profile: profile.clone(), before }
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<()> {
        if let Some((organization, person, session)) = self.before {
            store::sessions::delete(tx, person, session).await?;
            watch::tell(tx, organization, person).await?;
        }
        Ok(store::sessions::insert(tx, &self.session, &secret::hash(self.secret.expose_secret())).await?)
    }

    /// What was opened, after the commit.
    pub(super) fn signed_in(self, kernel: &Kernel) -> SignedIn {
        let actor = actor_of(kernel, &self.profile, Credential::Session(self.session.id));
        SignedIn { actor, secret: self.secret, expires_at: self.session.expires_at }
    }
}

/// What a client calls itself, as it is shown.
pub(super) fn named(client: &Client) -> String {
    validation::visible(&client.user_agent).chars().take(USER_AGENT).collect()
}

/// Gives a session another secret at once.
pub(super) async fn renew(kernel: &Kernel, tx: &mut Tx, actor: &Actor, session: SessionId) -> Result<SignedIn> {
    let secret = secret::new(kernel, "");
    let (now, expires_at) = (tx.at(), tx.at() + LIFE);
    if !store::sessions::rotate(tx, session, &secret::hash(secret.expose_secret())).await? {
        return Err(super::signed_out());
    }
    store::sessions::touch(tx, session, now, expires_at).await?;
    Ok(SignedIn { actor: actor.clone(), secret, expires_at })
}

/// Lets a session's successor take its place, unless another request has made one.
async fn replace(kernel: &Kernel, profile: &Profile, session: &Session, now: DateTime<Utc>) -> Result<Option<SignedIn>> {
    let next = Session { id: SessionId(kernel.uuid()), last_seen_at: now, expires_at: end(session, now), ..session.clone() };
    let secret = secret::new(kernel, "");
    let replaced = kernel.urgent(|| async {
        let mut tx = kernel.begin_own().await?;
        if !store::sessions::retire(&mut tx, session.id, now + OVERLAP).await? {
            return Ok(false);
        }
        store::sessions::insert_successor(&mut tx, &next, session.id, &secret::hash(secret.expose_secret())).await?;
        tx.commit().await?;
        Ok(true)
    });
    let actor = actor_of(kernel, profile, Credential::Session(next.id));
    Ok(replaced.await?.then_some(SignedIn { actor, secret, expires_at: next.expires_at }))
}

/// Who a cookie belongs to; none if to nobody, or not any more.
///
/// # Errors
/// If the database fails.
pub async fn authenticate_session(kernel: &Kernel, secret: &str) -> Result<Option<Authenticated>> {
    let now = kernel.now();
    let Some(session) = kernel.store().session(&secret::hash(secret), now).await? else { return Ok(None) };
    let Some(profile) = kernel.store().profile(session.member_id).await? else { return Ok(None) };
    let mut actor = actor_of(kernel, &profile, Credential::Session(session.id));
    let mut renewed = None;
    // One that is about to end was replaced already; it must not live on, nor make another.
    if session.expires_at > now + OVERLAP {
        if secret_age(&session, now) >= SECRET_LIFE {
            renewed = replace(kernel, &profile, &session, now).await?;
            if let Some(renewed) = &renewed {
                actor = renewed.actor.clone();
            }
        } else if now - session.last_seen_at >= SEEN_EVERY {
            kernel.store().touch_session(session.id, now, end(&session, now)).await?;
        }
    }
    Ok(Some(Authenticated { actor, profile, renewed }))
}

/// When a session that is used now ends by itself.
fn end(session: &Session, now: DateTime<Utc>) -> DateTime<Utc> {
    (now + LIFE).min(session.created_at + WHOLE_LIFE)
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
pub async fn sessions(kernel: &Kernel, actor: &Actor) -> Result<Vec<(Session, bool)>> {
    let now = kernel.now();
    let sessions = kernel.store().sessions(actor.member()?.person, now).await?;
    let lasting = sessions.into_iter().filter(|session| session.expires_at > now + OVERLAP);
    Ok(lasting.map(|session| (session.clone(), Some(session.id) == actor.session())).collect())
}

/// Ends one of the own sessions.
///
/// # Errors
/// `not_found` if it is none of the caller's.
pub async fn end_session(kernel: &Kernel, actor: &Actor, id: SessionId) -> Result<()> {
    let person = actor.member()?.person;
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            if !store::sessions::delete(&mut tx, person, id).await? {
                return Err(DomainError::no_such("session"));
            }
            tx.audit("identity.session_ended", id, json!({})).await?;
            watch::tell(&mut tx, actor.organization, person).await?;
            tx.commit().await
        })
        .await
}

/// The own programs that signed in with the password and can still go on, the most recently used first.
///
/// # Errors
/// If the database fails.
pub async fn program_sign_ins(kernel: &Kernel, actor: &Actor) -> Result<Vec<ProgramSignIn>> {
    Ok(kernel.store().program_sign_ins(actor.member()?.person, kernel.now()).await?)
}

/// Ends the sign-in of one of the own programs, with its access token.
///
/// # Errors
/// `not_found` if it is none of the caller's.
pub async fn end_program_sign_in(kernel: &Kernel, actor: &Actor, id: SignInId) -> Result<()> {
    let person = actor.member()?.person;
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            if !store::tokens::end_program_sign_in(&mut tx, person, id.0).await? {
                return Err(DomainError::no_such("sign-in"));
            }
            tx.audit("identity.program_sign_in_ended", id, json!({})).await?;
            watch::tell(&mut tx, actor.organization, person).await?;
            tx.commit().await
        })
        .await
}

/// Ends all own sessions but this one, and the sign-ins of all programs; how many it were.
///
/// # Errors
/// `forbidden` with a token instead of a session: it would end them all.
pub async fn end_other_sessions(kernel: &Kernel, actor: &Actor) -> Result<u64> {
    let session = actor.session().ok_or_else(|| DomainError::new(Code::Forbidden, "Sign in on the site to end sessions."))?;
    let person = actor.member()?.person;
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            let ended = store::tokens::end_sign_ins(&mut tx, person, session).await?;
            tx.audit("identity.other_sessions_ended", session, json!({ "ended": ended })).await?;
            watch::tell(&mut tx, actor.organization, person).await?;
            tx.commit().await?;
            Ok(ended)
        })
        .await
}
