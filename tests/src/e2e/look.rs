//! How a screen looks, small enough to be kept and blurred enough to be compared.
//!
//! A [`Look`] is a picture at a third of its size; kept, it has its commonest colours, and of others
//! sixteen steps of each part. A picture is like a look when each part of it, moved by a pixel at most, is. Edges of letters that
//! a machine smooths otherwise are alike; a button that is gone, a panel that moved and another
//! theme are not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use super::E2eError;
use super::display::Picture;

/// So many pixels of the screen, across and down, become one.
const SCALE: usize = 3;
/// Between two of the steps that a colour has.
const STEP: u8 = 17;
/// So many colours, those of grounds, are kept as they are, and what is as near as this to one of
/// them is kept as it.
const COMMON: usize = 32;
const NEAR: u8 = 6;
/// A difference up to this is none: a step of the colours, and what smoothing does to a thin line.
/// Smoothed otherwise, real screens have at most 12 pixels of a square beyond 16; whatever is as
/// large as an icon leaves at least 14 where it was.
const TOLERANCE: u8 = 18;
/// Differences count where they stand together: in a square of so many small pixels ...
const SPOT: usize = 8;
/// ... so many of them, however the picture is moved.
const SEEN: usize = 10;
/// The moves, right and down. Most parts need none.
const MOVES: [(isize, isize); 9] = [
    (0, 0),
    (1, 0),
    (-1, 0),
    (0, 1),
    (0, -1),
    (1, 1),
    (-1, -1),
    (1, -1),
    (-1, 1),
];
/// Where letters are drawn otherwise: the squares that are compared by their mean, and how much of
/// the screen may be another.
const COARSE: usize = 16;
const COARSE_TOLERANCE: u8 = 10;
const COARSE_SHARE: f32 = 0.2;

/// A screen, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    width: usize,
    height: usize,
    /// Three bytes a pixel, line by line.
    rgb: Vec<u8>,
}

/// How closely looks are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Line by line: letters are drawn as where the reference was made.
    Fine,
    /// By what takes up room: letters come from other fonts.
    Coarse,
}

/// What tells one look from another.
#[derive(Debug)]
pub struct Unlike {
    /// Where it is on the screen, in its pixels: left, top, right, bottom.
    pub at: [usize; 4],
    /// The part of the screen that is another.
    pub share: f32,
    /// The look, grey, with what is another in red.
    pub marked: Look,
}

impl Look {
    /// The look of a picture.
    pub fn of(picture: &Picture) -> Look {
        let (width, height) = (
            picture.width as usize / SCALE,
            picture.height as usize / SCALE,
        );
        let row = picture.width as usize * 3;
        let mut rgb = Vec::with_capacity(width * height * 3);
        let mut sums = vec![0_u32; width * 3];
        for lines in picture.rgb.chunks_exact(row * SCALE).take(height) {
            sums.fill(0);
            for line in lines.chunks_exact(row) {
                for (sum, pixels) in sums.chunks_exact_mut(3).zip(line.chunks_exact(3 * SCALE)) {
                    for pixel in pixels.chunks_exact(3) {
                        for (sum, part) in sum.iter_mut().zip(pixel) {
                            *sum += u32::from(*part);
                        }
                    }
                }
            }
            let of_all = u32::try_from(SCALE * SCALE).unwrap_or(1);
            rgb.extend(
                sums.iter()
                    .map(|sum| u8::try_from(sum / of_all).unwrap_or(u8::MAX)),
            );
        }
        Look { width, height, rgb }
    }

    /// Reads a look that was kept.
    pub fn read(path: &Path) -> Result<Look, E2eError> {
        let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().map_err(not_a_look)?;
        let mut rgb = vec![0; reader.output_buffer_size().unwrap_or_default()];
        let info = reader.next_frame(&mut rgb).map_err(not_a_look)?;
        rgb.truncate(info.buffer_size());
        let (width, height) = (info.width as usize, info.height as usize);
        if rgb.len() != width * height * 3 {
            return Err(not_a_look(format!(
                "{} has no three colours",
                path.display()
            )));
        }
        Ok(Look { width, height, rgb })
    }

