//! What happens, as it happens: server-sent events.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::events::{self, Told};
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue};
use model::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::area::Area;
use super::envelope::Envelope;
use super::query::Query;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::wiring::Server;

/// What is sent when nothing happens, so that nobody in between takes the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a client should come again after the stream broke.
const AGAIN: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: &str = "last-event-id";

/// What this area adds to the interface.
pub const AREA: Area = Area { tags: &[("events", "What happens, as it happens")], routes };

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default().routes(routes!(open)).routes(routes!(catalogue))
}

/// Tells open streams that the server stops.
#[derive(Clone)]
pub struct Stopping(pub CancellationToken);

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct EventsQuery {
    /// Begin after this place, the `id` of the last event that arrived. The header `Last-Event-ID` says the same, and counts if both are
    /// there. Without either the stream begins now.
    after: Option<i64>,
    /// Only these, with commas between them: `call.ended,document.*`.
    names: Option<String>,
}

/// Where a stream goes on.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "for the OpenAPI document: the header is read as it comes")]
pub struct EventsHeader {
    /// Begin after this place.
    #[param(rename = "Last-Event-ID")]
    last_event_id: Option<i64>,
}

/// An event as it is streamed: its fields.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "for the OpenAPI document: the fields are written as they are")]
pub struct StreamedEvent {
    /// Its name.
    event: String,
    /// Its place; none of what says that the stream is over.
    id: Option<String>,
    /// JSON.
    data: String,
}

/// Listen to what happens
///
/// `text/event-stream`. Each event has its name as `event`, its place as `id` and JSON as `data`, described by the catalogue. Everybody
/// hears of what is theirs or everybody's; of others' things those whose role may see them. A stream that broke goes on with
/// `Last-Event-ID`: nothing is left out and nothing comes twice. `opened` comes first where no place was asked for; `reset` comes instead
/// of what is not kept any more: ask anew for what you know. `over` says why the stream ends for good: the token, the session or the
/// membership it was opened with has ended. A comment comes every 15 seconds. `docs/api/events.md` has it all.
#[utoipa::path(
    get, path = "/api/v1/events",
    params(EventsQuery, EventsHeader),
    responses((status = 200, description = "The stream", body = StreamedEvent, content_type = "text/event-stream"))
)]
pub async fn open(
    State(server): State<Server>,
    Signed(actor): Signed,
    stopping: Option<Extension<Stopping>>,
    headers: HeaderMap,
    Query(asked): Query<EventsQuery>,
) -> Result<Response, Failure> {
    let after = match headers.get(LAST_EVENT_ID) {
        Some(place) => Some(place_of(place)?),
        None => asked.after,
    };
    let told = events::open(server.services(), &actor, after, asked.names.as_deref().unwrap_or_default()).await?;
    let stop = stopping.map(|Extension(Stopping(stop))| stop).unwrap_or_default();
    let hello = futures::stream::once(std::future::ready(Event::default().retry(AGAIN)));
    let told = hello.chain(told.map(|told| written(&told))).take_until(stop.cancelled_owned()).map(Ok::<_, Infallible>);
    let mut response = Sse::new(told).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    // nginx would wait for more to send with.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn place_of(header: &HeaderValue) -> Result<i64, Failure> {
    let place = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    place.ok_or_else(|| Problem::of_field(LAST_EVENT_ID, "`Last-Event-ID` must be the id of an event, a whole number.").into())
}

fn written(told: &Told) -> Event {
    let place = |name: &str, position: &i64| {
        Event::default().event(name).id(position.to_string()).data(json!({ "position": position }).to_string())
    };
    match told {
        Told::Opened(position) => place("opened", position),
        Told::Reset(position) => place("reset", position),
        Told::Happened(event) => Event::default().event(&event.name).id(event.position.to_string()).data(&event.json),
        Told::Over(problem) => Event::default().event("over").data(json!({ "code": problem.code, "message": problem.message }).to_string()),
    }
}

/// An event as the catalogue has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogueEntry {
    /// Its name; never used for anything else.
    name: String,
    /// When it comes.
    description: String,
    /// The permission with which one hears of everybody's; the others hear of their own only. Null: everybody hears of all.
    sees_all: Option<String>,
    /// JSON schema of its `data`.
    schema: Value,
}

/// Which events there are
#[utoipa::path(
    get, path = "/api/v1/events/catalogue",
    responses((status = 200, description = "All of them, by name", body = Envelope<Vec<CatalogueEntry>>))
)]
pub async fn catalogue(State(server): State<Server>, Signed(_): Signed) -> Result<Envelope<Vec<CatalogueEntry>>, Failure> {
    let mut entries: Vec<CatalogueEntry> = domain::registry(server.services()).events.iter().map(entry).collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Envelope::of_all(entries))
}

fn entry(event: &domain::EventEntry) -> CatalogueEntry {
    CatalogueEntry {
        name: event.name.to_owned(),
        description: event.doc.trim().to_owned(),
        sees_all: event.sees_all.map(|permission| permission.name().to_owned()),
        schema: event.schema(),
    }
}
