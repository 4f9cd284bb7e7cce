use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
};

use inkstone_studio::machine::{Machine, Memory, OtherProgram, ProgramFolder};

/// This machine, as far as models are concerned.
#[derive(Debug, Default)]
pub struct ThisMachine {
    cores: OnceLock<u32>,
}

impl Machine for ThisMachine {
    fn memory(&self) -> Option<Memory> {
        memory(&fs::read_to_string("/proc/meminfo").ok()?)
    }

    fn cores(&self) -> u32 {
        *self.cores.get_or_init(|| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            u32::try_from(cores).unwrap_or(u32::MAX)
        })
    }

    fn free_space(&self, folder: &Path) -> Option<u64> {
        // A folder that is not made yet lies where the next one above does.
        let there = folder.ancestors().find(|folder| folder.exists())?;
        free(there)
    }

    fn programs(&self) -> Vec<ProgramFolder> {
        let home = dirs::home_dir();
        let data = dirs::data_dir();
        folders(&|name| env::var_os(name).map(PathBuf::from), home, data)
    }
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// What Linux says of its memory.
fn memory(meminfo: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        kib.checked_mul(1024)
    };
    let total = bytes("MemTotal:")?;
    let free = bytes("MemAvailable:")?.min(total);
    Some(Memory { total, free })
}

/// Where programs keep models by what they say of themselves: their variables first, then the usual
/// places of all systems, since one that is not there costs nothing.
fn folders(
    variable: &dyn Fn(&str) -> Option<PathBuf>,
    home: Option<PathBuf>,
    data: Option<PathBuf>,
) -> Vec<ProgramFolder> {
    use OtherProgram::{Gpt4All, HuggingFace, Jan, LmStudio, Ollama};
    let named = |name: &str| variable(name).filter(|path| path.is_absolute());
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let in_data = |path: &str| data.as_ref().map(|data| data.join(path));
    let cache = named("XDG_CACHE_HOME").or_else(|| in_home(".cache"));
    let in_cache = |path: &str| cache.as_ref().map(|cache| cache.join(path));
    let local = env_local(variable);
    let all = [
        (Ollama, named("OLLAMA_MODELS")),
        (Ollama, in_home(".ollama/models")),
        // As a service of the system.
        (Ollama, Some("/usr/share/ollama/.ollama/models".into())),
        (Ollama, Some("/var/lib/ollama/models".into())),
        (LmStudio, in_home(".lmstudio/models")),
        (LmStudio, in_home(".cache/lm-studio/models")),
        (Jan, in_data("Jan/data")),
        (Jan, in_home("jan")),
        (Gpt4All, in_data("nomic.ai/GPT4All")),
        (Gpt4All, local.map(|local| local.join("nomic.ai/GPT4All"))),
        (Gpt4All, in_cache("gpt4all")),
        (HuggingFace, named("HF_HUB_CACHE")),
        (HuggingFace, named("HF_HOME").map(|home| home.join("hub"))),
        (HuggingFace, in_cache("huggingface/hub")),
    ];
    let mut folders: Vec<ProgramFolder> = Vec::new();
    for (program, path) in all {
        if let Some(path) = path
            && !folders.iter().any(|known| known.path == path)
        {
            folders.push(ProgramFolder { program, path });
        }
    }
    folders
}

/// Where Windows keeps what does not roam.
fn env_local(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    variable("LOCALAPPDATA").filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_answer_is_understood() {
        let text = "MemTotal:       24576000 kB\nMemFree: 9 kB\nMemAvailable:    1048576 kB\n";
        let expected = Memory {
            total: 24_576_000 << 10,
            free: 1 << 30,
        };
        assert_eq!(memory(text), Some(expected));
        assert_eq!(memory("MemTotal: 1 kB\n"), None);
        let here = ThisMachine::default();
        assert!(here.cores() >= 1);
        let nowhere = env::temp_dir().join("not/made/yet");
        assert_eq!(here.free_space(&nowhere).is_some(), cfg!(unix));
    }

    #[test]
    fn what_a_program_was_told_goes_before_its_usual_place() {
        let variable = |name: &str| match name {
            "OLLAMA_MODELS" => Some(PathBuf::from("/big/ollama")),
            "HF_HOME" => Some(PathBuf::from("/home/mei/.cache/huggingface")),
            // A relative path means another place for each program.
            "HF_HUB_CACHE" => Some(PathBuf::from("hub")),
            _ => None,
        };
        let found = folders(
            &variable,
            Some("/home/mei".into()),
            Some("/home/mei/.local/share".into()),
        );
        let of = |program| -> Vec<&str> {
            let own = found.iter().filter(|folder| folder.program == program);
            own.filter_map(|folder| folder.path.to_str()).collect()
        };
        assert_eq!(
            of(OtherProgram::Ollama)[..2],
            ["/big/ollama", "/home/mei/.ollama/models"]
        );
        assert_eq!(
            of(OtherProgram::Jan),
            ["/home/mei/.local/share/Jan/data", "/home/mei/jan"]
        );
        // Named twice, it is looked at once.
        assert_eq!(
            of(OtherProgram::HuggingFace),
            ["/home/mei/.cache/huggingface/hub"]
        );
        assert!(folders(&|_| None, None, None).len() <= 2);
    }
}
