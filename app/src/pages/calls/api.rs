//! Server functions of the calls: each asks the domain once and maps its error.

use leptos::prelude::*;
use leptos::server_fn::codec::PostcardEncoding;
use leptos::server_fn::{BoxedStream, Websocket};
use model::wire::{ClientMessage, ServerMessage};
use model::{
    Call, CallFilter, CallHit, CallId, CallPatch, CueState, NewCall, Page, Preparation, RecognizerId, Segment, ShownReview, Waveform,
};

use crate::error::AppError;
use crate::rpc::Rpc;
#[cfg(feature = "ssr")]
use crate::server::{caller, go_to};

/// Calls of one page of the list.
#[cfg(feature = "ssr")]
const PAGE: u32 = 25;

/// The calls that the person may see, newest first; with a search the best match first. `mine` narrows to the own ones.
#[server(protocol = Rpc, endpoint = "calls/list")]
pub async fn list_calls(filter: CallFilter, mine: bool, cursor: Option<String>) -> Result<Page<CallHit>, AppError> {
    let (services, scope) = caller()?;
    let filter = if mine { CallFilter { member: scope.member_id(), ..filter } } else { filter };
    Ok(domain::calls::list(&services, &scope, filter, cursor.as_deref(), PAGE).await?)
}

/// Last time's choices and the recognizers that can be used now.
#[server(protocol = Rpc, endpoint = "calls/prepare")]
pub async fn prepare_call() -> Result<Preparation, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::prepare(&services, &scope).await?)
}

/// Sets a call up. A form that is sent without JavaScript goes on to the call's page.
#[server(protocol = Rpc, endpoint = "calls/create")]
pub async fn create_call(new: NewCall) -> Result<Call, AppError> {
    let (services, scope) = caller()?;
    let call = domain::calls::create(&services, &scope, new).await?;
    go_to(&super::live_path(call.id));
    Ok(call)
}

/// Starts the bundled sample call.
#[server(protocol = Rpc, endpoint = "calls/sample")]
pub async fn start_sample() -> Result<Call, AppError> {
    let (services, scope) = caller()?;
    let call = domain::calls::sample::start(&services, &scope).await?;
    go_to(&super::live_path(call.id));
    Ok(call)
}

/// One call.
#[server(protocol = Rpc, endpoint = "calls/get")]
pub async fn get_call(id: CallId) -> Result<Call, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::get(&services, &scope, id).await?)
}

/// Changes what is set of a call.
#[server(protocol = Rpc, endpoint = "calls/patch")]
pub async fn patch_call(id: CallId, patch: CallPatch) -> Result<Call, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::patch(&services, &scope, id, patch).await?)
}

/// Deletes a call with its recording and all that was made of it; for a minute [`restore_call`] brings it back.
#[server(protocol = Rpc, endpoint = "calls/delete")]
pub async fn delete_call(id: CallId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::delete(&services, &scope, id).await?;
    go_to(&format!("/calls?deleted={id}"));
    Ok(())
}

/// Brings a call back that was deleted a moment ago.
#[server(protocol = Rpc, endpoint = "calls/restore")]
pub async fn restore_call(id: CallId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::restore(&services, &scope, id).await?;
    go_to(&super::path(id));
    Ok(())
}

/// What a call's page shows: of the transcript the lines at the places `from..until`, else those around `line`, else the first ones.
#[server(protocol = Rpc, endpoint = "calls/review")]
pub async fn review_call(id: CallId, line: Option<i64>, from: Option<u32>, until: Option<u32>) -> Result<ShownReview, AppError> {
    use domain::calls::TranscriptPart;
    let (services, scope) = caller()?;
    let part = match (from, until) {
        (Some(from), Some(until)) => TranscriptPart::Places(from..until),
        _ => TranscriptPart::Around(line),
    };
    Ok(domain::calls::shown_review(&services, &scope, id, part).await?)
}

/// More lines of a transcript, by their places in order of start.
#[server(protocol = Rpc, endpoint = "calls/lines")]
pub async fn transcript_lines(id: CallId, from: u32, until: u32) -> Result<Vec<Segment>, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::shown_lines(&services, &scope, id, from..until).await?)
}

/// How loud each side of the recording is over time.
#[server(protocol = Rpc, endpoint = "calls/waveform")]
pub async fn call_waveform(id: CallId) -> Result<Waveform, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::recording::waveform(&services, &scope, id).await?)
}

/// Corrects one line of the transcript.
#[server(protocol = Rpc, endpoint = "calls/correct")]
pub async fn correct_segment(id: CallId, segment: i64, text: String) -> Result<Segment, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::correct_segment(&services, &scope, id, segment, &text).await?)
}

/// Swaps the two channels of a call: what the rep said becomes what the customer said.
#[server(protocol = Rpc, endpoint = "calls/swap-channels")]
pub async fn swap_channels(id: CallId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::swap_channels(&services, &scope, id).await?;
    Ok(())
}

/// Ticks an action item off, or takes the tick back.
#[server(protocol = Rpc, endpoint = "calls/action-done")]
pub async fn set_action_done(id: CallId, item: u32, done: bool) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::set_action_done(&services, &scope, id, item, done).await?;
    Ok(())
}

/// What the person made of a cue, after the call.
#[server(protocol = Rpc, endpoint = "calls/cue-state")]
pub async fn set_cue_state(id: CallId, cue: i64, state: CueState) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::set_cue_state(&services, &scope, id, cue, state).await?;
    Ok(())
}

/// Ends a call from outside its own page.
#[server(protocol = Rpc, endpoint = "calls/end")]
pub async fn end_call(id: CallId) -> Result<Call, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::calls::end(&services, &scope, id).await?)
}

/// Makes the transcript, again or for the first time, from the recording.
#[server(protocol = Rpc, endpoint = "calls/recognize")]
pub async fn recognize_later(id: CallId, with: RecognizerId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::calls::recognize_later(&services, &scope, id, with).await?;
    Ok(())
}

/// The live call itself. What stands in its way is said inside the stream, because an error before it would reach the
/// page as a lost socket only.
#[server(protocol = Websocket<PostcardEncoding, PostcardEncoding>, endpoint = "calls/live")]
pub async fn live_call(input: BoxedStream<ClientMessage, AppError>) -> Result<BoxedStream<ServerMessage, AppError>, AppError> {
    use futures::StreamExt;

    let (services, scope) = match caller() {
        Ok(caller) => caller,
        Err(error) => return Ok(futures::stream::iter([Ok(ServerMessage::Refused(error.0))]).into()),
    };
    let input: std::pin::Pin<Box<dyn futures::Stream<Item = Result<ClientMessage, AppError>> + Send>> = input.into();
    let messages = input.map(|message| message.map_err(|error| error.0)).boxed();
    // The socket opens when this function has answered, so the first message must be waited for inside the stream.
    let answers = futures::stream::once(async move { domain::socket::open(&services, &scope, messages).await }).flatten();
    Ok(answers.map(Ok).into())
}
