//! What a browser loads: raw, and as it goes over the wire.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Measure;

pub fn measure(site: &Path) -> Result<Vec<Measure>> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(site.join("manifest.json"))?)?;
    let mut measures = Vec::new();
    for (label, key) in [("wasm", "wasm"), ("js", "js"), ("worklet", "worklet")] {
        let path = manifest[key].as_str().with_context(|| format!("the manifest names no {key}"))?;
        let file = site.join(path.trim_start_matches('/'));
        measures.push(Measure::new(format!("size.{label}.raw"), kilobytes(&file)?));
        for (coding, suffix) in [("brotli", "br"), ("gzip", "gz")] {
            let mut compressed = file.clone().into_os_string();
            compressed.push(".");
            compressed.push(suffix);
            if Path::new(&compressed).exists() {
                measures.push(Measure::new(format!("size.{label}.{coding}"), kilobytes(Path::new(&compressed))?));
            }
        }
    }
    Ok(measures)
}

fn kilobytes(file: &Path) -> Result<String> {
    let length = fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?.len();
    Ok(format!("{}.{} kB", length / 1000, length % 1000 / 100))
}
