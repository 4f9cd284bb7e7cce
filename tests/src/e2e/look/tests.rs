//! Pictures of the window, changed as a fault or another machine would change them.

use std::path::PathBuf;

use super::*;

const INK: [u8; 3] = [75, 68, 58];
const PAPER: [u8; 3] = [251, 248, 242];
const PANEL: [u8; 3] = [244, 239, 230];
const BUTTON: [u8; 3] = [43, 38, 32];

/// A window with a panel, words, an icon and a button.
struct Painted {
    picture: Picture,
}

impl Painted {
    fn new() -> Painted {
        let picture = Picture {
            width: 640,
            height: 480,
            rgb: PAPER.repeat(640 * 480),
        };
        Painted { picture }
    }

    fn fill(&mut self, [left, top, wide, high]: [usize; 4], color: [u8; 3]) -> &mut Self {
        for y in top..top + high {
            for x in left..left + wide {
                let at = (y * 640 + x) * 3;
                self.picture.rgb[at..at + 3].copy_from_slice(&color);
            }
        }
        self
    }

    /// Upright strokes with gaps, as high as small letters.
    fn words(&mut self, left: usize, top: usize, wide: usize) -> &mut Self {
        for letter in (left..left + wide).step_by(7) {
            if letter % 5 != 0 {
                self.fill([letter, top, 2, 9], INK);
                self.fill([letter, top + 4, 5, 1], INK);
            }
        }
        self
    }

    /// A square of thin lines with a cross in it, 16 pixels wide.
    fn icon(&mut self, left: usize, top: usize) -> &mut Self {
        self.fill([left, top, 16, 2], INK);
        self.fill([left, top + 14, 16, 2], INK);
        self.fill([left, top, 2, 16], INK);
        self.fill([left + 14, top, 2, 16], INK);
        self.fill([left + 5, top + 7, 6, 2], INK)
    }

    fn window(panel: usize) -> Painted {
        let mut window = Painted::new();
        window.fill([0, 0, panel, 480], PANEL);
        for line in 0..12 {
            window.words(panel + 40, 60 + line * 24, 300);
        }
        window.words(20, 40, 120).fill([20, 400, 90, 28], BUTTON);
        window
    }

    fn look(&self) -> Look {
        Look::of(&self.picture)
    }
}

/// A picture of the README, taken from the real window.
fn real(name: &str) -> Picture {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../assets/screenshots")
        .join(name);
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap()))
        .read_info()
        .unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    Picture {
        width: info.width,
        height: info.height,
        rgb,
    }
}

/// The picture, moved right and down by so many pixels.
fn aside(picture: &Picture, right: usize, down: usize) -> Picture {
    let right = std::iter::repeat_n((1, 0), right);
    let moves = right.chain(std::iter::repeat_n((0, 1), down));
    moves.fold(picture.clone(), |picture, (right, down)| {
        moved(&picture, right, down)
    })
}

fn unlike(one: &Picture, other: &Picture) -> Option<Unlike> {
    Look::of(other).unlike(one, Measure::Fine)
}

#[test]
fn a_look_that_is_kept_is_read_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("look.png");
    let picture = real("news-suggestion.png");
    let look = Look::of(&picture);
    look.save(&path).unwrap();
    let kept = Look::read(&path).unwrap();
    assert!(kept.unlike(&picture, Measure::Fine).is_none());
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 12_000, "{size} bytes for one screen");
}

#[test]
fn what_smooths_letters_otherwise_is_no_difference() {
    for name in ["news-suggestion.png", "news-dark.png", "ads-zh-CN.png"] {
        let picture = real(name);
        for (right, down) in [(1, 0), (0, 1), (1, 1)] {
            let found = unlike(&aside(&picture, right, down), &picture);
            assert!(found.is_none(), "{name} {right} {down}: {}", found.unwrap());
        }
        // Noise, and each pixel mixed with the one beside it, as another smoothing does.
        let mut noisy = picture.clone();
        for (at, part) in noisy.rgb.iter_mut().enumerate() {
            let noise = u8::try_from(at * 7919 % 17).unwrap();
            *part = part.saturating_add(noise).saturating_sub(8);
        }
        let found = unlike(&noisy, &picture);
        assert!(found.is_none(), "{name}, noise: {}", found.unwrap());
        let mut soft = picture.clone();
        for (at, part) in soft.rgb.iter_mut().enumerate().skip(3) {
            let sum = u16::from(picture.rgb[at]) + u16::from(picture.rgb[at - 3]);
            *part = u8::try_from(sum / 2).unwrap();
        }
        let found = unlike(&soft, &picture);
        assert!(found.is_none(), "{name}, softer: {}", found.unwrap());
    }
}

