//! What DOCX, PPTX and XLSX share: relationships, properties, encryption.

use std::collections::HashMap;

use crate::content::one_line;
use crate::failure::Failure;
use crate::formats::package::Package;
use crate::formats::xml::{Token, Xml};

/// What a part points at.
pub struct Relation {
    /// The last word of its type: `slide`, `comments`, `chart` …
    pub kind: String,
    /// The part's path in the package; empty if it is outside of it (which is never opened).
    pub target: String,
}

/// The relationships of a part, by id.
pub fn relations(package: &mut Package, part: &str) -> Result<HashMap<String, Relation>, Failure> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let path = if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") };
    let mut relations = HashMap::new();
    let Some(text) = package.text(&path)? else { return Ok(relations) };
    for token in Xml::new(&text) {
        if let Token::Open(tag) = token
            && tag.name() == "Relationship"
            && let (Some(id), Some(kind), Some(target)) = (tag.get("Id"), tag.get("Type"), tag.get("Target"))
        {
            let outside = tag.get("TargetMode").is_some_and(|mode| mode == "External");
            let target = if outside { String::new() } else { resolve(folder, &target) };
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.insert(id, Relation { kind, target });
        }
    }
    Ok(relations)
}

/// The path of a target that a part of this folder names.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            ".." => drop(path.pop()),
            "." | "" => {}
            name => path.push(name),
        }
    }
    path.join("/")
}

/// The part that the package is about, and its relationships.
pub fn main_part(package: &mut Package, usual: &str) -> Result<(String, HashMap<String, Relation>), Failure> {
    let found = relations(package, "")?.into_values().find(|relation| relation.kind == "officeDocument").map(|relation| relation.target);
    let part = found.filter(|part| package.has(part)).unwrap_or_else(|| usual.to_owned());
    let relations = relations(package, &part)?;
    Ok((part, relations))
}

/// The document's own title; empty if it has none.
pub fn title(package: &mut Package) -> Result<String, Failure> {
    let Some(text) = package.text("docProps/core.xml")? else { return Ok(String::new()) };
    let mut xml = Xml::new(&text);
    while let Some(token) = xml.next() {
        if let Token::Open(tag) = token
            && tag.name() == "title"
        {
            return Ok(one_line(&xml.text_within("title", &[]), 200));
        }
    }
    Ok(String::new())
}
