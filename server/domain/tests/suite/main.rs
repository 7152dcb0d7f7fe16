//! The product's actions on throw-away databases and folders. One program for all of them: each that is linked has the whole server in it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod call_life;
mod call_passages;
mod call_work;
mod fleet;
mod kept_voice;
mod live_call;
mod numbered;
mod person;
mod playbooks;
mod socket;
mod support;
mod work;
