//! All pieces with their states on one page. Only in debug builds.

use leptos::prelude::*;

use crate::components::*;
use crate::styles::dev as css;

crate::lazy::lazy_pages! {
    pages {
        COMPONENTS = load_components, components: Components;
    }
}

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
                <Tables />
                <Windows />
                <Charts />
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
                <TextField label="Email" name="email" kind="email" placeholder="sam@example.com" autocomplete="email" required=true />
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
                    <Segmented label="Suggestions" name="verbosity" value=size choices=vec![Choice::new("few", "Few"), Choice::new("some", "Some"), Choice::new("many", "Many")] />
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

#[component]
fn Windows() -> impl IntoView {
    let (dialog, drawer, help) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let toasts = use_toasts();
    view! {
        <Piece title="Dialogs, drawers, messages, keyboard">
            <div class="row">
                <Button on:click=move |_| dialog.set(true)>"Dialog"</Button>
                <Button on:click=move |_| drawer.set(true)>"Drawer"</Button>
                <Button on:click=move |_| help.set(true)>"Keyboard (?)"</Button>
                <Button on:click=move |_| toasts.done("Saved")>"Message"</Button>
                <Button on:click=move |_| toasts.deleted("Call", || std::future::ready(Ok(())))>"Message with undo"</Button>
                <Button on:click=move |_| toasts.failed("The note could not be saved. Try again.")>"Failure"</Button>
                <Tooltip text="A few words about it"><Button>"Tooltip"</Button></Tooltip>
            </div>
            <Dialog open=dialog title="Delete this call?" id="dev-dialog">
                <p>"The recording and the transcript are deleted for everybody."</p>
                <DialogActions>
                    <Button on:click=move |_| dialog.set(false)>"Keep it"</Button>
                    <Button kind=ButtonKind::Danger on:click=move |_| dialog.set(false)>"Delete"</Button>
                </DialogActions>
            </Dialog>
            <Drawer open=drawer title="Details" id="dev-drawer">
                <p>"Beside the list."</p>
            </Drawer>
        </Piece>
    }
}

#[component]
fn Tables() -> impl IntoView {
    let columns = || {
        vec![
            Column::new("Call").sortable("?sort=title", None),
            Column::new("Started").sortable("?sort=-started", Some(Sorted::Descending)),
            Column::new("Length").numeric(),
            Column::actions("Actions"),
        ]
    };
    let selected = RwSignal::new(String::from("dev-summary"));
    view! {
        <Piece title="Tables, lists, tabs">
            <Table label="Calls" columns=columns()>
                <tr>
                    <td><TextLink href="/">"Northwind, renewal"</TextLink></td>
                    <td><Time at=chrono::DateTime::UNIX_EPOCH with_time=true /></td>
                    <td data-numeric="">"12:43"</td>
                    <td><IconButton glyph=Glyph::More label="More about Northwind, renewal" small=true /></td>
                </tr>
                <tr aria-selected="true">
                    <td><TextLink href="/">"Contoso, first call"</TextLink></td>
                    <td><Time at=chrono::DateTime::UNIX_EPOCH with_time=true /></td>
                    <td data-numeric="">"1:02:03"</td>
                    <td><IconButton glyph=Glyph::More label="More about Contoso, first call" small=true /></td>
                </tr>
            </Table>
            <div class="grid-cards">
                <Table label="Loading calls" columns=vec![Column::new("Call")] loading=true>""</Table>
                <Table
                    label="No calls"
                    columns=vec![Column::new("Call")]
                    empty=true
                    when_empty=|| view! { <EmptyState glyph=Glyph::Search title="Nothing found" text="Try fewer words." /> }
                >
                    ""
                </Table>
                <List label="People">
                    <ListItem href="/"><Avatar name="Ada Lovelace" />"Ada Lovelace"</ListItem>
                    <ListItem><Avatar name="Sam Vimes" />"Sam Vimes"</ListItem>
                </List>
            </div>
            <Tabs
                label="Parts of a call"
                selected
                tabs=vec![
                    Tab::new("dev-summary", "Summary", || view! { <p>"What was said, in five lines."</p> }),
                    Tab::new("dev-transcript", "Transcript", || view! { <p>"Every word."</p> }),
                    Tab::new("dev-cues", "Suggestions", || view! { <p>"What was shown."</p> }),
                ]
            />
        </Piece>
    }
}

#[component]
fn Charts() -> impl IntoView {
    let level = RwSignal::new(0.4_f64);
    Effect::new(move |_| {
        let Ok(timer) = set_interval_with_handle(
            move || level.update(|level| *level = (*level * 7.31 + 0.17).fract()),
            std::time::Duration::from_millis(200),
        ) else {
            return;
        };
        on_cleanup(move || timer.clear());
    });
    let share = vec![
        Datum::new("You", 58.0, "58 %", Tone::Rep),
        Datum::new("Customer", 34.0, "34 %", Tone::Customer),
        Datum::new("Silence", 8.0, "8 %", Tone::Neutral),
    ];
    let kinds = vec![
        Datum::new("Objections", 4.0, "4", Tone::Warn),
        Datum::new("Buying signals", 7.0, "7", Tone::Good),
        Datum::new("Questions", 11.0, "11", Tone::Info),
    ];
    let pace: Vec<Datum> = [142.0, 150.0, 171.0, 160.0, 138.0, 149.0, 155.0]
        .into_iter()
        .enumerate()
        .map(|(i, value)| Datum::new(format!("Minute {}", i + 1), value, format!("{value} words a minute"), Tone::Accent))
        .collect();
    let length = model::Millis(120_000);
    let moments = |every: i64| (1..4).map(move |nth| model::Millis(nth * every));
    let lanes = vec![
        Lane::wave("You".into(), model::Channel::Rep, &[30, 90, 60, 0, 0, 0, 50, 70, 20, 0]),
        Lane::wave("The customer".into(), model::Channel::Customer, &[0, 0, 0, 80, 40, 60, 0, 0, 0, 90]),
        Lane::moments("Suggestions", Tone::Info, moments(25_000), length, 8),
        Lane::moments("Marked", Tone::Warn, moments(31_000), length, 40),
    ];
    let sound = "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQAAAAA=".to_owned();
    view! {
        <Piece title="Charts, meters, player">
            <div class="grid-cards">
                <StackedBar label="Talk share" data=share />
                <BarChart label="Suggestions by kind" data=kinds />
                <Sparkline label="Pace" data=pace />
                <Gauge label="Pace" value=Datum::new("Pace", 171.0, "171 words a minute", Tone::Warn) scale=(80.0, 220.0) good=(120.0, 160.0) />
                <div class="stack stack-tight">
                    <LevelMeter label="Microphone" value=level tone=Tone::Rep />
                    <LevelMeter label="Tab" value=level tone=Tone::Customer />
                    <LevelMeter label="Muted microphone" value=level muted=true />
                </div>
                <div class="stack stack-tight">
                    <Progress label="Sending audio".to_owned() value=Some(0.62) />
                    <Progress label="Writing the summary".to_owned() value=None />
                </div>
            </div>
            <Player source=Some(sound) silent="" length lanes playback=Playback::new() />
            <Combobox label="Company" name="account" suggestions=vec!["Northwind".to_owned(), "Contoso".to_owned()] />
        </Piece>
    }
}
