//! Light, dark, or as the system says.

use leptos::prelude::*;

use super::{Button, Choice, Segmented};
use crate::error::AppError;
use crate::rpc::Rpc;
use crate::styles::theme as css;

/// The colours that a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As stored in the cookie.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// From its name; anything else is the system's.
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// `data-theme` of the document; none leaves it to the system.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// Stores the theme for a browser without JavaScript, and goes back to where it came from.
#[server(protocol = Rpc, endpoint = "theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use http::header::{HeaderValue, SET_COOKIE};
    let theme = Theme::from_name(&theme);
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(cookie) = HeaderValue::from_str(&cookie(theme, crate::server::is_secure(&crate::server::services()?)))
    {
        response.append_header(SET_COOKIE, cookie);
    }
    Ok(())
}

/// The cookie that holds the theme for a year. It is read by the page too, and holds nothing of worth.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
fn cookie(theme: Theme, secure: bool) -> String {
    format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax{}", theme.name(), if secure { "; Secure" } else { "" })
}

/// The theme of the request's cookie.
#[cfg(feature = "ssr")]
pub fn stored_theme() -> Theme {
    let parts = use_context::<http::request::Parts>();
    let cookies = parts.as_ref().and_then(|parts| parts.headers.get(http::header::COOKIE)).and_then(|value| value.to_str().ok());
    theme_in(cookies.unwrap_or_default())
}

/// The theme of the document.
#[cfg(not(feature = "ssr"))]
pub fn stored_theme() -> Theme {
    #[cfg(feature = "hydrate")]
    {
        let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
        chosen.map_or(Theme::System, |name| Theme::from_name(&name))
    }
    #[cfg(not(feature = "hydrate"))]
    theme_in("")
}

/// The theme among a request's cookies.
#[cfg(any(feature = "ssr", not(feature = "hydrate")))]
pub fn theme_in(cookies: &str) -> Theme {
    let theme = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("theme="));
    theme.map_or(Theme::System, Theme::from_name)
}

/// Shows the theme at once and remembers it.
fn apply(theme: Theme) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let document = document();
        // A browser that refuses storage still shows the theme for this page; there is nothing to tell the person.
        if let Some(root) = document.document_element() {
            let _ = match theme.attribute() {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item("theme", theme.name());
        }
        if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
            let secure = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
            let _ = document.set_cookie(&cookie(theme, secure));
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = theme;
}

/// The switch between the three. Without JavaScript it is a form with a button.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let value = RwSignal::new(stored_theme().name().to_owned());
    Effect::new(move |before: Option<String>| {
        let value = value.get();
        if before.is_some_and(|before| before != value) {
            apply(Theme::from_name(&value));
        }
        value
    });
    let choices = vec![Choice::new("system", "System"), Choice::new("light", "Light"), Choice::new("dark", "Dark")];
    view! {
        <form method="post" action="/api/theme" class="row">
            <Segmented label="Colours" name="theme" choices value />
            <span class=css::APPLY>
                <Button submit=true small=true>
                    "Apply"
                </Button>
            </span>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_survives_its_name() {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            assert_eq!(Theme::from_name(theme.name()), theme);
        }
        assert_eq!(Theme::from_name("</script>"), Theme::System);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_theme_is_found_among_other_cookies() {
        assert_eq!(theme_in("session=abc; theme=dark; x=y"), Theme::Dark);
        assert_eq!(theme_in("xtheme=dark"), Theme::System);
    }
}
