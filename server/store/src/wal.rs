//! Whether a write-ahead log belongs to the SQLite file that it lies beside.
//!
//! SQLite replays a log over whatever file has the right name: a copy that was put over a crashed server's database is undone
//! or torn apart by the old log. The log names no database, so this is told by what else is known:
//!
//! - *content*: the log's pages have the file's page size; while a server serves, nothing changes the schema, so the file's
//!   schema number is the one that the mark notes, or one that the log has in an image of page 1 (a copy by `.backup` or
//!   `VACUUM INTO` has another one);
//! - *the mark* ([`Mark`]): which file (inode) the server had open, and when it last gave a sign of life. A file that was put in
//!   place later is another one, or was changed later than the log and the mark. Only a checkpoint changes the file later
//!   than the log, and it leaves the log's pages in the file.
//!
//! Not told: a copy page by page, with the schema number, that is written over the same file (not moved there) within seconds of the
//! crash and happens to look like a checkpoint that was cut short.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;

use crate::mark::{Mark, beside, changed, inode};

/// More than this of a log is not read.
const AT_MOST: u64 = 64 * 1024 * 1024;
/// The mark is renewed more often than this, so a file that was changed so much later was not changed by the server.
const ALIVE_WITHIN: i64 = 15;
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Where a database's header has its schema number.
const SCHEMA: usize = 40;

/// What is known of a log.
struct Log {
    page_size: u32,
    /// A hash of the last committed image of each page.
    images: BTreeMap<u32, u64>,
    /// The schema numbers in the committed images of page 1.
    schemas: HashSet<u32>,
    /// Whether it was read to its end.
    whole: bool,
}

/// Why the log beside a database is not its own; none if it is, or there is none.
pub(crate) fn foreign(database: &Path, mark: Option<&Mark>) -> Result<Option<&'static str>> {
    let log_path = beside(database, "-wal");
    let Some(log) = read(&log_path)? else { return Ok(None) };
    let mut file = match File::open(database) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some("the database's file is missing")),
        Err(error) => return Err(error),
    };
    let mut header = [0; 100];
    if let Err(error) = file.read_exact(&mut header) {
        let empty = error.kind() == ErrorKind::UnexpectedEof;
        return if empty { Ok(Some("the database's file is empty")) } else { Err(error) };
    }
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u32::from(size),
    };
    if page_size != log.page_size {
        return Ok(Some("its pages have another size"));
    }
    let Some(mark) = mark else { return Ok(None) };
    let schema = word(&header, SCHEMA, true);
    let is_told = mark.schema.is_some() || !log.schemas.is_empty();
    if mark.serving && is_told && mark.schema != Some(schema) && !log.schemas.contains(&schema) {
        return Ok(Some("it was written over another state of the schema"));
    }
    if mark.copied {
        // The whole folder was copied: what the mark says of files is true elsewhere.
        return Ok(None);
    }
    let (database, log_file) = (file.metadata()?, std::fs::metadata(&log_path)?);
    if inode(&database) != mark.database {
        return Ok(Some("the file is another one than the one that the server had open"));
    }
    let sign_of_life = changed(&log_file).max(mark.changed);
    if changed(&database) > (sign_of_life.0 + ALIVE_WITHIN, sign_of_life.1) {
        return Ok(Some("the file was changed after the server's last sign of life"));
    }
    if changed(&database) > sign_of_life && log.whole && !log.was_folded_into(&mut file)? {
        return Ok(Some("the file was changed after the log, and not by it"));
    }
    Ok(None)
}

impl Log {
    /// Whether the file shows the trace of a checkpoint, which writes the log's pages in their order and may be cut short.
    fn was_folded_into(&self, file: &mut File) -> Result<bool> {
        let mut page = vec![0; self.page_size as usize];
        let (mut folded, mut ended) = (0, false);
        for (number, image) in &self.images {
            file.seek(SeekFrom::Start(u64::from(number.saturating_sub(1)) * u64::from(self.page_size)))?;
            let same = match file.read_exact(&mut page) {
                Ok(()) => hash(&page) == *image,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
                Err(error) => return Err(error),
            };
            if same && ended {
                return Ok(false);
            }
            folded += usize::from(same);
            ended |= !same;
        }
        Ok(folded > 0)
    }
}

/// The log, as SQLite would read it; none if SQLite would find nothing in it.
fn read(path: &Path) -> Result<Option<Log>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let whole = file.metadata()?.len() <= AT_MOST;
    let mut file = BufReader::new(file.take(AT_MOST));
    let mut header = [0; HEADER];
    if !fill(&mut file, &mut header)? {
        return Ok(None);
    }
    let magic = word(&header, 0, true);
    let (big_endian, page_size) = (magic & 1 == 1, word(&header, 8, true));
    let mut sum = checksum((0, 0), &header[..24], big_endian);
    let sensible = magic & !1 == 0x377f_0682 && page_size.is_power_of_two() && (512..=65_536).contains(&page_size);
    if !sensible || sum != (word(&header, 24, true), word(&header, 28, true)) {
        return Ok(None);
    }
    let mut log = Log { page_size, images: BTreeMap::new(), schemas: HashSet::new(), whole };
    // Frames count from the next commit on.
    let mut pending: Vec<(u32, u64)> = Vec::new();
    let mut pending_schemas = Vec::new();
    let mut committed = false;
    let mut frame = vec![0; FRAME_HEADER + page_size as usize];
    while fill(&mut file, &mut frame)? {
        let (head, page) = frame.split_at(FRAME_HEADER);
        sum = checksum(checksum(sum, &head[..8], big_endian), page, big_endian);
        if head[8..16] != header[16..24] || sum != (word(head, 16, true), word(head, 20, true)) {
            break;
        }
        let number = word(head, 0, true);
        pending.push((number, hash(page)));
        if number == 1 {
            pending_schemas.push(word(page, SCHEMA, true));
        }
        if word(head, 4, true) != 0 {
            committed = true;
            for (number, image) in pending.drain(..) {
                log.images.insert(number, image);
            }
            log.schemas.extend(pending_schemas.drain(..));
        }
    }
    Ok(committed.then_some(log))
}

/// Reads exactly so much; false at the end.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The log's own running sum, over pairs of words.
fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        a = a.wrapping_add(word(pair, 0, big_endian)).wrapping_add(b);
        b = b.wrapping_add(word(pair, 4, big_endian)).wrapping_add(a);
    }
    (a, b)
}

fn word(bytes: &[u8], at: usize, big_endian: bool) -> u32 {
    let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
}

fn hash(page: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    page.hash(&mut hasher);
    hasher.finish()
}
