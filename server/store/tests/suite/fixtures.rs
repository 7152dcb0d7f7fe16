//! An organization with people and calls in it.

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Call, CallId, CallKind, CallSource, CallState, Channel, Cue, CueKind, CueState, Evidence, MemberId, Millis, Organization,
    OrganizationId, Participant, Person, PersonId, RecognizerId, Role, Segment, Span, Track, TrackId, Verbosity, Word,
};
use store::{Engine, NewAccount, Store, testing};
use uuid::Uuid;

/// Calls a function of the store in a unit of work of its own.
macro_rules! within {
    ($store:expr, $does:path $(, $argument:expr)* $(,)?) => {
        async {
            let mut tx = $store.begin().await?;
            let done = $does(&mut tx $(, $argument)*).await?;
            tx.commit().await?;
            Ok::<_, store::StoreError>(done)
        }
    };
}
pub(crate) use within;

/// Seconds after noon of some day.
pub fn noon(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + TimeDelta::seconds(seconds)
}

#[derive(Clone, Copy)]
pub struct Tenant {
    pub organization: OrganizationId,
    pub person: PersonId,
    pub member: MemberId,
}

pub fn account(email: &str) -> NewAccount {
    NewAccount {
        organization: Organization { id: OrganizationId(Uuid::now_v7()), name: "Acme".into(), keep_audio: true, created_at: noon(0) },
        person: Person {
            id: PersonId(Uuid::now_v7()),
            email: email.into(),
            name: "Åsa Öberg".into(),
            time_zone: String::new(),
            created_at: noon(0),
        },
        password_hash: "$argon2id$…".into(),
        member: MemberId(Uuid::now_v7()),
        role: Role::Owner,
    }
}

pub async fn tenant(store: &Store, email: &str) -> Tenant {
    let account = account(email);
    within!(store, store::identity::insert_account, &account).await.unwrap();
    Tenant { organization: account.organization.id, person: account.person.id, member: account.member }
}

/// An organization in a database of any version.
pub async fn organization_of_before(store: &Store) -> OrganizationId {
    let id = OrganizationId(Uuid::now_v7());
    let hex = id.0.simple();
    let (literal, yes) = if store.engine() == Engine::Sqlite { (format!("x'{hex}'"), "1") } else { (format!("'{hex}'"), "TRUE") };
    let at = noon(0).to_rfc3339();
    testing::execute(
        store,
        &format!("INSERT INTO organizations (id, name, keep_audio, created_at) VALUES ({literal}, 'Acme', {yes}, '{at}')"),
    )
    .await;
    id
}

pub fn call(tenant: Tenant, title: &str, created: i64) -> Call {
    Call {
        id: CallId(Uuid::now_v7()),
        organization_id: tenant.organization,
        member_id: tenant.member,
        title: title.into(),
        contact_name: "Marie Dupont".into(),
        company: "Globex".into(),
        kind: CallKind::Discovery,
        language: "en-US".into(),
        time_zone: String::new(),
        vocabulary: vec!["Closezly".into(), "SOC 2".into()],
        state: CallState::Prepared,
        source: CallSource::Browser,
        recognizer: RecognizerId::known("command"),
        verbosity: Verbosity::Normal,
        consent_who: String::new(),
        consent_how: String::new(),
        consent_at: None,
        keep_audio: true,
        participants: [(Channel::Rep, "You"), (Channel::Customer, "Marie")]
            .map(|(channel, name)| Participant { channel, name: name.into() })
            .to_vec(),
        tracks: Track::each(2),
        notes: String::new(),
        started_at: None,
        ended_at: None,
        duration_ms: Millis(0),
        created_at: noon(created),
        updated_at: noon(created),
    }
}

pub async fn insert(store: &Store, tenant: Tenant, title: &str, created: i64) -> Call {
    let call = call(tenant, title, created);
    store.insert_call(&call).await.unwrap();
    call
}

pub fn segment(number: i64, channel: Channel, text: &str) -> Segment {
    let (start_ms, end_ms) = (Millis(number * 1000), Millis(number * 1000 + 800));
    let words = vec![Word { text: text.into(), start: start_ms, end: end_ms, confidence: 0.25 }];
    Segment {
        number,
        track: TrackId::usual(channel),
        channel,
        text: text.into(),
        start_ms,
        end_ms,
        confidence: 0.5,
        words,
        corrected: false,
    }
}

pub fn cue(number: i64) -> Cue {
    Cue {
        number,
        kind: CueKind::Objection,
        topic: "objection.price".into(),
        title: "Price objection".into(),
        quote: "too expensive".into(),
        guidance: "Ask what they compare it with.".into(),
        evidence: Evidence::of(Span { segment: 1, start: 0, end: 13 }),
        at_ms: Millis(1_500),
        state: CueState::Open,
        source: None,
    }
}
