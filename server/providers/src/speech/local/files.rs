//! The files of models: which ones are known, and whether a file is one that can be loaded.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A model of Whisper in ggml's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownModel {
    /// What its file is called.
    pub file: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Whether it knows English only.
    pub english_only: bool,
    /// SHA-256 of the files that are it: the maker's own, and the one that `cargo xtask models` makes of the same weights.
    pub sha256: &'static [&'static str],
}

/// Models that are known, the quickest first. Others are taken too, if their file is whole; these are known to the bit.
pub const KNOWN: [KnownModel; 6] = [
    KnownModel {
        file: "ggml-tiny.en.bin",
        label: "Whisper tiny.en",
        english_only: true,
        sha256: &[
            "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f",
            "28d66f40682b78e7eb7114e4688b3cf4e9f8a50a474e9cf5cb03992d12e07ca3",
        ],
    },
    KnownModel {
        file: "ggml-tiny.bin",
        label: "Whisper tiny",
        english_only: false,
        sha256: &["be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21"],
    },
    KnownModel {
        file: "ggml-base.en.bin",
        label: "Whisper base.en",
        english_only: true,
        sha256: &["a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002"],
    },
    KnownModel {
        file: "ggml-base.bin",
        label: "Whisper base",
        english_only: false,
        sha256: &[
            "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe",
            "4cc6f22b1ea72560a284e48c4d2313ce0f6c7dc1c278fad2796ccee9b29fb1f6",
        ],
    },
    KnownModel {
        file: "ggml-small.en.bin",
        label: "Whisper small.en",
        english_only: true,
        sha256: &["c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d"],
    },
    KnownModel {
        file: "ggml-small.bin",
        label: "Whisper small",
        english_only: false,
        sha256: &["1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b"],
    },
];

/// A model's file can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalModelError {
    /// No file that could be a model's is in the folder.
    #[error("There is no speech model in {}. Put ggml-tiny.en.bin or another model of whisper.cpp there.", .0.display())]
    NoModel(PathBuf),
    /// The file is gone, or was never there.
    #[error("The speech model {} is not there (any more). Put it back, or choose another one.", .0.display())]
    Missing(PathBuf),
    /// The file can't be read.
    #[error("The speech model {} can't be read: {reason}. Give the server the right to read it.", .file.display())]
    Unreadable {
        /// Which one.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It is no model of whisper.cpp's format.
    #[error("{} is no speech model of whisper.cpp (ggml): {reason}. Choose a file named ggml-….bin.", .file.display())]
    OtherFormat {
        /// Which one.
        file: PathBuf,
        /// What is there instead.
        reason: String,
    },
    /// It ends before its end, as after a download that broke off.
    #[error("The speech model {} is cut off after {length} bytes. Delete it and get it again.", .file.display())]
    Truncated {
        /// Which one.
        file: PathBuf,
        /// How much of it is there.
        length: u64,
    },
    /// It is called like a known model and has other bytes.
    #[error("{} is not the speech model of that name: its checksum is wrong. Delete it and get it again, or give a model of your own another name.", .file.display())]
    WrongChecksum {
        /// Which one.
        file: PathBuf,
        /// Its SHA-256.
        sha256: String,
    },
    /// whisper.cpp can't load it.
    #[error("The speech model {} can't be loaded: {reason}", .file.display())]
    NotLoadable {
        /// Which one.
        file: PathBuf,
        /// What whisper.cpp says.
        reason: String,
    },
    /// The processor lacks what the kernels are built with.
    #[error("This machine's processor is too old for speech models: they need {0}. Choose another recognizer.")]
    Processor(&'static str),
}

/// A model's file that was found, not yet looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// Where it is.
    pub path: PathBuf,
    /// Which known model it is called like.
    pub known: Option<KnownModel>,
    /// How large it is: the order of unknown ones.
    pub bytes: u64,
}

impl ModelFile {
    /// The file at a path.
    ///
    /// # Errors
    /// [`LocalModelError`] if there is none, or it can't be looked at.
    pub fn at(path: &Path) -> Result<Self, LocalModelError> {
        let found = fs::metadata(path).map_err(|error| refused(path, &error))?;
        if !found.is_file() {
            return Err(LocalModelError::OtherFormat { file: path.to_owned(), reason: "it is a folder".to_owned() });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let known = KNOWN.iter().copied().find(|known| known.file == name);
        Ok(Self { path: path.to_owned(), known, bytes: found.len() })
    }

    /// What people call it.
    pub fn label(&self) -> String {
        self.known.map_or_else(
            || self.path.file_stem().unwrap_or_default().to_string_lossy().trim_start_matches("ggml-").to_owned(),
            |known| known.label.to_owned(),
        )
    }

    /// Whether it knows English only, as far as its name tells.
    pub fn is_english_only(&self) -> bool {
        self.known.map_or_else(|| self.label().contains(".en"), |known| known.english_only)
    }

    /// Reads the file, and makes sure that it is whole and what its name says.
    ///
    /// # Errors
    /// [`LocalModelError`]: a sentence that says what to do.
    pub(super) fn read(&self) -> Result<Vec<u8>, LocalModelError> {
        let file = || self.path.clone();
        let bytes = fs::read(&self.path).map_err(|error| refused(&self.path, &error))?;
        // A cut file of a known model has a wrong checksum too: that it is cut is what a person can act on.
        super::format::check(&bytes).map_err(|wrong| match wrong {
            super::format::Wrong::CutOff => LocalModelError::Truncated { file: file(), length: bytes.len() as u64 },
            super::format::Wrong::Other(reason) => LocalModelError::OtherFormat { file: file(), reason },
        })?;
        if let Some(known) = self.known {
            let sha256 = hex::encode(Sha256::digest(&bytes));
            if !known.sha256.contains(&sha256.as_str()) {
                return Err(LocalModelError::WrongChecksum { file: file(), sha256 });
            }
        }
        Ok(bytes)
    }
}

fn refused(path: &Path, error: &std::io::Error) -> LocalModelError {
    match error.kind() {
        std::io::ErrorKind::NotFound => LocalModelError::Missing(path.to_owned()),
        _ => LocalModelError::Unreadable { file: path.to_owned(), reason: error.to_string() },
    }
}

/// The models in a folder: known ones, the quickest first, then others, the smallest first (a small file is no quick model: one that is
/// quantised to 5 bits takes longer than one of 16).
///
/// # Errors
/// [`LocalModelError`] if there is none, or the folder can't be read.
pub fn find(folder: &Path) -> Result<Vec<ModelFile>, LocalModelError> {
    let none = || LocalModelError::NoModel(folder.to_owned());
    let entries = fs::read_dir(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => none(),
        _ => LocalModelError::Unreadable { file: folder.to_owned(), reason: error.to_string() },
    })?;
    let is_model = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // The voice detector's file lies beside them in whisper.cpp's own folder.
        name.starts_with("ggml-") && name.ends_with(".bin") && !name.contains("silero")
    };
    let mut files: Vec<ModelFile> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_model).filter_map(|path| ModelFile::at(&path).ok()).collect();
    let rank = |file: &ModelFile| file.known.and_then(|known| KNOWN.iter().position(|other| *other == known)).unwrap_or(KNOWN.len());
    files.sort_by(|a, b| (rank(a), a.bytes, &a.path).cmp(&(rank(b), b.bytes, &b.path)));
    if files.is_empty() { Err(none()) } else { Ok(files) }
}
