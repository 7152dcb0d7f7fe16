//! Taking files in: piece by piece or at once, pasted texts, the sample.
//!
//! While a file is being sent it lies in `{files}/uploads/{organization}/{upload}` of this computer; when it is whole it is hashed,
//! compared with what is there, and stored for good. What nobody goes on with is thrown away after a day.

mod file;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::TimeDelta;
use futures::{Stream, StreamExt};
use model::validation::Line;
use model::{
    Code, CollectionAccess, CollectionId, DocumentId, DocumentSource, DocumentState, Given, MAX_FILE_BYTES, NewText, NewUpload,
    OrganizationId, Problem, Upload, UploadId,
};
use serde_json::json;
use store::knowledge::{self as kept, InsertOutcome, NewDocument, NewVersion};
use tokio::io::AsyncWriteExt;

use self::file::{hash, path, private_file, remove, write_at};
use super::documents::{TITLE, find, tags};
use super::{collection_or_first, events, jobs, require_editor, system, urgently};
use crate::knowledge::KnowledgeKernel as _;
use crate::storage;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};
use ports::files::{FileError, FileKey};

/// Most bytes of a piece (4 MiB).
pub const MAX_PIECE: usize = 4 * 1024 * 1024;

const FILE_NAME: Line = Line { field: "file_name", label: "The file's name", min: 1, max: 255 };
const FOLDER: Line = Line { field: "folder", label: "The folder", min: 0, max: 1_000 };
const TEXT: Line = Line { field: "text", label: "The text", min: 1, max: 1_000_000 };
/// Most files that a member may be sending.
const MOST_OPEN: usize = 100;
/// How long an upload may rest.
const REST: TimeDelta = TimeDelta::days(1);
/// The tag that the sample has.
pub(super) const SAMPLE_TAG: &str = "sample";
const SAMPLE_TITLE: &str = "Sample: Northwind product sheet";
const SAMPLE_NAME: &str = "northwind-product-sheet.md";
const SAMPLE: &str = include_str!("sample.md");

/// Begins to send a file.
///
/// # Errors
/// `invalid` with the field; `too_large`; `quota_exceeded`; `not_found` for the collection or the document to replace; `forbidden` below admins;
/// `conflict` with 100 open ones.
pub async fn begin_upload(kernel: &Kernel, actor: &Actor, new: NewUpload) -> Result<Upload> {
    require_editor(actor)?;
    let upload = checked(kernel, actor, &new).await?;
    if new.bytes == 0 {
        return Err(Problem::of_field("file", "The file is empty.").into());
    }
    if kernel.store().uploads(actor.organization, actor.member()?.id).await?.len() >= MOST_OPEN {
        return Err(DomainError::new(
            Code::Conflict,
            "100 files that you began to send are not finished. Finish or cancel some of them first.",
        ));
    }
    storage::require_room(kernel, actor.organization, upload.bytes).await?;
    if let Some(folder) = path(kernel, actor.organization, upload.id).parent() {
        tokio::fs::create_dir_all(folder).await.map_err(FileError::Local)?;
    }
    let mut tx = kernel.begin(actor).await?;
    kept::insert_upload(&mut tx, actor.organization, actor.member()?.id, &upload).await?;
    tx.commit().await?;
    Ok(upload)
}

/// How far an upload is: where to go on.
///
/// # Errors
/// `not_found` if it is over or somebody else's.
pub async fn upload(kernel: &Kernel, actor: &Actor, id: UploadId) -> Result<Upload> {
    require_editor(actor)?;
    kernel.store().upload(actor.organization, actor.member()?.id, id).await?.ok_or_else(|| DomainError::no_such("upload"))
}

