//! Class names of the components' css, and the stylesheet itself.
//!
//! `components/button.css` becomes the module `button` here, with one constant for each class of that file; the build
//! script makes them. A component says `use crate::styles::button as css;` and `class=css::BUTTON`.

include!(concat!(env!("OUT_DIR"), "/styles.rs"));

/// The scoped css of all components and pages.
#[cfg(feature = "ssr")]
pub const COMPONENTS_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/components.css"));

/// Tokens, reset, base, layout and utilities.
#[cfg(feature = "ssr")]
pub const GLOBAL_CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/globals.css"));

/// The path of the stylesheet. It names the content, so it may be cached for ever.
pub const fn stylesheet_path() -> &'static str {
    STYLESHEET_PATH
}

/// The path and the text of the one stylesheet that pages load.
#[cfg(feature = "ssr")]
pub fn stylesheet() -> (&'static str, String) {
    (STYLESHEET_PATH, format!("{GLOBAL_CSS}\n{COMPONENTS_CSS}"))
}
