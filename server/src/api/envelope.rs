use axum::Json;
use axum::response::{IntoResponse, Response};
use model::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::Paging;

/// What every answer with data looks like.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// Always true; failures are problem documents.
    success: bool,
    /// What was asked for.
    data: T,
    /// Where in a longer list this is; null for anything else.
    meta: Option<Meta>,
}

/// Where in a longer list a page is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// 1 for the first page; null for those after it, which are found by cursor and have no number.
    page: Option<u32>,
    /// Most items of a page.
    limit: u32,
    /// How many items there are in all, where that is known without counting them.
    total: Option<u64>,
    /// Whether there are more.
    has_more: bool,
    /// What to send as `cursor` for the next page.
    next: Option<String>,
}

impl<T> Envelope<T> {
    /// Anything but a list's page.
    pub fn of(data: T) -> Self {
        Self { success: true, data, meta: None }
    }
}

impl<T> Envelope<Vec<T>> {
    /// A page of a list, as it was asked for.
    pub fn of_page(page: Page<T>, asked: &Paging) -> Self {
        let number = asked.cursor().is_none().then_some(1);
        let meta = Meta { page: number, limit: asked.limit(), total: None, has_more: page.next.is_some(), next: page.next };
        Self { success: true, data: page.items, meta: Some(meta) }
    }

    /// A whole list.
    pub fn of_all(items: Vec<T>) -> Self {
        let count = items.len();
        let meta =
            Meta { page: Some(1), limit: u32::try_from(count).unwrap_or(u32::MAX), total: Some(count as u64), has_more: false, next: None };
        Self { success: true, data: items, meta: Some(meta) }
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}
