//! Ways in for programs: long-lived API tokens, and pairs of a short access token (a JWT) and a refresh token that is
//! replaced at every use. A refresh token that comes a second time was stolen from one side or the other: its whole
//! family ends.

use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use model::{ApiToken, ApiTokenId, Code, MemberId, NewApiToken, Problem, validation};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{RefreshToken, Refreshed};
use uuid::Uuid;

use super::session::named;
use super::{IdentityKernel as _, Own as _};
use super::{actor_of, note, secret, signed_out, watch};
use kernel::{Actor, Client, Credential, DomainError, Kernel, Result};

const ACCESS_LIFE: Duration = Duration::minutes(15);
const REFRESH_LIFE: Duration = Duration::days(30);
const AUDIENCE: &str = "closezly-api";
/// What API tokens start with, so that people and scanners know one when they see it.
const PREFIX: &str = "czl_";
const SHOWN: usize = 10;
const USED_EVERY: Duration = Duration::seconds(60);
/// So long after a program gave the password it may make API tokens.
const FRESH: Duration = Duration::minutes(15);
const MOST_TOKENS: usize = 50;
const MOST_DAYS: u16 = 365;

/// What a program signs in with.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// A JWT, good for 15 minutes.
    pub access: SecretString,
    /// Seconds until `access` ends.
    pub access_expires_in: u64,
    /// Good for one use within 30 days.
    pub refresh: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    /// The member: a person may be one of several organizations.
    mem: Uuid,
    /// The family of refresh tokens that it belongs to.
    sid: Uuid,
    iat: i64,
    exp: i64,
}

/// Signs a program in: a pair of tokens with the rights of somebody who just gave the password, the first of its family.
///
/// # Errors
/// If the database fails.
pub async fn issue(kernel: &Kernel, client: &Client, actor: &Actor) -> Result<TokenPair> {
    let refresh = secret::new(kernel, "");
    let family = kernel.uuid();
    let token = RefreshToken {
        id: kernel.uuid(),
        family,
        member: actor.member()?.id,
        expires_at: kernel.now() + REFRESH_LIFE,
        user_agent: named(client),
        address: client.address.clone(),
        signed_in_at: kernel.now(),
    };
    let person = actor.member()?.person;
    let details = json!({ "address": client.address, "program": family });
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            store::tokens::insert_refresh(&mut tx, &token, &secret::hash(refresh.expose_secret())).await?;
            tx.audit("identity.sign_in", person, details.clone()).await?;
            tx.commit().await
        })
        .await?;
    pair(kernel, actor, family, refresh)
}

fn pair(kernel: &Kernel, actor: &Actor, family: Uuid, refresh: SecretString) -> Result<TokenPair> {
    let now = kernel.now();
    let claims = Claims {
        iss: kernel.public_url().to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: actor.member()?.person.0,
        mem: actor.member()?.id.0,
        sid: family,
        iat: now.timestamp(),
        exp: (now + ACCESS_LIFE).timestamp(),
    };
    Ok(TokenPair { access: signed(kernel, &claims)?, access_expires_in: ACCESS_LIFE.num_seconds().unsigned_abs(), refresh })
}

/// A new pair for a refresh token.
///
/// # Errors
/// `unauthenticated` if it is unknown, too old or was used before; in the last case its family ends. `rate_limited`.
pub async fn refresh(kernel: &Kernel, client: &Client, refresh: &SecretString) -> Result<TokenPair> {
    kernel.limits().api(&client.address)?;
    let next = secret::new(kernel, "");
    let now = kernel.now();
    let (old, new) = (secret::hash(refresh.expose_secret()), secret::hash(next.expose_secret()));
    let id = kernel.uuid();
    let refreshed = kernel.urgent(|| async {
        let mut tx = kernel.begin_own().await?;
        let refreshed = store::tokens::rotate_refresh(&mut tx, &old, now, id, &new, now + REFRESH_LIFE).await?;
        if let Refreshed::Reused { family, ended: true } = refreshed
            && let Some(whose) = store::tokens::whose_family(&mut tx, family).await?
        {
            let details = json!({ "address": client.address });
            note(&mut tx, whose.organization_id, None, "identity.refresh_token_reused", family, &details).await?;
            watch::tell(&mut tx, whose.organization_id, whose.person_id).await?;
        }
        tx.commit().await?;
        Ok(refreshed)
    });
    match refreshed.await? {
        Refreshed::Ok { member, family } => {
            // Only whose it is counts here: the rights are read again with each access token.
            let actor = actor_of_member(kernel, member, Credential::Password).await?;
            pair(kernel, &actor, family, next)
        }
        Refreshed::Reused { family, .. } => {
            tracing::warn!(%family, address = client.address, "a refresh token came twice; its family was ended");
            Err(DomainError::new(
                Code::Unauthenticated,
                "This refresh token was used before, so all tokens of this sign-in were ended. Sign in again.",
            ))
        }
        Refreshed::Unknown => Err(DomainError::new(Code::Unauthenticated, "This refresh token is unknown or too old. Sign in again.")),
    }
}

