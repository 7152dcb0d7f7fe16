//! A call's own fields, changed.

use model::validation as valid;
use model::{Call, CallId, CallPatch, CallState, Code, Problem};
use serde_json::json;

use super::events::CallUpdated;
use super::finish::{Draft, Material};
use super::{after, changed_elsewhere, consent_who, get, live, recording, said_alone};
use crate::identity::time_zone;
use kernel::{Actor, DomainError, Kernel, Result};

/// Changes a call's own fields.
///
/// # Errors
/// `invalid` with the field, `conflict` if somebody else changed it at the same moment, `call_ended` for consent after the fact.
pub async fn patch(kernel: &Kernel, actor: &Actor, id: CallId, patch: CallPatch) -> Result<Call> {
    let mut call = get(kernel, actor, id).await?;
    let previous = call.updated_at;
    let before = call.clone();
    let CallPatch { title, contact_name, company, kind, verbosity, time_zone, names, notes, consent_how, consent_who: who } = patch;
    let line = |rule: valid::Line, typed: Option<String>, field: &mut String| -> Result<(), Problem> {
        if let Some(typed) = typed {
            *field = rule.parse(&typed)?;
        }
        Ok(())
    };
    line(valid::TITLE, title, &mut call.title)?;
    line(valid::CONTACT_NAME, contact_name, &mut call.contact_name)?;
    line(valid::COMPANY, company, &mut call.company)?;
    let names = names.unwrap_or_default();
    if names.len() > call.participants.len() {
        let message = format!("This call has {} participants; these are {} names.", call.participants.len(), names.len());
        return Err(Problem::of_field("names", message).into());
    }
    for (participant, name) in call.participants.iter_mut().zip(&names) {
        participant.name = valid::SPEAKER.parse(name)?;
    }
    if let Some(zone) = &time_zone {
        call.time_zone = time_zone::checked(zone)?;
    }
    if let Some(notes) = notes {
        call.notes = valid::NOTES.parse_block(&notes)?;
    }
    call.kind = kind.unwrap_or(call.kind);
    call.verbosity = verbosity.unwrap_or(call.verbosity);
    let now = kernel.now();
    if consent_how.is_none() {
        // Said without how: not kept, and looked at all the same.
        said_alone(who.as_deref().unwrap_or_default())?;
    }
    if let Some(how) = consent_how {
        if call.state != CallState::Prepared {
            return Err(DomainError::new(Code::CallEnded, "Consent is given before a call starts; this one has started."));
        }
        call.consent_who = consent_who(&who.unwrap_or_default(), how)?;
        call.consent_how = how.as_str().to_owned();
        call.consent_at = Some(now);
    }
    // What was promised "tomorrow" has another day then.
    let draft = match before.time_zone != call.time_zone && call.state == CallState::Ended {
        true => Some(redated(kernel, &call).await?),
        false => None,
    };
    call.updated_at = after(previous, now);
    let mut tx = kernel.begin(actor).await?;
    if !store::calls::update(&mut tx, &call, previous).await? {
        return Err(changed_elsewhere());
    }
    if let Some(draft) = draft {
        draft.keep(&mut tx, &call).await?;
    }
    let fields = changed(&before, &call);
    if !fields.is_empty() {
        tx.audit("call.updated", id, json!({ "fields": fields })).await?;
    }
    tx.emit(&CallUpdated { call: id, member: call.member_id }).await?;
    tx.commit().await?;
    if verbosity.is_some() {
        super::tell(kernel, actor, id, live::CallOrder::Verbosity(call.verbosity)).await;
    }
    Ok(call)
}

/// The review of an ended call whose clock is another one. If its words are changed meanwhile, the call is too, and this is not kept.
async fn redated(kernel: &Kernel, call: &Call) -> Result<Draft> {
    let read = Material::read(kernel, call.organization_id, call.id).await?;
    let mut material = read.ok_or_else(|| DomainError::no_such("call"))?;
    material.call.time_zone.clone_from(&call.time_zone);
    let voice = recording::voice(kernel, call).await?;
    Ok(material.draft(voice).await?.1)
}

/// What of a call was changed, for the audit log. Notes are not in it: they are kept while somebody types.
fn changed(before: &Call, now: &Call) -> Vec<&'static str> {
    let fields = [
        ("title", before.title != now.title),
        ("contact_name", before.contact_name != now.contact_name),
        ("company", before.company != now.company),
        ("kind", before.kind != now.kind),
        ("verbosity", before.verbosity != now.verbosity),
        ("time_zone", before.time_zone != now.time_zone),
        ("names", before.participants != now.participants),
        ("consent", before.consent_at != now.consent_at),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}
