//! A store for a server that is alone on its SQLite file, and a look at a file from outside.

use std::fs::{File, TryLockError};
use std::io::Error;
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::{Options, Store, is_memory, sqlite_options};
use crate::error::{Result, StoreError};
use crate::keeper::{Checked, Keeper, check_log, quick_check, resolved};
use crate::mark::beside;

/// How long a start looks for damage after a crash: half a minute of a large database, then the server is wanted.
const CHECK_WITHIN: Duration = Duration::from_secs(30);

/// What [`examine`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// A server has the database open.
    pub in_use: bool,
    /// The check took too long and was left.
    pub unfinished: bool,
}

impl Store {
    /// As [`Store::connect_with`], for a server: on SQLite nobody else may serve the file until this store is closed or the
    /// process ends, a log that is not the file's own is refused, and after a crash the file is checked.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::ForeignLog`], [`StoreError::Damaged`]; then nothing was changed. And as
    /// [`Store::connect_with`].
    pub async fn connect_alone(url: &str, options: Options) -> Result<Self> {
        let Some(file) = file_of(url)? else { return Self::connect_with(url, options).await };
        let (keeper, unclean) = blocking(move || Keeper::take(&file)).await?;
        if unclean && quick_check(&keeper.database, CHECK_WITHIN).await? == Checked::Unfinished {
            tracing::warn!("the last server didn't stop in order, and the database is too large to be checked now; `closezly doctor` does");
        }
        let mut store = Self::connect_with(url, options).await?;
        keeper.write_mark(None);
        store.keeper = Some(std::sync::Arc::new(keeper));
        Ok(store)
    }

    /// Gives a sign of life, and keeps the reserve if it is missing and there is space. To be done every few seconds.
    pub async fn tend(&self) {
        let Some(keeper) = self.keeper.clone() else { return };
        let tended = tokio::task::spawn_blocking(move || {
            keeper.renew_mark();
            keeper.reserve.build();
        });
        if let Err(error) = tended.await {
            tracing::error!(%error, "the database's files could not be looked after");
        }
    }

    /// Whether the space that is kept for deletions and sign-ins on a full disk is not there.
    pub fn lacks_reserve(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| keeper.reserve.is_missing())
    }
}

/// Looks at a database as [`Store::connect_alone`] would, and longer, without changing anything. Of PostgreSQL and of a file that isn't
/// there it knows nothing.
///
/// # Errors
/// [`StoreError::ForeignLog`] or [`StoreError::Damaged`].
pub async fn examine(url: &str, within: Duration) -> Result<Examined> {
    let Some(file) = file_of(url)?.filter(|file| file.exists() || beside(file, "-wal").exists()) else {
        return Ok(Examined::default());
    };
    let database = resolved(&file)?;
    let lock = File::open(beside(&database, "-lock"));
    let in_use = lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    if !in_use {
        let database = database.clone();
        blocking(move || check_log(&database)).await?;
    }
    let unfinished = quick_check(&database, within).await? == Checked::Unfinished;
    Ok(Examined { in_use, unfinished })
}

/// The file of an address; none on PostgreSQL and in memory.
fn file_of(url: &str) -> Result<Option<PathBuf>> {
    if !url.starts_with("sqlite:") || is_memory(url) {
        return Ok(None);
    }
    Ok(Some(sqlite_options(url)?.get_filename().to_owned()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(StoreError::Beside { path: "the database".to_owned(), source: Error::other(error) }),
    }
}