/// Adds a piece that begins at `offset`. It is on disk when this returns.
///
/// # Errors
/// `conflict` if the piece doesn't begin where the upload stands; `too_large`; `not_found`; `storage_full`.
pub async fn append(kernel: &Kernel, actor: &Actor, id: UploadId, offset: u64, piece: Bytes) -> Result<Upload> {
    let known = upload(kernel, actor, id).await?;
    let (from, length) = (known.received, piece.len() as i64);
    if piece.len() > MAX_PIECE {
        return Err(DomainError::new(
            Code::TooLarge,
            format!("A piece is larger than {} MiB. Send smaller ones.", MAX_PIECE / 1024 / 1024),
        ));
    }
    if u64::try_from(from) != Ok(offset) {
        return Err(DomainError::new(Code::Conflict, format!("This upload goes on at byte {from}, not at {offset}.")));
    }
    if from + length > known.bytes {
        return Err(DomainError::new(Code::TooLarge, format!("The file was announced with {} bytes; this is more.", known.bytes)));
    }
    if kernel.store().lacks_reserve() {
        return Err(FileError::Full("what is left is for deletions and sign-ins".to_owned()).into());
    }
    write_at(&path(kernel, actor.organization, id), offset, &piece).await?;
    let expires_at = kernel.now() + REST;
    if !kernel.store().advance_upload(actor.organization, id, from, from + length, expires_at).await? {
        return Err(DomainError::new(Code::Conflict, "Another request has moved this upload on. Ask where it stands."));
    }
    Ok(Upload { received: from + length, expires_at, ..known })
}

/// The file is whole: it becomes a document, or a document's next version.
///
/// # Errors
/// `conflict` if bytes are missing; `not_found`; `invalid` for tags; `quota_exceeded` if there is less room than when it began; what the storage
/// says.
pub async fn finish_upload(kernel: &Kernel, actor: &Actor, id: UploadId, tags: Vec<String>) -> Result<Given> {
    let upload = upload(kernel, actor, id).await?;
    let tags = self::tags(&tags)?;
    if upload.received < upload.bytes {
        let message = format!("{} of {} bytes have arrived. Send the rest first.", upload.received, upload.bytes);
        return Err(DomainError::new(Code::Conflict, message));
    }
    let path = path(kernel, actor.organization, id);
    let (kernel, actor) = (kernel.clone(), actor.clone());
    to_the_end(async move {
        let given = keep(&kernel, &actor, &upload, &path, tags, true, Origin::File).await?;
        remove(&path).await;
        Ok(given)
    })
    .await
}

/// Ends an upload and throws away what has come.
///
/// # Errors
/// `not_found` if it is over already.
pub async fn cancel_upload(kernel: &Kernel, actor: &Actor, id: UploadId) -> Result<()> {
    upload(kernel, actor, id).await?;
    if !end_upload(kernel, actor, id).await? {
        return Err(DomainError::no_such("upload"));
    }
    remove(&path(kernel, actor.organization, id)).await;
    Ok(())
}

/// Takes a whole file at once. Its `bytes` may be 0 for unknown.
///
/// # Errors
/// As [`begin_upload`] and [`finish_upload`]; `invalid` if it breaks off: then nothing is kept.
pub async fn give_file<S>(kernel: &Kernel, actor: &Actor, new: NewUpload, tags: Vec<String>, content: S) -> Result<Given>
where
    S: Stream<Item = std::io::Result<Bytes>> + Send,
{
    require_editor(actor)?;
    let tags = self::tags(&tags)?;
    let upload = checked(kernel, actor, &new).await?;
    take(kernel, actor, upload, tags, content, Origin::File).await
}

/// Takes a pasted text.
///
/// # Errors
/// `invalid` with the field; `not_found` for the collection; `quota_exceeded`; `forbidden` below admins.
pub async fn add_text(kernel: &Kernel, actor: &Actor, new: NewText) -> Result<Given> {
    require_editor(actor)?;
    let (title, text, tags) = (TITLE.parse(&new.title)?, TEXT.parse_block(&new.text)?, tags(&new.tags)?);
    if text.trim().is_empty() {
        return Err(Problem::of_field("text", "The text is missing.").into());
    }
    let upload = NewUpload { collection: new.collection, file_name: format!("{}.md", file_name(&title)), ..NewUpload::default() };
    let upload = checked(kernel, actor, &upload).await?;
    take(kernel, actor, upload, tags, once(text.into()), Origin::Text(title)).await
}

