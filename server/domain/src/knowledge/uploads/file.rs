//! The file of an upload on this computer, while it comes in.

use std::path::{Path, PathBuf};

use model::{OrganizationId, UploadId};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::knowledge::KnowledgeKernel as _;
use kernel::{DomainError, Kernel, Result};
use ports::files::FileError;

/// Where it lies.
pub(super) fn path(kernel: &Kernel, organization: OrganizationId, upload: UploadId) -> PathBuf {
    kernel.knowledge_folder().join("uploads").join(organization.to_string()).join(upload.to_string())
}

/// Opens or makes a file that only the server's user can read.
pub(super) async fn private_file(path: &Path) -> Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    options.mode(0o600);
    Ok(options.open(path).await.map_err(FileError::of_disk)?)
}

/// Writes a piece at its place: one that was written before a crash is written over.
pub(super) async fn write_at(path: &Path, offset: u64, piece: &[u8]) -> Result<()> {
    let mut file = private_file(path).await?;
    file.seek(std::io::SeekFrom::Start(offset)).await.map_err(FileError::of_disk)?;
    file.write_all(piece).await.map_err(FileError::of_disk)?;
    // What is acknowledged outlives a crash of this computer.
    file.sync_data().await.map_err(FileError::of_disk)?;
    Ok(())
}

/// Throws it away; one that is gone already is none the worse.
pub(super) async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an upload's file could not be removed");
    }
}

/// The SHA-256 of what it holds.
pub(super) async fn hash(path: &Path) -> Result<[u8; 32]> {
    let path = path.to_owned();
    let hashed = tokio::task::spawn_blocking(move || -> std::io::Result<[u8; 32]> {
        let (mut file, mut hash) = (std::fs::File::open(path)?, Sha256::new());
        std::io::copy(&mut file, &mut hash)?;
        Ok(hash.finalize().into())
    });
    Ok(hashed.await.map_err(|error| DomainError::Internal(error.to_string()))?.map_err(FileError::Local)?)
}
