//! `cargo xtask new-area NAME`: a small area through all floors, compiling and tested, and its line in every list.
//!
//! What it writes is an example to change, not a frame to keep: a list of things with a name, which members add.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::migrations;
use crate::process::{cargo, run};

/// What an area is called, in every case that sources need.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    area: String,
    /// One of its things: `lead`, `demo_item`.
    item: String,
}

impl Names {
    /// The names of an area; its things are called after it unless they are named.
    ///
    /// # Errors
    /// For what can't be a module's name.
    pub fn new(area: &str, item: Option<&str>) -> Result<Self> {
        let item = item.map_or_else(|| area.strip_suffix('s').map_or_else(|| format!("{area}_item"), str::to_owned), str::to_owned);
        let names = Self { area: area.to_owned(), item };
        ensure!(
            is_name(&names.area) && !names.area.contains('_'),
            "“{area}” can't be an area's name: one word of small letters, such as `leads`"
        );
        ensure!(is_name(&names.item), "“{}” can't be a thing's name: small letters and `_`, such as `lead`", names.item);
        Ok(names)
    }

    /// A template with these names in it.
    fn fill(&self, template: &str) -> String {
        let title = self.item.replace('_', " ");
        [
            ("@area@", self.area.clone()),
            ("@Area@", camel(&self.area)),
            ("@item@", self.item.clone()),
            ("@items@", format!("{}s", self.item)),
            ("@Item@", camel(&self.item)),
            ("@ITEM@", self.item.to_uppercase()),
            ("@ITEMS@", format!("{}S", self.item.to_uppercase())),
            ("@title@", title.clone()),
            ("@titles@", format!("{title}s")),
            ("@Titles@", format!("{}s", capital(&title))),
        ]
        .into_iter()
        .fold(template.to_owned(), |text, (name, value)| text.replace(name, &value))
    }
}

