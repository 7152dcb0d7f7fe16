//! What is known of the caller and of their organization.

use model::{MemberId, Organization, OrganizationId, PersonId, Profile, validation};
use serde_json::json;

use super::signed_out;
use kernel::{Actor, Kernel, Result, event};

event! {
    /// The organization's name or settings were changed.
    OrganizationUpdated = "organization.updated", of organization, belongs to nobody, sees all: None, {
        /// The organization.
        organization: OrganizationId,
    }
}

event! {
    /// Somebody changed their name.
    PersonUpdated = "person.updated", of person, belongs to member, sees all: None, {
        /// The person.
        person: PersonId,
        /// Their place in the organization.
        member: MemberId,
    }
}

/// The caller, with names.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn profile(kernel: &Kernel, actor: &Actor) -> Result<Profile> {
    kernel.store().profile(actor.member()?.id).await?.ok_or_else(signed_out)
}

/// The caller's organization.
///
/// # Errors
/// `unauthenticated` if the caller was removed meanwhile.
pub async fn organization(kernel: &Kernel, actor: &Actor) -> Result<Organization> {
    Ok(profile(kernel, actor).await?.organization)
}

/// Changes the own name, and the time zone if one is given.
///
/// # Errors
/// A problem of the field `name` or `time_zone`.
pub async fn update_profile(kernel: &Kernel, actor: &Actor, name: &str, time_zone: Option<&str>) -> Result<Profile> {
    let name = validation::NAME.parse(name)?;
    let time_zone = match time_zone {
        Some(zone) => super::time_zone::checked(zone)?,
        None => profile(kernel, actor).await?.person.time_zone,
    };
    let member = actor.member()?;
    let mut tx = kernel.begin(actor).await?;
    store::identity::update_person(&mut tx, member.person, &name, &time_zone).await?;
    // Without the name: this log is never changed, and a person may have to be forgotten.
    tx.audit("person.updated", member.person, json!({})).await?;
    tx.emit(&PersonUpdated { person: member.person, member: member.id }).await?;
    tx.commit().await?;
    profile(kernel, actor).await
}

/// Changes the organization.
///
/// # Errors
/// `forbidden` below admin; a problem of the field `organization`.
pub async fn update_organization(kernel: &Kernel, actor: &Actor, name: &str, keep_audio: bool) -> Result<Profile> {
    actor.require(super::MANAGE_ORGANIZATION)?;
    let name = validation::ORGANIZATION.parse(name)?;
    let mut tx = kernel.begin(actor).await?;
    store::identity::update_organization(&mut tx, actor.organization, &name, keep_audio).await?;
    tx.audit("organization.updated", actor.organization, json!({ "name": name, "keep_audio": keep_audio })).await?;
    tx.emit(&OrganizationUpdated { organization: actor.organization }).await?;
    tx.commit().await?;
    profile(kernel, actor).await
}
