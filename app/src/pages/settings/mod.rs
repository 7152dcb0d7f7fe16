//! Settings: the own profile and security, the organization, API tokens, the work in the background.

pub mod api;
mod operations;
mod organization;
mod profile;
mod security;
mod tokens;

use leptos::prelude::*;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::{A, Route};
use leptos_router::path;
use model::Role;

use crate::area::{Area, Link};
use crate::components::{Glyph, PageHeader};
use crate::lazy::lazy_pages;
use crate::session::use_session;
use crate::styles::settings as css;

pub use operations::OperationsSettings;
pub use organization::OrganizationSettings;
pub use profile::ProfileSettings;
pub use security::SecuritySettings;
pub use tokens::TokenSettings;

/// What this area hands to the shell.
pub const AREA: Area = Area {
    name: "settings",
    navigation: &[Link::new("Settings", "/settings", Glyph::Settings)],
    commands: &[
        Link::new("Settings: profile", "/settings", Glyph::Person),
        Link::new("Settings: security", "/settings/security", Glyph::Shield),
        Link::new("Settings: organization", "/settings/organization", Glyph::Building),
        Link::new("Settings: API tokens", "/settings/tokens", Glyph::Key),
        Link::new("Settings: operations", "/settings/operations", Glyph::Settings),
    ],
};

lazy_pages! {
    pages {
        PROFILE = load_profile, profile: ProfileSettings;
        SECURITY = load_security, security: SecuritySettings;
        ORGANIZATION = load_organization, organization: OrganizationSettings;
        TOKENS = load_tokens, tokens: TokenSettings;
        OPERATIONS = load_operations, operations: OperationsSettings;
    }
}

/// This area's pages.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/settings") view=PROFILE ssr=Async />
        <Route path=path!("/settings/security") view=SECURITY ssr=Async />
        <Route path=path!("/settings/organization") view=ORGANIZATION ssr=Async />
        <Route path=path!("/settings/tokens") view=TOKENS ssr=Async />
        <Route path=path!("/settings/operations") view=OPERATIONS ssr=Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The pages, and the least role that finds something there.
const PARTS: [(&str, &str, Role); 5] = [
    ("/settings", "Profile", Role::Guest),
    ("/settings/security", "Security", Role::Guest),
    ("/settings/organization", "Organization", Role::Guest),
    ("/settings/tokens", "API tokens", Role::Guest),
    ("/settings/operations", "Operations", Role::Admin),
];

/// One page of the settings with the way to the others.
#[component]
fn Page(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    let session = use_session();
    // Known before this page is shown: its frame waits for it.
    let role = untrack(|| session.profile()).map_or(Role::Guest, |profile| profile.role);
    let parts = PARTS.into_iter().filter(|(.., least)| role >= *least);
    let parts = parts.map(|(href, label, _)| view! { <li><A href=href exact=true attr:class=css::PART>{label}</A></li> });
    view! {
        <div class="page page-narrow">
            <PageHeader title=title text />
            <nav aria-label="Settings">
                <ul class=css::PARTS>{parts.collect_view()}</ul>
            </nav>
            <div class="stack stack-loose">{children()}</div>
        </div>
    }
}

/// A part of a page with its own heading.
#[component]
fn Panel(id: &'static str, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class=css::PANEL aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {children()}
        </section>
    }
}