fn is_name(name: &str) -> bool {
    let parts_are_words = name.split('_').all(|word| !word.is_empty());
    parts_are_words && name.len() <= 30 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(is_letter)
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

fn capital(word: &str) -> String {
    word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default()
}

fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// The files that an area begins with, and their templates.
const FILES: [(&str, &str); 11] = [
    ("app/model/src/@area@.rs", include_str!("../templates/area/model.rs.in")),
    ("server/store/src/@area@.rs", include_str!("../templates/area/store.rs.in")),
    ("server/store/tests/suite/@area@.rs", include_str!("../templates/area/store_test.rs.in")),
    ("server/domain/src/@area@.rs", include_str!("../templates/area/domain.rs.in")),
    ("server/domain/tests/suite/@area@.rs", include_str!("../templates/area/domain_test.rs.in")),
    ("server/src/api/@area@.rs", include_str!("../templates/area/api.rs.in")),
    ("server/tests/http/@area@.rs", include_str!("../templates/area/http_test.rs.in")),
    ("app/src/pages/@area@/mod.rs", include_str!("../templates/area/page.rs.in")),
    ("app/src/pages/@area@/mod.css", include_str!("../templates/area/page.css.in")),
    ("app/src/pages/@area@/api.rs", include_str!("../templates/area/page_api.rs.in")),
    ("end2end/tests/@area@.spec.ts", include_str!("../templates/area/end2end.spec.ts.in")),
];

const MIGRATION: &str = include_str!("../templates/area/migration.sql.in");

/// A line in a list that is there already.
struct Entry {
    file: &'static str,
    /// Where it goes: before the first place of this text.
    before: &'static str,
    text: &'static str,
    /// The beginning of the list's declaration, if it says how many there are: `…; 3]`.
    counted: Option<&'static str>,
}

const fn entry(file: &'static str, before: &'static str, text: &'static str) -> Entry {
    Entry { file, before, text, counted: None }
}

const fn counted(file: &'static str, list: &'static str, before: &'static str, text: &'static str) -> Entry {
    Entry { file, before, text, counted: Some(list) }
}

/// Every list that an area stands in. rustfmt puts them in order afterwards.
const LISTS: [Entry; 21] = [
    entry("app/model/src/ids.rs", "    /// A website that documents", "    /// A @title@.\n    @Item@Id,\n"),
    entry("app/model/src/lib.rs", "pub mod calls;", "pub mod @area@;\n"),
    entry("app/model/src/lib.rs", "pub use calls::{", "pub use @area@::{@Item@, @Item@Filter, New@Item@};\npub use ids::@Item@Id;\n"),
    entry("server/store/src/lib.rs", "pub mod calls;", "pub mod @area@;\n"),
    entry("server/store/src/catalogue.rs", "crate::calls::STATEMENTS,", "crate::@area@::STATEMENTS,\n        "),
    entry("server/store/tests/suite/main.rs", "mod calls;", "mod @area@;\n"),
    entry("server/domain/src/lib.rs", "pub mod calls;", "pub mod @area@;\n"),
    entry("server/domain/tests/suite/main.rs", "mod call_life;", "mod @area@;\n"),
    counted("server/domain/src/assembly.rs", "const AREAS: [Area", "identity::AREA", "crate::@area@::AREA, "),
    entry("server/src/api.rs", "mod calls;", "mod @area@;\n"),
    counted("server/src/api.rs", "const AREAS: [Area", "identity::AREA", "@area@::AREA, "),
    entry("server/tests/http/main.rs", "mod bodies;", "mod @area@;\n"),
    entry(
        "server/tests/http/operations.rs",
        "\"POST /api/v1/tokens\"",
        "\"POST /api/v1/@area@\" => json!({ \"name\": \"A @title@\" }),\n            ",
    ),
    entry(
        "server/tests/http/sweep/expected.rs",
        "    (\"GET /auth/me\", MEMBERS),",
        "    (\"GET /@area@\", REPS),\n    (\"POST /@area@\", REPS),\n",
    ),
    entry(
        "server/tests/http/sweep/expected.rs",
        "        \"calls/live\" => return None,",
        "        \"@area@/list\" => (REPS, None, json!({})),\n        \"@area@/create\" => (REPS, None, json!({ \"name\": \"A @title@\" })),\n",
    ),
    entry("server/tests/http/sweep/expected.rs", "        \"organization.updated\"", "        \"@item@.added\" => Role::Rep,\n"),
    entry("app/src/pages/mod.rs", "pub mod calls;", "pub mod @area@;\n"),
    entry("app/src/areas.rs", "calls, ", "@area@, "),
    entry("app/src/areas.rs", "        <settings::Pages />", "        <@area@::Pages />\n"),
    counted("app/src/areas.rs", "const AREAS: [Area", "settings::AREA", "@area@::AREA, "),
    counted("xtask/src/test/deps/modules.rs", "const AREAS: [(&str", "(\"identity\"", "(\"@area@\", &[]),\n    "),
];

/// Writes an area below a repository's root.
///
/// # Errors
/// If there is such an area, or a list is not where it was; then nothing is written.
pub fn write(root: &Path, names: &Names) -> Result<()> {
    let mut files: Vec<(String, String)> = FILES.iter().map(|(path, text)| (names.fill(path), names.fill(text))).collect();
    files.push((migration(root, names)?, names.fill(MIGRATION)));
    for (path, _) in &files {
        ensure!(!root.join(path).exists(), "{path} is there already: choose another name, or add to that area by hand");
    }
    let mut lists: Vec<(&str, String)> = Vec::new();
    for entry in &LISTS {
        let known = lists.iter().position(|(file, _)| *file == entry.file);
        let known = match known {
            Some(at) => at,
            None => {
                let text = fs::read_to_string(root.join(entry.file)).with_context(|| entry.file.to_owned())?;
                lists.push((entry.file, text));
                lists.len() - 1
            }
        };
        let (file, text) = &mut lists[known];
        *text =
            added(text, entry, names).with_context(|| format!("{file} has changed: tell xtask/src/new_area.rs where its list is now"))?;
    }
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    for (file, text) in lists {
        fs::write(root.join(file), text).with_context(|| file.to_owned())?;
    }
    migrations::write_below(root)?;
    run(cargo().args(["fmt", "--all"]).current_dir(root))
}

/// `cargo xtask new-area`.
pub fn new_area(root: &Path, names: &Names) -> Result<()> {
    write(root, names)?;
    println!(
        "The area {0} is there, a list of {1}s. What next:\n\
         - The snapshots of the API and of events: INSTA_UPDATE=always cargo nextest run --workspace --exclude frontend -E 'binary(http)'\n\
         - What the area may know of others: its line in xtask/src/test/deps/modules.rs\n\
         - A chunk of its own once its page grows: app/src/pages/{0}/mod.rs\n\
         - Its pictures: end2end/screenshots.ts; its line in docs/ARCHITECTURE.md\n\
         - docs/guides/add-a-table.md, add-an-operation.md and their neighbours",
        names.area, names.item
    );
    Ok(())
}

/// The template of the next migration.
fn migration(root: &Path, names: &Names) -> Result<String> {
    let folder = "server/store/migrations/template";
    let mut last = 0;
    for entry in fs::read_dir(root.join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        last = last.max(name.split('_').next().and_then(|number| number.parse().ok()).unwrap_or(0_u32));
    }
    Ok(format!("{folder}/{:04}_{}.sql", last + 1, names.area))
}

fn added(text: &str, entry: &Entry, names: &Names) -> Result<String> {
    // A list that is counted is looked for from its declaration on.
    let from = match entry.counted {
        Some(list) => text.find(list).with_context(|| format!("“{list}” is not there"))?,
        None => 0,
    };
    let at = text[from..].find(entry.before).with_context(|| format!("“{}” is not there", entry.before))? + from;
    let new = names.fill(entry.text);
    if entry.counted.is_some() && text[from..].contains(new.trim()) {
        return Ok(text.to_owned());
    }
    let mut text = format!("{}{new}{}", &text[..at], &text[at..]);
    if entry.counted.is_some() {
        let number = text[from..].find("; ").context("it says no number")? + from + 2;
        let end = text[number..].find(']').context("it says no number")? + number;
        let Ok(count) = text[number..end].parse::<usize>() else { bail!("“{}” is no number", &text[number..end]) };
        text.replace_range(number..end, &(count + 1).to_string());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_called_after_their_area() -> Result<()> {
        assert_eq!(Names::new("leads", None)?.fill("@area@ @Item@ @items@ @titles@"), "leads Lead leads leads");
        assert_eq!(Names::new("demo", None)?.fill("@Area@Page @Item@ @items@ @Titles@"), "DemoPage DemoItem demo_items Demo items");
        assert_eq!(Names::new("crm", Some("deal"))?.fill("@area@ @item@"), "crm deal");
        for wrong in ["", "Leads", "my_leads", "1st", "a-b", "../x"] {
            assert!(Names::new(wrong, None).is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn every_list_is_where_it_is_looked_for() -> Result<()> {
        let (root, names) = (crate::workspace::root(), Names::new("demo", None)?);
        for entry in &LISTS {
            let text = fs::read_to_string(root.join(entry.file))?;
            let added = added(&text, entry, &names).with_context(|| entry.file)?;
            assert!(added.contains(names.fill(entry.text).trim()), "{}", entry.file);
        }
        for (path, text) in FILES {
            assert!(!names.fill(path).contains('@'));
            assert!(!names.fill(text).replace("a@example", "").replace("b@example", "").contains('@'), "{path}");
        }
        Ok(())
    }
}
