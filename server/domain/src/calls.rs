//! Calls: set up, listed, read, corrected, deleted. What happens while one is live is in [`live`].
//!
//! A rep sees the own calls; managers and above see the organization's; a guest sees none.

mod anew;
pub(crate) mod cue_passages;
mod deletion;
mod edit;
mod events;
pub mod export;
mod fetch;
pub(crate) mod finish;
mod hand_over;
mod jobs;
mod judge;
pub mod live;
mod measure;
mod playbook;
mod promises;
mod recognizers;
pub mod recording;
pub(crate) mod retranscribe;
mod review;
pub mod sample;
mod settings;
mod state;
mod words;

use chrono::{DateTime, TimeDelta, Utc};
use model::validation as valid;
use model::{
    Call, CallFilter, CallHit, CallId, CallSource, CallState, Channel, Code, ConsentMethod, Cue, CueState, Millis, NewCall, Page,
    Participant, Preparation, Problem, RecognizerId, Role, Track, TrackId,
};
use serde_json::json;
use store::StoreError;

use self::events::{
    CallCreated, CallDeleted, CallEnded, CallFeedback, CallRestored, CallStarted, CallUpdated, InsightsReady, TranscriptUpdated,
};
use self::jobs::{DeleteRecording, Recognize};
pub(crate) use self::recognizers::open_stream;
use crate::identity::{self, time_zone};
use crate::storage;
use kernel::{
    Actor, Area, DomainError, Flag, JobEntry, Kernel, Permission, PermissionEntry, PersonalData, Result, Schedule, Subject, Through, Tx,
    Whose,
};

pub use self::deletion::{delete, restore};
pub use self::edit::patch;
pub use self::judge::{Judge, JudgedLine, SaidSoFar};
pub use self::promises::open_promises;
pub use self::recognizers::RecognizerRegistry;
pub use self::review::{TranscriptPart, review, shown_lines, shown_review, transcript};
pub use self::state::{CallsKernel, CallsState, LiveSettings};
pub use self::words::{correct_segment, recognize_later, swap_channels};

/// May have calls of one's own.
pub const USE: Permission = Permission::new("calls.use");
/// May see everybody's calls, change and delete them.
pub const MANAGE_ALL: Permission = Permission::new("calls.manage_all");

/// Whether a live call's cues show what the organization's documents say to them.
pub const LIVE_PASSAGES: Flag = Flag {
    name: "calls.live_passages",
    doc: "Suggestions in live calls show the passage of your documents that answers the customer.",
    default: true,
};

/// What this area hands to the binary.
pub const AREA: Area = Area {
    flags: &[LIVE_PASSAGES],
    jobs: &[
        JobEntry::of::<jobs::WriteReview>(),
        JobEntry::of::<Recognize>(),
        JobEntry::of::<DeleteRecording>(),
        JobEntry::of::<jobs::EraseCall>(),
        JobEntry::of::<jobs::Recover>(),
        JobEntry::of::<jobs::HandOver>(),
        JobEntry::of::<jobs::SweepParts>(),
        JobEntry::of::<jobs::IndexCalls>(),
    ],
    schedules: &[
        Schedule { name: "calls.recover", cron: "* * * * *", job: JobEntry::of::<jobs::Recover>() },
        Schedule { name: "calls.sweep_parts", cron: "17 3 * * *", job: JobEntry::of::<jobs::SweepParts>() },
    ],
    permissions: &[
        PermissionEntry { permission: USE, doc: "Have calls of one's own.", least: Role::Rep },
        PermissionEntry { permission: MANAGE_ALL, doc: "See everybody's calls, change and delete them.", least: Role::Manager },
    ],
    events: &[
        CallCreated::ENTRY,
        CallStarted::ENTRY,
        CallEnded::ENTRY,
        CallUpdated::ENTRY,
        CallDeleted::ENTRY,
        CallRestored::ENTRY,
        TranscriptUpdated::ENTRY,
        CallFeedback::ENTRY,
        InsightsReady::ENTRY,
    ],
    // A call is its rep's voice and words: it goes with them, whole.
    personal_data: &[
        of_call("segments"),
        of_call("call_terms"),
        of_call("call_lines"),
        of_call("cues"),
        of_call("bookmarks"),
        of_call("reviews"),
        PersonalData::deleted("calls", "member_id", Whose::Member, UNTIL_DELETED),
    ],
    on_erase: |tx, subject| Box::pin(let_go(tx, subject)),
    on_start: |kernel| {
        Box::pin(async move {
            if let Err(error) = live::recover(kernel).await {
                error.log("unfinished calls could not be looked for");
            }
            if let Err(error) = anew::enqueue(kernel).await {
                error.log("calls that no search finds yet could not be looked for");
            }
            if let Err(error) = measure::all(kernel).await {
                error.log("recordings that nobody has measured could not be looked for");
            }
            if let Err(error) = hand_over::look_through(kernel).await {
                error.log("logs that were put aside could not be looked for");
            }
        })
    },
    settings: settings::SETTINGS,
    ..Area::new("calls")
};

