//! Precompressed neighbours: brotli for browsers over TLS, gzip for those over plain HTTP, which don't offer brotli.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

const WORTH_IT: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];
const SMALLEST: u64 = 1024;

/// Writes `x.br` and `x.gz` beside every file that gains from it.
pub fn compress(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            compress(&path)?;
        } else if path.extension().is_some_and(|kind| WORTH_IT.iter().any(|worth| *worth == kind)) && entry.metadata()?.len() >= SMALLEST {
            let content = fs::read(&path)?;
            fs::write(with_suffix(&path, "br"), brotli(&content)?)?;
            fs::write(with_suffix(&path, "gz"), gzip(&content)?)?;
        }
    }
    Ok(())
}

/// The content in brotli at its best quality.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 24);
    encoder.write_all(content)?;
    encoder.flush()?;
    Ok(encoder.into_inner())
}

/// The content in gzip at its best level.
pub fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn with_suffix(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}
