//! What an area adds to the interface.

use utoipa::openapi::OpenApi;
use utoipa::openapi::tag::TagBuilder;
use utoipa_axum::router::OpenApiRouter;

use super::document::operations;
use crate::wiring::Server;

/// The part of the interface that belongs to one area.
pub struct Area {
    /// Its tags, each with what the document says of it. Operations that name none get the first.
    pub tags: &'static [(&'static str, &'static str)],
    /// Its routes, each with its operation.
    pub routes: fn() -> OpenApiRouter<Server>,
}

impl Area {
    /// Its routes, tagged.
    pub fn router(&self) -> OpenApiRouter<Server> {
        let mut router = (self.routes)();
        self.tag(router.get_openapi_mut());
        router
    }

    fn tag(&self, document: &mut OpenApi) {
        let tags = self.tags.iter().map(|(name, description)| TagBuilder::new().name(*name).description(Some(*description)).build());
        document.tags.get_or_insert_default().extend(tags);
        let Some((first, _)) = self.tags.first() else { return };
        for item in document.paths.paths.values_mut() {
            for (_, operation) in operations(item) {
                operation.tags.get_or_insert_with(|| vec![(*first).to_owned()]);
            }
        }
    }
}