/// Takes the sample that comes with Closezly.
///
/// # Errors
/// `forbidden` below admins.
pub async fn add_sample(kernel: &Kernel, actor: &Actor) -> Result<Given> {
    require_editor(actor)?;
    bring_sample(kernel, actor).await
}

/// The same for who plays the sample call, whatever their role: it is about this sheet, which steps back as soon as the organization has
/// documents of its own.
pub(crate) async fn bring_sample(kernel: &Kernel, actor: &Actor) -> Result<Given> {
    let upload = NewUpload { file_name: SAMPLE_NAME.to_owned(), ..NewUpload::default() };
    let upload = checked(kernel, actor, &upload).await?;
    take(kernel, actor, upload, vec![SAMPLE_TAG.to_owned()], once(Bytes::from_static(SAMPLE.as_bytes())), Origin::Sample).await
}

/// Throws away what nobody went on with.
pub(crate) async fn expire(kernel: &Kernel) -> Result<()> {
    for (organization, id) in kernel.store().expired_uploads(kernel.now(), 100).await? {
        match end_upload(kernel, &system(organization), id).await {
            Ok(_) => remove(&path(kernel, organization, id)).await,
            Err(error) => {
                tracing::error!(upload = %id, error = %error.into_problem(), "a forgotten upload could not be removed");
            }
        }
    }
    Ok(())
}

/// Deletes the bytes of an upload whose row is gone: the job's part.
pub(crate) async fn delete_forgotten(kernel: &Kernel, organization: OrganizationId, id: UploadId) -> Result<()> {
    if kernel.store().has_upload(organization, id).await? {
        return Ok(());
    }
    match tokio::fs::remove_file(path(kernel, organization, id)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(FileError::Local(error).into()),
        _ => Ok(()),
    }
}

/// False if it is over already.
async fn end_upload(kernel: &Kernel, actor: &Actor, id: UploadId) -> Result<bool> {
    let ended = urgently(kernel, || async {
        let mut tx = kernel.begin(actor).await?;
        let ended = kept::delete_upload(&mut tx, actor.organization, id).await?;
        tx.commit().await?;
        Ok(ended)
    });
    ended.await
}

/// Where a document comes from, with what is known of it.
pub(super) enum Origin {
    File,
    /// With its title.
    Text(String),
    Sample,
}

impl Origin {
    const fn source(&self) -> DocumentSource {
        match self {
            Self::File => DocumentSource::File,
            Self::Text(_) => DocumentSource::Text,
            Self::Sample => DocumentSource::Sample,
        }
    }

    fn title(&self, file_name: &str) -> String {
        match self {
            Self::Text(title) => title.clone(),
            Self::Sample => SAMPLE_TITLE.to_owned(),
            Self::File => title_of(file_name),
        }
    }
}

async fn take<S>(kernel: &Kernel, actor: &Actor, upload: Upload, tags: Vec<String>, content: S, origin: Origin) -> Result<Given>
where
    S: Stream<Item = std::io::Result<Bytes>> + Send,
{
    let room = storage::require_room(kernel, actor.organization, upload.bytes).await?;
    let path = path(kernel, actor.organization, upload.id);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(FileError::Local)?;
    }
    // Also if the one who sends goes away and this future is dropped.
    let temporary = Temporary(path);
    let Some(bytes) = receive(&temporary.0, content, room).await? else { return Err(storage::exceeded(kernel)) };
    let upload = Upload { bytes: bytes as i64, received: bytes as i64, ..upload };
    let (kernel, actor) = (kernel.clone(), actor.clone());
    to_the_end(async move { keep(&kernel, &actor, &upload, &temporary.0, tags, false, origin).await }).await
}

