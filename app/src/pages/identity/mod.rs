//! Signing up, in and out, and a new password for who forgot theirs. All of it works without JavaScript.

pub mod api;
mod form;
mod sign_up;

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::Route;
use leptos_router::hooks::use_query_map;
use leptos_router::path;

use crate::components::{Banner, Button, ButtonKind, FormError, PageTitle, TextField, TextLink, Tone, field_error};
use crate::frame::PlainFrame;
use crate::lazy::lazy_pages;
pub use form::{FormReturn, FormState};
pub use sign_up::{ConfirmSignUp, SignUp};

lazy_pages! {
    identity {
        SIGN_IN = load_sign_in, sign_in: SignIn;
        SIGN_UP = load_sign_up, sign_up: SignUp;
    }
    // The pages that a mail leads to are seldom opened, and light enough for where the rest is.
    pages {
        CONFIRM_SIGN_UP = load_confirm_sign_up, confirm_sign_up: ConfirmSignUp;
        FORGOT_PASSWORD = load_forgot_password, forgot_password: ForgotPassword;
        RESET_PASSWORD = load_reset_password, reset_password: ResetPassword;
    }
}

/// This area's pages, for anybody.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/sign-in") view=SIGN_IN ssr=Async />
        <Route path=path!("/sign-up") view=SIGN_UP ssr=Async />
        <Route path=path!("/sign-up/confirm") view=CONFIRM_SIGN_UP ssr=Async />
        <Route path=path!("/forgot-password") view=FORGOT_PASSWORD ssr=Async />
        <Route path=path!("/reset-password") view=RESET_PASSWORD ssr=Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// `/sign-in`
#[component]
pub fn SignIn() -> impl IntoView {
    let action = ServerAction::<api::SignIn>::new();
    let form = FormState::of(action);
    form::follow(action);
    let query = use_query_map();
    let was_reset = move || query.with(|query| query.get("reset").is_some());
    view! {
        <Page title="Sign in">
            {move || was_reset().then(|| view! { <Banner tone=Tone::Good>"Your new password is set. Sign in with it."</Banner> })}
            <ActionForm action attr:class="stack">
                <FormError problem=form.problem() fields=&["email", "password"] />
                <Next />
                <TextField
                    label="Mail address"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    required=true
                    autofocus=true
                    initial=form.typed("email")
                    error=field_error(form.problem(), "email")
                />
                <TextField
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                    required=true
                    error=field_error(form.problem(), "password")
                />
                <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Signing in…">
                    "Sign in"
                </Button>
            </ActionForm>
            <p class="small">
                <TextLink href="/forgot-password">"Forgot your password?"</TextLink>
            </p>
            <p class="small soft">"No account yet? " <TextLink href="/sign-up">"Sign up"</TextLink></p>
        </Page>
    }
}

/// `/forgot-password`
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let action = ServerAction::<api::ForgotPassword>::new();
    let form = FormState::of(action);
    form::follow(action);
    let query = use_query_map();
    let sent = move || query.with(|query| query.get("sent").is_some());
    view! {
        <Page title="Forgot your password?">
            {move || {
                sent()
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Good>
                                "If somebody has an account with this mail address, a link is on its way. It is good for 30 minutes."
                            </Banner>
                        }
                    })
            }}
            <ActionForm action attr:class="stack">
                <FormError problem=form.problem() fields=&["email"] />
                <TextField
                    label="Mail address"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    hint="We send you a link to set a new password."
                    required=true
                    initial=form.typed("email")
                    error=field_error(form.problem(), "email")
                />
                <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Sending…">
                    "Send the link"
                </Button>
            </ActionForm>
            <p class="small">
                <TextLink href="/sign-in">"Back to sign in"</TextLink>
            </p>
        </Page>
    }
}

/// `/reset-password?token=…`
#[component]
pub fn ResetPassword() -> impl IntoView {
    let action = ServerAction::<api::ResetPassword>::new();
    let form = FormState::of(action);
    form::follow(action);
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token").unwrap_or_default());
    view! {
        <Page title="Set a new password">
            <ActionForm action attr:class="stack">
                <FormError problem=form.problem() fields=&["password"] />
                <input type="hidden" name="token" value=token />
                <TextField
                    label="New password"
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 10 characters. It ends all that is signed in: your sessions, programs, and API tokens."
                    required=true
                    autofocus=true
                    error=field_error(form.problem(), "password")
                />
                <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Saving…">
                    "Set the password"
                </Button>
            </ActionForm>
            <p class="small">
                <TextLink href="/forgot-password">"Ask for a new link"</TextLink>
            </p>
        </Page>
    }
}

#[component]
fn Page(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <PageTitle text=title />
        <PlainFrame>
            <div class="stack">
                <h1>{title}</h1>
                {children()}
            </div>
        </PlainFrame>
    }
}

/// Carries `?next=` through the form.
#[component]
fn Next() -> impl IntoView {
    let query = use_query_map();
    view! { <input type="hidden" name="next" value=move || query.with(|query| query.get("next").unwrap_or_default()) /> }
}

/// Where to go next, if that is a path of this site; else the first page. What a browser might take for another site's
/// address (`//host`, `/\host`, with tabs in between) is none.
pub fn local_path(path: &str) -> &str {
    let mut characters = path.chars();
    let fits = characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && path.len() <= 1000
        && !path.chars().any(|c| c.is_control() || c == '\\');
    if fits { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for fine in ["/", "/calls?search=a#b", "/calls/1/live"] {
            assert_eq!(local_path(fine), fine);
        }
        for wrong in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "/a\\b", "calls"]
        {
            assert_eq!(local_path(wrong), "/", "{wrong:?}");
        }
    }
}
