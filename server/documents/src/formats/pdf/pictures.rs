//! The pictures of pages that were scanned, as files that a program which recognizes characters reads.
//!
//! Not read: pictures that are compressed by JBIG2.

mod bitmap;
mod stencil;

use std::time::{Duration, Instant};

use pdf_oxide::extractors::ImageData;
use pdf_oxide::geometry::Rect;
use pdf_oxide::{PdfDocument, PdfFilter, PdfImageHandle};

use crate::limits::Limits;
use crate::protocol::{Picture, Pictures};
use bitmap::Bitmap;

/// Narrower and lower ones on paper are marks and lines, in points (72 an inch).
const MIN_POINTS: (f32, f32) = (36.0, 8.0);
/// Of fewer dots nobody could read a word.
const MIN_DOTS: (u32, u32) = (32, 12);
/// A picture of more is not unpacked: an A3 page at 600 dots per inch has 70 million.
const MAX_DOTS: u64 = 80_000_000;
/// Recognition gains nothing above 300 dots per inch, but costs by their square.
const ENOUGH_PER_INCH: u32 = 450;
/// A page of more pictures is none that was scanned.
const MAX_ON_PAGE: usize = 40;
/// Strips that a page is cut into may be many.
const MAX_STRIPS: usize = 4_000;
/// An answer is sent after this time: a page may take as long again.
const ENOUGH_TIME: Duration = Duration::from_secs(10);

/// One picture on a page: several if it is cut into strips, from its top.
type Strips<'d> = Vec<PdfImageHandle<'d>>;

/// Whether a page, from 0, has pictures that may show text.
pub fn are_on(document: &PdfDocument, page: usize) -> bool {
    !on_page(document, page).is_empty()
}

/// The pictures on these pages, from 1, as many as fit in an answer. One that can't be read is left out.
pub fn extract(document: &PdfDocument, pages: &[u32], limits: &Limits) -> Pictures {
    let begun = Instant::now();
    // The answer says a little more than the files.
    let room = usize::try_from(limits.output).unwrap_or(usize::MAX).saturating_sub(64 << 10);
    let mut found = Pictures { pictures: Vec::new(), pages: 0 };
    let mut bytes = 0;
    for &page in pages {
        let index = (page as usize).saturating_sub(1);
        let turn = document.get_page_rotation(index).unwrap_or_default();
        for strips in on_page(document, index) {
            if let Some(picture) = file(document, index, turn, &strips).filter(|picture| bytes + picture.bytes.len() <= room) {
                bytes += picture.bytes.len();
                found.pictures.push(picture);
            }
        }
        found.pages += 1;
        if bytes >= room / 2 || begun.elapsed() >= ENOUGH_TIME {
            break;
        }
    }
    found
}

/// What may show text on a page, in reading order.
fn on_page(document: &PdfDocument, page: usize) -> Vec<Strips<'_>> {
    let mut handles = document.page_image_handles(page).unwrap_or_default();
    handles.truncate(MAX_STRIPS);
    handles.retain(|handle| {
        let dots = u64::from(handle.width) * u64::from(handle.height);
        handle.bbox.width >= MIN_POINTS.0 && handle.width >= MIN_DOTS.0 && dots <= MAX_DOTS
    });
    handles.sort_by(|a, b| top(&b.bbox).total_cmp(&top(&a.bbox)).then(a.bbox.x.total_cmp(&b.bbox.x)));
    let mut pictures: Vec<Strips> = Vec::new();
    for handle in handles {
        match pictures.iter_mut().find(|strips| strips.last().is_some_and(|above| continues(above, &handle))) {
            Some(strips) => strips.push(handle),
            None => pictures.push(vec![handle]),
        }
    }
    pictures.retain(|strips| {
        let (rows, points) =
            strips.iter().fold((0u64, 0.0), |(rows, points), strip| (rows + u64::from(strip.height), points + strip.bbox.height));
        rows >= u64::from(MIN_DOTS.1) && points >= MIN_POINTS.1 && dots(strips) <= MAX_DOTS
    });
    // A page may be laid over itself: its colours under its letters. The one with the most dots has the letters.
    let seen: Vec<(Rect, u64)> = pictures.iter().map(|strips| (around(strips), dots(strips))).collect();
    let mut index = 0;
    pictures.retain(|_| {
        let (own, own_dots) = seen[index];
        let better = seen.iter().enumerate().any(|(other, (rect, dots))| {
            other != index && alike(&own, rect) && (*dots, std::cmp::Reverse(other)) > (own_dots, std::cmp::Reverse(index))
        });
        index += 1;
        !better
    });
    pictures.truncate(MAX_ON_PAGE);
    pictures
}

