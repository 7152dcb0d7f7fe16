//! How one server of an installation tells another one for whom it carries a socket: by a token of a few seconds, signed by the key that all
//! of them have. The other one reads the rights anew, and watches over the same credential.

use chrono::{DateTime, Duration, Utc};
use kernel::{Actor, Credential, DomainError, Kernel, Result};
use model::{ApiTokenId, Code, MemberId, SessionId, TokenScope};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::token::{actor_of_member, signed, verified};

/// As long as connecting may take, with what two servers' clocks may differ.
const LIFE: Duration = Duration::seconds(60);
const AUDIENCE: &str = "closezly-relay";

#[derive(Serialize, Deserialize)]
struct RelayClaims {
    iss: String,
    aud: String,
    /// The person.
    sub: Uuid,
    /// The member.
    mem: Uuid,
    by: Carried,
    exp: i64,
}

/// [`Credential`], as it is carried.
#[derive(Serialize, Deserialize)]
enum Carried {
    Password,
    Session(SessionId),
    Program {
        family: Uuid,
        signed_in_at: DateTime<Utc>,
    },
    ApiToken(ApiTokenId),
    /// One for reading only.
    ReadToken(ApiTokenId),
}

/// A token for another server, that says for whom a socket is carried.
///
/// # Errors
/// `forbidden` for whoever is no member.
pub(crate) fn relay_token(kernel: &Kernel, actor: &Actor) -> Result<SecretString> {
    let member = actor.member()?;
    let by = match member.credential {
        Credential::Password => Carried::Password,
        Credential::Session(session) => Carried::Session(session),
        Credential::Program { family, signed_in_at } => Carried::Program { family, signed_in_at },
        Credential::ApiToken { id, scope: TokenScope::All } => Carried::ApiToken(id),
        Credential::ApiToken { id, scope: TokenScope::Read } => Carried::ReadToken(id),
    };
    let claims = RelayClaims {
        iss: kernel.public_url().to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: member.person.0,
        mem: member.id.0,
        by,
        exp: (kernel.now() + LIFE).timestamp(),
    };
    signed(kernel, &claims)
}

/// For whom another server carries a socket, with the rights that they have now.
///
/// # Errors
/// `unauthenticated` if the token isn't of a server of this installation, or is too old.
pub async fn authenticate_relay(kernel: &Kernel, token: &str) -> Result<Actor> {
    let wrong = || DomainError::new(Code::Unauthenticated, "This is no token of a server of this installation.");
    let claims: RelayClaims = verified(kernel, token, AUDIENCE).ok_or_else(wrong)?;
    // By our own clock.
    if claims.exp <= kernel.now().timestamp() {
        return Err(wrong());
    }
    let credential = match claims.by {
        Carried::Password => Credential::Password,
        Carried::Session(session) => Credential::Session(session),
        Carried::Program { family, signed_in_at } => Credential::Program { family, signed_in_at },
        Carried::ApiToken(id) => Credential::ApiToken { id, scope: TokenScope::All },
        Carried::ReadToken(id) => Credential::ApiToken { id, scope: TokenScope::Read },
    };
    let actor = actor_of_member(kernel, MemberId(claims.mem), credential).await?;
    if actor.member()?.person.0 == claims.sub { Ok(actor) } else { Err(wrong()) }
}
