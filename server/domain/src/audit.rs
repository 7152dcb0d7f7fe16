//! Who did what: append-only, chained by hashes in the database.

use model::PersonId;
use serde_json::Value;

use crate::error::Result;
use crate::scope::Scope;
use crate::services::Services;

/// Writes an entry. `action` is `area.what`, `subject` the id of what it was done to; `details` hold no secret and no
/// word of a call.
///
/// # Errors
/// If the database fails; what was to be recorded then should not be reported as done.
pub async fn record(services: &Services, scope: &Scope, action: &str, subject: &str, details: Value) -> Result<()> {
    let member = Some(scope.member);
    services.store().append(scope.organization, member, action, subject, &details, services.now()).await?;
    Ok(())
}

/// Writes an entry after the answer.
pub(crate) fn record_later(services: &Services, scope: &Scope, action: &'static str, subject: String, details: Value) {
    let (services, organization) = (services.clone(), scope.organization);
    tokio::spawn(async move {
        // Nobody is signed in as the one whom it concerns, so there is no actor.
        if let Err(error) = services.store().append(organization, None, action, &subject, &details, services.now()).await {
            tracing::error!(error = store::chain(&error), action, "could not write the audit log");
        }
    });
}

/// Writes an entry into the log of every organization that a person belongs to.
pub(crate) async fn record_of_person(services: &Services, person: PersonId, action: &str, details: Value) -> Result<()> {
    for organization in services.store().organizations_of(person).await? {
        services.store().append(organization, None, action, &person.to_string(), &details, services.now()).await?;
    }
    Ok(())
}
