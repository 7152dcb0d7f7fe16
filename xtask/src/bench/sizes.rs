//! What a browser loads: each file, and the code of the pages of each chunk; raw, and as it goes over the wire. What each page weighs
//! altogether is held to a table by a journey (`end2end/page-weights.json`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Measure;

/// The chunks that pages load (`lazy_pages!` in their areas).
const CHUNKS: [&str; 4] = ["pages", "call", "live", "knowledge"];

/// How a file goes over the wire: the label, and what the neighbour's name ends with.
const CODINGS: [(&str, &str); 3] = [("raw", ""), ("brotli", ".br"), ("gzip", ".gz")];

pub fn measure(site: &Path) -> Result<Vec<Measure>> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(site.join("manifest.json"))?)?;
    let main = ["wasm", "js", "loader"].map(|key| (key, &manifest[key]));
    let mut measures = Vec::new();
    for (label, path) in main.into_iter().chain([("worklet", &manifest["worklet"])]) {
        measures.extend(sum(site, &format!("size.{label}"), &[path])?);
    }
    for chunk in CHUNKS {
        let chunks = manifest["chunks"][chunk].as_array().with_context(|| format!("the manifest names no chunk {chunk}"))?;
        let files: Vec<_> = main.iter().map(|(_, path)| *path).chain(chunks).collect();
        measures.extend(sum(site, &format!("size.page.{chunk}"), &files)?);
    }
    Ok(measures)
}

/// The files' lengths together, in each coding. A file too small to be compressed goes as it is.
fn sum(site: &Path, name: &str, files: &[&Value]) -> Result<Vec<Measure>> {
    let mut measures = Vec::new();
    for (coding, suffix) in CODINGS {
        let mut bytes = 0;
        let mut compressed = suffix.is_empty();
        for file in files {
            let path = file.as_str().with_context(|| format!("the manifest names no file for {name}"))?.trim_start_matches('/');
            let neighbour = site.join(format!("{path}{suffix}"));
            compressed |= neighbour.exists();
            let file = if neighbour.exists() { neighbour } else { site.join(path) };
            bytes += fs::metadata(&file).with_context(|| format!("{} is missing", file.display()))?.len();
        }
        if compressed {
            measures.push(Measure::new(format!("{name}.{coding}"), format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)));
        }
    }
    Ok(measures)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_page_weighs_the_main_module_the_javascript_and_its_chunks() {
        let site = tempfile::tempdir().unwrap();
        let manifest = r#"{"js": "/js", "wasm": "/wasm", "loader": "/loader", "worklet": "/worklet",
            "chunks": {"pages": ["/small"], "live": ["/small", "/big"], "call": ["/worklet"], "knowledge": ["/big"]}}"#;
        fs::write(site.path().join("manifest.json"), manifest).unwrap();
        for (name, length) in
            [("js", 1000), ("wasm", 2000), ("wasm.br", 500), ("loader", 100), ("worklet", 9000), ("small", 10_000), ("big", 20_000)]
        {
            fs::write(site.path().join(name), vec![0; length]).unwrap();
        }
        let measures = measure(site.path()).unwrap();
        let value = |name: &str| measures.iter().find(|measure| measure.name == name).map(|measure| measure.value.clone());
        assert_eq!(value("size.page.pages.raw").unwrap(), "13.1 kB");
        assert_eq!(value("size.page.live.raw").unwrap(), "33.1 kB");
        assert_eq!(value("size.page.live.brotli").unwrap(), "31.6 kB");
        assert_eq!(value("size.page.live.gzip"), None);
        assert_eq!(value("size.worklet.raw").unwrap(), "9.0 kB");
    }
}
