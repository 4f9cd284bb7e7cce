//! Which backups there are, and which go when there are many.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Moment;
use crate::library::Result;
use crate::lock::beside;

/// Daily backups kept: one for each of so many days, weeks and months that have one.
const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 6;

/// Copies made before a restore that are kept.
const BEFORE_RESTORE: usize = 5;

const MS_A_DAY: i64 = 86_400_000;
const ENDING: &str = ".inkstone";
const UNSOUND: &str = "-unsound";

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupReason {
    /// By itself, once a day.
    Daily,
    /// A person asked for it.
    ByHand,
    /// A newer program was about to change the library's shape.
    BeforeUpdate,
    /// Another backup was about to take the library's place.
    BeforeRestore,
}

impl BackupReason {
    const ALL: [BackupReason; 4] = [
        Self::Daily,
        Self::ByHand,
        Self::BeforeUpdate,
        Self::BeforeRestore,
    ];

    /// As names of files have it.
    fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::ByHand => "by-hand",
            Self::BeforeUpdate => "before-update",
            Self::BeforeRestore => "before-restore",
        }
    }
}

/// A copy of a whole library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// When it was made, in ms since 1970.
    pub made_at: i64,
    /// Why it was made.
    pub reason: BackupReason,
    /// Whether all in it was as it should be when it was made.
    pub sound: bool,
    /// Its size in bytes.
    pub bytes: u64,
    /// How its name begins: the library it is of.
    stem: String,
}

impl Backup {
    /// What a file's name says of it; nothing if it is not the name of a backup.
    pub(super) fn at(path: PathBuf) -> Option<Backup> {
        let name = path.file_name()?.to_str()?;
        let bytes = fs::metadata(&path)
            .ok()
            .filter(fs::Metadata::is_file)?
            .len();
        let (stem, made_at, reason, sound) = of_name(name).or_else(|| before_update(name))?;
        Some(Backup {
            made_at,
            reason,
            sound,
            bytes,
            stem,
            path,
        })
    }
}

/// `library-1a2b3c4d_2026-11-25_12-49-00_daily.inkstone`
fn of_name(name: &str) -> Option<(String, i64, BackupReason, bool)> {
    let mut parts = name.strip_suffix(ENDING)?.rsplitn(4, '_');
    let why = parts.next()?;
    let (time, date) = (parts.next()?, parts.next()?);
    let stem = parts.next()?.to_owned();
    let numbers = |text: &str| -> Option<[i64; 3]> {
        let numbers: Vec<i64> = text.split('-').map_while(|n| n.parse().ok()).collect();
        numbers.try_into().ok()
    };
    let ([year, month, day], [hour, minute, second]) = (numbers(date)?, numbers(time)?);
    let moment = Moment {
        year,
        month,
        day,
        hour,
        minute,
        second,
    };
    // A date that is none would come back as another one.
    if !(1970..=9999).contains(&year) || Moment::of(moment.ms()) != moment {
        return None;
    }
    let (why, sound) = match why.strip_suffix(UNSOUND) {
        Some(why) => (why, false),
        None => (why, true),
    };
    let reason = BackupReason::ALL.into_iter().find(|r| r.name() == why)?;
    Some((stem, moment.ms(), reason, sound))
}

/// `library.inkstone.v5.1795610340999.backup`, as a migration leaves it beside the library.
fn before_update(name: &str) -> Option<(String, i64, BackupReason, bool)> {
    let mut parts = name.strip_suffix(".backup")?.rsplitn(3, '.');
    let made_at = parts.next()?.parse().ok().filter(|ms| *ms >= 0)?;
    let format = parts.next()?.strip_prefix('v')?;
    format.parse::<u32>().ok()?;
    let stem = parts.next()?.to_owned();
    Some((stem, made_at, BackupReason::BeforeUpdate, true))
}

/// Where the backups of a library lie unless another folder was chosen.
pub fn backup_folder_of(library: &Path) -> PathBuf {
    beside(library, "-backups")
}

/// The backups in `folder`, and those that migrations left beside the library, newest first. A
/// folder that is not there has none.
pub fn backups(library: &Path, folder: &Path) -> Result<Vec<Backup>> {
    let mut found = listed(folder)?;
    let beside = super::folder_of(library);
    if beside != folder {
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        let own = |backup: &Backup| {
            backup.reason == BackupReason::BeforeUpdate && backup.stem == name.as_ref()
        };
        found.extend(listed(beside)?.into_iter().filter(own));
    }
    found.sort_by(|a, b| (b.made_at, &b.path).cmp(&(a.made_at, &a.path)));
    Ok(found)
}

fn listed(folder: &Path) -> Result<Vec<Backup>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for entry in entries {
        found.extend(Backup::at(entry?.path()));
    }
    Ok(found)
}

