//! `closezly jobs`: work of the server itself that failed too often (mails, what goes by the clock). It is no organization's, so no
//! administrator sees it in Settings → Operations; whoever runs the server does, here, at the machine.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use model::JobId;
use ports::{Clock, SystemClock};
use secrecy::ExposeSecret;
use store::{Engine, Job, Store};

use crate::config::Config;

/// Most lines of the list.
const LISTED: u32 = 100;

/// What to do about them.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum JobsCommand {
    /// Lists them, the newest first (what happens without a word)
    List,
    /// Lets one be tried again, with all its attempts
    Retry {
        /// As the list shows it
        id: uuid::Uuid,
    },
    /// Forgets one: what it was to do is not done
    Discard {
        /// As the list shows it
        id: uuid::Uuid,
    },
}

/// Does what was asked, beside a server that may be running.
///
/// # Errors
/// A sentence if the database can't be opened, is of another version, or has no such job.
pub async fn run(config: &Config, asked: JobsCommand) -> Result<ExitCode> {
    let store = Store::connect(config.database_url.expose_secret()).await.context("could not open the database")?;
    let done = act(&store, asked, &mut std::io::stdout().lock()).await;
    store.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(store: &Store, asked: JobsCommand, out: &mut impl Write) -> Result<()> {
    let pending = store.pending_migrations().await?;
    if !pending.is_empty() {
        bail!("the database is new, or of an older release: start the server, or run `closezly migrate`, first");
    }
    match asked {
        JobsCommand::List => list(store, out).await,
        JobsCommand::Retry { id } => {
            let job = find(store, JobId(id)).await?;
            if !store.retry_own(job.id, SystemClock.now()).await? {
                bail!(gone(job.id));
            }
            // As another server would say it; on SQLite the server looks by itself.
            if store.engine() == Engine::Postgres {
                store.hint(&format!("closezly-jobs {}", job.queue)).await?;
            }
            Ok(writeln!(out, "{} ({}) is tried again within seconds, if a server is running.", job.id, job.kind)?)
        }
        JobsCommand::Discard { id } => {
            let job = find(store, JobId(id)).await?;
            if !store.discard_own(job.id).await? {
                bail!(gone(job.id));
            }
            Ok(writeln!(out, "{} ({}) was discarded.", job.id, job.kind)?)
        }
    }
}

async fn list(store: &Store, out: &mut impl Write) -> Result<()> {
    let (jobs, count) = (store.own_dead_jobs(LISTED).await?, store.count_own_dead_jobs().await?);
    if jobs.is_empty() {
        return Ok(writeln!(out, "No work of the server itself has failed for good.")?);
    }
    for job in &jobs {
        let failed = job.run_at.format("%Y-%m-%d %H:%M");
        writeln!(out, "{}  {failed}  {:<28} {} attempts  {}", job.id, job.kind, job.attempts, why(job))?;
    }
    if count > jobs.len() as i64 {
        writeln!(out, "… and {} older ones.", count - jobs.len() as i64)?;
    }
    Ok(writeln!(out, "\n`closezly jobs retry ID` tries one again, `closezly jobs discard ID` forgets it.")?)
}

/// All of the error, in one line: who reads this runs the server.
fn why(job: &Job) -> String {
    job.error.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn find(store: &Store, id: JobId) -> Result<Job> {
    store.own_dead_job(id).await?.with_context(|| gone(id))
}

fn gone(id: JobId) -> String {
    format!(
        "no work of the server itself that failed for good has the id {id}; `closezly jobs` lists it. An organization's own is in its \
         Settings → Operations"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use store::NewJob;
    use store::testing::{self, TestStore};

    use super::*;

    async fn said(store: &Store, asked: JobsCommand) -> Result<String> {
        let mut out = Vec::new();
        act(store, asked, &mut out).await?;
        Ok(String::from_utf8(out).unwrap())
    }

    /// A mail that failed for good.
    async fn dead(store: &TestStore) -> JobId {
        let now = SystemClock.now();
        let mut tx = store.begin().await.unwrap();
        store::jobs::enqueue(&mut tx, &NewJob::new("identity.mail", "identity.mail_sign_up", None, now)).await.unwrap();
        tx.commit().await.unwrap();
        let job = store.claim("identity.mail", "worker", now, Duration::from_secs(30)).await.unwrap().unwrap();
        let mut tx = store.begin().await.unwrap();
        store::jobs::fail(&mut tx, &job, "It failed.\nconnection refused", None).await.unwrap();
        tx.commit().await.unwrap();
        job.id
    }

    #[tokio::test]
    async fn who_runs_the_server_sees_retries_and_discards() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            sees_retries_and_discards(&testing::open(engine).await).await;
        }
    }

    async fn sees_retries_and_discards(store: &TestStore) {
        assert!(said(store, JobsCommand::List).await.unwrap().contains("No work"));
        let job = dead(store).await;
        let listed = said(store, JobsCommand::List).await.unwrap();
        assert!(listed.contains(&job.to_string()) && listed.contains("It failed. connection refused"), "{listed}");

        assert!(said(store, JobsCommand::Retry { id: job.0 }).await.unwrap().contains("identity.mail_sign_up"));
        assert_eq!(store.count_own_dead_jobs().await.unwrap(), 0);
        assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);
        for asked in [JobsCommand::Retry { id: job.0 }, JobsCommand::Discard { id: job.0 }] {
            let error = said(store, asked).await.unwrap_err().to_string();
            assert!(error.contains(&job.to_string()) && error.contains("closezly jobs"), "{error}");
        }

        let other = dead(store).await;
        assert!(said(store, JobsCommand::Discard { id: other.0 }).await.unwrap().contains("was discarded"));
        assert!(said(store, JobsCommand::List).await.unwrap().contains("No work"));
    }
}
