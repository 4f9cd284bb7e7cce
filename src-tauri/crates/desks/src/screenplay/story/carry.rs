//! Which beats a scene carries.

use std::collections::BTreeSet;

use inkstone_manuscript::count::is_han;

use super::{Beat, Entry};

/// How much the place counts beside the words: enough to decide where no word is shared.
const PLACE: f64 = 0.15;
/// A scene without a synopsis speaks for itself; its beginning is enough.
const OPENING: usize = 600;

/// For each scene the beats it carries, as places in `beats`.
///
/// Scenes keep the order of the beats. Each is laid to one beat so that the words shared are the
/// most in all (dynamic programming over both orders); a beat that is left over goes to the
/// neighbour that shares more with it. So every beat is carried, if there is a scene at all.
pub(super) fn carried(text: &str, beats: &[Beat], entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); entries.len()];
    if beats.is_empty() || entries.is_empty() {
        return out;
    }
    let beat_words: Vec<_> = beats.iter().map(|b| words(&b.text)).collect();
    let scene_words: Vec<_> = entries
        .iter()
        .map(|entry| {
            if entry.synopsis.is_empty() {
                let end = text.floor_char_boundary(
                    entry.text_range.end.min(entry.text_range.start + OPENING),
                );
                words(&text[entry.text_range.start..end.max(entry.text_range.start)])
            } else {
                words(&entry.synopsis)
            }
        })
        .collect();
    let score: Vec<Vec<f64>> = scene_words
        .iter()
        .enumerate()
        .map(|(i, scene)| {
            beat_words
                .iter()
                .enumerate()
                .map(|(j, beat)| {
                    let along = share(i, entries.len()) - share(j, beats.len());
                    alike(scene, beat) + PLACE * (1.0 - along.abs())
                })
                .collect()
        })
        .collect();
    let assigned = in_order(&score);
    for (scene, beat) in assigned.iter().enumerate() {
        out[scene].push(*beat);
    }
    for beat in (0..beats.len()).filter(|b| !assigned.contains(b)) {
        let before = assigned.iter().rposition(|a| *a < beat);
        let after = assigned.iter().position(|a| *a > beat);
        let best = match (before, after) {
            (Some(a), Some(b)) if score[b][beat] > score[a][beat] => b,
            (Some(a), _) => a,
            (None, Some(b)) => b,
            (None, None) => continue,
        };
        out[best].push(beat);
        out[best].sort_unstable();
    }
    out
}

#[allow(clippy::cast_precision_loss, reason = "scenes are few")]
fn share(at: usize, of: usize) -> f64 {
    (at as f64 + 0.5) / of as f64
}

/// The best beat for each scene, never going back.
fn in_order(score: &[Vec<f64>]) -> Vec<usize> {
    let beats = score.first().map_or(0, Vec::len);
    // For each scene and beat: the best sum with this scene at or before this beat, and where.
    let mut best: Vec<Vec<(f64, usize)>> = Vec::with_capacity(score.len());
    for (scene, row) in score.iter().enumerate() {
        let mut line: Vec<(f64, usize)> = Vec::with_capacity(beats);
        for (beat, own) in row.iter().enumerate() {
            let before = if scene == 0 {
                0.0
            } else {
                best[scene - 1][beat].0
            };
            let here = (before + own, beat);
            line.push(match line.last() {
                Some(last) if last.0 >= here.0 => *last,
                _ => here,
            });
        }
        best.push(line);
    }
    let mut out = vec![0; score.len()];
    let mut most = beats.saturating_sub(1);
    for scene in (0..score.len()).rev() {
        out[scene] = best[scene][most].1;
        most = out[scene];
    }
    out
}

/// What is shared, against what there is (Dice).
#[allow(clippy::cast_precision_loss, reason = "words of a sentence are few")]
fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let shared = a.intersection(b).count();
    2.0 * shared as f64 / (a.len() + b.len()) as f64
}

/// Words of more than two letters, and pairs of neighbouring Han characters.
fn words(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut word = String::new();
    let mut last = None;
    for c in text.chars().chain([' ']) {
        if is_han(c) {
            if let Some(before) = last {
                out.insert([before, c].iter().collect());
            }
            last = Some(c);
        } else {
            last = None;
        }
        if c.is_alphanumeric() && !is_han(c) {
            word.extend(c.to_lowercase());
        } else if !word.is_empty() {
            if word.chars().count() > 2 {
                // Enough of a stem that `hides` and `hide` meet.
                out.insert(word.chars().take(5).collect());
            }
            word.clear();
        }
    }
    out
}
