//! Whether there is speech in a block of sound: the network of [earshot] 1.2.2 (Carson M., MIT or Apache-2.0), and the same answers to the
//! last bit (`tests/earshot.rs`), in less than half the time.
//!
//! earshot looks at one block after the other, a number at a time. Sound comes here in frames of several blocks, so four of them go through
//! the spectrum and the first layers side by side, one in each lane of the processor's vectors; only the recurrent layers need one
//! block's answer for the next. What digital silence (a muted microphone, a tab that plays nothing) comes to in those first layers is
//! always the same and known; its way through the recurrent layers is not, and is gone every time.
//!
//! [earshot]: https://github.com/pykeio/earshot

mod lanes;
mod network;
mod spectrum;
mod tables;

use std::sync::LazyLock;

use lanes::LANES;
use network::{Gates, State};
use spectrum::{BANDS, HOP, WINDOW};

/// Samples of a block: 16 ms at 16 kHz.
pub const BLOCK: usize = HOP;
/// Samples of earlier blocks that are looked at again with each block.
const OVERLAP: usize = WINDOW - HOP;
/// How much of a sample its successor is less by: it brings the high tones out.
const PRE_EMPHASIS: f32 = 0.97;
/// Silent blocks until a window has nothing else in it, and until three windows in a row have.
const SILENT_WINDOW: u8 = 3;
const SILENT_CONTEXT: u8 = 5;

/// What a band of tones has in it, for each band.
type Features = [f32; BANDS];

/// One channel's detector: it remembers what it heard before.
pub struct Detector {
    /// The last samples, emphasised.
    before: [f32; OVERLAP],
    last: f32,
    /// Of the two blocks before.
    context: [Features; 2],
    state: State,
    /// How many blocks in a row had nothing in them, as far as that matters.
    silent: u8,
}

impl Default for Detector {
    fn default() -> Self {
        // It begins with two blocks of nothing in its window; features of nothing are something else.
        Self { before: [0.0; OVERLAP], last: 0.0, context: [[0.0; BANDS]; 2], state: State::default(), silent: SILENT_WINDOW - 1 }
    }
}

/// What digital silence comes to before the recurrent layers.
struct Silence {
    features: Features,
    gates: Gates,
}

static SILENCE: LazyLock<Silence> = LazyLock::new(|| {
    let features = spectrum::features(&[0.0; OVERLAP + LANES * HOP])[0];
    Silence { features, gates: network::gates(&[features; 2 + LANES], 1)[0] }
});

impl Detector {
    /// Hears blocks in order, and tells of each how likely speech is, from 0 to 1.
    pub fn hear(&mut self, blocks: &[[i16; BLOCK]], mut tell: impl FnMut(f32)) {
        for together in blocks.chunks(LANES) {
            self.hear_together(together, &mut tell);
        }
    }

    fn hear_together(&mut self, blocks: &[[i16; BLOCK]], tell: &mut impl FnMut(f32)) {
        let mut line = [0.0; OVERLAP + LANES * HOP];
        line[..OVERLAP].copy_from_slice(&self.before);
        for (place, sample) in line[OVERLAP..].iter_mut().zip(blocks.as_flattened()) {
            let sample = f32::from(*sample);
            *place = sample - PRE_EMPHASIS * self.last;
            self.last = sample;
        }
        self.before.copy_from_slice(&line[blocks.len() * HOP..][..OVERLAP]);

        // Least of the blocks' runs of silence: what holds for it holds for all.
        let mut least = u8::MAX;
        for block in line[OVERLAP..].chunks_exact(HOP).take(blocks.len()) {
            let is_silent = block.iter().all(|sample| *sample == 0.0);
            self.silent = if is_silent { (self.silent + 1).min(SILENT_CONTEXT) } else { 0 };
            least = least.min(self.silent);
        }
        let features = if least >= SILENT_WINDOW { [SILENCE.features; LANES] } else { spectrum::features(&line) };
        let mut context = [[0.0; BANDS]; 2 + LANES];
        context[..2].copy_from_slice(&self.context);
        context[2..].copy_from_slice(&features);
        self.context.copy_from_slice(&context[blocks.len()..][..2]);

        let gates = if least >= SILENT_CONTEXT { [SILENCE.gates; LANES] } else { network::gates(&context, blocks.len()) };
        gates.iter().take(blocks.len()).for_each(|gates| tell(self.state.step(gates)));
    }
}
