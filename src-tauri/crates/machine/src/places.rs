use inkstone_studio::Libraries;
use std::{
    env, fmt,
    path::{Path, PathBuf},
};

/// Names another library file, for a portable installation and for tests.
pub const LIBRARY_VARIABLE: &str = "INKSTONE_LIBRARY";

const FOLDER: &str = "inkstone";
const LIBRARY: &str = "library.inkstone";
const MODELS: &str = "models";
const MEMORY: &str = "libraries.json";

/// Where the studio's files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The library file.
    pub library: PathBuf,
    /// The folder of the program's own model files, beside the library.
    pub models: PathBuf,
    /// The file that remembers which library was chosen in the window; none where the library was
    /// named otherwise.
    pub memory: Option<PathBuf>,
}

/// The machine names no folder for a program's data, and nobody named a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDataFolder;

impl fmt::Display for NoDataFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no folder for data: HOME is not set, and {LIBRARY_VARIABLE} names no library"
        )
    }
}

impl std::error::Error for NoDataFolder {}

impl Places {
    /// The library that `chosen` names, else the one of `INKSTONE_LIBRARY`, else the one that was
    /// chosen in the window, else the person's own in the folder that the system has for data
    /// (`$XDG_DATA_HOME/inkstone` on Linux).
    ///
    /// # Errors
    /// When none of these is known.
    pub fn find(chosen: Option<&Path>) -> Result<Self, NoDataFolder> {
        let named = env::var_os(LIBRARY_VARIABLE).map(PathBuf::from);
        let memory = dirs::config_dir().map(|folder| folder.join(FOLDER).join(MEMORY));
        Self::among(chosen, named, memory, dirs::data_dir())
    }

    /// The folder of the program's own model files for a library.
    pub fn models_beside(library: &Path) -> PathBuf {
        library.with_file_name(MODELS)
    }

    fn among(
        chosen: Option<&Path>,
        named: Option<PathBuf>,
        memory: Option<PathBuf>,
        data: Option<PathBuf>,
    ) -> Result<Self, NoDataFolder> {
        let named = chosen
            .map(Path::to_path_buf)
            .or(named.filter(|path| !path.as_os_str().is_empty()));
        let memory = memory.filter(|_| named.is_none());
        let library = named
            .or_else(|| {
                memory
                    .as_deref()
                    .and_then(|file| Libraries::recall(file).chosen)
            })
            .or_else(|| data.map(|folder| folder.join(FOLDER).join(LIBRARY)))
            .ok_or(NoDataFolder)?;
        // The window's working folder is anyone's guess, so a relative path is settled here.
        let library = std::path::absolute(&library).unwrap_or(library);
        let models = Self::models_beside(&library);
        Ok(Self {
            library,
            models,
            memory,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<PathBuf> {
        Some(PathBuf::from(text))
    }

    #[test]
    fn what_is_chosen_goes_before_what_is_named_before_the_persons_own() {
        let library = |chosen: Option<&Path>, named| {
            Places::among(chosen, named, None, path("/home/mei/data")).map(|places| places.library)
        };
        let chosen = Path::new("/a/one");
        assert_eq!(library(Some(chosen), path("/b/two")), Ok("/a/one".into()));
        assert_eq!(library(None, path("/b/two")), Ok("/b/two".into()));
        let own = Ok("/home/mei/data/inkstone/library.inkstone".into());
        assert_eq!(library(None, None), own);
        assert_eq!(library(None, path("")), own);
        assert_eq!(Places::among(None, None, None, None), Err(NoDataFolder));
    }

    #[test]
    fn a_library_chosen_in_the_window_is_found_unless_another_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let memory = folder.path().join("libraries.json");
        std::fs::write(&memory, r#"{"chosen": "/c/three", "recent": []}"#).unwrap();
        let among = |named| Places::among(None, named, Some(memory.clone()), path("/d")).unwrap();
        let places = among(None);
        assert_eq!(places.library, PathBuf::from("/c/three"));
        assert_eq!(places.memory, Some(memory.clone()));
        let places = among(path("/b/two"));
        assert_eq!((places.library, places.memory), ("/b/two".into(), None));
    }

    #[test]
    fn models_lie_beside_the_library_and_paths_are_whole() {
        let places = Places::among(Some(Path::new("novel.inkstone")), None, None, None).unwrap();
        assert!(places.library.is_absolute() && places.library.ends_with("novel.inkstone"));
        assert_eq!(places.models, places.library.with_file_name("models"));
    }
}
