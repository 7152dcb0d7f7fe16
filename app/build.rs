//! Turns the css that lies beside the components into one stylesheet and into Rust constants.
//!
//! Output in `OUT_DIR`: `components.css`, `globals.css` and `styles.rs`, which `src/styles.rs` includes.

#[path = "build/breakpoints.rs"]
mod breakpoints;
#[path = "build/scope.rs"]
mod scope;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use breakpoints::Breakpoints;

/// The order in which the global files are read; what is missing here fails the build.
const GLOBALS: [&str; 5] = ["reset.css", "tokens", "base.css", "layout.css", "utilities.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=../style");
    println!("cargo::rerun-if-changed=model/src");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);

    println!("cargo::rustc-env=CLOSEZLY_SCHEMA={:016x}", schema(&root)?);

    let mut faults = Vec::new();
    let style = root.join("../style");
    let widths = breakpoints::read(&fs::read_to_string(style.join("breakpoints.css"))?);
    let components = components(&root.join("src"), &widths, &mut faults)?;
    let globals = globals(&style, &widths, &mut faults)?;
    if !faults.is_empty() {
        for fault in &faults {
            println!("cargo::error={fault}");
        }
        return Ok(());
    }
    let css: String = components.values().map(|scoped| scoped.css.as_str()).collect();
    let hash = scope::fnv1a(&format!("{globals}{css}"));
    write(&out.join("components.css"), &css)?;
    write(&out.join("globals.css"), &globals)?;
    write(&out.join("styles.rs"), &constants(&components, hash))?;
    Ok(())
}

/// A hash of the sources that say what crosses the wire: the model, and the files that declare server functions.
fn schema(root: &Path) -> io::Result<u64> {
    let mut text = String::new();
    for file in files(&root.join("model/src"), "rs")? {
        text.push_str(&fs::read_to_string(file)?);
    }
    for file in files(&root.join("src"), "rs")? {
        let source = fs::read_to_string(file)?;
        if source.contains("#[server(") {
            text.push_str(&source);
        }
    }
    Ok(scope::fnv1a(&text))
}

/// Every css beside a `.rs` in `src`, scoped, by the name of its module in `styles`.
fn components(src: &Path, widths: &Breakpoints, faults: &mut Vec<String>) -> Result<BTreeMap<String, scope::Scoped>, Box<dyn Error>> {
    let mut found: BTreeMap<String, scope::Scoped> = BTreeMap::new();
    for file in files(src, "css")? {
        let relative = file.strip_prefix(src)?.to_string_lossy().replace('\\', "/");
        let shown = format!("app/src/{relative}");
        if !file.with_extension("rs").exists() {
            faults.push(format!("{shown}:1: no `.rs` of the same name lies beside it"));
            continue;
        }
        let text = match breakpoints::fill_in(&fs::read_to_string(&file)?, widths) {
            Ok(text) => text,
            Err((line, why)) => {
                faults.push(format!("{shown}:{line}: {why}"));
                continue;
            }
        };
        match scope::scope(&relative, &text) {
            Ok(scoped) => {
                if found.values().any(|other| other.class == scoped.class) {
                    faults.push(format!("{shown}:1: its class {} is already another file's; rename the file", scoped.class));
                }
                if found.insert(scope::module_name(&relative), scoped).is_some() {
                    faults.push(format!("{shown}:1: another file already has the module `styles::{}`", scope::module_name(&relative)));
                }
            }
            Err(list) => faults.extend(list.iter().map(|fault| format!("{shown}:{}: {}", fault.line, fault.message))),
        }
    }
    Ok(found)
}

/// The global css in its order, without comments and indentation.
fn globals(style: &Path, widths: &Breakpoints, faults: &mut Vec<String>) -> Result<String, Box<dyn Error>> {
    let mut css = String::new();
    for name in GLOBALS {
        let path = style.join(name);
        let files = if path.is_dir() { files(&path, "css")? } else { vec![path] };
        for file in files {
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            match breakpoints::fill_in(&text, widths) {
                Ok(text) => css.push_str(&scope::compact(&text)),
                Err((line, why)) => faults.push(format!("{}:{line}: {why}", file.display())),
            }
        }
    }
    Ok(css)
}

/// The Rust side: one module a file, one constant a class.
fn constants(components: &BTreeMap<String, scope::Scoped>, hash: u64) -> String {
    let mut rust = format!(
        "/// Where the stylesheet is served; the name changes with its content.\npub const STYLESHEET_PATH: &str = \"/assets/closezly.{hash:016x}.css\";\n"
    );
    for (module, scoped) in components {
        let _ = writeln!(rust, "/// Classes of `{}`.\npub mod {module} {{", scoped.path);
        for name in &scoped.names {
            let constant = name.replace('-', "_").to_uppercase();
            let _ = writeln!(rust, "    /// `.{name}`\n    pub const {constant}: &str = \"{name} {}\";", scoped.class);
        }
        rust.push_str("}\n");
    }
    rust
}

/// All files of a kind under a folder, sorted, so that the output never depends on the disk's order.
fn files(folder: &Path, kind: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path, kind)?);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes only what changed, so that an untouched stylesheet compiles nothing again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) { Ok(()) } else { fs::write(path, text) }
}
