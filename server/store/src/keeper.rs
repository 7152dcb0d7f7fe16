//! What a server holds of its SQLite file while it runs: the lock that lets nobody else serve it, the mark by which the next
//! start sees that this one didn't stop in order, and the reserve of space.
//!
//! Beside `closezly.db` lie `closezly.db-lock`, `-mark` (while a server runs, and after a crash) and `-reserve`. On PostgreSQL
//! there is nothing of it: several servers may share a database there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::error::{Result, StoreError, chain};
use crate::mark::{Mark, beside, inode};
use crate::reserve::Reserve;
use crate::wal;

/// How long to wait for a server that is just about to end.
const LOCK_WITHIN: Duration = Duration::from_secs(2);

/// What a server holds of its SQLite file.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) database: PathBuf,
    lock: File,
    mark: Mutex<Option<File>>,
    pub(crate) reserve: Reserve,
}

impl Keeper {
    /// Takes the file, and says whether the server before did not stop in order.
    pub(crate) fn take(file: &Path) -> Result<(Self, bool)> {
        let database = resolved(file)?;
        let path = beside(&database, "-lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(|source| StoreError::Beside { path: path.display().to_string(), source })?;
        let until = Instant::now() + LOCK_WITHIN;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { path: database.display().to_string() }),
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                    tracing::warn!("this file system has no locks: see to it yourself that only one server uses the database");
                    break;
                }
                Err(TryLockError::Error(source)) => return Err(StoreError::Beside { path: path.display().to_string(), source }),
            }
        }
        let unclean = check_log(&database)?;
        let reserve = Reserve::new(beside(&database, "-reserve"));
        Ok((Self { database, lock, mark: Mutex::new(None), reserve }, unclean))
    }

    pub(crate) fn give_up_reserve(&self) -> bool {
        self.reserve.give_up()
    }

    /// From now on nothing changes the schema, and the log has no trace of such a change.
    /// `schema` is the schema's number, as the database itself says it.
    pub(crate) fn serves(&self, schema: i64) {
        self.write_mark(Some(schema));
    }

    /// A full disk keeps no server from starting, so a mark that can't be written is only missed.
    ///
    /// The database's own file is never opened here: closing it would take SQLite's locks on it away from the whole process.
    pub(crate) fn write_mark(&self, serving: Option<i64>) {
        let write = || {
            let path = beside(&self.database, "-mark");
            let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            let (database, own) = (inode(&std::fs::metadata(&self.database)?), inode(&file.metadata()?));
            file.write_all(Mark::text(database, own, serving).as_bytes())?;
            file.sync_all()?;
            Ok::<_, Error>(file)
        };
        match write() {
            Ok(file) => *self.lock_mark() = Some(file),
            Err(error) => tracing::warn!(%error, "the database's mark can't be written; a restored copy will not be told from the old log"),
        }
    }

    /// The same bytes once more: what counts is when.
    pub(crate) fn renew_mark(&self) {
        let mut mark = self.lock_mark();
        let Some(file) = mark.as_mut() else { return };
        let mut text = String::new();
        let renew = |file: &mut File, text: &mut String| {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_string(text)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(text.as_bytes())
        };
        if let Err(error) = renew(file, &mut text) {
            tracing::debug!(%error, "the database's mark can't be renewed");
        }
    }

    /// After the connections were closed: in order if SQLite has folded its log into the file.
    pub(crate) fn let_go(&self) {
        let folded = std::fs::metadata(beside(&self.database, "-wal")).map_or(true, |log| log.len() == 0);
        if self.lock_mark().take().is_some() && folded {
            let _ = std::fs::remove_file(beside(&self.database, "-mark"));
        }
        let _ = self.lock.unlock();
    }

    fn lock_mark(&self) -> std::sync::MutexGuard<'_, Option<File>> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a log that is not the database's own; else whether the last server did not stop in order.
pub(crate) fn check_log(database: &Path) -> Result<bool> {
    let mark = Mark::of(database);
    let foreign = wal::foreign(database, mark.as_ref());
    match foreign.map_err(|source| StoreError::Beside { path: beside(database, "-wal").display().to_string(), source })? {
        Some(why) => Err(StoreError::ForeignLog { path: database.display().to_string(), why }),
        None => Ok(beside(database, "-mark").exists() || std::fs::metadata(beside(database, "-wal")).is_ok_and(|log| log.len() > 0)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    Good,
    Unfinished,
}

/// Looks for damage, for so long. The connection only reads: one that may write would fold a log into the file when it is closed.
pub(crate) async fn quick_check(database: &Path, within: Duration) -> Result<Checked> {
    let check = async {
        let options = SqliteConnectOptions::new().filename(database).read_only(true).busy_timeout(Duration::from_secs(5));
        let mut connection = options.connect().await?;
        let until = Instant::now() + within;
        connection.lock_handle().await?.set_progress_handler(100_000, move || Instant::now() < until);
        let found = sqlx::query_scalar::<_, String>("PRAGMA quick_check(3)").fetch_all(&mut connection).await;
        connection.close().await?;
        found
    };
    let damaged = |found| StoreError::Damaged { path: database.display().to_string(), found };
    match check.await {
        Ok(lines) if lines.iter().all(|line| line == "ok") => Ok(Checked::Good),
        Ok(lines) => Err(damaged(lines.join("; ").replace('\n', " "))),
        // SQLITE_INTERRUPT
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("9") => Ok(Checked::Unfinished),
        Err(error) => match StoreError::from(error) {
            StoreError::Malformed(source) => Err(damaged(source.to_string())),
            // Whatever else it is, opening the database will tell.
            other => {
                tracing::warn!(error = chain(&other), "the database could not be checked");
                Ok(Checked::Unfinished)
            }
        },
    }
}

/// The file behind links, so that two names of it have one lock; makes its folder.
pub(crate) fn resolved(file: &Path) -> Result<PathBuf> {
    if let Ok(found) = file.canonicalize() {
        return Ok(found);
    }
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let refused = |source| StoreError::Folder { path: folder.display().to_string(), source };
    std::fs::create_dir_all(folder).map_err(refused)?;
    Ok(folder.canonicalize().map_err(refused)?.join(file.file_name().unwrap_or_default()))
}
