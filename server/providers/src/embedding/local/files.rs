//! The files of a model: read from a folder, or downloaded once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

/// The files that a model is made of.
pub(super) const WEIGHTS: &str = "model.safetensors";
pub(super) const TOKENIZER: &str = "tokenizer.json";
pub(super) const SHAPE: &str = "config.json";

/// SHA-256 of the files of sentence-transformers/all-MiniLM-L6-v2, and the most bytes that a download of each may have.
pub(super) const MINILM: [Pinned; 3] = [
    Pinned { name: SHAPE, sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", limit: 64 << 10 },
    Pinned { name: TOKENIZER, sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", limit: 4 << 20 },
    Pinned { name: WEIGHTS, sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", limit: 128 << 20 },
];

/// Connecting, and each piece of a download, may take this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file whose content is known beforehand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pinned {
    pub(super) name: &'static str,
    pub(super) sha256: &'static str,
    pub(super) limit: u64,
}

/// A model can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Nobody said where a model is.
    #[error(
        "There is no embedding model. Set embeddings_folder to a folder with model.safetensors, tokenizer.json and config.json, or embeddings_download to an address to get them from"
    )]
    NotThere,
    /// A file of the model isn't there.
    #[error("The model's file {} is missing", .0.display())]
    Missing(PathBuf),
    /// A file can't be read or written.
    #[error("{} can't be used: {reason}", .file.display())]
    Unusable {
        /// Which one.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file is not the one that it should be.
    #[error("{file} is not the file of all-MiniLM-L6-v2: its checksum is wrong")]
    WrongChecksum {
        /// A path or an address.
        file: String,
    },
    /// A file is cut off, or something else than its name says.
    #[error("{} is broken: {reason}", .file.display())]
    Broken {
        /// Which one.
        file: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// The weights are not those of the shape that `config.json` describes, or the shape is unknown here.
    #[error("The model in {} can't be run: {reason}", .folder.display())]
    WrongShape {
        /// Where it is.
        folder: PathBuf,
        /// What doesn't fit.
        reason: String,
    },
    /// The address of the download doesn't give the file.
    #[error("The model could not be downloaded from {address}: {reason}")]
    Download {
        /// Address of the file.
        address: String,
        /// What went wrong.
        reason: String,
    },
}

/// All of a file.
pub(super) fn read(folder: &Path, name: &str) -> Result<Vec<u8>, ModelError> {
    let file = folder.join(name);
    std::fs::read(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ModelError::Missing(file),
        _ => ModelError::Unusable { file, reason: error.to_string() },
    })
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Which of the pinned files are not in `folder`, or are there with another content.
pub(super) fn absent(folder: &Path, files: &[Pinned]) -> Vec<Pinned> {
    files.iter().copied().filter(|file| std::fs::read(folder.join(file.name)).map_or(true, |bytes| sha256(&bytes) != file.sha256)).collect()
}

/// Gets a file: streamed beside its place, checked, and only then put there. A second server that does the same does no harm.
pub(super) async fn download(address: &str, folder: &Path, file: Pinned) -> Result<(), ModelError> {
    let address = format!("{}/{}", address.trim_end_matches('/'), file.name);
    // An address may carry a password or a token: what is shown doesn't.
    let shown = shown(&address);
    let failed = |reason: String| ModelError::Download { address: shown.clone(), reason };
    let part = folder.join(format!("{}.{}.part", file.name, std::process::id()));
    let unusable = |error: std::io::Error| ModelError::Unusable { file: part.clone(), reason: error.to_string() };

    let client =
        reqwest::Client::builder().connect_timeout(PATIENCE).read_timeout(PATIENCE).build().map_err(|error| failed(reason(&error)))?;
    let answer = client.get(&address).send().await.map_err(|error| failed(reason(&error)))?;
    if !answer.status().is_success() {
        return Err(failed(format!("the server answers {}", answer.status())));
    }
    tokio::fs::create_dir_all(folder).await.map_err(unusable)?;
    let _cleanup = RemoveOnDrop(part.clone());
    let mut out = tokio::fs::File::create(&part).await.map_err(unusable)?;
    let (mut digest, mut length) = (Sha256::new(), 0);
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| failed(reason(&error)))?;
        length += piece.len() as u64;
        if length > file.limit {
            return Err(failed(format!("it is larger than {} MB", file.limit.div_ceil(1 << 20))));
        }
        digest.update(&piece);
        out.write_all(&piece).await.map_err(unusable)?;
    }
    out.sync_all().await.map_err(unusable)?;
    drop(out);
    if hex::encode(digest.finalize()) != file.sha256 {
        return Err(ModelError::WrongChecksum { file: shown });
    }
    tokio::fs::rename(&part, folder.join(file.name)).await.map_err(unusable)
}

/// A cut or cancelled download leaves nothing behind.
struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        // After the rename it is not there any more.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// An address without what may be secret in it.
fn shown(address: &str) -> String {
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{scheme}://{}/{path}", host.rsplit('@').next().unwrap_or_default())
        }
        None => plain.to_owned(),
    }
}

/// An error and what caused it, without the address.
fn reason(error: &reqwest::Error) -> String {
    crate::embedding::reason(error)
}
