//! Where keys are kept on this machine: for the session, in the system's keychain, or in a file
//! that a passphrase opens.
//!
//! Beside them lies `keys.json`, which says of each model where its key is and never what it is,
//! so that a list of models asks no keychain and no passphrase.

mod index;
mod keychain;
mod sealed;

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use inkstone_generation::Secret;
use inkstone_studio::{KeyError, KeyFileState, KeyPlace, KeychainState, Secrets, SessionSecrets};
use zeroize::Zeroizing;

use index::Index;
pub use sealed::Cost;
use sealed::{Keys, Sealer, unseal};

/// `off` leaves the system's keychain alone, for machines and tests that have nobody who could
/// answer it.
pub const KEYCHAIN_VARIABLE: &str = "INKSTONE_KEYCHAIN";

const FOLDER: &str = "inkstone";
const SEALED: &str = "keys.sealed";
const LOCK: &str = "keys.lock";
/// Fewer characters are found by trying, whatever a try costs.
const SHORTEST: usize = 8;

/// Keeps keys where the person wants them.
pub struct KeptKeys {
    folder: Option<PathBuf>,
    keychain: bool,
    cost: Cost,
    session: SessionSecrets,
    /// What opens the file, while it is open.
    sealer: Mutex<Option<Sealer>>,
    /// Stands for `keys.json` where there is no folder.
    unkept: Mutex<Index>,
}

impl KeptKeys {
    /// Those of the person: in the folder that the system has for settings
    /// (`$XDG_CONFIG_HOME/inkstone` on Linux), and in the keychain unless `INKSTONE_KEYCHAIN` is
    /// `off`.
    pub fn of_person() -> Self {
        let off = env::var(KEYCHAIN_VARIABLE).is_ok_and(|value| value == "off");
        let folder = dirs::config_dir().map(|folder| folder.join(FOLDER));
        Self::new(folder, !off, Cost::USUAL)
    }

    /// In a folder, with or without the keychain. `cost` is that of new files.
    pub fn new(folder: Option<PathBuf>, keychain: bool, cost: Cost) -> Self {
        Self {
            folder,
            keychain,
            cost,
            session: SessionSecrets::default(),
            sealer: Mutex::default(),
            unkept: Mutex::default(),
        }
    }

    fn sealer(&self) -> MutexGuard<'_, Option<Sealer>> {
        self.sealer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder(&self) -> Result<&Path, KeyError> {
        self.folder.as_deref().ok_or(KeyError::NoFile)
    }

    fn sealed_path(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(SEALED))
    }

    fn index(&self) -> Index {
        match &self.folder {
            Some(folder) => Index::read(folder),
            None => lock(&self.unkept).clone(),
        }
    }

    /// Changes the index, with nobody else in between.
    fn change_index(&self, change: impl FnOnce(&mut Index)) -> Result<(), KeyError> {
        let Some(folder) = &self.folder else {
            change(&mut lock(&self.unkept));
            return Ok(());
        };
        let _alone = alone(folder)?;
        let mut index = Index::read(folder);
        let before = index.clone();
        change(&mut index);
        match index == before {
            true => Ok(()),
            false => index.write(folder),
        }
    }

    /// The keys in the open file.
    fn sealed_keys(&self) -> Result<Keys, KeyError> {
        let path = self.sealed_path().ok_or(KeyError::NoFile)?;
        let file = read(&path)?.ok_or(KeyError::NoFile)?;
        let mut sealer = self.sealer();
        let opened = match &*sealer {
            Some(sealer) => sealer.open(&file),
            None => Err(KeyError::FileLocked),
        };
        if opened.as_ref().err() == Some(&KeyError::FileLocked) {
            *sealer = None;
        }
        opened
    }

    /// Changes what the open file holds, with nobody else in between.
    fn change_sealed(&self, change: impl FnOnce(&mut Keys)) -> Result<(), KeyError> {
        let folder = self.folder()?;
        let _alone = alone(folder)?;
        let mut keys = self.sealed_keys()?;
        change(&mut keys);
        match &*self.sealer() {
            Some(sealer) => put(&folder.join(SEALED), &sealer.seal(&keys)?),
            None => Err(KeyError::FileLocked),
        }
    }

    /// Takes a key out of all places but one.
    fn leave_only(&self, id: &str, kept: Option<KeyPlace>) -> Result<(), KeyError> {
        let before = self.index().place(id);
        if kept != Some(KeyPlace::Session) {
            self.session.remove(id)?;
        }
        let moved = before != kept;
        let forget = moved && before == Some(KeyPlace::File) && {
            let taken = self.change_sealed(|keys| keys.remove(id));
            // What can't be taken out now is taken out as soon as someone opens the file.
            !matches!(taken, Ok(()) | Err(KeyError::NoFile))
        };
        self.change_index(|index| index.put(id, kept, forget))?;
        match before {
            Some(KeyPlace::Keychain) if moved => keychain::remove(id),
            _ => Ok(()),
        }
    }
}

