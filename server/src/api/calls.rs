//! Calls, what was said in them and what came of it.

mod call;
mod cues;
mod export;
mod recording;
mod stream;
mod transcript;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::area::Area;
use crate::wiring::Server;

/// What this area adds to the interface.
pub const AREA: Area = Area { tags: &[("calls", "Calls, what was said in them and what came of it")], routes };

fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::default()
        .routes(routes!(call::list, call::create))
        .routes(routes!(call::get, call::patch, call::delete))
        .routes(routes!(call::restore))
        .routes(routes!(call::end))
        .routes(routes!(call::review))
        .routes(routes!(transcript::transcript))
        .routes(routes!(transcript::correct))
        .routes(routes!(cues::cues))
        .routes(routes!(cues::set_state))
        .routes(routes!(export::export))
        .routes(routes!(recording::get))
        .routes(routes!(recording::waveform))
        .routes(routes!(stream::open))
}
