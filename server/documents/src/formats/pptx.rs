//! PPTX: slides in their order with titles, tables, charts, diagrams, notes and comments.

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::ooxml::{self, Relation};
use crate::formats::package::Package;
use crate::formats::write_table;
use crate::formats::xml::{Token, Xml};

/// Reads a PPTX.
pub fn read(package: &mut Package, out: &mut Content) -> Result<(), Failure> {
    let (main, relations) = ooxml::main_part(package, "ppt/presentation.xml")?;
    let Some(text) = package.text(&main)? else { return Err(Failure::broken("PPTX")) };
    out.title = ooxml::title(package)?;
    let mut slides = Vec::new();
    for token in Xml::new(&text) {
        if let Token::Open(tag) = token
            && tag.name() == "sldId"
        {
            // It has an `id` and an `r:id`: the relation is the one that is known.
            let ids = tag.all("id");
            slides.extend(ids.iter().find_map(|id| relations.get(id)).map(|relation| relation.target.clone()));
        }
    }
    let authors = authors(package, &relations)?;
    for slide in slides {
        if let Err(failure) = read_slide(package, &slide, &authors, out) {
            match failure {
                Failure::Broken(_) => out.note(format!("Slide {} is damaged and was not read.", out.parts.len())),
                failure => return Err(failure),
            }
        }
    }
    if out.parts.is_empty() { Err(Failure::broken("PPTX")) } else { Ok(()) }
}

fn authors(package: &mut Package, relations: &HashMap<String, Relation>) -> Result<HashMap<String, String>, Failure> {
    let mut authors = HashMap::new();
    for relation in relations.values().filter(|relation| matches!(relation.kind.as_str(), "commentAuthors" | "authors")) {
        let Some(text) = package.text(&relation.target)? else { continue };
        for token in Xml::new(&text) {
            if let Token::Open(tag) = token
                && let (Some(id), Some(name)) = (tag.get("id"), tag.get("name"))
            {
                authors.insert(id, name);
            }
        }
    }
    Ok(authors)
}

fn read_slide(package: &mut Package, path: &str, authors: &HashMap<String, String>, out: &mut Content) -> Result<(), Failure> {
    out.begin(PlaceKind::Slide, "");
    let Some(text) = package.text(path)? else { return Err(Failure::broken("slide")) };
    let shapes = shapes(&text);
    if let Some(slide) = out.parts.last_mut() {
        slide.label = one_line(&shapes.title, 120);
    }
    // Its title is its label; it is text too, for a slide that has nothing else.
    out.text(&shapes.title)?;
    for shape in &shapes.texts {
        match shape {
            Shape::Lines(lines) => lines.iter().try_for_each(|line| out.line(line))?,
            Shape::Table(rows) => write_table(rows, out)?,
        }
    }
    let mut relations: Vec<Relation> = ooxml::relations(package, path)?.into_values().collect();
    relations.sort_by(|a, b| a.target.cmp(&b.target));
    for relation in relations {
        match relation.kind.as_str() {
            "chart" | "diagramData" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                drawing(&text).iter().try_for_each(|line| out.line(line))?;
            }
            "notesSlide" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                let lines: Vec<String> = self::shapes(&text).texts.into_iter().flat_map(Shape::lines).collect();
                if !lines.is_empty() {
                    out.text(&format!("Notes: {}", lines.join("\n")))?;
                }
            }
            "comments" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                comments(&text, authors).iter().try_for_each(|comment| out.text(comment))?;
            }
            _ => {}
        }
    }
    Ok(())
}

enum Shape {
    Lines(Vec<String>),
    Table(Vec<Vec<String>>),
}

impl Shape {
    fn lines(self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines,
            Self::Table(rows) => rows.iter().map(|row| row.join(" | ")).collect(),
        }
    }
}

#[derive(Default)]
struct Shapes {
    title: String,
    texts: Vec<Shape>,
}

