//! How loud a call was over time, as its player draws it.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::time::Millis;

/// How loud each side of a recording is over time. Both sides have as many peaks, which divide the whole length evenly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waveform {
    /// Length of the recording.
    pub duration_ms: Millis,
    /// The loudest sample of each stretch on the rep's side: 0 is silence, 255 the loudest that there can be.
    #[cfg_attr(feature = "openapi", schema(max_items = 400))]
    pub rep: Vec<u8>,
    /// The same of the customer's side.
    #[cfg_attr(feature = "openapi", schema(max_items = 400))]
    pub customer: Vec<u8>,
}

impl Waveform {
    /// Most peaks of a side: a wide screen shows no more.
    pub const PEAKS: usize = 400;

    /// One side's peaks.
    pub fn side(&self, channel: Channel) -> &[u8] {
        match channel {
            Channel::Rep => &self.rep,
            Channel::Customer => &self.customer,
        }
    }
}
