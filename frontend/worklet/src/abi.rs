//! The C interface that `processor.js` calls.
//!
//! A worklet is made once by [`create`] and lives as long as its module instance, which is as long as its node: there is
//! no `destroy`, because the instance's whole memory goes with it. Every function but `create` wants the pointer that
//! `create` gave; null is answered with 0 or does nothing.

// The one place with unsafe code of this crate. `no_mangle` is unsafe because two symbols of one name would clash: the names
// here are this module's exports and nothing links them. The pointers come from `create` only, and an AudioWorklet's
// instance has one thread, so that a `&mut` made from one is never aliased.
#![allow(unsafe_code)]
#![allow(clippy::missing_safety_doc, clippy::not_unsafe_ptr_arg_deref)]

use crate::{FRAME, MAX_BLOCK, Worklet};

fn borrow<'a>(worklet: *mut Worklet) -> Option<&'a mut Worklet> {
    // SAFETY: null, or from `create`, which leaks its box; one thread, and no reference outlives the call that made it.
    unsafe { worklet.as_mut() }
}

/// A worklet for blocks of `rate` Hz; null outside [`crate::RATES`].
#[unsafe(no_mangle)]
pub extern "C" fn create(rate: u32) -> *mut Worklet {
    Worklet::new(rate).map_or(std::ptr::null_mut(), |worklet| Box::into_raw(Box::new(worklet)))
}

/// Where the caller writes a block: plane `c` begins `c × block_capacity()` floats later.
#[unsafe(no_mangle)]
pub extern "C" fn input(worklet: *mut Worklet) -> *mut f32 {
    borrow(worklet).map_or(std::ptr::null_mut(), |worklet| worklet.input().as_mut_ptr())
}

/// Samples per plane.
#[unsafe(no_mangle)]
pub extern "C" fn block_capacity() -> u32 {
    MAX_BLOCK as u32
}

/// Samples of a whole frame.
#[unsafe(no_mangle)]
pub extern "C" fn frame_samples() -> u32 {
    FRAME as u32
}

/// Takes a block of `samples` in each of `channels` planes (0 channels: silence); says how many whole frames are ready.
#[unsafe(no_mangle)]
pub extern "C" fn push(worklet: *mut Worklet, samples: u32, channels: u32) -> u32 {
    borrow(worklet).map_or(0, |worklet| worklet.push(samples as usize, channels as usize) as u32)
}

/// Frame `index` of those that are ready, until the next push or flush.
#[unsafe(no_mangle)]
pub extern "C" fn frame(worklet: *mut Worklet, index: u32) -> *const i16 {
    borrow(worklet).map_or(std::ptr::null(), |worklet| worklet.frame(index as usize).as_ptr())
}

/// Ends the stretch and says how many samples are ready in all frames together; the last frame may be short.
#[unsafe(no_mangle)]
pub extern "C" fn flush(worklet: *mut Worklet) -> u32 {
    borrow(worklet).map_or(0, |worklet| worklet.flush() as u32)
}

/// Root mean square of the newest frame, 0 to 1.
#[unsafe(no_mangle)]
pub extern "C" fn level(worklet: *mut Worklet) -> f32 {
    borrow(worklet).map_or(0.0, |worklet| worklet.level().rms)
}

/// Largest magnitude of the newest frame, 0 to 1.
#[unsafe(no_mangle)]
pub extern "C" fn peak(worklet: *mut Worklet) -> f32 {
    borrow(worklet).map_or(0.0, |worklet| worklet.level().peak)
}
