//! Signing in, and a new password.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api;
use super::form::FormState;
use crate::components::{Banner, Button, ButtonKind, FormError, PageTitle, TextField, TextLink, Tone, field_error};
use crate::frame::PlainFrame;
use crate::rpc::{ActionForm, FormAction};

/// `/sign-in`
#[component]
pub fn SignIn() -> impl IntoView {
    let action = FormAction::<api::SignIn>::new();
    let form = FormState::of(action);
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
                <Button submit=true kind=ButtonKind::Primary>
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
    let action = FormAction::<api::ForgotPassword>::new();
    let form = FormState::of(action);
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
                <Button submit=true kind=ButtonKind::Primary>
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
    let action = FormAction::<api::ResetPassword>::new();
    let form = FormState::of(action);
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
                <Button submit=true kind=ButtonKind::Primary>
                    "Set the password"
                </Button>
            </ActionForm>
            <p class="small">
                <TextLink href="/forgot-password">"Ask for a new link"</TextLink>
            </p>
        </Page>
    }
}

/// What is around these pages.
#[component]
pub fn Page(title: &'static str, children: Children) -> impl IntoView {
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
pub fn Next() -> impl IntoView {
    let query = use_query_map();
    view! { <input type="hidden" name="next" value=move || query.with(|query| query.get("next").unwrap_or_default()) /> }
}
