//! Pieces of the interface. None of them fetches data. Each has its css beside it, and is shown with its states on
//! `/dev/components`.

mod avatar;
mod badge;
mod banner;
mod browser;
mod button;
mod charts;
mod checkbox;
mod combobox;
mod confirm;
mod dialog;
mod empty_state;
mod error_state;
mod field;
mod flow;
mod icon;
mod lane;
mod level_meter;
mod list;
mod list_page;
mod marked;
mod menu;
mod page_header;
mod palette;
mod player;
mod progress;
mod radio;
mod raw_text;
mod segmented;
mod select;
mod shortcuts;
mod skeleton;
mod switch;
mod table;
mod tabs;
mod text_area;
mod text_field;
pub mod theme;
mod time;
mod title;
mod toast;
mod tooltip;
mod value;

pub use avatar::{Avatar, initials};
pub use badge::{Badge, Tone};
pub use banner::Banner;
use browser::focus;
pub use browser::{copy_from, focus_first, keep_focus, typing};
pub use button::{Button, ButtonKind, ButtonLink, IconButton, TextLink};
pub use charts::{BarChart, Datum, Gauge, Sparkline, StackedBar};
pub use checkbox::Checkbox;
pub use combobox::Combobox;
pub use confirm::Confirm;
pub use dialog::{Dialog, DialogActions, Drawer};
pub use empty_state::EmptyState;
pub use error_state::{ErrorState, FormError, field_error, problem_of};
pub use field::{Choice, Field};
pub use flow::{For, Show};
pub use icon::{Glyph, Icon};
pub use lane::Lane;
pub use level_meter::LevelMeter;
pub use list::{List, ListItem};
pub use list_page::{
    ListCheck, ListFilters, ListPages, ListQuery, Narrow, list_url, put, query_cursor, query_text, reload_list, row_of, use_list_query,
};
pub use marked::marked;
pub use menu::{Menu, MenuButton, MenuDivider, MenuLink};
pub use page_header::PageHeader;
pub use palette::{Command, CommandPalette};
pub use player::{Playback, Player};
pub use progress::Progress;
pub use radio::RadioGroup;
pub use segmented::Segmented;
pub use select::Select;
pub use shortcuts::{composing, pressed, shortcut, shortcuts_on, switch_shortcuts};
pub use skeleton::{Skeleton, SkeletonLines};
pub use switch::Switch;
pub use table::{Column, Sorted, Table};
pub use tabs::{Tab, Tabs};
pub use text_area::{PlainTextArea, TextArea};
pub use text_field::TextField;
pub use theme::ThemeSwitch;
pub use time::{CalendarDay, Duration, Time, date, own_time_zone};
pub use title::{PageTitle, Titles};
pub use toast::{Deleted, ToastRegion, Toasts, use_toasts};
pub use tooltip::Tooltip;

#[cfg(all(test, feature = "ssr"))]
#[allow(clippy::unwrap_used)]
mod tests;
