//! Icons: one set, 24 units square, drawn with one stroke.

use leptos::prelude::*;

use crate::styles::icon as css;

/// Declares the icons with the path of each.
macro_rules! glyphs {
    ($($name:ident = $path:literal,)*) => {
        /// An icon of the set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Glyph { $($name,)* }

        impl Glyph {
            /// All icons, for the page of components.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            const fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }
        }
    };
}

glyphs! {
    Home = "M4 11.2 12 4.5l8 6.7M6 9.8V19.5h4.5v-5h3v5H18V9.8",
    Calls = "M5.5 4.5h3.3l1.6 4-2.2 1.7a11 11 0 0 0 5.6 5.6l1.7-2.2 4 1.6v3.3a1.5 1.5 0 0 1-1.6 1.5A15.6 15.6 0 0 1 4 6.1a1.5 1.5 0 0 1 1.5-1.6Z",
    Knowledge = "M12 7.5C10.2 6 7.6 5.3 4 5.5v12.2c3.6-.2 6.2.5 8 2 1.8-1.5 4.4-2.2 8-2V5.5c-3.6-.2-6.2.5-8 2Zm0 0v12.2",
    Settings = "M4 7h9m5 0h2M4 12h2m5 0h9M4 17h9m5 0h2M15.5 4.8v4.4M8.5 9.8v4.4M15.5 14.8v4.4",
    Search = "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5.2-1.8L20.5 20.5",
    Plus = "M12 5v14M5 12h14",
    Close = "m6 6 12 12M18 6 6 18",
    Check = "m5 12.5 4.5 4.5L19 7.5",
    ChevronDown = "m6.5 9.5 5.5 5.5 5.5-5.5",
    ChevronUp = "m6.5 14.5 5.5-5.5 5.5 5.5",
    ChevronLeft = "M14.5 6.5 9 12l5.5 5.5",
    ChevronRight = "M9.5 6.5 15 12l-5.5 5.5",
    ArrowRight = "M5 12h14m-6-6 6 6-6 6",
    ArrowUp = "M12 19V5m-6 6 6-6 6 6",
    ArrowDown = "M12 5v14m-6-6 6 6 6-6",
    More = "M6.1 12a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0Zm6.5 0a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0Zm6.5 0a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0Z",
    Mic = "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
    MicOff = "M9 9.5v2a3 3 0 0 0 4.9 2.3M15 11V6.5a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M4 4l16 16",
    Screen = "M4 5.5h16v10.5H4ZM9 20h6m-3-4v4",
    Tab = "M4 6.5h16V19H4Zm0 4h16M7 8.5h.01M9.5 8.5h.01",
    Play = "M8 5.5v13l10.5-6.5Z",
    Pause = "M9 5.5v13m6-13v13",
    Stop = "M7 7h10v10H7Z",
    Bookmark = "M7 4.5h10v15l-5-4-5 4Z",
    Keep = "M7.5 11 11 4.5a2 2 0 0 1 2 2V10h4.5a1.5 1.5 0 0 1 1.5 1.8l-1.1 6a1.5 1.5 0 0 1-1.5 1.2H7.5ZM7.5 11H4.5v8h3",
    Camera = "M4 8h3.5L9 5.5h6L16.5 8H20v11H4Zm8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
    Document = "M7 4h7l4 4v12H7Zm7 0v4h4M10 12h5m-5 3.5h5",
    Globe = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm-8-8h16M12 4c2.4 2.2 3.6 4.9 3.6 8s-1.2 5.8-3.6 8c-2.4-2.2-3.6-4.9-3.6-8S9.6 6.2 12 4Z",
    Note = "M6 4.5h12v9.5l-5 5.5H6Zm7 15V14h5M9 8.5h6M9 12h3",
    Edit = "m5 19 1-4.2L15.8 5a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L9.2 18Zm9-12.2 3.2 3.2",
    Trash = "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.3 10.5v5.5m3.4-5.5v5.5",
    Copy = "M9 9h10.5v10.5H9ZM6 15H4.5V4.5H15V6",
    Download = "M12 4.5V15m-4.5-4.2L12 15l4.5-4.2M5 19.5h14",
    Upload = "M12 15V4.5M7.5 8.7 12 4.5l4.5 4.2M5 19.5h14",
    External = "M14 5h5v5m0-5-8 8M11 6H5v13h13v-6",
    Filter = "M4 6.5h16l-6 7v5l-4-2v-3Z",
    Swap = "M5 8.5h13m-3.5-3.5L18 8.5 14.5 12M19 15.5H6m3.5-3.5L6 15.5 9.5 19",
    Refresh = "M19 12a7 7 0 1 1-2-4.9M19.5 4v4.5H15",
    Question = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm-2.3-9.8a2.3 2.3 0 1 1 3.3 2.1c-.7.3-1 .8-1 1.5m0 2.4v.1",
    Info = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-9v5.2M12 8v.1",
    Warning = "M12 4.5 21 19.5H3ZM12 10v4.5m0 2.4v.1",
    Good = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm-3.5-7.8 2.4 2.4 4.6-5",
    Bad = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-12v5m0 2.9v.1",
    Offline = "M4 4l16 16M3.5 9.5a13 13 0 0 1 4-2.4M11 6.1a13 13 0 0 1 9.5 3.4M6.5 12.8a8.6 8.6 0 0 1 4-2.2m3.7.2a8.6 8.6 0 0 1 3.3 2M9.5 16a4.3 4.3 0 0 1 5 0M12 19v.1",
    Person = "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM5 19.5c.6-3.2 3.4-5 7-5s6.4 1.8 7 5",
    Building = "M6 19.5V5h8v14.5M14 10h4.5v9.5M4 19.5h16.5M9 8.5h2M9 12h2M9 15.5h2",
    Key = "M9 18.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm2.9-6.9L19 4.5m-3.5 3.5 2.5 2.5",
    Shield = "M12 4l7 2.5V12c0 4-3 6.8-7 8-4-1.2-7-4-7-8V6.5ZM9 12l2.2 2.2L15 10",
    SignOut = "M10 4.5H5v15h5M15 8l4 4-4 4m4-4H9.5",
    Sun = "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
    Moon = "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
    Clock = "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-12.5V12l3 2",
    Spark = "M12 4l1.9 5.1L19 11l-5.1 1.9L12 18l-1.9-5.1L5 11l5.1-1.9ZM18.5 16.5v4m-2-2h4",
    Tag = "M4.5 4.5h7l8 8-7 7-8-8ZM8.5 8.5h.01",
    Chart = "M5 19.5v-6m4.7 6v-10m4.6 10v-7m4.7 7V5",
    Volume = "M4.5 9.5v5H8l4.5 4v-13L8 9.5Zm11-1a5 5 0 0 1 0 7m2.3-9.3a8.3 8.3 0 0 1 0 11.6",
    PopOut = "M11 5H5v14h14v-6M13 10.5h6.5V4.5H13Z",
    Keyboard = "M3.5 7h17v10.5h-17ZM7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8 14h8",
}

/// An icon. Without a title it is decoration, and its neighbour must say what it means.
#[component]
pub fn Icon(
    /// Which one.
    glyph: Glyph,
    /// What it says to those who can't see it.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView {
    let hidden = title.is_none().then_some("true");
    let role = title.is_some().then_some("img");
    view! {
        <svg class=css::ICON viewBox="0 0 24 24" aria-hidden=hidden role=role aria-label=title>
            <path d=glyph.path()></path>
        </svg>
    }
}
