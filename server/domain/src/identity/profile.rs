//! What is known of the caller and of their organization.

use model::{Organization, Profile, validation};
use serde_json::json;

use super::signed_out;
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;

/// The caller, with names.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn profile(services: &Kernel, actor: &Actor) -> Result<Profile> {
    services.store().profile(actor.member()?.id).await?.ok_or_else(signed_out)
}

/// The caller's organization.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn organization(services: &Kernel, actor: &Actor) -> Result<Organization> {
    Ok(profile(services, actor).await?.organization)
}

/// Changes the own name.
///
/// # Errors
/// A problem of the field `name`.
pub async fn update_profile(services: &Kernel, actor: &Actor, name: &str) -> Result<Profile> {
    let name = validation::NAME.parse(name)?;
    services.store().update_person(actor.member()?.person, &name).await?;
    profile(services, actor).await
}

/// Changes the organization.
///
/// # Errors
/// `forbidden` below admin; a problem of the field `organization`.
pub async fn update_organization(services: &Kernel, actor: &Actor, name: &str, keep_audio: bool) -> Result<Profile> {
    actor.require(super::MANAGE_ORGANIZATION)?;
    let name = validation::ORGANIZATION.parse(name)?;
    services.store().update_organization(actor.organization, &name, keep_audio).await?;
    let details = json!({ "name": name, "keep_audio": keep_audio });
    services.audit(actor, "organization.updated", actor.organization, details).await?;
    profile(services, actor).await
}
