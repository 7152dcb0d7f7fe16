//! A picture in shades of grey.

use pdf_oxide::extractors::{ColorSpace, ImageData, PdfImage, PixelFormat};

/// Shades of grey, row by row from the top: 0 is black.
#[derive(Debug, PartialEq, Eq)]
pub struct Bitmap {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Bitmap {
    /// A picture of a PDF; none if it can't be unpacked.
    pub fn of(image: &PdfImage) -> Option<Self> {
        let grey = image.to_dynamic_image().ok()?.into_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        Self::new(width, height, grey.into_raw())
    }

    /// None if there are no rows, or fewer pixels than they need.
    fn new(width: usize, height: usize, mut pixels: Vec<u8>) -> Option<Self> {
        let needed = width.checked_mul(height).filter(|&needed| needed > 0 && needed <= pixels.len())?;
        pixels.truncate(needed);
        Some(Self { width, height, pixels })
    }

    /// This one with another under it; none if that is wider or narrower.
    pub fn and_below(mut self, other: Self) -> Option<Self> {
        if other.width != self.width {
            return None;
        }
        self.height += other.height;
        self.pixels.extend(other.pixels);
        Some(self)
    }

    /// Its last row first.
    pub fn mirrored(self) -> Self {
        let pixels = self.pixels.chunks_exact(self.width).rev().flatten().copied().collect();
        Self { pixels, ..self }
    }

    /// Turned clockwise by a multiple of 90 degrees.
    pub fn turned(mut self, degrees: i32) -> Self {
        match degrees.rem_euclid(360) {
            90 => {
                let mut pixels = Vec::with_capacity(self.pixels.len());
                for column in 0..self.width {
                    pixels.extend((0..self.height).rev().map(|row| self.pixels[row * self.width + column]));
                }
                Self { width: self.height, height: self.width, pixels }
            }
            180 => {
                self.pixels.reverse();
                self
            }
            270 => self.turned(180).turned(90),
            _ => self,
        }
    }

    /// Half as wide and high: each pixel is the mean of four.
    pub fn halved(self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        if width == 0 || height == 0 {
            return self;
        }
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            let above = &self.pixels[2 * row * self.width..][..2 * width];
            let below = &self.pixels[(2 * row + 1) * self.width..][..2 * width];
            let four = above.chunks_exact(2).zip(below.chunks_exact(2));
            pixels.extend(four.map(|(a, b)| ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1])) / 4) as u8));
        }
        Self { width, height, pixels }
    }

    /// As a PNG file.
    pub fn png(self) -> Option<Vec<u8>> {
        let (width, height) = (u32::try_from(self.width).ok()?, u32::try_from(self.height).ok()?);
        let data = ImageData::Raw { pixels: self.pixels, format: PixelFormat::Grayscale };
        PdfImage::new(width, height, ColorSpace::DeviceGray, 8, data).to_png_bytes().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn bitmap(width: usize, pixels: &[u8]) -> Bitmap {
        Bitmap::new(width, pixels.len() / width, pixels.to_vec()).unwrap()
    }

    #[test]
    fn pictures_are_turned_clockwise() {
        let upright = || bitmap(3, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(upright().turned(90), bitmap(2, &[4, 1, 5, 2, 6, 3]));
        assert_eq!(upright().turned(180), bitmap(3, &[6, 5, 4, 3, 2, 1]));
        assert_eq!(upright().turned(-90), bitmap(2, &[3, 6, 2, 5, 1, 4]));
        assert_eq!(upright().mirrored(), bitmap(3, &[4, 5, 6, 1, 2, 3]));
    }

    #[test]
    fn strips_become_one_and_large_ones_smaller() {
        let whole = bitmap(2, &[0, 2, 4, 6]).and_below(bitmap(2, &[10, 10, 20, 20, 9, 9])).unwrap();
        assert_eq!(whole, bitmap(2, &[0, 2, 4, 6, 10, 10, 20, 20, 9, 9]));
        assert_eq!(whole.halved(), bitmap(1, &[3, 15]));
        assert_eq!(bitmap(2, &[0, 2]).and_below(bitmap(1, &[0])), None);
        assert_eq!(bitmap(3, &[1, 2, 3]).halved(), bitmap(3, &[1, 2, 3]));
    }

    #[test]
    fn what_is_too_short_is_no_picture() {
        assert_eq!(Bitmap::new(3, 2, vec![0; 5]), None);
        assert_eq!(Bitmap::new(usize::MAX, 2, vec![0; 5]), None);
        assert_eq!(Bitmap::new(0, 2, vec![0; 5]), None);
        assert!(bitmap(2, &[0, 255, 255, 0]).png().unwrap().starts_with(b"\x89PNG"));
    }
}
