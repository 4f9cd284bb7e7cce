//! Model files that other programs have on this machine. They are read where they lie, and never
//! moved or changed.

use std::{
    fs,
    io::Read as _,
    path::{Component, Path, PathBuf},
};

use serde_json::Value;

use crate::{
    machine::{OtherProgram, ProgramFolder},
    shelf::folders::model_files,
};

/// A manifest or a description is a few kilobytes.
const LARGEST_NOTE: u64 = 1 << 20;
const MOST_MANIFESTS: usize = 1000;

/// A model file, and the program's name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spotted {
    pub name: String,
    pub path: PathBuf,
}

/// The model files in a program's folder, by name; says too whether that was all. Blocks.
pub(super) fn look_in(folder: &ProgramFolder) -> (Vec<Spotted>, bool) {
    let (mut found, whole) = match folder.program {
        OtherProgram::Ollama => ollama(&folder.path),
        OtherProgram::Jan => jan(&folder.path),
        OtherProgram::HuggingFace => snapshots(&folder.path),
        OtherProgram::LmStudio | OtherProgram::Gpt4All => files(&folder.path),
    };
    found.sort_by(|a, b| (a.name.to_lowercase(), &a.path).cmp(&(b.name.to_lowercase(), &b.path)));
    // Two tags of one model are one file.
    found.dedup_by(|b, a| a.path == b.path);
    (found, whole)
}

fn short(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    file.take(LARGEST_NOTE).read_to_string(&mut text).ok()?;
    Some(text)
}

/// `manifests/HOST/NAMESPACE/MODEL/TAG` names a blob; `library` is the namespace of those that have
/// none.
fn ollama(folder: &Path) -> (Vec<Spotted>, bool) {
    let manifests = folder.join("manifests");
    let mut found: Vec<Spotted> = Vec::new();
    let (mut seen, mut whole) = (0, true);
    let mut open = vec![(manifests.clone(), 0)];
    'all: while let Some((place, depth)) = open.pop() {
        let Ok(listed) = fs::read_dir(&place) else {
            continue;
        };
        for one in listed.flatten() {
            seen += 1;
            if seen > MOST_MANIFESTS {
                whole = false;
                break 'all;
            }
            let path = one.path();
            match one.file_type() {
                Ok(kind) if kind.is_dir() && depth < 6 => open.push((path, depth + 1)),
                Ok(kind) if kind.is_file() => {
                    let blob = short(&path).and_then(|text| blob_of(&text));
                    let name = path.strip_prefix(&manifests).ok().and_then(name_of);
                    if let (Some(blob), Some(name)) = (blob, name) {
                        let path = folder.join("blobs").join(blob);
                        found.push(Spotted { name, path });
                    }
                }
                _ => {}
            }
        }
    }
    // Blobs that several tags share stand once, under the first name.
    found.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    found.dedup_by(|b, a| a.path == b.path);
    (found, whole)
}

/// The file name of the blob with the weights, if a manifest has one.
fn blob_of(manifest: &str) -> Option<String> {
    let manifest: Value = serde_json::from_str(manifest).ok()?;
    let mut layers = manifest["layers"].as_array()?.iter();
    let model = layers.find(|layer| layer["mediaType"] == "application/vnd.ollama.image.model")?;
    let (kind, sum) = model["digest"].as_str()?.split_once([':', '-'])?;
    // It becomes a part of a path.
    let sound = kind == "sha256" && sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit());
    sound.then(|| format!("sha256-{sum}"))
}

/// `llama3.2:1b` for `HOST/library/llama3.2/1b`, and with its namespace or host where it is another.
fn name_of(manifest: &Path) -> Option<String> {
    let parts: Vec<&str> = manifest
        .components()
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (tag, rest) = parts.split_last()?;
    let (model, before) = rest.split_last()?;
    Some(match before.last() {
        Some(namespace) if *namespace != "library" => format!("{namespace}/{model}:{tag}"),
        _ => format!("{model}:{tag}"),
    })
}

/// Files, named by what stands on the disk.
fn files(folder: &Path) -> (Vec<Spotted>, bool) {
    let (paths, whole) = model_files(folder);
    let spotted = paths.into_iter().filter_map(|path| {
        let name = path.file_stem()?.to_str()?.to_owned();
        Some(Spotted { name, path })
    });
    // What sees is no model that writes.
    (spotted.filter(|one| !is_eye(&one.name)).collect(), whole)
}

/// A file that goes with a model and lets it see.
fn is_eye(name: &str) -> bool {
    name.to_ascii_lowercase().contains("mmproj")
}

/// `MODEL/model.yml` names a file, by `model_path`, which may lie elsewhere.
fn jan(folder: &Path) -> (Vec<Spotted>, bool) {
    let (mut found, whole) = files(folder);
    for place in ["llamacpp/models", "models"] {
        let Ok(listed) = fs::read_dir(folder.join(place)) else {
            continue;
        };
        for one in listed.flatten().take(MOST_MANIFESTS) {
            let Some(text) = short(&one.path().join("model.yml")) else {
                continue;
            };
            let Some(path) = field(&text, "model_path") else {
                continue;
            };
            // Relative to the data folder; a whole path stays what it is.
            let path = folder.join(path);
            let own = one.file_name().to_string_lossy().into_owned();
            let name = field(&text, "name").unwrap_or(own);
            if !path.is_file() {
                continue;
            }
            match found.iter_mut().find(|known| known.path == path) {
                Some(known) => known.name = name,
                None => found.push(Spotted { name, path }),
            }
        }
    }
    (found, whole)
}