#[test]
fn a_missing_icon_is_found_where_it_was() {
    let mut with = Painted::window(180);
    with.icon(120, 300);
    let without = Painted::window(180);
    for (one, other) in [(&with, &without), (&without, &with)] {
        let found = other.look().unlike(&one.picture, Measure::Fine).unwrap();
        let [left, top, right, bottom] = found.at;
        assert!(left >= 114 && top >= 294, "{found}");
        assert!(right <= 144 && bottom <= 324, "{found}");
    }
}

#[test]
fn a_missing_button_word_or_panel_is_found() {
    let whole = Painted::window(180);
    let look = whole.look();
    let mut changed = Painted::window(180);
    changed.fill([20, 400, 90, 28], PANEL);
    assert!(look.unlike(&changed.picture, Measure::Fine).is_some());
    let mut changed = Painted::window(180);
    changed.fill([20, 36, 60, 20], PANEL);
    assert!(look.unlike(&changed.picture, Measure::Fine).is_some());
    let wider = Painted::window(192);
    assert!(look.unlike(&wider.picture, Measure::Fine).is_some());
}

#[test]
fn nothing_of_the_real_window_may_vanish() {
    let picture = real("news-suggestion.png");
    let kept = Look::of(&picture);
    let width = picture.width as usize;
    let mut wiped = 0;
    for top in (8..760).step_by(96) {
        for left in (8..1240).step_by(96) {
            let at = |x: usize, y: usize| (y * width + x) * 3;
            let ground = picture.rgb[at(left, top)..at(left, top) + 3].to_vec();
            let mut changed = picture.clone();
            let mut ink = 0_u32;
            for y in top..top + 24 {
                for x in left..left + 24 {
                    let pixel = &mut changed.rgb[at(x, y)..at(x, y) + 3];
                    ink += u32::from(pixel.iter().zip(&ground).any(|(a, b)| a.abs_diff(*b) > 60));
                    pixel.copy_from_slice(&ground);
                }
            }
            // The thinnest icon has as much.
            if ink < 50 {
                continue;
            }
            wiped += 1;
            let found = kept.unlike(&changed, Measure::Fine);
            assert!(found.is_some(), "{ink} pixels vanish at ({left}, {top})");
        }
    }
    assert!(wiped > 10, "{wiped}");
}

#[test]
fn another_theme_is_found_by_either_measure() {
    let (light, dark) = (real("news-suggestion.png"), real("news-dark.png"));
    for measure in [Measure::Fine, Measure::Coarse] {
        let found = Look::of(&light).unlike(&dark, measure).unwrap();
        assert!(found.share > 0.8, "{found}");
    }
}

#[test]
fn letters_of_another_font_are_another_look_but_the_same_room() {
    let picture = real("news-suggestion.png");
    // Every line is a tenth wider.
    let width = picture.width as usize;
    let mut wider = picture.clone();
    for (at, pixel) in wider.rgb.chunks_exact_mut(3).enumerate() {
        let from = at / width * width + at % width * 10 / 11;
        pixel.copy_from_slice(&picture.rgb[from * 3..from * 3 + 3]);
    }
    assert!(unlike(&wider, &picture).is_some());
    let kept = Look::of(&picture);
    for picture in [&wider, &aside(&picture, 4, 3)] {
        let found = kept.unlike(picture, Measure::Coarse);
        assert!(found.is_none(), "{}", found.unwrap());
    }
    // A page without its side panels is another even so.
    let mut bare = picture.clone();
    for pixel in bare.rgb.chunks_exact_mut(3) {
        pixel.copy_from_slice(&PAPER);
    }
    assert!(kept.unlike(&bare, Measure::Coarse).is_some());
}

#[test]
fn another_size_is_another_look() {
    let look = Painted::window(180).look();
    let smaller = Picture {
        width: 320,
        height: 480,
        rgb: PAPER.repeat(320 * 480),
    };
    let found = look.unlike(&smaller, Measure::Fine).unwrap();
    assert!((found.share - 1.0).abs() < f32::EPSILON);
}
