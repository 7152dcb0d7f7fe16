//! What surrounds every page of somebody who is signed in: navigation, search, the live call, the person.

use leptos::ev::keydown;
use leptos::prelude::*;
use leptos_router::components::{A, Form, Outlet};
use leptos_router::hooks::use_location;
use model::{CallId, Profile};

use crate::area::Link;
use crate::areas::AREAS;
use crate::components::{
    Avatar, Banner, Command, CommandPalette, Glyph, Icon, Menu, MenuButton, MenuDivider, MenuLink, ThemeSwitch, Tone, focus_first,
    initials, shortcut,
};
use crate::session::use_session;
use crate::styles::frame as css;

/// The call that this browser is in, shown on every page. The call page sets it.
#[derive(Clone, Copy)]
pub struct LiveCall(pub RwSignal<Option<(CallId, String)>>);

/// The frame with the page inside.
#[component]
pub fn Frame() -> impl IntoView {
    let palette = RwSignal::new(false);
    let path = use_location().pathname;
    let listener = window_event_listener(keydown, move |event| {
        // A live call has keys of its own, and says them itself.
        if path.with_untracked(|path| path.ends_with("/live")) {
            return;
        }
        match shortcut(&event).as_deref() {
            Some("/") => focus_first(&["calls-search", "search"]),
            Some("?") => palette.set(true),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
    view! {
        <div class=css::FRAME>
            // The router would take the click and move no focus.
            <a class=css::SKIP href="#page" rel="external">"Skip to the page"</a>
            <Navigation />
            <header class=css::BAR>
                <Search />
                <div class=css::STATE>
                    <button
                        type="button"
                        class=css::GO_TO
                        title="Go to a page, search calls, see the keys"
                        aria-keyshortcuts="Control+K Meta+K"
                        on:click=move |_| palette.set(true)
                    >
                        <kbd>"Ctrl K"</kbd>
                        <span class="visually-hidden">", go to a page, see the keys"</span>
                    </button>
                    <LiveCallLink />
                    <PersonMenu />
                </div>
            </header>
            <Lost />
            <main class=css::MAIN id="page" tabindex="-1">
                <Over />
                <Outlet />
            </main>
            <CommandPalette commands=commands() open=palette />
        </div>
    }
}

/// Says, large enough to be seen from any page, that the server can't be reached.
#[component]
fn Lost() -> impl IntoView {
    let lost = crate::events::lost();
    view! {
        <div class=css::LOST>
            {move || lost.get().then(|| view! {
                <Banner tone=Tone::Warn title="Connection lost">"What you see may be out of date. It goes on by itself."</Banner>
            })}
        </div>
    }
}

/// Says that somebody was signed out elsewhere; what they typed here stays to be seen.
#[component]
fn Over() -> impl IntoView {
    let over = crate::events::over();
    move || {
        over.get().map(|message| {
            view! {
                <Banner tone=Tone::Bad>
                    {message} " What you see here may be out of date. "
                    <a href="/sign-in" rel="external">
                        "Sign in"
                    </a>
                </Banner>
            }
        })
    }
}

/// What the command palette offers.
fn commands() -> Vec<Command> {
    let links = AREAS.iter().flat_map(|area| area.navigation).chain(AREAS.iter().flat_map(|area| area.commands));
    links.map(|link| Command::new(link.label, link.href, link.glyph)).collect()
}

/// A page for somebody who isn't signed in: one card in the middle.
#[component]
pub fn PlainFrame(children: Children) -> impl IntoView {
    view! {
        <div class=css::PLAIN>
            <header>
                <a class=css::BRAND href="/">
                    <Mark />
                    "Closezly"
                </a>
            </header>
            <main class=css::CARD id="page">{children()}</main>
        </div>
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let links = AREAS.iter().flat_map(|area| area.navigation).map(|link| {
        let Link { href, label, glyph } = *link;
        view! {
            <li>
                <A href=href exact=href == "/" attr:class=css::AREA attr:title=label>
                    <Icon glyph />
                    <span class=css::AREA_LABEL>{label}</span>
                </A>
            </li>
        }
    });
    view! {
        <nav class=css::NAV aria-label="Areas">
            <a class=css::BRAND href="/" aria-label="Closezly, home">
                <Mark />
                <span class=css::AREA_LABEL>"Closezly"</span>
            </a>
            <ul class=css::AREAS>{links.collect_view()}</ul>
        </nav>
    }
}

#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class=css::MARK viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8"></rect>
            <path d="M21.5 11.2a7 7 0 1 0 0 9.6"></path>
            <circle cx="22.4" cy="16" r="2.3"></circle>
        </svg>
    }
}

#[component]
fn Search() -> impl IntoView {
    view! {
        <search class=css::SEARCH>
            <Form method="GET" action="/calls" attr:class=css::SEARCH_FORM>
                <Icon glyph=Glyph::Search />
                <input
                    class=css::SEARCH_INPUT
                    id="search"
                    type="search"
                    name="search"
                    placeholder="Search calls and every word said"
                    aria-label="Search calls and every word said"
                    aria-keyshortcuts="/"
                    autocomplete="off"
                    maxlength="200"
                />
            </Form>
        </search>
    }
}

#[component]
fn LiveCallLink() -> impl IntoView {
    let LiveCall(live) = expect_context();
    move || {
        live.get().map(|(id, title)| {
            view! {
                <A href=format!("/calls/{id}/live") attr:class=css::LIVE>
                    <span class=css::LIVE_DOT></span>
                    <span class="visually-hidden">"Live call: "</span>
                    <span class="truncate" dir="auto">{title}</span>
                </A>
            }
        })
    }
}

#[component]
fn PersonMenu() -> impl IntoView {
    let session = use_session();
    move || session.profile().map(|profile| view! { <PersonMenuOf profile /> })
}

#[component]
fn PersonMenuOf(profile: Profile) -> impl IntoView {
    let Profile { person, organization, .. } = profile;
    let name = person.name.clone();
    view! {
        // Its name begins with what can be seen of it: who speaks to the computer says that.
        <Menu label=format!("{} {name}, menu", initials(&name)) align_end=true trigger=move || view! { <Avatar name=name.clone() /> }>
            <div class=css::PERSON>
                <strong class="truncate" dir="auto">{person.name.clone()}</strong>
                <span class="soft small truncate">{person.email.clone()}</span>
                <span class="soft small truncate" dir="auto">{organization.name.clone()}</span>
            </div>
            <MenuDivider />
            <div class=css::PERSON>
                <ThemeSwitch />
            </div>
            <MenuDivider />
            <MenuLink href="/settings" icon=Glyph::Settings>
                "Settings"
            </MenuLink>
            <form method="post" action="/sign-out">
                <MenuButton submit=true icon=Glyph::SignOut>
                    "Sign out"
                </MenuButton>
            </form>
        </Menu>
    }
}
