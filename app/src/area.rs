//! What each area hands to the shell: its places in the navigation and its commands. Its routes are its component `Pages`.

use crate::components::Glyph;

/// An area of the site. The one list is [`crate::areas::AREAS`].
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// One word, the same on every floor.
    pub name: &'static str,
    /// Where it is in the navigation.
    pub navigation: &'static [Link],
    /// What the command palette offers besides.
    pub commands: &'static [Link],
}

/// A way to a page.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Where it goes.
    pub href: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// Before its words.
    pub glyph: Glyph,
}

impl Link {
    /// A way to a page.
    pub const fn new(label: &'static str, href: &'static str, glyph: Glyph) -> Self {
        Self { href, label, glyph }
    }
}