/// A name that no backup has.
pub(super) fn free_name(
    folder: &Path,
    stem: &str,
    now: i64,
    reason: BackupReason,
    sound: bool,
) -> Result<PathBuf> {
    let mut at = now;
    loop {
        let Moment {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = Moment::of(at);
        let (why, unsound) = (reason.name(), if sound { "" } else { UNSOUND });
        let name = format!(
            "{stem}_{year:04}-{month:02}-{day:02}_{hour:02}-{minute:02}-{second:02}_{why}{unsound}{ENDING}"
        );
        let path = folder.join(name);
        if !path.try_exists()? {
            return Ok(path);
        }
        at += 1_000;
    }
}

/// Clears away what a killed program had half copied.
pub(super) fn clear_parts(folder: &Path, stem: &str) -> Result<()> {
    super::remove(&folder.join(format!("{stem}.part")))
}

/// Removes the backups of one library that newer ones stand for.
pub(super) fn thin_out(folder: &Path, stem: &str) -> Result<()> {
    let mut own = listed(folder)?;
    own.retain(|backup| backup.stem == stem);
    own.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    let of = |reason| own.iter().filter(move |backup| backup.reason == reason);
    let daily: Vec<i64> = of(BackupReason::Daily).map(|b| b.made_at).collect();
    let kept = kept(&daily);
    let gone = of(BackupReason::Daily)
        .filter(|backup| !kept.contains(&backup.made_at))
        .chain(of(BackupReason::BeforeRestore).skip(BEFORE_RESTORE));
    for backup in gone {
        fs::remove_file(&backup.path)?;
    }
    Ok(())
}

/// Of these times (newest first), the newest of each of the last days, weeks and months that have
/// one.
fn kept(times: &[i64]) -> BTreeSet<i64> {
    let day = |at: i64| at.div_euclid(MS_A_DAY);
    // 1 January 1970 was a Thursday; weeks begin on Monday.
    let week = |at: i64| (day(at) + 3).div_euclid(7);
    let month = |at: i64| {
        let Moment { year, month, .. } = Moment::of(at);
        year * 12 + month
    };
    let mut kept = BTreeSet::new();
    let periods: [(usize, &dyn Fn(i64) -> i64); 3] =
        [(DAYS, &day), (WEEKS, &week), (MONTHS, &month)];
    for (most, period) in periods {
        let mut seen = BTreeSet::new();
        for &at in times {
            if seen.len() < most && seen.insert(period(at)) {
                kept.insert(at);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_name() {
        let folder = Path::new("/b");
        for reason in BackupReason::ALL {
            for sound in [true, false] {
                let at = 1_795_610_341_000;
                let path = free_name(folder, "my-novel-0a1b2c3d", at, reason, sound).unwrap();
                let name = path.file_name().unwrap().to_str().unwrap();
                let read = of_name(name).unwrap();
                assert_eq!(read, ("my-novel-0a1b2c3d".to_owned(), at, reason, sound));
            }
        }
        let name = "library.inkstone.v5.1795610340999.backup";
        let (stem, at, reason, _) = before_update(name).unwrap();
        assert_eq!((stem.as_str(), at), ("library.inkstone", 1_795_610_340_999));
        assert_eq!(reason, BackupReason::BeforeUpdate);
        for stranger in [
            "library.inkstone",
            "a_2026-02-31_00-00-00_daily.inkstone",
            "a_2026-02-11_25-00-00_daily.inkstone",
            "a_2026-02-11_10-00-00_weekly.inkstone",
            "a_2026-02-11_10-00_daily.inkstone",
            "a_2026-02-11_10-00-00_daily.inkstone.part",
            "2026-02-11_10-00-00_daily.inkstone",
            "a_9999999999999999999-02-11_10-00-00_daily.inkstone",
            "library.v5.x.backup",
            "library.5.7.backup",
        ] {
            assert_eq!(
                of_name(stranger).or(before_update(stranger)),
                None,
                "{stranger}"
            );
        }
    }

    #[test]
    fn a_year_of_days_becomes_seven_days_four_weeks_and_six_months() {
        // 31 December 2026, back through the year, twice a day.
        let last = Moment {
            year: 2026,
            month: 12,
            day: 31,
            hour: 20,
            minute: 0,
            second: 0,
        };
        let times: Vec<i64> = (0..365)
            .flat_map(|day| [0, 1].map(|half| last.ms() - day * MS_A_DAY - half * 3_600_000))
            .collect();
        let kept = kept(&times);
        let days: Vec<String> = kept
            .iter()
            .rev()
            .map(|at| Moment::of(*at).to_string())
            .collect();
        let expected = [
            "12-31", "12-30", "12-29", "12-28", "12-27", "12-26", "12-25", "12-20", "12-13",
            "11-30", "10-31", "09-30", "08-31", "07-31",
        ];
        let expected: Vec<String> = expected
            .iter()
            .map(|day| format!("2026-{day} 20:00 UTC"))
            .collect();
        assert_eq!(days, expected);
    }

    #[test]
    fn thinning_out_day_by_day_keeps_as_much_as_at_once() {
        let mut left: Vec<i64> = Vec::new();
        for day in 0..800_i64 {
            left.insert(0, day * MS_A_DAY);
            let keep = kept(&left);
            left.retain(|at| keep.contains(at));
            assert!(left.len() <= DAYS + WEEKS + MONTHS);
            assert_eq!(left[0], day * MS_A_DAY, "the newest stays");
        }
        assert!(
            *left.last().unwrap() < 700 * MS_A_DAY,
            "months back: {left:?}"
        );
    }
}