impl Secrets for KeptKeys {
    fn place(&self, model_id: &str) -> Option<KeyPlace> {
        let session = self.session.place(model_id);
        session.or_else(|| self.index().place(model_id))
    }

    fn get(&self, model_id: &str) -> Result<Option<Secret>, KeyError> {
        match self.place(model_id) {
            None => Ok(None),
            Some(KeyPlace::Session) => self.session.get(model_id),
            Some(KeyPlace::Keychain) if !self.keychain => Err(off()),
            Some(KeyPlace::Keychain) => keychain::get(model_id).map(Some),
            Some(KeyPlace::File) => Ok(self.sealed_keys()?.get(model_id).map(Secret::new)),
        }
    }

    fn set(&self, model_id: &str, key: &Secret, place: KeyPlace) -> Result<(), KeyError> {
        match place {
            KeyPlace::Session => self.session.set(model_id, key, place)?,
            KeyPlace::Keychain if !self.keychain => return Err(off()),
            KeyPlace::Keychain => keychain::set(model_id, key)?,
            KeyPlace::File => self.change_sealed(|keys| keys.set(model_id, key.expose()))?,
        }
        self.leave_only(model_id, Some(place))
    }

    fn remove(&self, model_id: &str) -> Result<(), KeyError> {
        self.leave_only(model_id, None)
    }

    fn keychain(&self) -> KeychainState {
        match self.keychain {
            true => keychain::state(),
            false => KeychainState::Off,
        }
    }

    fn file(&self) -> KeyFileState {
        match self.sealed_path() {
            None => KeyFileState::Nowhere,
            Some(path) if !path.exists() => KeyFileState::None,
            Some(_) if self.sealer().is_some() => KeyFileState::Open,
            Some(_) => KeyFileState::Locked,
        }
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), KeyError> {
        let path = self.sealed_path().ok_or(KeyError::NoFile)?;
        let file = read(&path)?.ok_or(KeyError::NoFile)?;
        let (sealer, keys) = unseal(&file, passphrase.expose())?;
        *self.sealer() = Some(sealer);
        let forget: Vec<String> = self.index().forgotten().map(str::to_owned).collect();
        if forget.iter().any(|id| keys.get(id).is_some()) {
            self.change_sealed(|keys| forget.iter().for_each(|id| keys.remove(id)))?;
        }
        let there: Vec<&str> = keys
            .ids()
            .filter(|id| !forget.iter().any(|gone| gone == id))
            .collect();
        self.change_index(|index| index.opened(&there))
    }

    fn lock(&self) {
        *self.sealer() = None;
    }

    fn seal(&self, passphrase: &Secret) -> Result<(), KeyError> {
        if passphrase.expose().chars().count() < SHORTEST {
            return Err(KeyError::ShortPassphrase { least: SHORTEST });
        }
        let folder = self.folder()?;
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        // Before the lock: it takes its time.
        let new = Sealer::new(passphrase.expose(), self.cost)?;
        let _alone = alone(folder)?;
        let keys = match self.sealed_keys() {
            Err(KeyError::NoFile) => Keys::default(),
            keys => keys?,
        };
        put(&folder.join(SEALED), &new.seal(&keys)?)?;
        *self.sealer() = Some(new);
        Ok(())
    }

    fn discard_file(&self) -> Result<(), KeyError> {
        let folder = self.folder()?;
        let path = folder.join(SEALED);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&path, &error));
            }
            _ => {}
        }
        *self.sealer() = None;
        self.change_index(Index::file_gone)
    }
}

fn off() -> KeyError {
    KeyError::NoKeychain(format!("{KEYCHAIN_VARIABLE} is off"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(path: &Path, error: &io::Error) -> KeyError {
    KeyError::File {
        path: path.to_string_lossy().into_owned(),
        detail: error.to_string(),
    }
}

/// Keeps other programs of ours out for as long as it lives.
fn alone(folder: &Path) -> Result<fs::File, KeyError> {
    let path = folder.join(LOCK);
    let locked = || {
        fs::create_dir_all(folder)?;
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        file.lock()?;
        Ok(file)
    };
    locked().map_err(|error| failed(&path, &error))
}

/// A file, if it is there.
fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    match fs::metadata(path) {
        Ok(meta) if meta.len() > sealed::LONGEST as u64 => {
            return Err(KeyError::FileDamaged("its length is wrong"));
        }
        _ => {}
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Puts a file in the place of another, whole or not at all, for the person's eyes only.
fn put(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let part = path.with_extension(format!("part{}", std::process::id()));
    let write = || {
        let mut options = fs::File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        if let Some(folder) = path.parent().filter(|_| cfg!(unix)) {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&part);
        failed(path, &error)
    })
}

#[cfg(test)]
mod tests;
