//! The files of a model: those that come with the program, or of a folder.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::MINILM;
use super::network::Network;
use crate::onnx::first_line;

/// The files that a model is made of.
const WEIGHTS: &str = "model.onnx";
const TOKENIZER: &str = "tokenizer.json";

/// What comes with the program; see `NOTICE.md` beside them.
static MINILM_WEIGHTS: &[u8] = include_bytes!("../../../models/all-MiniLM-L6-v2/model.onnx");
static MINILM_TOKENIZER: &[u8] = include_bytes!("../../../models/all-MiniLM-L6-v2/tokenizer.json");

/// A model can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A file of the model isn't there.
    #[error("The model's file {} is missing", .0.display())]
    Missing(PathBuf),
    /// A file can't be read.
    #[error("{} can't be used: {reason}", .file.display())]
    Unusable {
        /// Which one.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file is cut off, or something else than its name says.
    #[error("{} is broken: {reason}", .file.display())]
    Broken {
        /// Which one.
        file: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// The weights are no sentence encoder, or not one of this tokenizer.
    #[error("The model in {} can't be run: {reason}", .folder.display())]
    WrongShape {
        /// Where it is.
        folder: PathBuf,
        /// What doesn't fit.
        reason: String,
    },
}

/// Where a model's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Bundled,
    Folder(PathBuf),
}

impl Source {
    /// The model, and what it is called.
    pub(super) fn load(&self) -> Result<(Network, String), ModelError> {
        match self {
            Self::Bundled => {
                let model = rten::Model::load_static_slice(MINILM_WEIGHTS);
                Ok((network(Path::new(""), model, MINILM_TOKENIZER)?, MINILM.to_owned()))
            }
            Self::Folder(folder) => {
                let (weights, tokenizer) = (read(folder, WEIGHTS)?, read(folder, TOKENIZER)?);
                let digest = Sha256::digest(&weights);
                let name = match digest == Sha256::digest(MINILM_WEIGHTS) {
                    true => MINILM.to_owned(),
                    // Two models that happen to lie in folders of one name must not be taken for each other.
                    false => format!("local/{}@{:.12}", folder.file_name().unwrap_or_default().to_string_lossy(), hex::encode(digest)),
                };
                Ok((network(folder, rten::Model::load(weights), &tokenizer)?, name))
            }
        }
    }
}

fn network(folder: &Path, model: Result<rten::Model, rten::LoadError>, tokenizer: &[u8]) -> Result<Network, ModelError> {
    let broken = |name: &str, reason: String| ModelError::Broken { file: folder.join(name), reason };
    let model = model.map_err(|error| broken(WEIGHTS, first_line(&error)))?;
    let tokenizer = tokenizers::Tokenizer::from_bytes(tokenizer).map_err(|error| broken(TOKENIZER, error.to_string()))?;
    Network::new(model, tokenizer).map_err(|reason| ModelError::WrongShape { folder: folder.to_owned(), reason })
}

/// All of a file.
fn read(folder: &Path, name: &str) -> Result<Vec<u8>, ModelError> {
    let file = folder.join(name);
    std::fs::read(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ModelError::Missing(file),
        _ => ModelError::Unusable { file, reason: error.to_string() },
    })
}