/// Does what must not stop half-way though nobody waits for it any more: a stored file without its row would stay for ever.
async fn to_the_end(work: impl Future<Output = Result<Given>> + Send + 'static) -> Result<Given> {
    tokio::spawn(work).await.map_err(|error| DomainError::Internal(error.to_string()))?
}

/// A file that goes with this value.
pub(super) struct Temporary(pub(super) PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// How many bytes came; none if there were more than there is room for.
async fn receive(path: &Path, content: impl Stream<Item = std::io::Result<Bytes>>, room: Option<i64>) -> Result<Option<u64>> {
    let mut file = private_file(path).await?;
    let mut content = std::pin::pin!(content);
    let mut bytes = 0_u64;
    while let Some(piece) = content.next().await {
        let piece = piece.map_err(FileError::Received)?;
        bytes += piece.len() as u64;
        if bytes > MAX_FILE_BYTES {
            return Err(too_large());
        }
        if room.is_some_and(|room| i64::try_from(bytes).is_ok_and(|bytes| bytes > room)) {
            return Ok(None);
        }
        file.write_all(&piece).await.map_err(FileError::of_disk)?;
    }
    file.flush().await.map_err(FileError::of_disk)?;
    if bytes == 0 {
        return Err(Problem::of_field("file", "The file is empty.").into());
    }
    Ok(Some(bytes))
}

/// Keeps a whole file that lies at `path`: as a new document, a new version, or not at all if it is there already.
async fn keep(
    kernel: &Kernel,
    actor: &Actor,
    upload: &Upload,
    path: &Path,
    tags: Vec<String>,
    registered: bool,
    origin: Origin,
) -> Result<Given> {
    let organization = actor.organization;
    let hash = hash(path).await?;
    let object = kernel.uuid();
    let key = FileKey::document(organization, object);
    kernel.knowledge().files.put_file(&key, path, MAX_FILE_BYTES).await?;
    let file = NewVersion {
        file_name: upload.file_name.clone(),
        bytes: upload.bytes,
        hash,
        object_key: object.to_string(),
        member: Some(actor.member()?.id),
        upload: registered.then_some(upload.id),
        state: DocumentState::Waiting,
        at: kernel.now(),
    };
    let id = upload.replaces.unwrap_or_else(|| kernel.uuid().into());
    let kept = match upload.replaces {
        Some(document) => renew(kernel, actor, document, &file).await,
        None => {
            let new = NewDocument {
                id,
                collection: upload.collection_id,
                website: None,
                title: origin.title(&upload.file_name),
                folder: upload.folder.clone(),
                source: origin.source(),
                address: String::new(),
                tags,
                unless_there: true,
                file,
            };
            add(kernel, actor, &new).await
        }
    };
    let given = match kept {
        Ok(InsertOutcome::Version(_)) => return Ok(Given { document: id, duplicate: false }),
        Ok(InsertOutcome::Twin(twin)) => Ok(Given { document: twin, duplicate: true }),
        Ok(InsertOutcome::Gone) => {
            Err(DomainError::new(Code::Conflict, "This upload is over, or the document that it was for was deleted."))
        }
        Err(error) => Err(error),
    };
    // Nobody knows the file: it is not kept.
    kernel.knowledge().files.delete(&key).await?;
    given
}

/// Keeps a new document whose file is stored, and lets it be read if it waits for nobody.
pub(super) async fn add(kernel: &Kernel, actor: &Actor, new: &NewDocument) -> Result<InsertOutcome> {
    let mut tx = kernel.begin(actor).await?;
    let kept = kept::insert_document(&mut tx, actor.organization, new).await?;
    match kept {
        InsertOutcome::Version(_) => {
            storage::require_kept_within(kernel, &mut tx, actor.organization).await?;
            if new.file.state == DocumentState::Waiting {
                tx.enqueue(&jobs::Ingest { document: new.id }).await?;
            }
            tx.audit("knowledge.document_added", new.id, json!({ "source": new.source, "collection": new.collection })).await?;
            events::created(&mut tx, actor.organization, new.id).await?;
        }
        // The upload is over all the same.
        InsertOutcome::Twin(_) => {}
        InsertOutcome::Gone => return Ok(kept),
    }
    tx.commit().await?;
    Ok(kept)
}

/// Keeps the next version of a document whose file is stored, and lets it be read if it waits for nobody.
pub(super) async fn renew(kernel: &Kernel, actor: &Actor, document: DocumentId, file: &NewVersion) -> Result<InsertOutcome> {
    let mut tx = kernel.begin(actor).await?;
    let kept = kept::add_version(&mut tx, actor.organization, document, file).await?;
    let InsertOutcome::Version(version) = kept else { return Ok(kept) };
    storage::require_kept_within(kernel, &mut tx, actor.organization).await?;
    if file.state == DocumentState::Waiting {
        tx.enqueue(&jobs::Ingest { document }).await?;
    }
    tx.audit("knowledge.version_added", document, json!({ "version": version })).await?;
    events::updated(&mut tx, actor.organization, document, CollectionAccess::Admins).await?;
    tx.commit().await?;
    Ok(kept)
}

/// Checks what is announced.
async fn checked(kernel: &Kernel, actor: &Actor, new: &NewUpload) -> Result<Upload> {
    let file_name = FILE_NAME.parse(base_name(&new.file_name))?;
    if new.bytes > MAX_FILE_BYTES {
        return Err(too_large());
    }
    let replaced = match new.replaces {
        Some(document) => Some(find(kernel, actor, document).await?),
        None => None,
    };
    let collection_id: CollectionId = match &replaced {
        Some(document) => document.collection_id,
        None => collection_or_first(kernel, actor, new.collection).await?,
    };
    Ok(Upload {
        id: kernel.uuid().into(),
        collection_id,
        replaces: replaced.map(|document| -> DocumentId { document.id }),
        file_name,
        folder: folder(&new.folder)?,
        bytes: i64::try_from(new.bytes).unwrap_or(i64::MAX),
        received: 0,
        expires_at: kernel.now() + REST,
    })
}

/// The last part of what may be a path of any system.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// A folder that leads nowhere but down.
fn folder(typed: &str) -> Result<String> {
    let typed = FOLDER.parse(typed)?;
    let parts = typed.split(['/', '\\']).map(str::trim).filter(|part| !matches!(*part, "" | "." | ".."));
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// `Price list 2026.pdf` → `Price list 2026`, until its reader knows better.
fn title_of(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem).trim();
    let title: String = if stem.is_empty() { file_name } else { stem }.chars().take(TITLE.max).collect();
    title
}

/// A title as a file's name.
fn file_name(title: &str) -> String {
    title.chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).take(120).collect()
}

fn too_large() -> DomainError {
    let message = format!("The file is larger than {} MB. Split it, or leave out its pictures.", MAX_FILE_BYTES / 1024 / 1024);
    DomainError::Problem(Problem { code: Code::TooLarge, message, field: Some("file".to_owned()) })
}

fn once(bytes: Bytes) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures::stream::iter([Ok(bytes)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_lead_nowhere() {
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("C:\\Users\\me\\Prices.xlsx"), "Prices.xlsx");
        assert_eq!(folder("/a/../b\\.\\c/").unwrap(), "a/b/c");
        assert_eq!(folder("..").unwrap(), "");
    }

    #[test]
    fn a_title_is_the_name_without_its_ending() {
        assert_eq!(title_of("Price list 2026.pdf"), "Price list 2026");
        assert_eq!(title_of(".env"), ".env");
        assert_eq!(title_of("LICENSE"), "LICENSE");
        assert_eq!(file_name("Q3/Q4: prices"), "Q3-Q4- prices");
    }
}
