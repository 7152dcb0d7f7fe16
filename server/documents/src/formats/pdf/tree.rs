//! The page tree, looked through once before anybody else walks it: one that leads back to itself has no end, and the library that reads
//! PDFs would follow it for as long as it may.

use std::collections::HashMap;

use pdf_oxide::PdfDocument;
use pdf_oxide::object::{Object, ObjectRef};

use crate::failure::Failure;

/// No tree is so deep: a million pages need 20 levels.
const MAX_DEPTH: usize = 400;
/// No document that anybody reads has so many pages.
const MAX_PAGES: u64 = 500_000;

/// Fails if the page tree contains itself, or repeats its branches without measure. What else may be wrong with it is found out later.
pub fn check(document: &PdfDocument) -> Result<(), Failure> {
    let catalog = document.catalog().ok();
    let root = catalog.as_ref().and_then(|catalog| catalog.as_dict()?.get("Pages")?.as_reference());
    match root.map_or(Some(0), |root| pages(document, root, 0, &mut HashMap::new())) {
        Some(pages) if pages <= MAX_PAGES => Ok(()),
        _ => Err(Failure::broken("PDF")),
    }
}

/// How many pages stand below this one; none if it is deeper than any tree, or stands below itself. `known` has none for one that is
/// being looked through: so each is loaded once.
fn pages(document: &PdfDocument, node: ObjectRef, depth: usize, known: &mut HashMap<ObjectRef, Option<u64>>) -> Option<u64> {
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some(found) = known.get(&node) {
        return *found;
    }
    known.insert(node, None);
    let loaded = document.load_object(node).ok();
    let dictionary = loaded.as_ref().and_then(|node| node.as_dict());
    let kids = dictionary.and_then(|node| node.get("Kids")).and_then(|kids| match kids.as_reference() {
        Some(list) => document.load_object(list).ok(),
        None => Some(kids.clone()),
    });
    let mut count = u64::from(kids.is_none());
    for kid in kids.as_ref().and_then(|kids| kids.as_array()).into_iter().flatten().filter_map(Object::as_reference) {
        count = count.saturating_add(pages(document, kid, depth + 1, known)?);
    }
    known.insert(node, Some(count));
    Some(count)
}