    /// Keeps the look, making the folder. One with at most 256 colours, as all are, takes a byte a
    /// pixel at most.
    pub fn save(&self, path: &Path) -> Result<(), E2eError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let rgb = self.with_few_colours();
        let mut palette = BTreeMap::new();
        for pixel in rgb.chunks_exact(3) {
            palette.entry(pixel).or_insert(0_u8);
        }
        let file = BufWriter::new(File::create(path)?);
        let (width, height) = (
            u32::try_from(self.width).unwrap_or_default(),
            u32::try_from(self.height).unwrap_or_default(),
        );
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let bytes = if palette.len() <= 256 {
            for (number, index) in palette.values_mut().zip(0..=u8::MAX) {
                *number = index;
            }
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(
                palette
                    .keys()
                    .flat_map(|pixel| *pixel)
                    .copied()
                    .collect::<Vec<u8>>(),
            );
            // What is no shade but a number is not foretold from what stands before it.
            encoder.set_filter(png::Filter::NoFilter);
            let numbers = rgb.chunks_exact(3).map(|pixel| palette[pixel]);
            numbers.collect()
        } else {
            encoder.set_color(png::ColorType::Rgb);
            rgb
        };
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&bytes)?;
            writer.finish()
        });
        written.map_err(not_a_look)
    }

    fn with_few_colours(&self) -> Vec<u8> {
        let mut counts = BTreeMap::<&[u8], u32>::new();
        for pixel in self.rgb.chunks_exact(3) {
            *counts.entry(pixel).or_default() += 1;
        }
        let mut common: Vec<&[u8]> = counts.keys().copied().collect();
        common.sort_by_key(|pixel| std::cmp::Reverse(counts[pixel]));
        common.truncate(COMMON);
        let far = |one: &[u8], other: &[u8]| gap(one, other, 0);
        let kept: BTreeMap<&[u8], Vec<u8>> = counts
            .into_keys()
            .map(|pixel| {
                let nearest = common.iter().min_by_key(|one| far(one, pixel));
                let near = nearest.filter(|one| far(one, pixel) <= NEAR);
                let own = || pixel.iter().map(|part| stepped(*part)).collect();
                (pixel, near.map_or_else(own, |one| one.to_vec()))
            })
            .collect();
        let pixels = self.rgb.chunks_exact(3);
        pixels
            .flat_map(|pixel| kept[pixel].iter().copied())
            .collect()
    }

    /// What tells a picture from this look; nothing, where they are alike.
    pub fn unlike(&self, picture: &Picture, measure: Measure) -> Option<Unlike> {
        let here = Look::of(picture);
        if (here.width, here.height) != (self.width, self.height) {
            return Some(here.mark(&vec![true; here.width * here.height]));
        }
        match measure {
            Measure::Fine => self.unlike_by_line(picture, &here),
            Measure::Coarse => self.unlike_by_room(&here),
        }
    }

    fn unlike_by_line(&self, picture: &Picture, here: &Look) -> Option<Unlike> {
        let kept = self.blurred();
        let far = |look: &Look| -> Vec<bool> {
            let pixels = look.blurred();
            (0..self.width * self.height)
                .map(|at| gap(&pixels, &kept, at) > TOLERANCE)
                .collect()
        };
        let at_rest = far(here);
        let mut spots = self.spots();
        spots.retain(|spot| self.within(*spot).filter(|at| at_rest[*at]).count() >= SEEN);
        for (right, down) in &MOVES[1..] {
            if spots.is_empty() {
                return None;
            }
            let far = far(&Look::of(&moved(picture, *right, *down)));
            spots.retain(|spot| self.within(*spot).filter(|at| far[*at]).count() >= SEEN);
        }
        let mut seen = vec![false; at_rest.len()];
        for at in spots.iter().flat_map(|spot| self.within(*spot)) {
            seen[at] = at_rest[at];
        }
        (!spots.is_empty()).then(|| here.mark(&seen))
    }

    /// Left and top of the squares; each overlaps with the next by half.
    fn spots(&self) -> Vec<(usize, usize)> {
        let starts = |length: usize| (0..length.saturating_sub(SPOT / 2)).step_by(SPOT / 2);
        starts(self.height)
            .flat_map(|top| starts(self.width).map(move |left| (left, top)))
            .collect()
    }

    fn within(&self, (left, top): (usize, usize)) -> impl Iterator<Item = usize> + use<> {
        let (width, right, bottom) = (
            self.width,
            (left + SPOT).min(self.width),
            (top + SPOT).min(self.height),
        );
        (top..bottom).flat_map(move |y| (left..right).map(move |x| y * width + x))
    }

    fn unlike_by_room(&self, here: &Look) -> Option<Unlike> {
        let (squares, kept) = (here.squares(), self.squares());
        let across = self.width.div_ceil(COARSE);
        let far: Vec<bool> = (0..squares.len() / 3)
            .map(|at| gap(&squares, &kept, at) > COARSE_TOLERANCE)
            .collect();
        let seen: Vec<bool> = (0..self.width * self.height)
            .map(|at| far[at / self.width / COARSE * across + at % self.width / COARSE])
            .collect();
        let marked = here.mark(&seen);
        (marked.share > COARSE_SHARE).then_some(marked)
    }

    /// The mean of each square.
    fn squares(&self) -> Vec<u8> {
        let (across, down) = (self.width.div_ceil(COARSE), self.height.div_ceil(COARSE));
        let mut sums = vec![[0_u32; 4]; across * down];
        for (at, pixel) in self.rgb.chunks_exact(3).enumerate() {
            let sum = &mut sums[at / self.width / COARSE * across + at % self.width / COARSE];
            for (sum, part) in sum.iter_mut().zip(pixel) {
                *sum += u32::from(*part);
            }
            sum[3] += 1;
        }
        let mean = |[red, green, blue, count]: [u32; 4]| {
            [red, green, blue].map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
        };
        sums.into_iter().flat_map(mean).collect()
    }

    /// Each pixel with a share of those about it: a line between two of them is the same as one on
    /// either.
    fn blurred(&self) -> Vec<u8> {
        let row = self.width * 3;
        let mut across = self.rgb.clone();
        for (line, from) in across.chunks_exact_mut(row).zip(self.rgb.chunks_exact(row)) {
            for at in 3..row.saturating_sub(3) {
                line[at] = mixed(from[at - 3], from[at], from[at + 3]);
            }
        }
        let mut down = across.clone();
        for at in row..across.len().saturating_sub(row) {
            down[at] = mixed(across[at - row], across[at], across[at + row]);
        }
        down
    }

    fn mark(&self, seen: &[bool]) -> Unlike {
        let mut marked = self.clone();
        let mut at = [usize::MAX, usize::MAX, 0, 0];
        let mut count = 0_u32;
        for (place, (pixel, seen)) in marked.rgb.chunks_exact_mut(3).zip(seen).enumerate() {
            if *seen {
                let (x, y) = (place % self.width * SCALE, place / self.width * SCALE);
                at = [
                    at[0].min(x),
                    at[1].min(y),
                    at[2].max(x + SCALE),
                    at[3].max(y + SCALE),
                ];
                count += 1;
                pixel.copy_from_slice(&[u8::MAX, 0, 0]);
            } else {
                let grey = pixel.iter().map(|part| u32::from(*part)).sum::<u32>() / 6;
                pixel.fill(u8::try_from(128 + grey).unwrap_or(u8::MAX));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a share to read")]
        let share = count as f32 / seen.len().max(1) as f32;
        Unlike { at, share, marked }
    }
}

impl std::fmt::Display for Unlike {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [left, top, right, bottom] = self.at;
        write!(
            formatter,
            "{:.1} % of it, between ({left}, {top}) and ({right}, {bottom})",
            self.share * 100.0
        )
    }
}

