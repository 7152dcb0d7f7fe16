//! A person's data handed out, and a person erased, by whoever administers the machine.
//!
//! There is no [`kernel::Actor`] here: who can run a command beside the database needs nobody's leave. The log of each of the person's
//! organizations tells of it.

use kernel::{Actor, DomainError, Erased, Kernel, Registry, Result, Subject, Tx};
use model::{Code, Role};
use serde_json::{Value, json};
use store::identity::Place;

/// Most mail addresses that a sentence names.
const NAMED: usize = 5;

/// Everything that is kept of whoever has a mail address: tables with their rows, and how long each is kept. Files are not in it.
///
/// # Errors
/// `invalid` for what is no mail address, `not_found` for one of which nothing is kept.
pub async fn export(kernel: &Kernel, email: &str) -> Result<Value> {
    let registry = kernel.state::<Registry>();
    let mut tx = kernel.begin_own().await?;
    let (subject, _) = find(&mut tx, email).await?;
    let at = tx.at();
    for (organization, person) in subject.members.iter().filter_map(|(organization, _)| Some((organization, subject.person?))) {
        let by = Actor::system(*organization, "a person's data was handed out");
        tx.audit_for(&by, "person.exported", person, json!({})).await?;
    }
    tx.commit().await?;
    let tables = kernel::export_person(kernel, registry, &subject).await?;
    if is_empty(&tables) {
        return Err(nobody(&subject.email));
    }
    Ok(json!({ "email": subject.email, "exported_at": at, "tables": tables }))
}

fn is_empty(tables: &Value) -> bool {
    tables.as_object().is_none_or(|tables| tables.values().all(|table| table["rows"].as_array().is_none_or(Vec::is_empty)))
}

/// What [`erase`] would erase, without doing it: everything is tried and taken back.
///
/// # Errors
/// As [`erase`].
pub async fn erasable(kernel: &Kernel, email: &str, with_organization: bool) -> Result<Vec<Erased>> {
    let mut tx = kernel.begin_own().await?;
    erase_within(&mut tx, kernel, email, with_organization).await
}

/// Erases whoever has a mail address, all or nothing: rows at once, files by the server's jobs. An organization that is nobody else's goes
/// with them, if `with_organization` says so.
///
/// # Errors
/// `invalid` for what is no mail address; `not_found` for one of which nothing is kept; `conflict` for the only owner of an organization
/// with a sentence that says what to do, and for somebody who is in a call.
pub async fn erase(kernel: &Kernel, email: &str, with_organization: bool) -> Result<Vec<Erased>> {
    kernel
        .urgent(|| async {
            let mut tx = kernel.begin_own().await?;
            let erased = erase_within(&mut tx, kernel, email, with_organization).await?;
            tx.commit().await?;
            Ok(erased)
        })
        .await
}

async fn erase_within(tx: &mut Tx, kernel: &Kernel, email: &str, with_organization: bool) -> Result<Vec<Erased>> {
    let (mut subject, places) = find(tx, email).await?;
    for place in places.into_iter().filter(|place| place.role == Role::Owner) {
        if is_left_to_nobody(tx, &place, with_organization).await? {
            subject.organizations.push(place.organization_id);
        }
    }
    let erased = kernel::erase_person(tx, kernel.state::<Registry>(), &subject).await?;
    if erased.iter().all(|table| table.rows == 0) {
        return Err(nobody(&subject.email));
    }
    // What they have open ends on every server, as after a sign-out.
    for ((organization, _), person) in subject.members.iter().zip(std::iter::repeat(subject.person)) {
        if let Some(person) = person {
            super::watch::tell(tx, *organization, person).await?;
        }
    }
    Ok(erased)
}

/// Whether an owner's organization goes with them. It is never left with members and without an owner.
async fn is_left_to_nobody(tx: &mut Tx, place: &Place, with_organization: bool) -> Result<bool> {
    let (name, colleagues) = (&place.organization_name, store::identity::colleagues(tx, place.organization_id, place.member).await?);
    if colleagues.iter().any(|colleague| colleague.role == Role::Owner) {
        return Ok(false);
    }
    let refused = |message| Err(DomainError::new(Code::Conflict, message));
    if !colleagues.is_empty() {
        let mut named: Vec<&str> = colleagues.iter().take(NAMED).map(|colleague| colleague.email.as_str()).collect();
        if colleagues.len() > NAMED {
            named.push("…");
        }
        return refused(format!(
            "This is the only owner of “{name}”, which has {} other members ({}). Make one of them an owner, or erase them first.",
            colleagues.len(),
            named.join(", ")
        ));
    }
    if !with_organization {
        return refused(format!(
            "This is the only member of “{name}”. Say --with-organization to erase the organization too, with all its documents."
        ));
    }
    Ok(true)
}

async fn find(tx: &mut Tx, email: &str) -> Result<(Subject, Vec<Place>)> {
    let email = super::addresses::mail_address(email)?;
    let person = store::identity::person_of_address(tx, &email).await?.map(|person| person.id);
    let places = match person {
        Some(person) => store::identity::places_of(tx, person).await?,
        None => Vec::new(),
    };
    let members = places.iter().map(|place| (place.organization_id, place.member)).collect();
    Ok((Subject { email, person, members, organizations: Vec::new() }, places))
}

fn nobody(email: &str) -> DomainError {
    DomainError::new(Code::NotFound, format!("Nothing is kept of “{email}”: no account, no sign-up, no mail on its way."))
}
