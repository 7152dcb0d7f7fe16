//! What is known of the caller and of their organization.

use model::{Organization, Profile, Role, validation};
use serde_json::json;

use super::signed_out;
use crate::audit;
use crate::error::Result;
use crate::scope::Scope;
use crate::services::Services;

/// The caller, with names.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn profile(services: &Services, scope: &Scope) -> Result<Profile> {
    services.store().profile(scope.member).await?.ok_or_else(signed_out)
}

/// The caller's organization.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn organization(services: &Services, scope: &Scope) -> Result<Organization> {
    Ok(profile(services, scope).await?.organization)
}

/// Changes the own name.
///
/// # Errors
/// A problem of the field `name`.
pub async fn update_profile(services: &Services, scope: &Scope, name: &str) -> Result<Profile> {
    let name = validation::NAME.parse(name)?;
    services.store().update_person(scope.person, &name).await?;
    profile(services, scope).await
}

/// Changes the organization.
///
/// # Errors
/// `forbidden` below admin; a problem of the field `organization`.
pub async fn update_organization(services: &Services, scope: &Scope, name: &str, keep_audio: bool) -> Result<Profile> {
    scope.require(Role::Admin)?;
    let name = validation::ORGANIZATION.parse(name)?;
    services.store().update_organization(scope.organization, &name, keep_audio).await?;
    let details = json!({ "name": name, "keep_audio": keep_audio });
    audit::record(services, scope, "organization.updated", &scope.organization.to_string(), details).await?;
    profile(services, scope).await
}