fn stepped(part: u8) -> u8 {
    part.saturating_add(STEP / 2) / STEP * STEP
}

fn mixed(before: u8, at: u8, after: u8) -> u8 {
    let sum = u16::from(before) + 2 * u16::from(at) + u16::from(after);
    u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)
}

/// The largest difference of a colour of two pixels.
fn gap(one: &[u8], other: &[u8], at: usize) -> u8 {
    let part = |part: usize| one[at * 3 + part].abs_diff(other[at * 3 + part]);
    part(0).max(part(1)).max(part(2))
}

/// The picture moved by a pixel; what comes in is what stood at the edge.
fn moved(picture: &Picture, right: isize, down: isize) -> Picture {
    let row = picture.width as usize * 3;
    let mut rgb = picture.rgb.clone();
    let lines: Vec<&[u8]> = picture.rgb.chunks_exact(row).collect();
    for (y, line) in rgb.chunks_exact_mut(row).enumerate() {
        let from = lines[y.saturating_add_signed(-down).min(lines.len() - 1)];
        match right {
            1 => line[3..].copy_from_slice(&from[..row - 3]),
            -1 => line[..row - 3].copy_from_slice(&from[3..]),
            _ => line.copy_from_slice(from),
        }
    }
    Picture { rgb, ..*picture }
}

fn not_a_look(error: impl std::fmt::Display) -> E2eError {
    E2eError::Io(std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests;
