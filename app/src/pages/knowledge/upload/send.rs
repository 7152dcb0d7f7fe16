//! Sends one file: piece by piece, on from where it stopped, as often as it takes.

use std::future::Future;
use std::time::Duration;

use leptos::prelude::*;
use model::{Code, Given, NewUpload, Problem, Upload, UploadId};

use super::files::{self, LocalFile};
use super::queue::{Row, Sending};
use crate::error::AppError;
use crate::pages::knowledge::api;

/// Bytes of a piece. With what goes around it, it stays below the megabyte that a request may carry.
const PIECE: u64 = 1_000_000;
/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(10);
/// How often something is tried again that waiting may not help.
const TRIES: u32 = 5;

/// Sends a file whole; none if the answer to the last request was lost.
///
/// # Errors
/// Why it was not taken. Trying again goes on where it stopped.
pub async fn send(row: &Row, file: &LocalFile) -> Result<Option<Given>, Problem> {
    let mut patience = Patience::default();
    let mut upload = begin(row, file, &mut patience).await?;
    while upload.received < upload.bytes {
        let at = upload.received.unsigned_abs();
        row.state.set(Sending::Running { received: at });
        let piece = file.read(at, PIECE).await?;
        if piece.is_empty() {
            return Err(Problem::new(Code::Invalid, "This file has become shorter since it was chosen. Choose it again."));
        }
        upload = match api::put_piece(upload.id, at, piece).await {
            Ok(upload) => {
                patience.renew();
                upload
            }
            Err(AppError(problem)) => {
                // A piece that had arrived before its answer was lost is a conflict: the server says where to go on.
                let patient =
                    if problem.code == Code::Conflict { patience.try_again(problem) } else { patience.bear(row, at, problem).await };
                patient?;
                persist(row, at, &mut patience, || api::get_upload(upload.id)).await?
            }
        };
    }
    row.state.set(Sending::Finishing);
    finish(row, upload, &mut patience).await
}

/// Goes on with what was begun, if the server still has it, else begins.
async fn begin(row: &Row, file: &LocalFile, patience: &mut Patience) -> Result<Upload, Problem> {
    if let Some(id) = row.upload.get_untracked() {
        match persist(row, 0, patience, || api::get_upload(id)).await {
            Err(problem) if problem.code == Code::NotFound => forget(row, id),
            answer => return answer,
        }
    }
    let new = NewUpload {
        collection: row.order.collection,
        replaces: row.order.replaces,
        file_name: row.name.clone(),
        folder: row.folder.clone(),
        bytes: row.bytes,
    };
    let upload = persist(row, 0, patience, || api::begin_upload(new.clone())).await?;
    row.upload.set(Some(upload.id));
    if row.is_gone() {
        // Told to nobody: the row is not shown any more, and the queue throws the upload away.
        return Err(Problem::internal());
    }
    files::remember(upload.id, Some(&file.stamp()));
    Ok(upload)
}

async fn finish(row: &Row, upload: Upload, patience: &mut Patience) -> Result<Option<Given>, Problem> {
    let finished = persist(row, upload.bytes.unsigned_abs(), patience, || api::finish_upload(upload.id, row.order.tags.clone())).await;
    let given = match finished {
        Ok(given) => Some(given),
        // The attempt before did it, but its answer never came.
        Err(problem) if problem.code == Code::NotFound && patience.was_needed => None,
        Err(problem) => return Err(problem),
    };
    forget(row, upload.id);
    Ok(given)
}

fn forget(row: &Row, id: UploadId) {
    files::remember(id, None);
    row.upload.set(None);
}

/// Asks until there is an answer that waiting doesn't change.
async fn persist<T, F>(row: &Row, at: u64, patience: &mut Patience, ask: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, AppError>>,
{
    patience.was_needed = false;
    loop {
        match ask().await {
            Ok(answer) => {
                patience.renew();
                return Ok(answer);
            }
            Err(AppError(problem)) => patience.bear(row, at, problem).await?,
        }
    }
}

/// How often something was tried again.
#[derive(Debug, Default, PartialEq, Eq)]
struct Patience {
    /// Attempts since the last that worked.
    tried: u32,
    /// Whether the request that runs was sent more than once.
    was_needed: bool,
}

impl Patience {
    fn renew(&mut self) {
        self.tried = 0;
    }

    /// Counts an attempt that may simply be made again.
    fn try_again(&mut self, problem: Problem) -> Result<(), Problem> {
        self.tried += 1;
        if self.tried > TRIES { Err(problem) } else { Ok(()) }
    }

    /// Waits before the next attempt, if waiting may help.
    async fn bear(&mut self, row: &Row, received: u64, problem: Problem) -> Result<(), Problem> {
        let Some(length) = self.next_wait(problem.code).filter(|_| !row.is_gone()) else { return Err(problem) };
        let why = if problem.code == Code::Unavailable { "Connection lost.".to_owned() } else { problem.message };
        row.state.set(Sending::Paused { received, why });
        files::wait(length).await;
        Ok(())
    }

    /// How long to wait after a failure; none if it is final. A server that can't be reached is waited for without end.
    fn next_wait(&mut self, code: Code) -> Option<Duration> {
        let helps = match code {
            Code::Unavailable | Code::RateLimited => true,
            Code::Internal => self.tried < TRIES,
            _ => false,
        };
        if !helps {
            return None;
        }
        let length = Duration::from_secs(1 << self.tried.min(6)).min(LONGEST);
        self.tried += 1;
        self.was_needed = true;
        Some(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_waited_for_without_end() {
        let mut patience = Patience::default();
        let waits: Vec<_> = (0..40).map(|_| patience.next_wait(Code::Unavailable).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits[..5], [Some(1), Some(2), Some(4), Some(8), Some(10)]);
        assert_eq!(waits[39], Some(10));
        patience.renew();
        assert_eq!(patience.next_wait(Code::RateLimited), Some(Duration::from_secs(1)));
    }

    #[test]
    fn what_is_final_is_told_at_once() {
        for code in
            [Code::Invalid, Code::Forbidden, Code::NotFound, Code::TooLarge, Code::StorageFull, Code::QuotaExceeded, Code::Unauthenticated]
        {
            assert_eq!(Patience::default().next_wait(code), None, "{code}");
        }
        let mut patience = Patience::default();
        let waits = (0..TRIES + 1).map(|_| patience.next_wait(Code::Internal).is_some()).collect::<Vec<_>>();
        assert_eq!(waits, [true, true, true, true, true, false]);
    }

    #[test]
    fn a_conflict_is_not_tried_for_ever() {
        let mut patience = Patience::default();
        let problem = || Problem::new(Code::Conflict, "Somebody else sends this file.");
        assert!((0..TRIES).all(|_| patience.try_again(problem()).is_ok()));
        assert_eq!(patience.try_again(problem()), Err(problem()));
    }
}
