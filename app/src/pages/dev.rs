//! All pieces with their states on one page. Only in debug builds.

use leptos::prelude::*;

use crate::components::*;
use crate::styles::dev as css;

/// The page of components.
#[component]
pub fn Components() -> impl IntoView {
    view! {
        <main class="page">
            <PageHeader title="Components" text="Every piece with its states." >
                <ThemeSwitch />
            </PageHeader>
            <div class="stack stack-loose">
                <Buttons />
                <Forms />
                <Words />
                <States />
                <Icons />
            </div>
        </main>
    }
}

#[component]
fn Piece(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class=css::PIECE>
            <h2>{title}</h2>
            {children()}
        </section>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let busy = RwSignal::new(false);
    let pressed = RwSignal::new(true);
    view! {
        <Piece title="Buttons">
            <div class="row">
                <Button kind=ButtonKind::Primary>"Primary"</Button>
                <Button>"Secondary"</Button>
                <Button kind=ButtonKind::Quiet>"Quiet"</Button>
                <Button kind=ButtonKind::Danger icon=Glyph::Trash>"Delete"</Button>
                <Button kind=ButtonKind::Primary icon=Glyph::Mic>"Start a call"</Button>
                <ButtonLink href="/">"Link"</ButtonLink>
            </div>
            <div class="row">
                <Button kind=ButtonKind::Primary busy=busy busy_words="Saving…" on:click=move |_| busy.set(true)>"Save (click)"</Button>
                <Button kind=ButtonKind::Primary busy=true busy_words="Signing in…">"Sign in"</Button>
                <Button disabled=true>"Disabled"</Button>
                <Button small=true>"Small"</Button>
                <Button small=true kind=ButtonKind::Quiet icon=Glyph::Download>"Export"</Button>
                <IconButton glyph=Glyph::More label="More" />
                <IconButton glyph=Glyph::Bookmark label="Bookmark" pressed=pressed on:click=move |_| pressed.update(|on| *on = !*on) />
                <IconButton glyph=Glyph::Close label="Close" small=true />
                <TextLink href="/">"A link in text"</TextLink>
            </div>
        </Piece>
    }
}

#[component]
fn Forms() -> impl IntoView {
    let kinds = vec![
        Choice::new("discovery", "Discovery"),
        Choice::new("demo", "Demo"),
        Choice::new("renewal", "Renewal").unavailable("no playbook yet"),
    ];
    let recognizers = vec![
        Choice::new("command", "Program on this server").with_detail("PocketSphinx, English"),
        Choice::new("browser", "This browser").with_detail("Audio goes to the browser's maker"),
        Choice::new("deepgram", "Deepgram").unavailable("No key is set. An administrator can add one in the settings."),
    ];
    let name = RwSignal::new(String::from("Northwind"));
    let size = RwSignal::new(String::from("some"));
    view! {
        <Piece title="Forms">
            <div class="grid-cards">
                <TextField label="Mail address" name="email" kind="email" placeholder="sam@example.com" autocomplete="email" required=true />
                <TextField label="Password" name="password" kind="password" hint="At least 12 characters." error=Signal::stored(Some("Too short: add 4 characters.".to_owned())) />
                <TextField label="Company" name="company" value=name optional=true />
                <TextField label="Organization" name="organization" initial="Can't be changed" disabled=true />
                <Select label="Kind of call" name="kind" choices=kinds initial="demo" />
                <TextArea label="Notes" name="notes" placeholder="What to remember" />
            </div>
            <p class="soft">"Bound to a signal: " {move || name.get()}</p>
            <div class="grid-cards">
                <div class="stack">
                    <Checkbox label="Everybody on the call was told" name="consent" detail="The server keeps no audio before this." />
                    <Checkbox label="Ticked" name="ticked" initial=true />
                    <Checkbox label="With an error" name="terms" error=Signal::stored(Some("Tick this to go on.".to_owned())) />
                    <Checkbox label="Disabled" name="off" disabled=true initial=true />
                </div>
                <RadioGroup label="Recognizer" name="recognizer" choices=recognizers initial="command" />
                <div class="stack">
                    <Switch label="Keep recordings" name="keep" detail="Off: audio is heard and forgotten." initial=true />
                    <Switch label="Mail me the summary" name="mail" />
                    <Switch label="Disabled" name="disabled-switch" disabled=true />
                    <Segmented label="Cues" name="verbosity" value=size choices=vec![Choice::new("few", "Few"), Choice::new("some", "Some"), Choice::new("many", "Many")] />
                </div>
            </div>
        </Piece>
    }
}

#[component]
fn Words() -> impl IntoView {
    let tones = [Tone::Neutral, Tone::Accent, Tone::Good, Tone::Warn, Tone::Bad, Tone::Info, Tone::Rep, Tone::Customer];
    view! {
        <Piece title="Banners, badges, people, times">
            <div class="stack stack-tight">
                <Banner tone=Tone::Info>"This is a sample call. Its words are our own."</Banner>
                <Banner tone=Tone::Good>"All caught up."</Banner>
                <Banner tone=Tone::Warn title="Recording locally" actions=|| view! { <Button small=true>"Reconnect now"</Button> }>
                    "14 s of audio are waiting in this browser. They are sent when the server is back."
                </Banner>
                <Banner tone=Tone::Bad title="The recognizer stopped">"The call is still being recorded, and can be transcribed later."</Banner>
            </div>
            <div class="row">
                {tones.map(|tone| view! { <Badge tone dot=true>{tone.name()}</Badge> }).collect_view()}
                <Badge tone=Tone::Good icon=Glyph::Check>"Kept"</Badge>
            </div>
            <div class="row">
                <Avatar name="Ada Lovelace" />
                <Avatar name="Sam" />
                <Time at=chrono::DateTime::UNIX_EPOCH with_time=true />
                <Duration of=model::Millis(763_999) />
                <Menu label="A menu" trigger=|| view! { <Icon glyph=Glyph::More /> }>
                    <MenuLink href="/" icon=Glyph::Edit>"Rename"</MenuLink>
                    <MenuLink href="/" icon=Glyph::Download>"Export"</MenuLink>
                    <MenuDivider />
                    <MenuButton danger=true icon=Glyph::Trash>"Delete"</MenuButton>
                </Menu>
            </div>
        </Piece>
    }
}

#[component]
fn States() -> impl IntoView {
    view! {
        <Piece title="Empty, failed, loading">
            <div class="grid-cards">
                <EmptyState glyph=Glyph::Calls title="No calls yet" text="Calls appear here as soon as they start.">
                    <ButtonLink href="/calls/new" kind=ButtonKind::Primary>"Start a call"</ButtonLink>
                </EmptyState>
                <ErrorState
                    error=crate::error::AppError(model::Problem::internal())
                    retry=Callback::new(|()| {})
                />
                <SkeletonLines count=4 />
                <SkeletonLines count=3 shape=Skeleton::Row />
            </div>
        </Piece>
    }
}

#[component]
fn Icons() -> impl IntoView {
    let icons = Glyph::ALL.iter().map(|glyph| {
        view! {
            <li class=css::ICON>
                <Icon glyph=*glyph />
                <span>{format!("{glyph:?}")}</span>
            </li>
        }
    });
    view! {
        <Piece title="Icons">
            <ul class=css::ICONS>{icons.collect_view()}</ul>
        </Piece>
    }
}
