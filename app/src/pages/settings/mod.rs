//! Settings: the own profile and security, the organization, API tokens.

pub mod api;
mod organization;
mod profile;
mod security;
mod tokens;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::PageHeader;
use crate::styles::settings as css;

pub use organization::OrganizationSettings;
pub use profile::ProfileSettings;
pub use security::SecuritySettings;
pub use tokens::TokenSettings;

const PARTS: [(&str, &str); 4] = [
    ("/settings", "Profile"),
    ("/settings/security", "Security"),
    ("/settings/organization", "Organization"),
    ("/settings/tokens", "API tokens"),
];

/// One page of the settings with the way to the others.
#[component]
fn Page(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    let parts = PARTS.map(|(href, label)| view! { <li><A href=href exact=true attr:class=css::PART>{label}</A></li> });
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