fn top(rect: &Rect) -> f32 {
    rect.y + rect.height
}

/// Whether a picture is the next strip under another one.
fn continues(above: &PdfImageHandle, below: &PdfImageHandle) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() <= 1.0;
    let upright = |handle: &PdfImageHandle| handle.rotation_degrees.abs() < 1.0;
    above.width == below.width
        && near(above.bbox.x, below.bbox.x)
        && near(above.bbox.width, below.bbox.width)
        && near(above.bbox.y, top(&below.bbox))
        && upright(above)
        && upright(below)
}

fn around(strips: &Strips) -> Rect {
    match (strips.first(), strips.last()) {
        (Some(first), Some(last)) => {
            Rect { x: first.bbox.x, y: last.bbox.y, width: first.bbox.width, height: top(&first.bbox) - last.bbox.y }
        }
        _ => Rect { x: 0.0, y: 0.0, width: 0.0, height: 0.0 },
    }
}

fn dots(strips: &Strips) -> u64 {
    strips.iter().map(|strip| u64::from(strip.width) * u64::from(strip.height)).sum()
}

/// Whether two are nearly the same place of the page.
fn alike(a: &Rect, b: &Rect) -> bool {
    let width = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let height = top(a).min(top(b)) - a.y.max(b.y);
    width > 0.0 && height > 0.0 && width * height >= 0.8 * (a.width * a.height).max(b.width * b.height)
}

/// A picture as a file, turned as it is seen. `turn` is the page's, clockwise; none if it can't be read.
fn file(document: &PdfDocument, page: usize, turn: i32, strips: &Strips) -> Option<Picture> {
    let first = strips.first()?;
    // A picture is turned against the clock on its page, the page with it.
    let turn = (turn - (first.rotation_degrees / 90.0).round() as i32 * 90).rem_euclid(360);
    let across = if (first.rotation_degrees / 90.0).round() as i32 % 2 == 0 { first.bbox.width } else { first.bbox.height };
    let dots = (first.width as f32 * 72.0 / across.max(1.0)) as u32;
    let number = u32::try_from(page + 1).ok()?;
    let found = |ending: &str, dots: u32, bytes| Picture { page: number, ending: ending.to_owned(), dots, bytes };
    if let [single] = strips.as_slice()
        && turn == 0
        && dots < ENOUGH_PER_INCH
    {
        // A JPEG is a file already.
        if single.filter_chain == [PdfFilter::DCTDecode] && single.color_space.components() != 4 {
            let image = single.decode().ok()?;
            if let ImageData::Jpeg(bytes) = image.data()
                && image.matrix()[3] >= 0.0
            {
                return Some(found("jpg", dots, bytes.clone()));
            }
        }
        if single.filter_chain == [PdfFilter::JPXDecode] && !document.is_encrypted() {
            return Some(found("jp2", dots, single.raw_compressed_bytes().ok()?));
        }
    }
    let mut whole: Option<Bitmap> = None;
    for strip in strips {
        let image = strip.decode().ok().or_else(|| stencil::decode(document, page, strip))?;
        // Upside down, as if seen in a mirror: its own rows begin at the bottom.
        let mirrored = first.rotation_degrees.abs() < 1.0 && image.matrix()[3] < 0.0;
        let bitmap = Bitmap::of(&image)?;
        let bitmap = if mirrored { bitmap.mirrored() } else { bitmap };
        whole = Some(match whole.take() {
            Some(above) => above.and_below(bitmap)?,
            None => bitmap,
        });
    }
    let mut whole = whole?.turned(turn);
    let mut dots = dots;
    while dots >= ENOUGH_PER_INCH {
        whole = whole.halved();
        dots /= 2;
    }
    Some(found("png", dots, whole.png()?))
}
