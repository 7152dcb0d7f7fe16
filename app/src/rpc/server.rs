//! How the server takes and answers a server function's request.

use std::future::Future;

use leptos::server_fn::codec::{FromReq, IntoRes, Json, PostUrl};
use leptos::server_fn::request::Req;
use leptos::server_fn::response::TryRes;
use leptos::server_fn::server::Server;
use model::Code;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::packed::{pack, unpack};
use super::{PACKED, SCHEMA};
use crate::error::AppError;

/// Reads what came in its own format, and answers packed to who asks for it, else in JSON.
pub async fn answer<I, O, S, F, Fut>(request: S::Request, function: F) -> Result<S::Response, AppError>
where
    I: DeserializeOwned + Send,
    O: Serialize + Send,
    S: Server<AppError>,
    F: Fn(I) -> Fut + Send,
    Fut: Future<Output = Result<O, AppError>> + Send,
{
    let accepts = request.accepts().unwrap_or_default().into_owned();
    let Some(parameters) = accepts.strip_prefix(PACKED) else {
        let input = input::<I, S>(request).await?;
        let output = function(input).await?;
        return <O as IntoRes<Json, S::Response, AppError>>::into_res(output).await;
    };
    // In JSON, which the page of another build can read too.
    if parameters.trim_start_matches([';', ' ']).strip_prefix("schema=") != Some(SCHEMA) {
        return Err(AppError::new(Code::Conflict, "Closezly was updated since this page was loaded. Reload the page, then try again."));
    }
    let output = match input::<I, S>(request).await {
        Ok(input) => function(input).await,
        Err(error) => Err(error),
    };
    S::Response::try_from_bytes(PACKED, pack(&output)?.into())
}

async fn input<I, S>(request: S::Request) -> Result<I, AppError>
where
    I: DeserializeOwned + Send,
    S: Server<AppError>,
{
    let kind = request.to_content_type().unwrap_or_default().into_owned();
    if kind.starts_with(PACKED) {
        unpack(&request.try_into_bytes().await?)
    } else if kind.starts_with("application/json") {
        <I as FromReq<Json, S::Request, AppError>>::from_req(request).await
    } else {
        <I as FromReq<PostUrl, S::Request, AppError>>::from_req(request).await
    }
}
