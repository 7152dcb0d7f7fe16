//! What happened, told to pages, webhooks and other areas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{MemberId, OrganizationId};
use serde_json::{Value, json};
use store::PlacedEvent;
use tokio::sync::broadcast;

use crate::actor::Actor;
use crate::permission::Permission;

/// The bell that rings when an event was written.
pub(crate) const EVENTS: &str = "kernel.events";

/// How many events a slow stream may be behind before it is told to catch up from the database.
const BACKLOG: usize = 256;

/// Something that happened: its name, what it happened to, to whom it belongs. Declared by [`crate::event!`].
pub trait Event {
    /// `area.what`, in the past tense; never used for anything else afterwards.
    const NAME: &'static str;

    /// To what it happened, usually an id.
    fn subject(&self) -> String;

    /// To whom it belongs; none if it is nobody's in particular.
    fn member(&self) -> Option<MemberId>;

    /// The permission of those who may see this one, though they may not see all of its kind; none if there are no others.
    fn open_to(&self) -> Option<Permission> {
        None
    }

    /// Its fields: ids and small facts, no words of a call.
    fn payload(&self) -> Value;
}

/// A field of an event, for its schema.
#[derive(Clone, Copy, Debug)]
pub struct EventField {
    /// Its name.
    pub name: &'static str,
    /// What it is, one sentence.
    pub doc: &'static str,
    /// Its Rust type as written.
    pub kind: &'static str,
}

/// An event in a manifest.
#[derive(Clone, Copy, Debug)]
pub struct EventEntry {
    /// [`Event::NAME`].
    pub name: &'static str,
    /// What happened, one sentence.
    pub doc: &'static str,
    /// Who has it sees all of them; everybody else only those that belong to them or are open to a permission that they have. None:
    /// everybody in the organization sees it.
    pub sees_all: Option<Permission>,
    /// Its fields.
    pub fields: &'static [EventField],
}

impl EventEntry {
    /// Whether somebody may see one of these events: it belongs to `member` and is open to whoever has the permission `open_to`.
    pub fn may_be_seen(&self, actor: &Actor, member: Option<MemberId>, open_to: Option<&str>) -> bool {
        self.sees_all.is_none_or(|all| actor.may(all))
            || (member.is_some() && member == actor.member_id())
            || open_to.is_some_and(|name| actor.permissions().iter().any(|permission| permission.name() == name))
    }

    /// The JSON schema of what is delivered.
    pub fn schema(&self) -> Value {
        let mut properties = serde_json::Map::new();
        for field in self.fields {
            properties.insert(field.name.to_owned(), described(field));
        }
        let required: Vec<&str> = self.fields.iter().filter(|field| !field.kind.starts_with("Option")).map(|field| field.name).collect();
        let data = json!({ "type": "object", "properties": properties, "required": required });
        json!({
            "title": self.name,
            "description": self.doc,
            "type": "object",
            "properties": {
                "id": { "type": "string", "format": "uuid", "description": "The same wherever and however often it is delivered." },
                "position": { "type": "integer", "description": "Its place among all events; what `Last-Event-ID` takes." },
                "name": { "const": self.name },
                "subject": { "type": "string", "description": "To what it happened, usually an id." },
                "at": { "type": "string", "format": "date-time" },
                "data": data
            },
            "required": ["id", "position", "name", "subject", "at", "data"]
        })
    }
}

fn described(field: &EventField) -> Value {
    let kind = field.kind.trim_start_matches("Option").trim().trim_start_matches('<').trim_end_matches('>').trim();
    let mut schema = match kind {
        "i64" | "u32" | "u64" | "Millis" => json!({ "type": "integer" }),
        "bool" => json!({ "type": "boolean" }),
        "f64" => json!({ "type": "number" }),
        kind if kind.ends_with("Id") => json!({ "type": "string", "format": "uuid" }),
        _ => json!({ "type": "string" }),
    };
    schema["description"] = json!(field.doc);
    schema
}

