//! The recording, by byte ranges: players jump, and don't load an hour to play a minute. And how it is drawn.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calls::recording::{self, Recording, Side};
use futures::stream;
use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use model::{CallId, Channel, Code, TrackId, Waveform};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::envelope::Envelope;
use crate::api::extract::Path;
use crate::api::query::Query;
use crate::web::caller::Signed;
use crate::web::problem::Failure;
use crate::web::ranges::ByteRange;
use crate::wiring::Server;

/// Read at once.
const CHUNK: u64 = 256 * 1024;

/// A player may keep it, but asks each time: the call may go on, or its sides change places.
const CACHING: &str = "private, no-cache";

/// What of a recording.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordingSide {
    /// Only this side, mono, all its tracks together; both sides, left and right, if missing.
    channel: Option<Channel>,
    /// Only this track, mono: a number of the call's `tracks`, from 0. Goes before `channel`.
    track: Option<TrackId>,
}

/// The recording
///
/// A WAV of 16 kHz, 16 bit, by byte ranges.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/recording",
    params(("id" = CallId, Path, description = "The call's id"), RecordingSide),
    responses(
        (status = 200, description = "All of it", body = Vec<u8>, content_type = "audio/wav"),
        (status = 206, description = "The range that was asked for", body = Vec<u8>, content_type = "audio/wav"),
        (status = 304, description = "What `If-None-Match` names is still the recording"),
        (status = 404, description = "No such call or track, or no recording"),
        (status = 416, description = "The range lies outside")
    )
)]
pub async fn get(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    Query(which): Query<RecordingSide>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let side = which.track.map(Side::Track).or(which.channel.map(Side::One)).unwrap_or(Side::Both);
    let recording = recording::open(server.services(), &scope, id, side).await?;
    let length = recording.len();
    let name = match side {
        Side::Both => "both".to_owned(),
        Side::One(channel) => channel.to_string(),
        Side::Track(track) => format!("track{track}"),
    };
    let etag = format!("\"{name}-{length}-{}\"", recording.stamp());
    if headers.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, &etag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        insert(response.headers_mut(), ETAG, &etag);
        insert(response.headers_mut(), CACHE_CONTROL, CACHING);
        return Ok(response);
    }
    let current = headers.get(IF_RANGE).is_none_or(|tag| tag.as_bytes() == etag.as_bytes());
    let asked = headers.get(RANGE).and_then(|range| range.to_str().ok()).filter(|_| current);
    let (status, range) = match asked.map(|range| ByteRange::of(range, length)) {
        None | Some(ByteRange::Everything) => (StatusCode::OK, 0..length),
        Some(ByteRange::Part(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(ByteRange::Outside) => {
            let mut response = Failure::new(Code::Invalid, "The range lies outside of the recording.")
                .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
                .into_response();
            insert(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{length}"));
            return Ok(response);
        }
    };
    let body = if method == Method::HEAD { Body::empty() } else { stream(recording, range.clone()) };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    insert(headers, CONTENT_TYPE, Recording::CONTENT_TYPE);
    insert(headers, CONTENT_LENGTH, &(range.end - range.start).to_string());
    insert(headers, ACCEPT_RANGES, "bytes");
    insert(headers, ETAG, &etag);
    insert(headers, CACHE_CONTROL, CACHING);
    if status == StatusCode::PARTIAL_CONTENT {
        insert(headers, CONTENT_RANGE, &format!("bytes {}-{}/{length}", range.start, range.end - 1));
    }
    Ok(response)
}

/// How loud it is
///
/// Peaks of each side over the whole length, for a player to draw.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/waveform",
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "As many peaks of each side", body = Envelope<Waveform>),
        (status = 404, description = "No such call, or no recording"),
        (status = 409, description = "The call is still going on")
    )
)]
pub async fn waveform(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Waveform>, Failure> {
    Ok(Envelope::of(recording::waveform(server.services(), &scope, id).await?))
}

/// Whether an `If-None-Match` has this tag. It compares weakly: proxies may have made a tag weak.
fn names(tags: &HeaderValue, etag: &str) -> bool {
    let Ok(tags) = tags.to_str() else { return false };
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn insert(headers: &mut HeaderMap, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn stream(recording: Recording, range: Range<u64>) -> Body {
    Body::from_stream(stream::try_unfold((recording, range), |(recording, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + CHUNK);
        let bytes = recording.read(range.start..end).await.map_err(|error| std::io::Error::other(error.into_problem().message))?;
        Ok::<_, std::io::Error>(Some((bytes, (recording, end..range.end))))
    }))
}