const UNTIL_DELETED: &str = "until the call is deleted";

/// A table whose rows belong to a call.
const fn of_call(table: &'static str) -> PersonalData {
    let calls = Through { table: "calls", id: "id", column: "member_id" };
    PersonalData::deleted(table, "call_id", Whose::Member, UNTIL_DELETED).through(calls)
}

/// A person is erased: their recordings are deleted by jobs.
async fn let_go(tx: &mut Tx, subject: &Subject) -> Result<()> {
    let living = tx.living_servers().await?;
    for (organization, member) in &subject.members {
        for (call, owner) in store::calls::of_member(tx, *organization, *member).await? {
            // Its server would go on writing words and sound.
            if living.iter().any(|server| Some(&server.id) == owner.as_ref()) {
                let message = "This person is in a call at this moment. Let the call end, wait a minute, and try again.";
                return Err(DomainError::new(Code::Conflict, message));
            }
            tx.enqueue_for(*organization, &DeleteRecording { call }).await?;
        }
    }
    Ok(())
}

/// Most calls on a page of the list.
pub const MAX_PAGE: u32 = 100;

/// What the preparation page needs: last time's choices, and what is available now.
///
/// # Errors
/// `forbidden` for guests.
pub async fn prepare(kernel: &Kernel, actor: &Actor) -> Result<Preparation> {
    actor.require(USE)?;
    let recognizers = kernel.recognizers().for_calls();
    let last = kernel.store().latest_call(actor.organization, actor.member()?.id).await?;
    let usable = |id: &RecognizerId| recognizers.iter().any(|choice| choice.id == *id && choice.unavailable.is_none());
    let profile = identity::profile(kernel, actor).await?;
    let fresh = NewCall { recognizer: kernel.recognizers().preferred(), time_zone: profile.person.time_zone, ..NewCall::default() };
    let defaults = match last.filter(|call| call.source == CallSource::Browser) {
        Some(call) => NewCall {
            kind: call.kind,
            language: call.language,
            vocabulary: call.vocabulary.join(", "),
            recognizer: if usable(&call.recognizer) { call.recognizer } else { fresh.recognizer.clone() },
            verbosity: call.verbosity,
            consent_who: call.consent_who,
            // "Nobody else" is true of one call; remembered, the next one would start with a false record.
            consent_how: call.consent_how.parse().ok().filter(|how| *how != ConsentMethod::NobodyElse),
            ..fresh
        },
        None => fresh,
    };
    let keep_audio = profile.organization.keep_audio;
    let filter = CallFilter { state: Some(CallState::Live), member: Some(actor.member()?.id), ..CallFilter::default() };
    let unfinished = kernel.store().calls(actor.organization, &filter, None, 10).await?;
    let unfinished = unfinished.items.into_iter().map(|hit| hit.call).filter(|call| call.source == CallSource::Browser).collect();
    Ok(Preparation { defaults, recognizers, keep_audio, unfinished })
}

/// Sets a call up. Consent may be given now or later, but no audio is taken before.
///
/// # Errors
/// `invalid` with the field, `recognizer_unavailable`, `quota_exceeded` where sound is kept and the organization has no room for any, `forbidden`
/// for guests.
pub async fn create(kernel: &Kernel, actor: &Actor, new: NewCall) -> Result<Call> {
    create_from(kernel, actor, new, CallSource::Browser).await
}

/// As [`create`], for a program that sends the audio through the API.
///
/// # Errors
/// As [`create`].
pub async fn create_for_program(kernel: &Kernel, actor: &Actor, new: NewCall) -> Result<Call> {
    create_from(kernel, actor, new, CallSource::Api).await
}

