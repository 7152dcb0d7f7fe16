//! Puts every file where the server looks for it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::bindgen::STEM;
use super::{hash, optimize};
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

    let plain = format!("{STEM}_bg.wasm");
    let optimized = optimize::optimized(scratch);
    let wasm = fs::read(if mode == Mode::Release && optimized.exists() { optimized } else { scratch.join(&plain) })?;
    let wasm_name = format!("{STEM}_bg.{}.wasm", hash(&wasm));
    // The glue finds its WASM beside itself, by name.
    let js = fs::read_to_string(scratch.join(format!("{STEM}.js")))?.replace(&plain, &wasm_name);
    if !js.contains(&wasm_name) {
        bail!("wasm-bindgen's glue does not name {plain}: the page could not find its WASM");
    }
    let js_name = format!("{STEM}.{}.js", hash(js.as_bytes()));
    fs::write(next.join("pkg").join(&wasm_name), wasm)?;
    fs::write(next.join("pkg").join(&js_name), js)?;
    if scratch.join("snippets").is_dir() {
        copy_folder(&scratch.join("snippets"), &next.join("pkg/snippets"))?;
    }

    let manifest = json!({ "js": format!("/pkg/{js_name}"), "wasm": format!("/pkg/{wasm_name}"), "worklet": "/capture/worklet.wasm" });
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