/// A field of a flat YAML file. No more of YAML is wanted.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.trim_start();
        rest.strip_prefix(':')
    })?;
    let value = line.trim().trim_matches(['"', '\'']);
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

/// `models--OWNER--REPOSITORY/snapshots/REVISION/FILE`; of several revisions the files are links to
/// the same blobs, or other ones.
fn snapshots(folder: &Path) -> (Vec<Spotted>, bool) {
    let (paths, whole) = model_files(folder);
    let mut found: Vec<(PathBuf, Spotted)> = Vec::new();
    for path in paths {
        let Ok(inside) = path.strip_prefix(folder) else {
            continue;
        };
        let repository = inside
            .components()
            .next()
            .and_then(|part| part.as_os_str().to_str())
            .and_then(|part| part.strip_prefix("models--"));
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let (Some(repository), Some(stem)) = (repository, stem) else {
            continue;
        };
        if is_eye(stem) {
            continue;
        }
        let blob = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !found.iter().any(|(known, _)| *known == blob) {
            let repository = repository.replacen("--", "/", 1);
            let name = format!("{repository}: {stem}");
            found.push((blob, Spotted { name, path }));
        }
    }
    (found.into_iter().map(|(_, one)| one).collect(), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn look(program: OtherProgram, path: &Path) -> Vec<(String, PathBuf)> {
        let path = path.to_owned();
        let (found, whole) = look_in(&ProgramFolder { program, path });
        assert!(whole);
        found.into_iter().map(|one| (one.name, one.path)).collect()
    }

    #[test]
    fn manifests_lead_to_blobs() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (one, two) = ("a1".repeat(32), "b2".repeat(32));
        let manifest = |sum: &str| {
            format!(
                r#"{{"schemaVersion": 2, "layers": [
                    {{"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:00"}},
                    {{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:{sum}"}}]}}"#
            )
        };
        let host = at.join("manifests/hub.example");
        write(&host.join("library/llama3.2/1b"), &manifest(&one));
        write(&host.join("library/llama3.2/latest"), &manifest(&one));
        write(&host.join("mei/写手/q4"), &manifest(&two));
        // What is no manifest, and one that leads out of the folder.
        write(&host.join("library/bad/json"), "{");
        write(
            &host.join("library/bad/path"),
            &manifest("../../../../etc/passwd"),
        );
        let none = r#"{"layers": [{"mediaType": "application/vnd.ollama.image.adapter"}]}"#;
        write(&host.join("library/bad/none"), none);
        let blob = |sum: &str| at.join("blobs").join(format!("sha256-{sum}"));
        let expected = [
            ("llama3.2:1b".to_owned(), blob(&one)),
            ("mei/写手:q4".to_owned(), blob(&two)),
        ];
        assert_eq!(look(OtherProgram::Ollama, at), expected);
        assert!(look(OtherProgram::Ollama, &at.join("nowhere")).is_empty());
    }

    #[test]
    fn files_in_folders_and_what_only_sees() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        write(&at.join("qwen/Qwen-GGUF/qwen-q4.gguf"), "x");
        write(&at.join("qwen/Qwen-GGUF/mmproj-qwen.gguf"), "x");
        write(&at.join("qwen/Qwen-GGUF/README.md"), "x");
        write(&at.join(".hidden.gguf"), "x");
        let expected = [("qwen-q4".to_owned(), at.join("qwen/Qwen-GGUF/qwen-q4.gguf"))];
        assert_eq!(look(OtherProgram::LmStudio, at), expected);
        assert_eq!(look(OtherProgram::Gpt4All, at), expected);
    }

    #[test]
    fn a_description_names_a_file_here_or_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("data");
        let away = folder.path().join("away.gguf");
        fs::write(&away, "x").unwrap();
        let models = at.join("llamacpp/models");
        write(&models.join("one/model.gguf"), "x");
        let own = "model_path: llamacpp/models/one/model.gguf\nname: One 7B\nsize_bytes: 1\n";
        write(&models.join("one/model.yml"), own);
        let other = format!("name: 'Two'\nmodel_path: \"{}\"\n", away.display());
        write(&models.join("two/model.yml"), &other);
        write(&models.join("three/model.yml"), "model_path: gone.gguf\n");
        let expected = [
            ("One 7B".to_owned(), models.join("one/model.gguf")),
            ("Two".to_owned(), away),
        ];
        assert_eq!(look(OtherProgram::Jan, &at), expected);
    }

    #[cfg(unix)]
    #[test]
    fn snapshots_are_links_and_a_blob_stands_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let repository = at.join("models--acme--Writer-GGUF");
        write(&repository.join("blobs/b1"), "x");
        for revision in ["r1", "r2"] {
            let link = repository
                .join("snapshots")
                .join(revision)
                .join("writer.gguf");
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(repository.join("blobs/b1"), &link).unwrap();
        }
        // A link that leads round in a circle is not followed.
        std::os::unix::fs::symlink(&repository, repository.join("snapshots/loop")).unwrap();
        let path = repository.join("snapshots/r1/writer.gguf");
        let expected = [("acme/Writer-GGUF: writer".to_owned(), path)];
        assert_eq!(look(OtherProgram::HuggingFace, at), expected);
    }
}
