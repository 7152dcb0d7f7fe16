//! The pages, one folder an area: what is shown, its css, and its server functions in `api.rs`.

pub mod calls;
#[cfg(debug_assertions)]
pub mod dev;
pub mod home;
pub mod identity;
pub mod knowledge;
pub mod not_found;
pub mod settings;
