//! Server functions of identity. Each answers with the path to go to, but for a sign-up that goes on by mail.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Rpc;

/// Signs in.
#[server(protocol = Rpc, endpoint = "identity/sign_in")]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<String, AppError> {
    use crate::server::{client, go_to, remember, services, visitor};
    let services = services()?;
    let signed_in = domain::identity::sign_in(&services, &client(), visitor().as_ref(), &email, &password.into()).await?;
    remember(&services, &signed_in);
    Ok(go_to(next.as_deref().unwrap_or("/")))
}

/// What came of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignedUp {
    /// The account is there: the path to go to.
    In(String),
    /// A mail is on its way to this address.
    ByMail(String),
}

/// Signs up.
#[server(protocol = Rpc, endpoint = "identity/sign_up")]
pub async fn sign_up(
    name: String,
    email: String,
    organization: String,
    password: String,
    next: Option<String>,
) -> Result<SignedUp, AppError> {
    use crate::server::{client, go_to, remember, services, visitor};
    let services = services()?;
    let new = domain::identity::SignUp { name, email, organization, password: password.into() };
    Ok(match domain::identity::sign_up(&services, &client(), visitor().as_ref(), new).await? {
        domain::identity::SignedUp::In(signed_in) => {
            remember(&services, &signed_in);
            SignedUp::In(go_to(next.as_deref().unwrap_or("/")))
        }
        domain::identity::SignedUp::ByMail(email) => SignedUp::ByMail(email),
    })
}

/// Makes the account of a link that came by mail, and signs in.
#[server(protocol = Rpc, endpoint = "identity/confirm_sign_up")]
pub async fn confirm_sign_up(token: String) -> Result<String, AppError> {
    use crate::server::{client, go_to, remember, services, visitor};
    let services = services()?;
    let signed_in = domain::identity::confirm_sign_up(&services, &client(), visitor().as_ref(), &token).await?;
    remember(&services, &signed_in);
    Ok(go_to("/"))
}

/// Signs out.
#[server(protocol = Rpc, endpoint = "identity/sign_out")]
pub async fn sign_out() -> Result<String, AppError> {
    use crate::server::{forget, go_to, services, visitor};
    let services = services()?;
    if let Some(scope) = visitor() {
        domain::identity::sign_out(&services, &scope).await?;
    }
    forget(&services);
    Ok(go_to("/sign-in"))
}

/// Asks for a link to set a new password.
#[server(protocol = Rpc, endpoint = "identity/forgot_password")]
pub async fn forgot_password(email: String) -> Result<String, AppError> {
    use crate::server::{client, go_to, services};
    domain::identity::request_password_reset(&services()?, &client(), &email).await?;
    Ok(go_to("/forgot-password?sent=1"))
}

/// Sets a new password with a link's token.
#[server(protocol = Rpc, endpoint = "identity/reset_password")]
pub async fn reset_password(token: String, password: String) -> Result<String, AppError> {
    use crate::server::{client, forget, go_to, services};
    let services = services()?;
    domain::identity::reset_password(&services, &client(), &token, &password.into()).await?;
    forget(&services);
    Ok(go_to("/sign-in?reset=1"))
}
