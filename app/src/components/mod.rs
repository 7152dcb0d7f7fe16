//! Pieces of the interface. None of them fetches data. Each has its css beside it, and is shown with its states on
//! `/dev/components`.

mod avatar;
mod badge;
mod banner;
mod button;
mod checkbox;
mod empty_state;
mod error_state;
mod field;
mod icon;
mod menu;
mod page_header;
mod radio;
mod segmented;
mod select;
mod skeleton;
mod switch;
mod text_area;
mod text_field;
pub mod theme;
mod time;
mod value;

pub use avatar::Avatar;
pub use badge::{Badge, Tone};
pub use banner::Banner;
pub use button::{Button, ButtonKind, ButtonLink, IconButton, TextLink};
pub use checkbox::Checkbox;
pub use empty_state::EmptyState;
pub use error_state::{ErrorState, FormError, field_error, problem_of};
pub use field::{Choice, Field};
pub use icon::{Glyph, Icon};
pub use menu::{Menu, MenuButton, MenuDivider, MenuLink};
pub use page_header::PageHeader;
pub use radio::RadioGroup;
pub use segmented::Segmented;
pub use select::Select;
pub use skeleton::{Skeleton, SkeletonLines};
pub use switch::Switch;
pub use text_area::TextArea;
pub use text_field::TextField;
pub use theme::ThemeSwitch;
pub use time::{Duration, Time};
