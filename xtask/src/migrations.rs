//! `cargo xtask migrations`: both engines' migrations out of one template.
//!
//! A template says a type once: `{id}`, `{time}`, `{json}`, `{int}`, `{bool}`, `{bytes}`, `{nil}` (an id of zeros) and `{strict}` (after a
//! table's closing parenthesis). What only one engine has stands between `-- only sqlite` or `-- only postgres` and `-- end only`.
//! Migrations before the first template are as they were released: their checksums are in people's databases.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

impl Engine {
    const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    fn types(self) -> [(&'static str, &'static str); 8] {
        match self {
            Self::Sqlite => [
                ("{id}", "BLOB"),
                ("{time}", "TEXT"),
                ("{json}", "TEXT"),
                ("{int}", "INTEGER"),
                ("{bool}", "INTEGER"),
                ("{bytes}", "BLOB"),
                ("{nil}", "x'00000000000000000000000000000000'"),
                ("{strict}", " STRICT"),
            ],
            Self::Postgres => [
                ("{id}", "UUID"),
                ("{time}", "TIMESTAMPTZ"),
                ("{json}", "JSONB"),
                ("{int}", "BIGINT"),
                ("{bool}", "BOOLEAN"),
                ("{bytes}", "BYTEA"),
                ("{nil}", "'00000000-0000-0000-0000-000000000000'"),
                ("{strict}", ""),
            ],
        }
    }
}

/// A file that a template makes.
struct Generated {
    path: PathBuf,
    text: String,
}

/// Writes what the templates make.
pub fn write() -> Result<()> {
    write_below(&workspace::root())
}

/// The same in another copy of the repository.
pub fn write_below(root: &Path) -> Result<()> {
    for Generated { path, text } in generated(root)? {
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

/// Fails if a committed migration is not what its template makes.
///
/// # Errors
/// Names the file.
pub fn check() -> Result<()> {
    for Generated { path, text } in generated(&workspace::root())? {
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            bail!("{} is not what its template makes; run `cargo xtask migrations`", path.display());
        }
    }
    Ok(())
}

fn generated(root: &Path) -> Result<Vec<Generated>> {
    let folder = root.join("server/store/migrations");
    let mut files = Vec::new();
    let mut templates: Vec<PathBuf> = fs::read_dir(folder.join("template"))?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    templates.sort();
    for template in templates {
        let text = fs::read_to_string(&template)?;
        let name = template.file_name().map(Path::new).context("a template has a name")?;
        for engine in ENGINES {
            let text = render(&text, engine).with_context(|| template.display().to_string())?;
            files.push(Generated { path: folder.join(engine.name()).join(name), text });
        }
    }
    Ok(files)
}

fn render(template: &str, engine: Engine) -> Result<String> {
    let mut text = String::new();
    let mut only: Option<&str> = None;
    for line in template.lines() {
        if let Some(engine) = line.strip_prefix("-- only ") {
            if !ENGINES.iter().any(|known| known.name() == engine) {
                bail!("there is no engine “{engine}”");
            }
            only = Some(engine);
        } else if line == "-- end only" {
            only = None;
        } else if only.is_none_or(|only| only == engine.name()) {
            text.push_str(&engine.types().iter().fold(line.to_owned(), |line, (from, to)| line.replace(from, to)));
            text.push('\n');
        }
    }
    if only.is_some() {
        bail!("“-- end only” is missing");
    }
    if let Some(line) = text.lines().find(|line| line.contains('{') && !line.trim_start().starts_with("--")) {
        bail!("a type is not known: {line}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_committed_migrations_are_what_the_templates_make() {
        check().unwrap();
    }

    #[test]
    fn a_type_is_said_once() {
        let template = "CREATE TABLE t (\n    id {id},\n    at {time}\n){strict};\n-- only sqlite\nSELECT 1;\n-- end only\n";
        assert_eq!(render(template, Engine::Sqlite).unwrap(), "CREATE TABLE t (\n    id BLOB,\n    at TEXT\n) STRICT;\nSELECT 1;\n");
        assert_eq!(render(template, Engine::Postgres).unwrap(), "CREATE TABLE t (\n    id UUID,\n    at TIMESTAMPTZ\n);\n");
    }

    #[test]
    fn mistakes_are_said() {
        assert!(render("a {uuid}", Engine::Sqlite).unwrap_err().to_string().contains("not known"));
        assert!(render("-- only sqlite\na", Engine::Sqlite).unwrap_err().to_string().contains("missing"));
        assert!(render("-- only mysql\na", Engine::Sqlite).unwrap_err().to_string().contains("no engine"));
    }
}
