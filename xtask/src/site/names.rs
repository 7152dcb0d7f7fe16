//! Names files by their content, and lets those that load others know.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::bindgen::STEM;
use super::hash;
use super::split::{self, LOADER};

/// Writes the modules of `modules` and the JavaScript of `scratch` to `pkg`; returns the manifest.
pub fn write(scratch: &Path, modules: &Path, pkg: &Path) -> Result<Value> {
    let mut names = BTreeMap::new();
    for entry in fs::read_dir(modules).with_context(|| format!("could not read {}", modules.display()))? {
        let path = entry?.path();
        let (Some(stem), true) = (path.file_stem().and_then(|stem| stem.to_str()), path.extension().is_some_and(|kind| kind == "wasm"))
        else {
            continue;
        };
        let content = fs::read(&path)?;
        let name = format!("{stem}.{}.wasm", hash(&content));
        fs::write(pkg.join(&name), content)?;
        names.insert(stem.to_owned(), name);
    }
    let main_stem = format!("{STEM}_bg");
    let main = names.get(&main_stem).with_context(|| format!("wasm-bindgen left no {main_stem}.wasm"))?.clone();

    let mut glue = renamed(&fs::read_to_string(scratch.join(format!("{STEM}.js")))?, &format!("{main_stem}.wasm"), &main)?;
    let mut loader = fs::read_to_string(scratch.join(LOADER))?;
    for (stem, name) in names.iter().filter(|(stem, _)| **stem != main_stem) {
        loader = renamed(&loader, &format!("\"./{stem}.wasm\""), &format!("\"./{name}\""))?;
    }
    // The two import each other, so neither name can wait for the other: both carry the hash of the pair.
    let pair = hash(format!("{glue}{loader}").as_bytes());
    let (glue_name, loader_name) = (format!("{STEM}.{pair}.js"), format!("{STEM}_chunks.{pair}.js"));
    // Only where it is imported: as the name of an import the main module knows it too.
    glue = renamed(&glue, &format!("from \"{LOADER}\""), &format!("from \"./{loader_name}\""))?;
    loader = renamed(&loader, &format!("from \"./{STEM}.js\""), &format!("from \"./{glue_name}\""))?;
    fs::write(pkg.join(&glue_name), glue)?;
    fs::write(pkg.join(&loader_name), loader)?;

    let mut chunks = BTreeMap::new();
    for (page, stems) in split::chunks(scratch)? {
        let files: Option<Vec<_>> = stems.iter().map(|stem| names.get(stem).map(|name| format!("/pkg/{name}"))).collect();
        chunks.insert(page.clone(), files.with_context(|| format!("a chunk of {page} is missing"))?);
    }
    Ok(json!({
        "js": format!("/pkg/{glue_name}"),
        "wasm": format!("/pkg/{main}"),
        "loader": format!("/pkg/{loader_name}"),
        "chunks": chunks,
        "worklet": "/capture/worklet.wasm",
    }))
}

/// Replaces a name that must be there: a page that looks for a file under its old name would not find it.
fn renamed(script: &str, old: &str, new: &str) -> Result<String> {
    if !script.contains(old) {
        bail!("{old} is not in the JavaScript that should load {new}");
    }
    Ok(script.replace(old, new))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn build(chunk: &str) -> Value {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        fs::create_dir(folder.join("pkg")).unwrap();
        for (name, content) in [
            ("closezly_bg.wasm", "main"),
            ("split_home.wasm", chunk),
            ("closezly.js", r#"import * as a from "./__wasm_split.js"; x = {"./__wasm_split.js": a}; new URL('closezly_bg.wasm')"#),
            ("__wasm_split.js", r#"import { initSync } from "./closezly.js"; fetch("./split_home.wasm")"#),
            ("chunks.json", r#"{"home": ["split_home"], "empty": []}"#),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        let manifest = write(folder, folder, &folder.join("pkg")).unwrap();
        let text = |key: &str| fs::read_to_string(folder.join(manifest[key].as_str().unwrap().trim_start_matches('/'))).unwrap();
        let name = |path: &Value| path.as_str().unwrap().trim_start_matches("/pkg/").to_owned();
        assert!(text("js").contains(&format!("from \"./{}\"", name(&manifest["loader"]))));
        assert!(text("js").contains("{\"./__wasm_split.js\": a}"));
        assert!(text("js").contains(&name(&manifest["wasm"])));
        assert!(text("loader").contains(&format!("from \"./{}\"", name(&manifest["js"]))));
        assert!(text("loader").contains(&name(&manifest["chunks"]["home"][0])));
        manifest
    }

    #[test]
    fn whoever_loads_a_file_knows_its_name_and_a_changed_chunk_changes_them_all_but_the_main_module() {
        let (one, same, other) = (build("a"), build("a"), build("b"));
        assert_eq!(one, same);
        assert_eq!(one["wasm"], other["wasm"]);
        for key in ["js", "loader", "chunks"] {
            assert_ne!(one[key], other[key], "{key}");
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_said() {
        assert!(renamed("import a", "b.wasm", "b.1.wasm").is_err());
    }
}