pub(crate) async fn create_from(kernel: &Kernel, actor: &Actor, new: NewCall, source: CallSource) -> Result<Call> {
    actor.require(USE)?;
    let contact_name = valid::CONTACT_NAME.parse(&new.contact_name)?;
    let company = valid::COMPANY.parse(&new.company)?;
    let title = match new.title.trim() {
        "" => default_title(&contact_name, &company, new.kind.label()),
        typed => valid::TITLE.parse(typed)?,
    };
    let language = valid::language(&new.language)?;
    let vocabulary = valid::vocabulary(&new.vocabulary)?;
    let time_zone = time_zone::checked(&new.time_zone)?;
    if source != CallSource::Sample {
        recognizers::require_for_call(kernel, &new.recognizer, &language)?;
    }
    let now = kernel.now();
    let (consent_who, consent_how, consent_at) = match new.consent_how {
        Some(how) => (consent_who(&new.consent_who, how)?, how.as_str().to_owned(), Some(now)),
        None => {
            said_alone(&new.consent_who)?;
            (String::new(), String::new(), None)
        }
    };
    let profile = identity::profile(kernel, actor).await?;
    if profile.organization.keep_audio {
        // One that has begun goes on to its end: no sound is lost for its bytes.
        storage::require_room(kernel, actor.organization, 0).await?;
    }
    // A page sends its browser's zone; a program's says where one call is held.
    let is_first_zone = source == CallSource::Browser && profile.person.time_zone.is_empty() && !time_zone.is_empty();
    let participants = match &new.participants[..] {
        [] => {
            let contact = if contact_name.is_empty() { Channel::Customer.label() } else { &contact_name };
            let both = [(Channel::Rep, profile.person.name.as_str()), (Channel::Customer, contact)];
            both.map(|(channel, name)| Participant { channel, name: name.to_owned() }).to_vec()
        }
        named => participants(named, source)?,
    };
    let call = Call {
        id: kernel.uuid().into(),
        organization_id: actor.organization,
        member_id: actor.member()?.id,
        title,
        contact_name,
        company,
        kind: new.kind,
        language,
        time_zone: if time_zone.is_empty() { profile.person.time_zone.clone() } else { time_zone },
        vocabulary,
        state: CallState::Prepared,
        source,
        recognizer: new.recognizer,
        verbosity: new.verbosity,
        consent_who,
        consent_how,
        consent_at,
        keep_audio: profile.organization.keep_audio,
        tracks: Track::each(participants.len()),
        participants,
        notes: String::new(),
        started_at: None,
        ended_at: None,
        duration_ms: Millis::ZERO,
        created_at: now,
        updated_at: now,
    };
    let mut tx = kernel.begin(actor).await?;
    store::calls::insert(&mut tx, &call).await?;
    if is_first_zone {
        // What comes without one has the person's: the sample, a program's call.
        store::identity::update_person(&mut tx, profile.person.id, &profile.person.name, &call.time_zone).await?;
    }
    tx.audit("call.created", call.id, json!({ "source": source })).await?;
    tx.emit(&CallCreated { call: call.id, member: call.member_id, source }).await?;
    tx.commit().await?;
    Ok(call)
}

/// The people of a program's call, checked.
fn participants(named: &[Participant], source: CallSource) -> Result<Vec<Participant>, Problem> {
    if source == CallSource::Browser {
        let message = "A call in a browser has two tracks: your microphone and the meeting's sound. Leave the participants out.";
        return Err(Problem::of_field("participants", message));
    }
    if named.len() > TrackId::MAX {
        return Err(Problem::of_field("participants", format!("A call has at most {} tracks; these are {}.", TrackId::MAX, named.len())));
    }
    named.iter().map(|one| Ok(Participant { channel: one.channel, name: valid::SPEAKER.parse(&one.name)? })).collect()
}

fn default_title(contact: &str, company: &str, kind: &str) -> String {
    let who: Vec<&str> = [contact, company].into_iter().filter(|part| !part.is_empty()).collect();
    let title = if who.is_empty() { format!("{kind} call") } else { format!("{kind} with {}", who.join(", ")) };
    title.chars().take(valid::TITLE.max).collect()
}

/// Who was told, where nobody says how.
fn said_alone(typed: &str) -> Result<(), Problem> {
    if typed.trim().is_empty() { Ok(()) } else { valid::CONSENT_WHO.parse(typed).map(drop) }
}

fn consent_who(typed: &str, how: ConsentMethod) -> Result<String, Problem> {
    match (how, typed.trim()) {
        (ConsentMethod::NobodyElse, "") => Ok("Nobody else".to_owned()),
        (_, typed) => valid::CONSENT_WHO.parse(typed),
    }
}

