//! The suggestions in a small window above the meeting (Document Picture-in-Picture).

use std::cell::RefCell;

use capture::pip::{PipWindow, is_supported};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;
use model::wire::NoticeLevel;

use super::handle::Live;

/// Width and height of the window in CSS pixels.
const SIZE: (u32, u32) = (420, 560);

thread_local! {
    static WINDOW: RefCell<Option<PipWindow>> = const { RefCell::new(None) };
}

/// Whether this browser can.
pub fn supported() -> bool {
    is_supported()
}

/// Moves `now` into the window; it comes back when the window is closed. Call it in the handler of a click.
pub fn open(now: &HtmlElement, live: Live) {
    let now = now.clone();
    spawn_local(async move {
        let closed = move || {
            live.popped_out.try_set(false);
        };
        match PipWindow::open(SIZE.0, SIZE.1, closed).await {
            Ok(window) => {
                window.adopt(&now);
                WINDOW.set(Some(window));
                live.popped_out.try_set(true);
            }
            Err(error) => live.notice(NoticeLevel::Info, error.to_string()),
        }
    });
}

/// Closes the window: its page is left.
pub fn close() {
    WINDOW.set(None);
}
