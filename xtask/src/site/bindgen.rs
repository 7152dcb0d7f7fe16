//! wasm-bindgen as a library, on the main module: its version and the crate's come from one lock file, so they can't part.

use std::env;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::split;
use crate::build::WASM;
use crate::workspace::{self, Mode};

/// The files' stem: `closezly.js`, `closezly_bg.wasm`.
pub const STEM: &str = "closezly";

/// Writes the glue and the bound WASM to `scratch`; true if they are new.
pub fn generate(mode: Mode, scratch: &Path) -> Result<bool> {
    let input = workspace::target().join(WASM).join(mode.wasm_profile()).join("frontend.wasm");
    let bytes = fs::read(&input).with_context(|| format!("cargo left no {}", input.display()))?;
    let stamp_file = scratch.join("stamp");
    let stamp = stamp(&bytes)?;
    if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(false);
    }
    let _ = fs::remove_dir_all(scratch);
    fs::create_dir_all(scratch)?;
    let main = split::split(&bytes, scratch)?;
    Bindgen::new()
        .input_bytes(STEM, main)
        .web(true)?
        // What the chunks take from the main module is the linker's.
        .keep_lld_exports(true)
        .typescript(false)
        .omit_default_module_path(false)
        .demangle(false)
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(mode == Mode::Release)
        .generate(scratch)
        .context("wasm-bindgen could not read the browser's part")?;
    fs::write(stamp_file, stamp)?;
    Ok(true)
}

/// What the output depends on: the WASM, and this program with its settings for wasm-bindgen.
fn stamp(wasm: &[u8]) -> Result<String> {
    let program = fs::metadata(env::current_exe()?)?.modified()?;
    Ok(format!("{} {}", super::hash(wasm), program.duration_since(UNIX_EPOCH)?.as_nanos()))
}