/// Ends the family of a refresh token: signing out for programs. One that is unknown is ended already.
///
/// # Errors
/// If the database fails.
pub async fn revoke(kernel: &Kernel, refresh: &SecretString) -> Result<()> {
    let hash = secret::hash(refresh.expose_secret());
    let revoked = kernel.urgent(|| async {
        let mut tx = kernel.begin_own().await?;
        let now = tx.at();
        let Some(family) = store::tokens::family_of(&mut tx, &hash, now).await? else { return Ok(()) };
        let whose = store::tokens::whose_family(&mut tx, family).await?;
        if let (true, Some(whose)) = (store::tokens::revoke_family(&mut tx, family).await?, whose) {
            note(&mut tx, whose.organization_id, Some(whose.member_id), "identity.program_sign_out", family, &json!({})).await?;
            watch::tell(&mut tx, whose.organization_id, whose.person_id).await?;
        }
        tx.commit().await
    });
    revoked.await
}

/// Who an access token belongs to, with the rights that they have now.
///
/// # Errors
/// `unauthenticated` if it isn't ours, was changed or is too old.
pub async fn authenticate_access(kernel: &Kernel, access: &str) -> Result<Actor> {
    let wrong = || DomainError::new(Code::Unauthenticated, "This access token is not valid, or not any more. Refresh it or sign in again.");
    let claims: Claims = verified(kernel, access, AUDIENCE).ok_or_else(wrong)?;
    // By our own clock.
    if claims.exp <= kernel.now().timestamp() {
        return Err(wrong());
    }
    // Signing out, a new password or a stolen refresh token end it at once, not in a quarter of an hour.
    let family = claims.sid;
    let signed_in_at = kernel.store().living_family(family, kernel.now()).await?.ok_or_else(wrong)?;
    let actor = actor_of_member(kernel, MemberId(claims.mem), Credential::Program { family, signed_in_at }).await?;
    if actor.member()?.person.0 == claims.sub { Ok(actor) } else { Err(wrong()) }
}

/// Signs claims by the installation's key.
pub(super) fn signed(kernel: &Kernel, claims: &impl Serialize) -> Result<SecretString> {
    let key = EncodingKey::from_secret(kernel.token_key().expose_secret().as_bytes());
    let token = encode(&Header::new(Algorithm::HS256), claims, &key);
    Ok(token.map_err(|error| DomainError::Internal(format!("JWT: {error}")))?.into())
}

/// The claims of a token that this installation has signed for an audience. Whether they have expired the caller asks our own clock.
pub(super) fn verified<T: DeserializeOwned>(kernel: &Kernel, token: &str, audience: &str) -> Option<T> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[&kernel.public_url()]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(kernel.token_key().expose_secret().as_bytes());
    decode(token, &key, &rules).ok().map(|token| token.claims)
}

pub(super) async fn actor_of_member(kernel: &Kernel, member: MemberId, credential: Credential) -> Result<Actor> {
    Ok(actor_of(kernel, &kernel.store().profile(member).await?.ok_or_else(signed_out)?, credential))
}

