//! Text of people reaches a page by the ways that escape it, and by no other.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// What writes text as it is, and the files that may use it, where it is made safe.
const RAW: [(&str, &[&str]); 5] = [
    // A title's text is written into the document unescaped.
    ("leptos_meta::", &["components/title.rs", "lazy/document.rs", "lib.rs", "shell.rs"]),
    ("<Title ", &["components/title.rs"]),
    // So are the children of a textarea.
    ("<textarea", &["components/text_area.rs"]),
    // The player without JavaScript: its one text is an address of ours. The way back of what was deleted: an id, letter by letter.
    ("inner_html", &["components/text_area.rs", "components/player.rs", "components/toast.rs"]),
    // A script that is a constant of ours.
    ("<script", &["shell.rs", "pages/identity/sign_in.rs"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.file_name().is_some_and(|name| name != "tests.rs") {
            found.push(path);
        }
    }
}

/// Each source with its path below `src`.
fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let named = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&path).unwrap())
    };
    found.into_iter().map(named).collect()
}

#[test]
fn nothing_writes_text_unescaped_but_the_components_for_it() {
    let mut faults = Vec::new();
    for (name, text) in all() {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for (raw, allowed) in RAW {
                if line.contains(raw) && !allowed.contains(&name.as_str()) {
                    faults.push(format!("app/src/{name}:{}: `{raw}`: use `PageTitle`, `TextArea` or `PlainTextArea`", number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_part_for_pages_without_javascript_has_words_of_ours_only() {
    for (name, text) in all() {
        // Its children are written unescaped.
        for part in text.split("<noscript>").skip(1) {
            let inside = part.split("</noscript>").next().unwrap();
            assert!(!inside.contains('{'), "app/src/{name}: `<noscript>` with text that isn't ours: {inside}");
        }
    }
}
