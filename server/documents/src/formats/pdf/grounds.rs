//! What is painted on a page behind its text.

use pdf_oxide::PdfDocument;
use pdf_oxide::elements::{PathContent, PathOperation};
use pdf_oxide::layout::Color;
use pdf_oxide::object::Object;

use crate::formats::colors::{self, Rgb, WHITE};

const MAX_GROUNDS: usize = 500;

/// The areas of a page that are painted.
pub struct Grounds {
    areas: Vec<PaintedArea>,
    /// Whether what is painted is what is seen: nothing shines through, and no pattern is taken for a colour.
    is_plain: bool,
}

struct PaintedArea {
    left: f32,
    bottom: f32,
    right: f32,
    top: f32,
    /// None if it is no rectangle: then it covers only some of its area.
    color: Option<Rgb>,
}

impl Grounds {
    /// Those of a page, from 0.
    pub fn of(document: &PdfDocument, page: usize, paths: &[PathContent]) -> Self {
        let painted = paths.iter().filter_map(|path| {
            let (color, area) = (rgb(path.fill_color.as_ref()?), path.bbox);
            let is_rectangle = is_rectangle(&path.operations);
            let counts = area.width.abs() > 5.0 && area.height.abs() > 5.0 && (is_rectangle || !color.is_like(WHITE));
            counts.then(|| PaintedArea {
                left: area.x.min(area.x + area.width) - 1.0,
                bottom: area.y.min(area.y + area.height) - 1.0,
                right: area.x.max(area.x + area.width) + 1.0,
                top: area.y.max(area.y + area.height) + 1.0,
                color: is_rectangle.then_some(color),
            })
        });
        let areas: Vec<PaintedArea> = painted.take(MAX_GROUNDS).collect();
        let is_plain =
            areas.iter().any(|area| area.color.is_some_and(|color| !color.is_like(WHITE))) && is_plain(document, page).unwrap_or(false);
        Self { areas, is_plain }
    }

    /// The note that a glyph of this colour deserves at a place, unless it stands on a picture: nobody can see it.
    pub fn unseen(&self, color: &Color, x: f32, y: f32) -> Option<&'static str> {
        // What was painted last is above the others.
        let holds = |area: &&PaintedArea| (area.left..=area.right).contains(&x) && (area.bottom..=area.top).contains(&y);
        let ground = self.areas.iter().rev().find(holds).map_or(Some(WHITE), |area| area.color);
        colors::unseen(Some(rgb(color)), ground).filter(|note| self.is_plain || *note == colors::WHITE_LEFT_OUT)
    }
}

fn rgb(color: &Color) -> Rgb {
    let part = |part: f32| (part * 255.0).round().clamp(0.0, 255.0) as u8;
    Rgb(part(color.r), part(color.g), part(color.b))
}

/// Whether a path is one rectangle that stands upright.
fn is_rectangle(operations: &[PathOperation]) -> bool {
    if let [PathOperation::Rectangle(..)] | [PathOperation::Rectangle(..), PathOperation::ClosePath] = operations {
        return true;
    }
    let mut last: Option<(f32, f32)> = None;
    let mut sides = 0;
    for operation in operations {
        match *operation {
            PathOperation::MoveTo(x, y) if last.is_none() => last = Some((x, y)),
            PathOperation::LineTo(x, y) => {
                if !last.is_some_and(|(of_x, of_y)| (of_x - x).abs() < 0.1 || (of_y - y).abs() < 0.1) {
                    return false;
                }
                sides += 1;
                last = Some((x, y));
            }
            PathOperation::ClosePath => {}
            _ => return false,
        }
    }
    matches!(sides, 3 | 4)
}

/// Whether a page paints nothing that shines through, no patterns, and nothing in pieces with rules of their own.
fn is_plain(document: &PdfDocument, page: usize) -> Option<bool> {
    let entry = |of: &Object, key: &str| document.resolve_object(of.as_dict()?.get(key)?).ok();
    let page = document.get_page(page).ok()?;
    let resources = entry(&page, "Resources")?;
    if entry(&resources, "Pattern").is_some() {
        return Some(false);
    }
    let has = |kind: &str, is: &dyn Fn(&Object) -> bool| {
        let all = entry(&resources, kind);
        let names: Vec<String> =
            all.as_ref().and_then(Object::as_dict).map(|all| all.keys().map(ToString::to_string).collect()).unwrap_or_default();
        names.iter().any(|name| all.as_ref().and_then(|all| entry(all, name)).is_none_or(|object| is(&object)))
    };
    let shines = |state: &Object| match entry(state, "ca") {
        Some(Object::Real(opacity)) => opacity < 0.99,
        Some(Object::Integer(opacity)) => opacity < 1,
        Some(_) => true,
        None => false,
    };
    let is_piece = |object: &Object| {
        let kind = match object {
            Object::Stream { dict, .. } => dict.get("Subtype").and_then(Object::as_name),
            object => object.as_dict().and_then(|entries| entries.get("Subtype")).and_then(Object::as_name),
        };
        kind == Some("Form")
    };
    Some(!has("ExtGState", &shines) && !has("XObject", &is_piece))
}
