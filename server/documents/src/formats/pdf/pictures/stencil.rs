//! Pictures that are stencils (`/ImageMask`): ink where a bit is 0, as fax machines and some scanners write pages. They have no colours,
//! which the library takes for damage.

use pdf_oxide::extractors::{PdfImage, extract_image_from_xobject};
use pdf_oxide::object::Object;
use pdf_oxide::{PdfDocument, PdfImageHandle};

/// Pictures may stand in forms in forms.
const MAX_DEPTH: u8 = 4;

/// A stencil, black on white; none if there is no such stencil on the page.
pub fn decode(document: &PdfDocument, page: usize, handle: &PdfImageHandle) -> Option<PdfImage> {
    let page = document.get_page(page).ok()?;
    let resources = document.resolve_object(page.as_dict()?.get("Resources")?).ok()?;
    find(document, &resources, handle, MAX_DEPTH)
}

fn find(document: &PdfDocument, resources: &Object, handle: &PdfImageHandle, depth: u8) -> Option<PdfImage> {
    let objects = document.resolve_object(resources.as_dict()?.get("XObject")?).ok()?;
    for entry in objects.as_dict()?.values() {
        let Some(reference) = entry.as_reference() else { continue };
        let Ok(Object::Stream { dict, data }) = document.load_object(reference) else { continue };
        let number = |key: &str| dict.get(key).and_then(|value| document.resolve_object(value).ok()?.as_integer());
        match dict.get("Subtype").and_then(Object::as_name) {
            Some("Image") => {
                let stencil = dict.get("ImageMask").and_then(Object::as_bool) == Some(true);
                let same = number("Width") == Some(i64::from(handle.width))
                    && number("Height") == Some(i64::from(handle.height))
                    // Where strips are equally large, their length tells them apart.
                    && (handle.byte_size_compressed == 0 || number("Length") == i64::try_from(handle.byte_size_compressed).ok());
                if stencil && same {
                    let mut dict = dict.clone();
                    dict.insert("ColorSpace".to_owned(), Object::Name("DeviceGray".to_owned()));
                    dict.insert("BitsPerComponent".to_owned(), Object::Integer(1));
                    let image = extract_image_from_xobject(Some(document), &Object::Stream { dict, data }, Some(reference), None);
                    return image.ok();
                }
            }
            Some("Form") if depth > 0 => {
                let inner = dict.get("Resources").and_then(|inner| document.resolve_object(inner).ok());
                let found = inner.and_then(|inner| find(document, &inner, handle, depth - 1));
                if found.is_some() {
                    return found;
                }
            }
            _ => {}
        }
    }
    None
}
