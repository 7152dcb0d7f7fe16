//! No such page.

use leptos::prelude::*;

use crate::components::{ButtonKind, ButtonLink, EmptyState, Glyph, PageTitle};
use crate::frame::PlainFrame;

/// Says so, with status 404, and leads home.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text="Not found" />
        <PlainFrame>
            <EmptyState glyph=Glyph::Search title="There is no page at this address" text="It may have been moved or deleted." whole_page=true>
                <ButtonLink href="/" kind=ButtonKind::Primary>
                    "Go home"
                </ButtonLink>
            </EmptyState>
        </PlainFrame>
    }
}
