use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use inkstone_generation::FinishReason;
use serde_json::{Value, json};

use crate::{
    machine::{Machine, Memory, OtherProgram, ProgramFolder},
    tests::world::{Step, World, say},
};

struct Fake {
    programs: Vec<ProgramFolder>,
    free: u64,
}

impl Machine for Fake {
    fn memory(&self) -> Option<Memory> {
        Some(Memory {
            total: 16 << 30,
            free: 9 << 30,
        })
    }

    fn cores(&self) -> u32 {
        4
    }

    fn free_space(&self, _: &Path) -> Option<u64> {
        Some(self.free)
    }

    fn programs(&self) -> Vec<ProgramFolder> {
        self.programs.clone()
    }
}

fn world() -> World {
    World::new(|_| Vec::new())
}

fn file(path: &Path, bytes: &str) -> String {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    path.to_string_lossy().into_owned()
}

async fn names(world: &World) -> Vec<String> {
    let models = world.call("models", json!({})).await.unwrap();
    let models = models.as_array().unwrap().iter();
    models
        .map(|model| model["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn model(world: &World, name: &str) -> Value {
    let models = world.call("models", json!({})).await.unwrap();
    let models = models.as_array().unwrap();
    models
        .iter()
        .find(|model| model["name"] == name)
        .cloned()
        .unwrap()
}

async fn folders(world: &World) -> Value {
    world.call("model_folders", json!({})).await.unwrap()
}

#[tokio::test]
async fn what_lies_in_a_folder_comes_onto_the_shelf_and_goes_with_it() {
    let world = world();
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    file(&at.join("a.gguf"), "one");
    file(&at.join("deep/er/b.gguf"), "two");
    file(&at.join("same.gguf"), "one");
    file(&at.join("broken.gguf"), "x");
    file(&at.join("notes.txt"), "x");
    let path = json!({ "path": at.to_string_lossy() });
    let listed = world.call("add_model_folder", path.clone()).await.unwrap();
    assert_eq!(names(&world).await[1..], ["a", "b"]);
    let folder = &listed[1];
    assert_eq!(folder["models"].as_array().unwrap().len(), 2);
    let unreadable = &folder["unreadable"][0];
    assert_eq!(unreadable["error"]["code"], "model_broken");
    assert!(
        unreadable["path"]
            .as_str()
            .unwrap()
            .ends_with("broken.gguf")
    );
    let double = &folder["doubles"][0];
    assert!(double["path"].as_str().unwrap().ends_with("same.gguf"));
    assert!(double["same_as"].as_str().unwrap().ends_with("a.gguf"));

    // What comes later comes by itself, and what is taken off stays off.
    file(&at.join("c.gguf"), "three");
    let a = model(&world, "a").await["id"].clone();
    world
        .call("remove_model", json!({ "id": a }))
        .await
        .unwrap();
    folders(&world).await;
    assert_eq!(names(&world).await[1..], ["b", "c", "same"]);
    // What vanishes is said, and no more is done about it.
    fs::remove_file(at.join("c.gguf")).unwrap();
    folders(&world).await;
    let gone = model(&world, "c").await;
    assert_eq!(gone["disk"]["missing"], true);
    assert_eq!(gone["disk"]["folder"], json!(at.to_string_lossy()));
    assert_eq!(model(&world, "b").await["disk"]["missing"], false);

    // Another run of the program knows the folder.
    let again = World::again(world);
    assert_eq!(
        folders(&again).await[1]["path"],
        json!(at.to_string_lossy())
    );
    let listed = again
        .call("remove_model_folder", path.clone())
        .await
        .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(names(&again).await.len(), 1);
    assert!(at.join("deep/er/b.gguf").exists());
    // Named anew, all of it is there again.
    again.call("add_model_folder", path).await.unwrap();
    assert_eq!(names(&again).await[1..], ["a", "b"]);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_refused() {
    let world = world();
    let nowhere = json!({ "path": world.folder.path().join("no") });
    let error = world.call("add_model_folder", nowhere.clone()).await;
    assert_eq!(error.unwrap_err().code, "file_unreadable");
    let error = world.call("remove_model_folder", nowhere).await;
    assert_eq!(error.unwrap_err().code, "not_found");
}

#[tokio::test]
async fn files_of_other_programs_are_used_where_they_lie() {
    let world = world();
    let place = tempfile::tempdir().unwrap();
    let at = place.path().join("GPT4All");
    let path = file(&at.join("writer.gguf"), "one");
    file(&at.join("broken.gguf"), "x");
    // Without a machine nothing is known of other programs.
    assert_eq!(
        world.call("find_models", json!({})).await.unwrap(),
        json!([])
    );
    world.studio.use_machine(Arc::new(Fake {
        programs: vec![
            ProgramFolder {
                program: OtherProgram::Gpt4All,
                path: at.clone(),
            },
            ProgramFolder {
                program: OtherProgram::Ollama,
                path: PathBuf::from("/nowhere/at/all"),
            },
        ],
        free: u64::MAX,
    }));
    let found = world.call("find_models", json!({})).await.unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(
        (&found[0]["program"], &found[0]["name"]),
        (&json!("gpt4all"), &json!("GPT4All"))
    );
    let models = found[0]["models"].as_array().unwrap();
    assert_eq!(models[0]["error"]["code"], "model_broken");
    assert_eq!(models[1]["fit"], "fits");
    assert_eq!(models[1]["on_shelf"], Value::Null);
    let add = json!({ "path": path, "name": "Their Writer", "program": "gpt4all" });
    let added = world.call("add_found", add).await.unwrap();
    assert_eq!(
        (&added["name"], &added["disk"]["program"]),
        (&json!("Their Writer"), &json!("GPT4All"))
    );
    let found = world.call("find_models", json!({})).await.unwrap();
    assert_eq!(found[0]["models"][1]["on_shelf"], added["id"]);
    // Taken off the shelf, the file stays with its program.
    world
        .call("remove_model", json!({ "id": added["id"] }))
        .await
        .unwrap();
    assert!(at.join("writer.gguf").exists());
}

#[tokio::test]
async fn a_copy_comes_in_whole_or_not_at_all() {
    let world = world();
    let place = tempfile::tempdir().unwrap();
    let path = file(&place.path().join("writer.gguf"), "one");
    let own = world.folder.path().join("models");
    let import = json!({ "path": path });
    world.studio.use_machine(Arc::new(Fake {
        programs: Vec::new(),
        free: 1 << 20,
    }));
    let full = world
        .call("import_model", import.clone())
        .await
        .unwrap_err();
    assert_eq!(full.code, "model_no_room");
    assert_eq!(names(&world).await.len(), 1);

    let world = self::world();
    let own_again = world.folder.path().join("models");
    let added = world.call("import_model", import.clone()).await.unwrap();
    let copy = own_again.join("writer.gguf");
    assert_eq!(added["source"]["path"], json!(copy.to_string_lossy()));
    assert_eq!(fs::read_to_string(&copy).unwrap(), "one");
    assert!(!own.join("writer.gguf").exists());
    assert_eq!(added["disk"]["folder"], json!(own_again.to_string_lossy()));
    // Nothing is written over.
    let taken = world.call("import_model", import).await.unwrap_err();
    assert_eq!(taken.code, "file_exists");
    // Taken off the shelf it stays off, though it lies in our folder.
    let id = json!({ "id": added["id"] });
    world.call("remove_model", id).await.unwrap();
    folders(&world).await;
    assert_eq!(names(&world).await.len(), 1);
    assert!(copy.exists());
    let left: Vec<_> = fs::read_dir(&own_again).unwrap().flatten().collect();
    assert!(
        !left
            .iter()
            .any(|one| one.path().extension().is_some_and(|e| e == "copy"))
    );
}

#[tokio::test]
async fn a_models_folder_is_a_model() {
    let world = world();
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    for name in ["gpt-that-writes", "for-search"] {
        file(&at.join(name).join("config.json"), "{}");
        file(&at.join(name).join("model.safetensors"), name);
    }
    let home = at.join("gpt-that-writes");
    file(&home.join("vocab.json"), "{}");
    file(&home.join("pytorch_model.bin"), "x");
    file(&home.join("modeling.py"), "x");
    // Without weights that are safe to read it is none.
    file(&at.join("pickled-writes/config.json"), "{}");
    file(&at.join("pickled-writes/pytorch_model.bin"), "x");
    let path = json!({ "path": at.to_string_lossy() });
    world.call("add_model_folder", path).await.unwrap();
    assert_eq!(names(&world).await[1..], ["gpt-that-writes"]);
    let found = model(&world, "gpt-that-writes").await;
    assert_eq!(found["source"]["kind"], "file");
    assert_eq!(found["source"]["path"], json!(home.to_string_lossy()));
    // One of its files names it too.
    let one = json!({ "path": home.join("model.safetensors").to_string_lossy() });
    let added = world.call("add_file", one.clone()).await.unwrap();
    assert_eq!(added["id"], found["id"]);
    // A copy takes along what the model is made of, and nothing that can run.
    let copied = world.call("import_model", one.clone()).await.unwrap();
    let own = world.folder.path().join("models/gpt-that-writes");
    assert_eq!(copied["source"]["path"], json!(own.to_string_lossy()));
    let mut left: Vec<_> = fs::read_dir(&own)
        .unwrap()
        .map(|one| one.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["config.json", "model.safetensors", "vocab.json"]);
    let taken = world.call("import_model", one).await.unwrap_err();
    assert_eq!(taken.code, "file_exists");
}

#[tokio::test]
async fn a_measured_speed_stands_by_the_model_and_carries_the_guide() {
    let world = World::new(|_| {
        let mut steps: Vec<Step> = (0..20).map(|_| say("word ")).collect();
        steps.push(Step::Finish(FinishReason::Length));
        steps
    });
    let guide = world.call("model_guide", json!({})).await.unwrap();
    assert_eq!(
        (&guide["basis"], &guide["models"][0]["expected"]),
        (&Value::Null, &Value::Null)
    );
    let measured = world
        .call("measure_model", json!({ "id": "starter" }))
        .await
        .unwrap();
    assert!(measured["disk"]["tokens_per_second"].as_f64().unwrap() > 0.0);
    world.studio.use_machine(Arc::new(Fake {
        programs: Vec::new(),
        free: 1 << 40,
    }));
    let guide = world.call("model_guide", json!({})).await.unwrap();
    assert_eq!(
        guide["basis"]["tokens_per_second"],
        measured["disk"]["tokens_per_second"]
    );
    assert_eq!(guide["machine"]["cores"], 4);
    let models = guide["models"].as_array().unwrap();
    assert!(models[0]["expected"][0].as_f64().unwrap() > 0.0);
    assert_eq!(models[0]["fit"], "fits");
    assert!(models.iter().any(|model| model["fit"] == "tight"));
    // A run that says nothing is no measure, and a server is not measured here.
    world.answers(|_| vec![say("a"), Step::Finish(FinishReason::Stop)]);
    let error = world
        .call("measure_model", json!({ "id": "starter" }))
        .await;
    assert_eq!(error.unwrap_err().code, "nothing_written");
    // Another host of models.
    let hub = json!({ "base_url": "https://mirror.example/" });
    world.call("set_model_hub", hub).await.unwrap();
    let guide = world.call("model_guide", json!({})).await.unwrap();
    assert_eq!(guide["hub"], "https://mirror.example");
    let bad = world
        .call("set_model_hub", json!({ "base_url": "mirror" }))
        .await;
    assert_eq!(bad.unwrap_err().code, "bad_address");
    world
        .call("set_model_hub", json!({ "base_url": "" }))
        .await
        .unwrap();
    let guide = world.call("model_guide", json!({})).await.unwrap();
    assert_eq!(guide["hub"], guide["hubs"][0]["base_url"]);
}

#[tokio::test]
async fn a_plan_says_what_would_be_asked_and_asks_nothing() {
    let world = world();
    let plan = json!({ "what": "acme/Writer/w.gguf", "hub": "https://hub.example" });
    let planned = world.call("plan_download", plan).await.unwrap();
    assert_eq!(
        planned["url"],
        "https://hub.example/acme/Writer/resolve/main/w.gguf"
    );
    assert_eq!(
        (&planned["host"], &planned["name"]),
        (&json!("hub.example"), &json!("w.gguf"))
    );
    assert_eq!(planned["taken"], false);
    assert_eq!(world.ledger().await, json!([]));
    let bad = world
        .call("plan_download", json!({ "what": "w" }))
        .await
        .unwrap_err();
    assert_eq!(bad.code, "download_address");
    let no_sum = json!({ "url": "https://hub.example/w.gguf", "sha256": "abc" });
    let bad = world.call("start_download", no_sum).await.unwrap_err();
    assert_eq!(bad.code, "download_no_sum");
    assert_eq!(world.call("downloads", json!({})).await.unwrap(), json!([]));
}
