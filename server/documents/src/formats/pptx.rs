//! PPTX: slides in their order with titles, tables, charts, diagrams, notes and comments.

mod paint;
mod shapes;

use std::collections::HashMap;

use model::PlaceKind;

use crate::content::{Content, one_line};
use crate::failure::Failure;
use crate::formats::ooxml::{self, Relation};
use crate::formats::package::Package;
use crate::formats::xml::{Token, Xml};
use crate::formats::{charts, symbols, write_rows};
use paint::Backdrops;
use shapes::{Shape, shapes};

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
    let mut backdrops = Backdrops::of(package)?;
    for slide in slides {
        if let Err(failure) = read_slide(package, &slide, &authors, &mut backdrops, out) {
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

fn read_slide(
    package: &mut Package,
    path: &str,
    authors: &HashMap<String, String>,
    backdrops: &mut Backdrops,
    out: &mut Content,
) -> Result<(), Failure> {
    out.begin(PlaceKind::Slide, "");
    let Some(text) = package.text(path)? else { return Err(Failure::broken("slide")) };
    // It keeps its number; what nobody is shown is no text.
    if is_hidden(&text) {
        out.note("Hidden slides were left out.");
        return Ok(());
    }
    let ground = backdrops.slide(package, path, &text)?;
    let shapes = shapes(&text, &backdrops.theme, ground);
    if let Some(note) = shapes.unseen {
        out.note(note);
    }
    if shapes.struck {
        out.note("Text that is struck through was left out.");
    }
    if shapes.unknown {
        out.note(symbols::UNKNOWN);
    }
    if let Some(slide) = out.parts.last_mut() {
        slide.label = one_line(&shapes.title, 120);
    }
    // Its title is its label; it is text too, for a slide that has nothing else.
    out.text(&shapes.title)?;
    for shape in shapes.texts {
        match shape {
            Shape::Lines(lines) => lines.iter().try_for_each(|line| out.line(line))?,
            Shape::Table(rows) => write_rows(rows, out)?,
        }
    }
    let mut relations: Vec<Relation> = ooxml::relations(package, path)?.into_values().collect();
    relations.sort_by(|a, b| a.target.cmp(&b.target));
    for relation in relations {
        match relation.kind.as_str() {
            "chart" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                charts::write(&text, out)?;
            }
            "diagramData" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                drawing(&text).iter().try_for_each(|line| out.line(line))?;
            }
            "notesSlide" => {
                let Some(text) = package.text(&relation.target)? else { continue };
                let lines: Vec<String> = shapes::shapes(&text, &backdrops.theme, None).texts.into_iter().flat_map(Shape::lines).collect();
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

/// Whether a slide is not shown.
fn is_hidden(text: &str) -> bool {
    Xml::new(text).any(|token| match token {
        Token::Open(tag) => tag.name() == "sld" && tag.get("show").is_some_and(|show| show == "0" || show == "false"),
        _ => false,
    })
}

/// The texts of a diagram in lines.
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
