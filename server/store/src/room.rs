//! The space that an upgrade takes beside a SQLite file: what is rewritten lies in the log as well until it has taken its place.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnection;

use crate::error::{Result, StoreError};
use crate::mark::beside;
use crate::reserve::space;

/// Migrations that may write most of the file anew: indexes that are made again (8), `VACUUM` (9), a column that is taken out of every row (18), an
/// index whose pages are overwritten when it goes (22). Whoever adds one that does so names it here.
const REWRITING: &[i64] = &[8, 9, 18, 22];
/// Those that make a copy in the folder of temporary files first.
const COPYING: &[i64] = &[9];
/// A file of less is upgraded without a look.
const SMALL: u64 = MEGABYTE;
const MEGABYTE: u64 = 1_000_000;

/// What an upgrade takes in a folder, and what there is, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The folder.
    pub folder: PathBuf,
    /// What it takes at most.
    pub needed: u64,
    /// What there is.
    pub free: u64,
}

impl Room {
    /// What it takes in whole megabytes, rather too many.
    pub fn needed_megabytes(&self) -> u64 {
        self.needed.div_ceil(MEGABYTE)
    }

    /// What there is in whole megabytes, rather too few.
    pub fn free_megabytes(&self) -> u64 {
        self.free / MEGABYTE
    }

    /// Whether it is enough.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`] if it takes more than there is.
    pub fn check(&self) -> Result<()> {
        if self.free >= self.needed {
            return Ok(());
        }
        let folder = self.folder.display().to_string();
        Err(StoreError::NoRoom { folder, needed: self.needed_megabytes(), free: self.free_megabytes() })
    }
}

/// What migrations take, a folder at a time; nothing for those that rewrite nothing, in memory, and where the system doesn't tell.
pub(crate) async fn rooms(migrations: &[i64], database: &mut SqliteConnection) -> Result<Vec<Room>> {
    let takes = |list: &[i64]| migrations.iter().any(|version| list.contains(version));
    if !takes(REWRITING) {
        return Ok(Vec::new());
    }
    let file: Option<String> =
        sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'").fetch_optional(&mut *database).await?;
    let pages = number("PRAGMA page_count", database).await?.saturating_sub(number("PRAGMA freelist_count", database).await?);
    let bytes = pages * number("PRAGMA page_size", database).await?;
    let Some(file) = file.filter(|file| !file.is_empty()).map(PathBuf::from) else { return Ok(Vec::new()) };
    if bytes < SMALL {
        return Ok(Vec::new());
    }
    let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
    // Each page has a head of its own in the log.
    let logged = bytes + bytes / 64;
    let (copied, temporary) = if takes(COPYING) { (bytes, temporary()) } else { (0, None) };
    let together = temporary.as_ref().is_some_and(|temporary| disk(temporary) == disk(&folder));
    let mut rooms = Vec::new();
    if let Some((_, free)) = space(&folder) {
        // What the log has already is written over.
        let log = std::fs::metadata(beside(&file, "-wal")).map(|log| log.len()).unwrap_or_default();
        rooms.push(Room { folder, needed: logged + if together { copied } else { 0 }, free: free + log });
    }
    if let Some((temporary, (_, free))) = temporary.filter(|_| !together).and_then(|folder| Some((folder.clone(), space(&folder)?))) {
        rooms.push(Room { folder: temporary, needed: copied, free });
    }
    Ok(rooms)
}

async fn number(pragma: &'static str, database: &mut SqliteConnection) -> Result<u64> {
    Ok(sqlx::query_scalar::<_, i64>(pragma).fetch_one(database).await?.unsigned_abs())
}

/// Where SQLite makes its temporary files: the first of its folders that is there and may be written.
#[cfg(unix)]
fn temporary() -> Option<PathBuf> {
    use rustix::fs::{Access, access};

    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let usual = ["/var/tmp", "/usr/tmp", "/tmp", "."].map(PathBuf::from);
    named.chain(usual).find(|folder| folder.is_dir() && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok())
}

#[cfg(not(unix))]
fn temporary() -> Option<PathBuf> {
    None
}

/// Which disk a folder is on.
#[cfg(unix)]
fn disk(folder: &Path) -> Option<u64> {
    std::fs::metadata(folder).ok().map(|folder| std::os::unix::fs::MetadataExt::dev(&folder))
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Option<u64> {
    None
}
