//! Where in a document something stands, and what cites it.

use serde::{Deserialize, Serialize};

use crate::ids::DocumentId;
use crate::text_enum::text_enum;

text_enum! {
    /// What a place counts.
    PlaceKind {
        /// Pages of a PDF.
        Page = "page",
        /// Slides of a presentation.
        Slide = "slide",
        /// Sheets of a workbook; the name is in `label`.
        Sheet = "sheet",
        /// Chapters of a book, parts of a mail, files of an archive; the name is in `label`.
        Part = "part",
        /// A document without pages: only headings.
        Whole = "whole",
    }
}

/// Where in a document something stands: what a citation names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// What `number` counts.
    pub kind: PlaceKind,
    /// The page, slide, sheet or part, from 1; 1 for `whole`.
    pub number: u32,
    /// The sheet's, slide's or part's own name; may be empty.
    pub label: String,
    /// The headings above it, outermost first; may be empty.
    pub headings: Vec<String>,
}

impl Place {
    /// For people: `Page 3`, `Slide 2: Pricing`, `Sheet "Q3"`, `Security › Encryption`; empty if there is nothing to name.
    pub fn describe(&self) -> String {
        let named = |word: &str| match self.label.as_str() {
            "" => format!("{word} {}", self.number),
            label => format!("{word} {}: {label}", self.number),
        };
        let place = match self.kind {
            PlaceKind::Page => named("Page"),
            PlaceKind::Slide => named("Slide"),
            PlaceKind::Sheet => named("Sheet"),
            PlaceKind::Part => named("Part"),
            PlaceKind::Whole => String::new(),
        };
        let headings = self.headings.join(" › ");
        match (place.is_empty(), headings.is_empty()) {
            (_, true) => place,
            (true, false) => headings,
            (false, false) => format!("{place}, {headings}"),
        }
    }
}

/// A piece of a document that can be found and cited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passage {
    /// 1, 2, 3 … within the document's version.
    pub number: i64,
    /// Where it stands.
    #[cfg_attr(feature = "sqlx", sqlx(json))]
    pub place: Place,
    /// Its text.
    pub text: String,
}

/// What a line rests on in a document: enough to show it and to open the document there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Citation {
    /// The document.
    pub document: DocumentId,
    /// The version whose words these are; 0 where it was not kept.
    #[serde(default)]
    pub version: i64,
    /// Its title when it was cited.
    pub title: String,
    /// The passage's number.
    pub passage: i64,
    /// Where it stands.
    pub place: Place,
    /// The words that are cited, as they stand there.
    pub quote: String,
    /// First character of `quote` in the passage's text (Unicode scalar values).
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_as_people_name_it() {
        let place = |kind, label: &str, headings: &[&str]| Place {
            kind,
            number: 3,
            label: label.to_owned(),
            headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
        };
        assert_eq!(place(PlaceKind::Page, "", &[]).describe(), "Page 3");
        assert_eq!(place(PlaceKind::Slide, "Pricing", &[]).describe(), "Slide 3: Pricing");
        assert_eq!(place(PlaceKind::Page, "", &["Security", "At rest"]).describe(), "Page 3, Security › At rest");
        assert_eq!(place(PlaceKind::Whole, "", &["Security"]).describe(), "Security");
        assert_eq!(place(PlaceKind::Whole, "", &[]).describe(), "");
    }
}
