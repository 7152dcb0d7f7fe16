//! Server functions of the settings.

use leptos::prelude::*;
use model::{ApiToken, NewApiToken, ProgramSignIn, Session};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Rpc;

/// One of the own sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A token that was just made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeToken {
    /// What is known of it.
    pub token: ApiToken,
    /// The token itself, shown this once.
    pub secret: String,
}

/// Changes the own name and time zone.
#[server(protocol = Rpc, endpoint = "settings/update_profile")]
pub async fn update_profile(name: String, #[server(default)] time_zone: Option<String>) -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::update_profile(&services()?, &scope()?, &name, time_zone.as_deref()).await?;
    Ok(go_to("/settings?saved=1"))
}

/// Changes the organization. An unchecked switch is not sent at all.
#[server(protocol = Rpc, endpoint = "settings/update_organization")]
pub async fn update_organization(organization: String, #[server(default)] keep_audio: bool) -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::update_organization(&services()?, &scope()?, &organization, keep_audio).await?;
    Ok(go_to("/settings/organization?saved=1"))
}

/// Changes the own password. An unchecked box is not sent at all.
#[server(protocol = Rpc, endpoint = "settings/change_password")]
pub async fn change_password(current: String, password: String, #[server(default)] end_tokens: bool) -> Result<String, AppError> {
    use crate::server::{client, go_to, remember, scope, services};
    let services = services()?;
    let (current, password) = (current.into(), password.into());
    let signed_in = domain::identity::change_password(&services, &client(), &scope()?, &current, &password, end_tokens).await?;
    remember(&services, &signed_in);
    Ok(go_to("/settings/security?saved=1"))
}

/// The own sessions.
#[server(protocol = Rpc, endpoint = "settings/sessions")]
pub async fn sessions() -> Result<Vec<SessionRow>, AppError> {
    use crate::server::{scope, services};
    let sessions = domain::identity::sessions(&services()?, &scope()?).await?;
    Ok(sessions.into_iter().map(|(session, current)| SessionRow { session, current }).collect())
}

/// Ends one of the own sessions.
#[server(protocol = Rpc, endpoint = "settings/end_session")]
pub async fn end_session(id: model::SessionId) -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::end_session(&services()?, &scope()?, id).await?;
    Ok(go_to("/settings/security"))
}

/// The own programs that signed in with the password.
#[server(protocol = Rpc, endpoint = "settings/program_sign_ins")]
pub async fn program_sign_ins() -> Result<Vec<ProgramSignIn>, AppError> {
    use crate::server::{scope, services};
    Ok(domain::identity::program_sign_ins(&services()?, &scope()?).await?)
}

/// Ends the sign-in of one of the own programs.
#[server(protocol = Rpc, endpoint = "settings/end_program_sign_in")]
pub async fn end_program_sign_in(id: model::SignInId) -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::end_program_sign_in(&services()?, &scope()?, id).await?;
    Ok(go_to("/settings/security"))
}

/// Ends all sessions but this one, and the sign-ins of all programs.
#[server(protocol = Rpc, endpoint = "settings/end_other_sessions")]
pub async fn end_other_sessions() -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::end_other_sessions(&services()?, &scope()?).await?;
    Ok(go_to("/settings/security"))
}

/// The own API tokens.
#[server(protocol = Rpc, endpoint = "settings/tokens")]
pub async fn tokens() -> Result<Vec<ApiToken>, AppError> {
    use crate::server::{scope, services};
    Ok(domain::identity::tokens(&services()?, &scope()?).await?)
}

/// Makes an API token.
#[server(protocol = Rpc, endpoint = "settings/create_token")]
pub async fn create_token(new: NewApiToken) -> Result<MadeToken, AppError> {
    use crate::server::{scope, services};
    use secrecy::ExposeSecret;
    let (token, secret) = domain::identity::create_token(&services()?, &scope()?, &new).await?;
    Ok(MadeToken { token, secret: secret.expose_secret().to_owned() })
}

/// Deletes one of the own API tokens.
#[server(protocol = Rpc, endpoint = "settings/delete_token")]
pub async fn delete_token(id: model::ApiTokenId) -> Result<String, AppError> {
    use crate::server::{go_to, scope, services};
    domain::identity::delete_token(&services()?, &scope()?, id).await?;
    Ok(go_to("/settings/tokens"))
}
