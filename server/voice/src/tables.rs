//! The numbers of the network and of the spectrum, as earshot has them, read when this is compiled.

use crate::spectrum::{BANDS, WINDOW};

const WEIGHTS: &[u8] = include_bytes!("../numbers/weights.bin");
const TABLES: &[u8] = include_bytes!("../numbers/tables.bin");

pub(crate) static NORM: [f32; BANDS] = floats(WEIGHTS, 0);
pub(crate) static KERNEL_1: [f32; 9] = floats(WEIGHTS, 40);
pub(crate) static WEIGHT_1: [f32; 16] = floats(WEIGHTS, 49);
pub(crate) static BIAS_1: [f32; 16] = floats(WEIGHTS, 65);
pub(crate) static KERNEL_2: [[f32; 3]; 16] = rows(&floats::<48>(WEIGHTS, 81));
pub(crate) static WEIGHT_2: [[f32; 16]; 16] = rows(&floats::<256>(WEIGHTS, 129));
pub(crate) static BIAS_2: [f32; 16] = floats(WEIGHTS, 385);
pub(crate) static KERNEL_3: [[f32; 3]; 16] = rows(&floats::<48>(WEIGHTS, 401));
pub(crate) static WEIGHT_3: [[f32; 16]; 16] = rows(&floats::<256>(WEIGHTS, 449));
pub(crate) static RECURRENT_1: [[i16; 80]; 128] = rows(&shorts::<10_240>(WEIGHTS, 705));
pub(crate) static RECURRENT_2: [[i16; 64]; 128] = rows(&shorts::<8_192>(WEIGHTS, 5_825));
pub(crate) static OUTPUT: [i16; 128] = shorts(WEIGHTS, 9_921);

/// The window: a Hann curve.
pub(crate) static HANN: [f32; WINDOW] = floats(TABLES, 0);
/// Minus the sine of 1/1024 of a circle, 2/1024 … a quarter.
pub(crate) const SINE: [f32; 255] = floats(TABLES, 768);
/// How much of each tone the band has that falls there, and the one that rises: a band rises from its first tone to the next band's, and falls
/// to that of the one after.
pub(crate) static MEL: [(f32, f32); MEL_FROM[BANDS + 1]] = {
    let weights: [f32; 931] = floats(TABLES, 1_023);
    let mut mel = [(0.0, 0.0); MEL_FROM[BANDS + 1]];
    let (mut band, mut next) = (0, 0);
    while band < BANDS {
        let mut tone = MEL_FROM[band];
        while tone < MEL_FROM[band + 2] {
            if tone < MEL_FROM[band + 1] {
                mel[tone].1 = weights[next];
            } else {
                mel[tone].0 = weights[next];
            }
            next += 1;
            tone += 1;
        }
        band += 1;
    }
    mel
};
/// First tone of each band, and of the two that would follow.
pub(crate) const MEL_FROM: [usize; BANDS + 2] = [
    4, 7, 10, 13, 17, 21, 25, 29, 33, 38, 43, 48, 54, 60, 66, 73, 80, 87, 95, 103, 112, 122, 132, 142, 153, 165, 178, 191, 205, 220, 236,
    253, 270, 289, 309, 330, 353, 376, 402, 428, 456, 486,
];

/// Numbers from the `at`th on, four bytes each.
const fn floats<const N: usize>(bytes: &[u8], at: usize) -> [f32; N] {
    let mut numbers = [0.0; N];
    let mut index = 0;
    while index < N {
        let from = (at + index) * 4;
        numbers[index] = f32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]);
        index += 1;
    }
    numbers
}

/// Numbers of two bytes, from the place of the `at`th of four bytes on.
const fn shorts<const N: usize>(bytes: &[u8], at: usize) -> [i16; N] {
    let mut numbers = [0; N];
    let mut index = 0;
    while index < N {
        let from = at * 4 + index * 2;
        numbers[index] = i16::from_le_bytes([bytes[from], bytes[from + 1]]);
        index += 1;
    }
    numbers
}

const fn rows<T: Copy, const N: usize, const WIDTH: usize, const ROWS: usize>(flat: &[T; N]) -> [[T; WIDTH]; ROWS] {
    assert!(N == WIDTH * ROWS);
    let mut rows = [[flat[0]; WIDTH]; ROWS];
    let mut index = 0;
    while index < N {
        rows[index / WIDTH][index % WIDTH] = flat[index];
        index += 1;
    }
    rows
}