/// A call, if the caller may see it.
///
/// # Errors
/// `not_found` if there is none, or it is none of the caller's.
pub async fn get(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Call> {
    let call = kernel.store().call(actor.organization, id).await?;
    call.filter(|call| sees(actor, call)).ok_or_else(|| DomainError::no_such("call"))
}

fn sees(actor: &Actor, call: &Call) -> bool {
    call.organization_id == actor.organization && (actor.may(MANAGE_ALL) || (actor.may(USE) && actor.member_id() == Some(call.member_id)))
}

/// A page of the calls that the caller may see, newest first.
///
/// # Errors
/// `invalid` for a search that is too long or a cursor of another list; `forbidden` for another member's calls without the permission
/// to see them.
pub async fn list(kernel: &Kernel, actor: &Actor, mut filter: CallFilter, cursor: Option<&str>, limit: u32) -> Result<Page<CallHit>> {
    actor.require(USE)?;
    filter.search = valid::SEARCH.parse(&filter.search.replace(['\n', '\t'], " "))?;
    if !actor.may(MANAGE_ALL) {
        let own = actor.member()?.id;
        if filter.member.is_some_and(|member| member != own) {
            return Err(Problem::new(Code::Forbidden, "Your role shows you your own calls only.").into());
        }
        filter.member = Some(own);
    }
    match kernel.store().calls(actor.organization, &filter, cursor, limit.clamp(1, MAX_PAGE)).await {
        Err(StoreError::Cursor) => {
            Err(Problem::of_field("cursor", "This place in the list is gone. Start again from its first page.").into())
        }
        page => Ok(page?),
    }
}

/// When something is changed that was changed before: two changes within one tick of the clock must differ.
fn after(previous: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(previous + TimeDelta::microseconds(1))
}

fn changed_elsewhere() -> DomainError {
    DomainError::new(Code::Conflict, "This call was changed somewhere else at the same moment. Load it again and repeat your change.")
}

/// The cues that came up, in order.
///
/// # Errors
/// `not_found`.
pub async fn cues(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Vec<Cue>> {
    get(kernel, actor, id).await?;
    Ok(kernel.store().cues(actor.organization, id).await?)
}

/// Keeps or dismisses a cue; this is the feedback that playbooks learn from.
///
/// # Errors
/// `not_found`.
pub async fn set_cue_state(kernel: &Kernel, actor: &Actor, id: CallId, cue: i64, state: CueState) -> Result<()> {
    let call = get(kernel, actor, id).await?;
    let mut tx = kernel.begin(actor).await?;
    let is_new =
        store::cues::set_state(&mut tx, actor.organization, id, cue, state).await?.ok_or_else(|| DomainError::no_such("suggestion"))?;
    if is_new {
        tx.emit(&CallFeedback { call: id, member: call.member_id, cue, state }).await?;
    }
    tx.commit().await?;
    tell(kernel, actor, id, live::CallOrder::Feedback { cue, state }).await;
    Ok(())
}

/// Tells a call's pages what was changed elsewhere. It is stored: who can't be told now sees it when the page is opened again.
async fn tell(kernel: &Kernel, actor: &Actor, call: CallId, order: live::CallOrder) {
    if let Err(error) = live::order(kernel, actor, call, order).await {
        error.log("a call's pages could not be told of a change");
    }
}

/// Ticks an action item of the review off, or on again. `item` is its place in the list, from 0.
///
/// # Errors
/// `not_found`.
pub async fn set_action_done(kernel: &Kernel, actor: &Actor, id: CallId, item: u32, done: bool) -> Result<()> {
    get(kernel, actor, id).await?;
    let mut tx = kernel.begin(actor).await?;
    let locked = store::calls::lock(&mut tx, actor.organization, id).await?;
    let call = locked.ok_or_else(|| DomainError::no_such("call"))?;
    let Some((mut insights, metrics)) = store::reviews::get(&mut tx, actor.organization, id).await? else {
        return Err(DomainError::no_such("action item"));
    };
    let known = insights.action_items.get_mut(item as usize).ok_or_else(|| DomainError::no_such("action item"))?;
    known.done = done;
    store::reviews::save(&mut tx, actor.organization, id, &insights, &metrics).await?;
    tx.emit(&CallUpdated { call: id, member: call.member_id }).await?;
    tx.commit().await
}

/// Deletes files in the shared storage that belong to no recording: what a schedule does every night.
///
/// # Errors
/// If the storage or the database fails.
pub async fn sweep_parts(kernel: &Kernel) -> Result<()> {
    fetch::sweep(kernel).await
}

/// Ends a live call from outside its page, and waits for its review. Ending an ended call changes nothing.
///
/// # Errors
/// `not_found`.
pub async fn end(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Call> {
    let call = get(kernel, actor, id).await?;
    if matches!(call.state, CallState::Prepared | CallState::Live) {
        live::order(kernel, actor, id, live::CallOrder::End).await?;
    }
    get(kernel, actor, id).await
}
