//! Asking the browser for a microphone and a tab, and handing what it gave from one page to the next.
//!
//! A browser gives a tab only to a click, so the click that starts a call asks, wherever it is made; the live page takes
//! over what was given.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub use browser::{Asked, FromCapture, Given, ask, can_recognize, microphone, share_tab, taken};

#[cfg(not(feature = "hydrate"))]
mod nowhere;
#[cfg(not(feature = "hydrate"))]
pub use nowhere::{Asked, ask, can_recognize};

use crate::pages::calls::browser as remembered;

const DEVICE_KEY: &str = "closezly.microphone";
const TAB_KEY: &str = "closezly.share-tab";

/// What to ask the browser for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The microphone's id; none for the default one.
    pub device: Option<String>,
    /// Also the sound of a tab.
    pub tab: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { device: None, tab: true }
    }
}

impl Wanted {
    /// Last time's choice in this browser.
    pub fn remembered() -> Self {
        Self {
            device: remembered::local(DEVICE_KEY).filter(|device| !device.is_empty()),
            tab: remembered::local(TAB_KEY).as_deref() != Some("no"),
        }
    }

    /// Keeps the choice for next time.
    pub fn remember(&self) {
        remembered::set_local(DEVICE_KEY, self.device.as_deref());
        remembered::set_local(TAB_KEY, Some(if self.tab { "yes" } else { "no" }));
    }
}