/// The title and the texts of a slide. Numbers, dates and footers that stand on every slide are left out.
fn shapes(text: &str) -> Shapes {
    let mut shapes = Shapes::default();
    let (mut placeholder, mut lines, mut line) = (String::new(), Vec::new(), String::new());
    let (mut rows, mut is_text, mut skipped): (Option<Vec<Vec<String>>>, bool, u32) = (None, false, 0);
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) if tag.name() == "Fallback" => skipped += 1,
            Token::Close(name) if name == "Fallback" => skipped = skipped.saturating_sub(1),
            _ if skipped > 0 => {}
            Token::Open(tag) => match tag.name() {
                "sp" => placeholder.clear(),
                "ph" => placeholder = tag.get("type").unwrap_or_default(),
                "t" => is_text = true,
                "br" => line.push(' '),
                "tbl" => rows = Some(Vec::new()),
                "tr" => rows.iter_mut().for_each(|rows| rows.push(Vec::new())),
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "t" => is_text = false,
                "p" => {
                    let text = std::mem::take(&mut line);
                    if !text.trim().is_empty() {
                        lines.push(text.trim().to_owned());
                    }
                }
                "tc" => {
                    let cell = std::mem::take(&mut lines).join(" ");
                    if let Some(row) = rows.as_mut().and_then(|rows| rows.last_mut()) {
                        row.push(cell);
                    }
                }
                "tbl" => shapes.texts.extend(rows.take().map(Shape::Table)),
                "sp" => {
                    let lines = std::mem::take(&mut lines);
                    match placeholder.as_str() {
                        "title" | "ctrTitle" if shapes.title.is_empty() => shapes.title = lines.join(" "),
                        "sldNum" | "dt" | "ftr" | "hdr" => {}
                        _ => shapes.texts.push(Shape::Lines(lines)),
                    }
                    placeholder.clear();
                }
                _ => {}
            },
            Token::Text(text) if is_text => line.push_str(&text),
            Token::Text(_) => {}
        }
    }
    if !lines.is_empty() {
        shapes.texts.push(Shape::Lines(lines));
    }
    shapes
}

/// The texts of a chart or a diagram: titles, categories and values in lines.
fn drawing(text: &str) -> Vec<String> {
    let (mut lines, mut line, mut is_text) = (Vec::new(), String::new(), false);
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) if matches!(tag.name(), "t" | "v") => is_text = true,
            Token::Close(name) => match name.as_str() {
                "t" => is_text = false,
                "v" => {
                    is_text = false;
                    line.push(' ');
                }
                // A paragraph, or the values of a series.
                "p" | "strCache" | "numCache" | "strLit" | "numLit" => {
                    let text = std::mem::take(&mut line);
                    if !text.trim().is_empty() && lines.last().is_none_or(|last| *last != text.trim()) {
                        lines.push(text.trim().to_owned());
                    }
                }
                _ => {}
            },
            Token::Text(text) if is_text => line.push_str(&text),
            _ => {}
        }
    }
    lines
}

fn comments(text: &str, authors: &HashMap<String, String>) -> Vec<String> {
    let (mut comments, mut author, mut comment, mut is_text) = (Vec::new(), String::new(), String::new(), false);
    for token in Xml::new(text) {
        match token {
            Token::Open(tag) => match tag.name() {
                "cm" | "reply" => author = tag.get("authorId").and_then(|id| authors.get(&id).cloned()).unwrap_or_default(),
                "text" | "t" => is_text = true,
                _ => {}
            },
            Token::Close(name) => match name.as_str() {
                "text" | "t" => is_text = false,
                "cm" | "reply" | "txBody" => {
                    let text = std::mem::take(&mut comment);
                    if !text.trim().is_empty() {
                        let by = if author.is_empty() { String::new() } else { format!(" by {author}") };
                        comments.push(format!("Comment{by}: {}", text.trim()));
                    }
                }
                _ => {}
            },
            Token::Text(text) if is_text => comment.push_str(&text),
            Token::Text(_) => {}
        }
    }
    comments
}
