//! Signing in, and a new password.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api;
use super::form::FormState;
use super::sign_up::SignUp;
use crate::components::{Banner, Button, ButtonKind, FormError, PageTitle, TextField, TextLink, Tone, field_error};
use crate::frame::PlainFrame;
use crate::rpc::{ActionForm, FormAction, resource};
use crate::server::services;

/// `/sign-in`; who is the first one here signs up instead.
#[component]
pub fn SignIn() -> impl IntoView {
    let is_first = resource(|| (), |()| async { Ok(domain::identity::is_first_visit(&services()?).await?) });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                // What fails here fails at the form too, and says so there.
                if is_first.await.unwrap_or(false) { view! { <SignUp /> }.into_any() } else { view! { <SignInForm /> }.into_any() }
            })}
        </Suspense>
    }
}

#[component]
fn SignInForm() -> impl IntoView {
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
                    label="Email"
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
    // Without a mail server the link is in the log, and nobody waits for a mail that never comes.
    let mails = services().is_ok_and(|services| domain::identity::delivers_mail(&services));
    let (on_its_way, hint) = if mails {
        (
            "If somebody has an account with this address, a link is on its way. It is good for 30 minutes.",
            "We send you a link to set a new password.",
        )
    } else {
        (
            "This server sends no mail. If somebody has an account with this address, the link is in the server's log: ask your operator \
             for it. It is good for 30 minutes.",
            "This server sends no mail: your operator finds the link in its log and hands it to you.",
        )
    };
    view! {
        <Page title="Forgot your password?">
            {move || sent().then(|| view! { <Banner tone=if mails { Tone::Good } else { Tone::Warn }>{on_its_way}</Banner> })}
            <ActionForm action attr:class="stack">
                <FormError problem=form.problem() fields=&["email"] />
                <TextField
                    label="Email"
                    name="email"
                    kind="email"
                    autocomplete="username"
                    hint
                    required=true
                    autofocus=true
                    initial=form.typed("email")
                    error=field_error(form.problem(), "email")
                />
                <Button submit=true kind=ButtonKind::Primary>
                    {if mails { "Send the link" } else { "Make the link" }}
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
                <OtherAddress />
                {children()}
            </div>
        </PlainFrame>
    }
}

/// Where Closezly has an HTTPS address and the page was opened by another one: which to open, before a password is typed. Only the browser knows
/// what it was opened by, whatever stands in between; without JavaScript the answer to the form says it.
#[component]
fn OtherAddress() -> impl IntoView {
    let address = services().map(|services| services.public_url().to_owned()).unwrap_or_default();
    address.starts_with("https://").then(|| {
        view! {
            <div id="other-address" hidden>
                <Banner tone=Tone::Warn title="Closezly has another address">
                    "Nobody can sign in here. Open " <TextLink href=address.clone()>{address.clone()}</TextLink> "."
                </Banner>
            </div>
            <script nonce=use_nonce()>{OTHER_ADDRESS_SCRIPT}</script>
        }
    })
}

const OTHER_ADDRESS_SCRIPT: &str = "(function(){var e=document.getElementById('other-address');\
try{if(new URL(e.querySelector('a').href).origin!==location.origin)e.hidden=false}catch(_){}})()";

/// Carries `?next=` through the form.
#[component]
pub fn Next() -> impl IntoView {
    let query = use_query_map();
    view! { <input type="hidden" name="next" value=move || query.with(|query| query.get("next").unwrap_or_default()) /> }
}