/// Declares an event: its type and its entry in the manifest.
///
/// ```
/// kernel::event! {
///     /// A call has ended; its review comes later.
///     CallEnded = "call.ended", of call, belongs to member, sees all: None, {
///         /// The call.
///         call: model::CallId,
///         /// Whose it is.
///         member: model::MemberId,
///     }
/// }
/// assert_eq!(CallEnded::ENTRY.name, "call.ended");
/// ```
#[macro_export]
macro_rules! event {
    (
        $(#[doc = $doc:literal])+
        $name:ident = $wire:literal, of $subject:ident, belongs to $member:tt, sees all: $all:expr $(, open to: $open:path)?, {
            $($(#[doc = $field_doc:literal])+ $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[doc = $field_doc])+ pub $field: $kind,)*
        }

        impl $name {
            /// Its entry in the manifest.
            pub const ENTRY: $crate::EventEntry = $crate::EventEntry {
                name: $wire,
                doc: concat!($($doc),+),
                sees_all: $all,
                fields: &[$($crate::EventField {
                    name: stringify!($field), doc: concat!($($field_doc),+), kind: stringify!($kind),
                }),*],
            };
        }

        impl $crate::Event for $name {
            const NAME: &'static str = $wire;

            fn subject(&self) -> String {
                self.$subject.to_string()
            }

            fn member(&self) -> Option<model::MemberId> {
                $crate::event!(@member self $member)
            }

            $(
                fn open_to(&self) -> Option<$crate::Permission> {
                    $open(self)
                }
            )?

            fn payload(&self) -> serde_json::Value {
                serde_json::to_value(self).unwrap_or_default()
            }
        }
    };
    (@member $self:ident nobody) => { None };
    (@member $self:ident $member:ident) => { Some($self.$member) };
}

/// An event on its way to a stream, written once for all of them.
#[derive(Debug)]
pub struct Delivered {
    /// Its place.
    pub position: i64,
    /// What.
    pub name: String,
    /// To what it happened.
    pub subject: String,
    /// To whom it belongs.
    pub member: Option<MemberId>,
    /// The permission of those who may see it too.
    pub open_to: Option<String>,
    /// As JSON: id, position, name, subject, at, data.
    pub json: String,
}

impl From<PlacedEvent> for Delivered {
    fn from(event: PlacedEvent) -> Self {
        let json = as_json(&event).to_string();
        Self { position: event.position, name: event.name, subject: event.subject, member: event.member_id, open_to: event.open_to, json }
    }
}

/// An event as it is delivered.
pub(crate) fn as_json(event: &PlacedEvent) -> Value {
    json!({
        "id": event.id,
        "position": event.position,
        "name": event.name,
        "subject": event.subject,
        "at": event.at,
        "data": event.payload
    })
}

/// The open streams, by organization: an event wakes nobody of another one. And who waits for one kind of event, whoever's it is.
#[derive(Default)]
pub struct Hub {
    organizations: Channels<OrganizationId>,
    names: Channels<&'static str>,
}

type Channels<K> = Mutex<HashMap<K, broadcast::Sender<Arc<Delivered>>>>;

fn subscribe<K: Eq + std::hash::Hash>(channels: &Channels<K>, of: K) -> broadcast::Receiver<Arc<Delivered>> {
    let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
    channels.entry(of).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
}

impl Hub {
    /// Events of an organization from now on.
    pub fn subscribe(&self, organization: OrganizationId) -> broadcast::Receiver<Arc<Delivered>> {
        subscribe(&self.organizations, organization)
    }

    /// Events of a kind from now on, of all organizations, happened on whichever server: for the server itself.
    pub fn subscribe_to<E: Event>(&self) -> broadcast::Receiver<Arc<Delivered>> {
        subscribe(&self.names, E::NAME)
    }

    /// Hands an event to the streams of its organization.
    pub(crate) fn deliver(&self, event: PlacedEvent) {
        let organization = event.organization_id;
        // If nobody waits for a name now, somebody may later: there are few names, so their channels stay.
        let named = self.names.lock().unwrap_or_else(PoisonError::into_inner).get(event.name.as_str()).cloned();
        let mut channels = self.organizations.lock().unwrap_or_else(PoisonError::into_inner);
        let streams = channels.get(&organization);
        if named.is_none() && streams.is_none() {
            return;
        }
        let event = Arc::new(Delivered::from(event));
        if let Some(named) = named {
            let _ = named.send(event.clone());
        }
        if streams.is_some_and(|streams| streams.send(event).is_err()) {
            // Nobody listens any more.
            channels.remove(&organization);
        }
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        let channels = self.organizations.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().map(broadcast::Sender::receiver_count).sum()
    }
}
