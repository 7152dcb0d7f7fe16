//! Cuts the browser's code apart at the functions that `lazy_pages!` (`app/src/lazy.rs`) marks: one main module, and a chunk a page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use super::bindgen::STEM;

/// The JavaScript that fetches chunks. The main module imports it under this very name.
pub const LOADER: &str = "./__wasm_split.js";
const CHUNKS: &str = "chunks.json";

/// The chunks that a page needs besides the main module: the page's name, the files without their ending.
pub type Chunks = BTreeMap<String, Vec<String>>;

/// Writes the chunks and their loader to `scratch`; returns the main module, as wasm-bindgen wants it.
pub fn split(wasm: &[u8], scratch: &Path) -> Result<Vec<u8>> {
    let main = scratch.join("main.wasm");
    let glue = format!("./{STEM}.js");
    let mut options = Options::new(wasm);
    options.output_dir = scratch;
    options.main_out_path = &main;
    options.main_module = &glue;
    options.link_name = LOADER;
    options.emit_dwarf = false;
    let split = transform(options).map_err(|error| anyhow!("the browser's part can't be cut into chunks: {error:#}"))?;
    let chunks: Chunks = split.prefetch_map.into_iter().collect();
    fs::write(scratch.join(CHUNKS), serde_json::to_vec(&chunks)?)?;
    let bytes = fs::read(&main)?;
    fs::remove_file(main)?;
    Ok(bytes)
}

/// What an earlier [`split`] left.
pub fn chunks(scratch: &Path) -> Result<Chunks> {
    let file = scratch.join(CHUNKS);
    Ok(serde_json::from_slice(&fs::read(&file).with_context(|| format!("could not read {}", file.display()))?)?)
}
