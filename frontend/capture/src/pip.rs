//! A small window above the meeting (Document Picture-in-Picture).

use std::cell::RefCell;
use std::rc::Rc;

use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Node};

use crate::error::message;
use crate::js::{self, Listener};

/// Why there is no window. `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PipError {
    /// The browser has no such thing.
    #[error("This browser can't keep a small window above the meeting. Chrome and Edge can.")]
    NotSupported,
    /// It was not opened from a click, or the browser refused.
    #[error("The browser did not open the window: {0}")]
    Refused(String),
}

/// An open window; dropping it closes it without calling `on_close`.
pub struct PipWindow {
    window: JsValue,
    document: Document,
    /// Elements that came from the page, each with the mark at its place there.
    guests: Rc<RefCell<Vec<(Element, Node)>>>,
    _closed: Listener,
}

/// Whether this browser has such windows.
pub fn is_supported() -> bool {
    web_sys::window().is_some_and(|window| js::has(&window, "documentPictureInPicture"))
}

impl PipWindow {
    /// Opens a window of this inner size in CSS pixels, with the page's style sheets and the attributes of its root element (theme,
    /// language). Call it right in the handler of a click. `on_close` is called once, when the window goes, whoever closed it.
    ///
    /// # Errors
    /// [`PipError`], whose text is for the person.
    pub async fn open(width: u32, height: u32, on_close: impl FnOnce() + 'static) -> Result<Self, PipError> {
        let page = web_sys::window().ok_or(PipError::NotSupported)?;
        let factory = js::get(&page, "documentPictureInPicture");
        let refused = |error: JsValue| PipError::Refused(message(&error));
        if factory.is_undefined() {
            return Err(PipError::NotSupported);
        }
        let size = js::object(&[("width", width.into()), ("height", height.into())]);
        let opening = js::call(&factory, "requestWindow", &[size.into()]).map_err(refused)?;
        let window = js::settled(opening).await.map_err(refused)?;
        let document: Document = js::get(&window, "document").unchecked_into();
        if let Some(page) = page.document() {
            dress(&page, &document);
        }
        let guests = Rc::new(RefCell::new(Vec::new()));
        let leaving = Rc::clone(&guests);
        let mut on_close = Some(on_close);
        let closed = Listener::new(&window, "pagehide", move |_| {
            send_home(&leaving);
            if let Some(on_close) = on_close.take() {
                on_close();
            }
        });
        Ok(Self { window, document, guests, _closed: closed })
    }

    /// The window's body, to mount a view into.
    pub fn body(&self) -> Option<HtmlElement> {
        self.document.body()
    }

    /// Moves an element of the page into the window; it goes back to its place when the window closes.
    pub fn adopt(&self, element: &Element) {
        let Some(page) = element.owner_document() else { return };
        let mark: Node = page.create_comment("in its own window").into();
        if let (Some(parent), Some(body)) = (element.parent_node(), self.body())
            && parent.replace_child(&mark, element).is_ok()
        {
            let _ = body.append_child(element);
            self.guests.borrow_mut().push((element.clone(), mark));
        }
    }

    /// Closes the window.
    pub fn close(&self) {
        let _ = js::call(&self.window, "close", &[]);
    }
}

impl Drop for PipWindow {
    fn drop(&mut self) {
        send_home(&self.guests);
        self.close();
    }
}

fn send_home(guests: &RefCell<Vec<(Element, Node)>>) {
    for (element, mark) in guests.take() {
        if let Some(parent) = mark.parent_node() {
            let _ = parent.replace_child(&element, &mark);
        }
    }
}

/// Copies what makes the page look as it does.
fn dress(page: &Document, window: &Document) {
    if let (Some(from), Some(to)) = (page.document_element(), window.document_element()) {
        let names = from.get_attribute_names();
        for name in names.iter().filter_map(|name| name.as_string()) {
            let _ = to.set_attribute(&name, &from.get_attribute(&name).unwrap_or_default());
        }
    }
    let (Ok(sheets), Some(head)) = (page.query_selector_all("link[rel=stylesheet], style"), window.head()) else { return };
    for index in 0..sheets.length() {
        let Some(Ok(copy)) = sheets.get(index).map(|sheet| window.import_node_with_deep(&sheet, true).map(|copy| (sheet, copy))) else {
            continue;
        };
        let (sheet, copy) = copy;
        // A copy has no nonce of its own, and its address would be resolved against another base.
        js::set(&copy, "nonce", &js::get(&sheet, "nonce"));
        if js::has(&sheet, "href") {
            js::set(&copy, "href", &js::get(&sheet, "href"));
        }
        let _ = head.append_child(&copy);
    }
}