/// A token that lasts must not come of one that was only lent or may be stolen: it takes a browser's session, or the password within
/// the last quarter of an hour.
fn may_make_tokens(kernel: &Kernel, actor: &Actor) -> Result<()> {
    match actor.member()?.credential {
        Credential::Password | Credential::Session(_) => Ok(()),
        Credential::Program { signed_in_at, .. } if kernel.now() - signed_in_at < FRESH => Ok(()),
        Credential::Program { .. } => Err(DomainError::new(
            Code::Forbidden,
            "An API token can be made within 15 minutes after signing in with the password. Sign in again, or make it on the site.",
        )),
        Credential::ApiToken { .. } => Err(DomainError::new(
            Code::Forbidden,
            "An API token can't make another one. Sign in with the password, or make it on the site.",
        )),
    }
}

/// Makes an API token that ends by itself after so many days; the secret is shown this once.
///
/// # Errors
/// A problem of the field `name` or `days`; `conflict` with 50 tokens already; `forbidden` with an API token, or an access token of a sign-in
/// that is older than a quarter of an hour.
pub async fn create_token(kernel: &Kernel, actor: &Actor, new: &NewApiToken) -> Result<(ApiToken, SecretString)> {
    may_make_tokens(kernel, actor)?;
    let name = validation::TOKEN_NAME.parse(&new.name)?;
    if !(1..=MOST_DAYS).contains(&new.days) {
        return Err(Problem::of_field("days", format!("A token lasts between 1 and {MOST_DAYS} days.")).into());
    }
    let now = kernel.now();
    if kernel.store().api_tokens(actor.member()?.id).await?.len() >= MOST_TOKENS {
        return Err(DomainError::new(Code::Conflict, "You have 50 tokens, which is the most. Delete one that isn't used any more."));
    }
    let secret = secret::new(kernel, PREFIX);
    let token = ApiToken {
        id: ApiTokenId(kernel.uuid()),
        member_id: actor.member()?.id,
        name,
        prefix: secret.expose_secret().chars().take(SHOWN).collect(),
        scope: new.scope,
        created_at: now,
        expires_at: Some(now + Duration::days(i64::from(new.days))),
        last_used_at: None,
    };
    let mut tx = kernel.begin(actor).await?;
    store::tokens::insert_api_token(&mut tx, &token, actor.organization, &secret::hash(secret.expose_secret())).await?;
    // Without the name, which somebody typed: this log is never changed.
    tx.audit("identity.token_created", token.id, json!({})).await?;
    tx.commit().await?;
    Ok((token, secret))
}

/// The own API tokens, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn tokens(kernel: &Kernel, actor: &Actor) -> Result<Vec<ApiToken>> {
    Ok(kernel.store().api_tokens(actor.member()?.id).await?)
}

/// Deletes one of the own API tokens; it ends at once.
///
/// # Errors
/// `not_found` if it is none of the caller's.
pub async fn delete_token(kernel: &Kernel, actor: &Actor, id: ApiTokenId) -> Result<()> {
    let member = actor.member()?;
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin(actor).await?;
            if !store::tokens::delete_api_token(&mut tx, member.id, id).await? {
                return Err(DomainError::no_such("token"));
            }
            tx.audit("identity.token_deleted", id, json!({})).await?;
            watch::tell(&mut tx, actor.organization, member.person).await?;
            tx.commit().await
        })
        .await
}

/// Who an API token belongs to; none if it is no token of ours.
///
/// # Errors
/// `unauthenticated` if it has ended by itself.
pub async fn authenticate_token(kernel: &Kernel, token: &str) -> Result<Option<Actor>> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some(found) = kernel.store().api_token(&secret::hash(token)).await? else { return Ok(None) };
    let Some(profile) = kernel.store().profile(found.member_id).await? else { return Ok(None) };
    let now = kernel.now();
    if found.expires_at.is_some_and(|end| end <= now) {
        return Err(DomainError::new(
            Code::Unauthenticated,
            "This API token has ended. Make another one in the settings, under API tokens.",
        ));
    }
    if found.last_used_at.is_none_or(|last| now - last >= USED_EVERY) {
        kernel.store().touch_api_token(found.id, now).await?;
    }
    Ok(Some(actor_of(kernel, &profile, Credential::ApiToken { id: found.id, scope: found.scope })))
}
