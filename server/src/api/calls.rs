//! Calls, what was said in them and what came of it.
#![allow(unused_qualifications, reason = "utoipa's macros write them")]

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::calls;
use domain::calls::export::Format;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use model::{Call, CallFilter, CallHit, CallId, CallKind, CallPatch, CallState, Cue, CueState, MemberId, NewCall, Review, Segment};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::envelope::Envelope;
use super::extract::{Json, Path, Query};
use crate::web::attachment::attachment;
use crate::web::caller::Signed;
use crate::web::problem::{Failure, FailureBody};
use crate::wiring::Server;

/// Which calls, and which page of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Words in the title, in the people's names or in what was said.
    #[serde(default)]
    search: String,
    /// Only this state.
    state: Option<CallState>,
    /// Only this kind.
    kind: Option<CallKind>,
    /// Only calls of this member.
    member: Option<MemberId>,
    /// Only calls created at or after, RFC 3339.
    from: Option<DateTime<Utc>>,
    /// Only calls created before, RFC 3339.
    until: Option<DateTime<Utc>>,
    /// `meta.next` of the page before.
    cursor: Option<String>,
    /// Most items, 1 to 100; 25 by default. 0 counts as 1, more than 100 as 100.
    limit: Option<u32>,
}

/// List calls
#[utoipa::path(
    get, path = "/api/v1/calls", tag = "calls", security(("bearer" = []), ("session" = [])), params(List),
    responses(
        (status = 200, description = "The newest first", body = Envelope<Vec<CallHit>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The query does not fit", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn list(
    State(server): State<Server>,
    Signed(scope): Signed,
    Query(query): Query<List>,
) -> Result<Envelope<Vec<CallHit>>, Failure> {
    let limit = query.limit.unwrap_or(25).clamp(1, 100);
    let filter = CallFilter {
        search: query.search,
        state: query.state,
        kind: query.kind,
        member: query.member,
        from: query.from,
        until: query.until,
    };
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let page = calls::list(server.services(), &scope, filter, cursor, limit).await?;
    Ok(Envelope::of_page(page, cursor, limit))
}

/// Set a call up
///
/// No byte of audio is taken before consent is given, here or with `PATCH`.
#[utoipa::path(
    post, path = "/api/v1/calls", tag = "calls", security(("bearer" = []), ("session" = [])), request_body = NewCall,
    responses(
        (status = 201, description = "Set up", body = Envelope<Call>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 403, description = "Not with this role", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "The recognizer can't be used here and now", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn create(
    State(server): State<Server>,
    Signed(scope): Signed,
    Json(new): Json<NewCall>,
) -> Result<(StatusCode, Envelope<Call>), Failure> {
    Ok((StatusCode::CREATED, Envelope::of(calls::create_for_program(server.services(), &scope, new).await?)))
}

/// A call
#[utoipa::path(
    get, path = "/api/v1/calls/{id}", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "The call", body = Envelope<Call>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn get(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::get(server.services(), &scope, id).await?))
}

/// Change a call
///
/// What is missing stays.
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}", tag = "calls", security(("bearer" = []), ("session" = [])), request_body = CallPatch,
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "Changed", body = Envelope<Call>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn patch(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    Json(change): Json<CallPatch>,
) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::patch(server.services(), &scope, id, change).await?))
}

/// Delete a call
///
/// With its recording and everything that was made of it.
#[utoipa::path(
    delete, path = "/api/v1/calls/{id}", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "It is live", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn delete(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<StatusCode, Failure> {
    calls::delete(server.services(), &scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a live call
///
/// From outside of its stream; a stream ends its call with `End`.
#[utoipa::path(
    post, path = "/api/v1/calls/{id}/end", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "Ended, or about to be", body = Envelope<Call>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json"),
        (status = 409, description = "It is not live", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn end(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Call>, Failure> {
    Ok(Envelope::of(calls::end(server.services(), &scope, id).await?))
}

/// What was said
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/transcript", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "Final segments in order of start", body = Envelope<Vec<Segment>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn transcript(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
) -> Result<Envelope<Vec<Segment>>, Failure> {
    Ok(Envelope::of_all(calls::transcript(server.services(), &scope, id).await?))
}

/// A corrected line.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// What was really said, 1 to 10,000 characters.
    text: String,
}

/// Correct a line
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}/transcript/{number}", tag = "calls", security(("bearer" = []), ("session" = [])),
    request_body = Correction,
    params(("id" = CallId, Path, description = "The call's id"), ("number" = i64, Path, description = "The segment's number")),
    responses(
        (status = 200, description = "Corrected", body = Envelope<Segment>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call or segment", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "The text is wrong", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn correct(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path((id, number)): Path<(CallId, i64)>,
    Json(correction): Json<Correction>,
) -> Result<Envelope<Segment>, Failure> {
    Ok(Envelope::of(calls::correct_segment(server.services(), &scope, id, number, &correction.text).await?))
}

/// What was shown
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/cues", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "In order of number", body = Envelope<Vec<Cue>>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn cues(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Vec<Cue>>, Failure> {
    Ok(Envelope::of_all(calls::cues(server.services(), &scope, id).await?))
}

/// What was done with a card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CueFeedback {
    /// Kept, dismissed, collapsed or open again.
    state: CueState,
}

/// Keep or dismiss a card
#[utoipa::path(
    patch, path = "/api/v1/calls/{id}/cues/{number}", tag = "calls", security(("bearer" = []), ("session" = [])),
    request_body = CueFeedback,
    params(("id" = CallId, Path, description = "The call's id"), ("number" = i64, Path, description = "The cue's number")),
    responses(
        (status = 204, description = "Noted"),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call or cue", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "No such state", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn set_cue_state(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path((id, number)): Path<(CallId, i64)>,
    Json(feedback): Json<CueFeedback>,
) -> Result<StatusCode, Failure> {
    calls::set_cue_state(server.services(), &scope, id, number, feedback.state).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What came of it
///
/// Transcript, cues, bookmarks, summary, action items and metrics in one answer.
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/review", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id")),
    responses(
        (status = 200, description = "The review; `insights` is null until it is written", body = Envelope<Review>),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn review(State(server): State<Server>, Signed(scope): Signed, Path(id): Path<CallId>) -> Result<Envelope<Review>, Failure> {
    Ok(Envelope::of(calls::review(server.services(), &scope, id).await?))
}

/// As what to export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Export {
    /// `markdown`, `json` or `srt`.
    format: String,
}

/// Export a call
#[utoipa::path(
    get, path = "/api/v1/calls/{id}/export", tag = "calls", security(("bearer" = []), ("session" = [])),
    params(("id" = CallId, Path, description = "The call's id"), Export),
    responses(
        (status = 200, description = "A file", content(
            (String = "text/markdown"), (String = "application/json"), (String = "application/x-subrip")
        )),
        (status = 401, description = "Not signed in", body = FailureBody, content_type = "application/problem+json"),
        (status = 404, description = "No such call", body = FailureBody, content_type = "application/problem+json"),
        (status = 422, description = "No such format", body = FailureBody, content_type = "application/problem+json")
    )
)]
pub async fn export(
    State(server): State<Server>,
    Signed(scope): Signed,
    Path(id): Path<CallId>,
    Query(query): Query<Export>,
) -> Result<Response, Failure> {
    let format: Format = query.format.parse()?;
    let export = calls::export::export(server.services(), &scope, id, format).await?;
    let mut response = export.body.into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(export.content_type) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CONTENT_DISPOSITION, attachment(&export.file_name));
    Ok(response)
}
