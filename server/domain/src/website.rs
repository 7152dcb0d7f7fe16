//! Visiting a website: which page is next, what robots.txt and the pages themselves allow, when to stop.
//!
//! [`Crawl`] decides and does nothing; [`WebsiteVisit`] fetches and waits for it. One request at a time, a pause between two.

mod crawl;
mod links;
mod robots;
mod visit;

pub use crawl::{Crawl, Next, PlanError, Skip, WebsitePlan, canonical};
pub use links::{PageLinks, page_links};
pub use robots::Robots;
pub use visit::{VisitError, Visited, WebsiteVisit};
