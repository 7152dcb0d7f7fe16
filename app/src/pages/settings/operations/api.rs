//! Server functions of Settings → Operations.

use leptos::prelude::*;
use model::{FailedJob, FlagState, JobId, Operations, Page};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::rpc::Rpc;

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationsPage {
    /// How the work stands.
    pub operations: Operations,
    /// What is stored, in words: the browser needs no code to write sizes.
    pub stored: String,
    /// What failed.
    pub failed: Page<FailedJob>,
    /// What can be switched.
    pub flags: Vec<FlagState>,
}

/// How many failed jobs stand on a page.
#[cfg(feature = "ssr")]
const FAILED: u32 = 25;

/// How the work stands, and a page of what failed.
#[server(protocol = Rpc, endpoint = "settings/operations")]
pub async fn load_operations(cursor: Option<String>) -> Result<OperationsPage, AppError> {
    let (kernel, actor) = crate::server::caller()?;
    let operations = domain::operations::overview(&kernel, &actor).await?;
    let failed = domain::operations::failed(&kernel, &actor, cursor.as_deref(), FAILED).await?;
    let flags = domain::operations::flags(&kernel, &actor).await?;
    let stored = stored(&operations.storage);
    Ok(OperationsPage { operations, stored, failed, flags })
}

/// `3.4 MB of documents and 1.2 GB of recordings, of 5.0 GB that your organization may keep.`
#[cfg(feature = "ssr")]
fn stored(storage: &model::Storage) -> String {
    use crate::pages::knowledge::size;
    let (documents, recordings) = (size(storage.documents), size(storage.recordings));
    // Without it the sum would leave room where the next upload is refused.
    let all = match storage.uploading {
        0 => format!("{documents} of documents and {recordings} of recordings"),
        uploading => format!("{documents} of documents, {recordings} of recordings and {} that are being uploaded", size(uploading)),
    };
    match storage.allowed {
        Some(allowed) => format!("{all}, of {} that your organization may keep.", size(allowed)),
        None => format!("{all}. There is no limit but the server’s disk."),
    }
}

/// Lets a failed job be tried again.
#[server(protocol = Rpc, endpoint = "settings/retry_job")]
pub async fn retry_job(id: JobId) -> Result<String, AppError> {
    let (kernel, actor) = crate::server::caller()?;
    domain::operations::retry(&kernel, &actor, id).await?;
    Ok(crate::server::go_to("/settings/operations"))
}

/// Lets every failed job of a kind be tried again.
#[server(protocol = Rpc, endpoint = "settings/retry_jobs")]
pub async fn retry_jobs(kind: String) -> Result<String, AppError> {
    let (kernel, actor) = crate::server::caller()?;
    domain::operations::retry_kind(&kernel, &actor, &kind).await?;
    Ok(crate::server::go_to("/settings/operations"))
}

/// Forgets a failed job.
#[server(protocol = Rpc, endpoint = "settings/discard_job")]
pub async fn discard_job(id: JobId) -> Result<String, AppError> {
    let (kernel, actor) = crate::server::caller()?;
    domain::operations::discard(&kernel, &actor, id).await?;
    Ok(crate::server::go_to("/settings/operations"))
}

/// Switches a part of the program for the organization: `state` is `default`, `on`, `off`, or `share` with the `share` of calls.
#[server(protocol = Rpc, endpoint = "settings/set_flag")]
pub async fn set_flag(key: String, state: String, #[server(default)] share: String) -> Result<String, AppError> {
    let (kernel, actor) = crate::server::caller()?;
    let share = match state.as_str() {
        "default" => None,
        "on" => Some(100),
        "off" => Some(0),
        _ => Some(share.trim().parse().map_err(|_| model::Problem::of_field("share", "The share is a number from 0 to 100."))?),
    };
    match share {
        Some(share) => domain::operations::set_flag(&kernel, &actor, &key, model::SetFlag { share, member: None }).await?,
        None => domain::operations::unset_flag(&kernel, &actor, &key, None).await?,
    };
    Ok(crate::server::go_to("/settings/operations"))
}
