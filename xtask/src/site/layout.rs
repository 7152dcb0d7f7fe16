//! Puts every file where the server looks for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{names, optimize};
use crate::build::WASM;
use crate::workspace::{self, Mode};

/// Writes the whole folder anew: nothing of an earlier build stays.
///
/// It is built beside the old one and put in its place by a rename, so a server that is running never sees half of it.
pub fn lay_out(mode: Mode, scratch: &Path) -> Result<()> {
    let site = mode.site();
    let next = site.with_extension("next");
    let _ = fs::remove_dir_all(&next);
    fs::create_dir_all(next.join("pkg"))?;
    fs::create_dir_all(next.join("capture"))?;
    let public = workspace::root().join("public");
    if public.is_dir() {
        copy_folder(&public, &next)?;
    }

    let worklet = workspace::target().join(WASM).join("wasm-release/worklet.wasm");
    fs::copy(&worklet, next.join("capture/worklet.wasm")).with_context(|| format!("cargo left no {}", worklet.display()))?;

    let manifest = names::write(scratch, &optimize::modules(mode, scratch), &next.join("pkg"))?;
    if scratch.join("snippets").is_dir() {
        copy_folder(&scratch.join("snippets"), &next.join("pkg/snippets"))?;
    }
    fs::write(next.join("manifest.json"), serde_json::to_string_pretty(&manifest)?)?;
    let _ = fs::remove_dir_all(&site);
    fs::rename(&next, &site).with_context(|| format!("could not put {} in place", site.display()))
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
