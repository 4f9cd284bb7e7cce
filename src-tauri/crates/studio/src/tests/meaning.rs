//! Search by meaning, with a model that knows letters.

use inkstone_manuscript::DocumentKind;

use super::world::{World, eventually_async};
use crate::{inputs::*, meaning::*};

async fn add_model(world: &World) -> (tempfile::TempDir, String) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("letters");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.to_string_lossy().into_owned();
    let model = world.studio.add_file(AddFile { path }).await.unwrap();
    (place, model.id)
}

async fn ask(world: &World, query: &str) -> MeaningPage {
    let input = SearchMeaning {
        query: query.to_owned(),
        ..SearchMeaning::default()
    };
    world.studio.search_meaning(input).await.unwrap()
}

const TEXT: &str =
    "# 🌊 zz\n\nzzz zz zzzz.\n\n# b\n\nbbb bbbb bb bbbb.\n\n# k\n\nkkk kkkk kk kkkk.";

#[tokio::test]
async fn what_was_written_is_read_in_the_background_and_found() {
    let world = World::new(|_| Vec::new());
    let open = world.news().await;
    world.type_in(&open, TEXT).await;
    let (_place, _) = add_model(&world).await;
    eventually_async(async || ask(&world, "b").await.compared == 3).await;
    let page = ask(&world, "bb b").await;
    assert_eq!((page.model.as_deref(), page.passages), (Some("letters"), 3));
    let hit = &page.hits[0];
    assert_eq!(hit.text, "# b\n\nbbb bbbb bb bbbb.");
    let units: Vec<u16> = TEXT.encode_utf16().collect();
    let there = &units[hit.from as usize..hit.to as usize];
    assert_eq!(String::from_utf16(there).unwrap(), hit.text);
    assert!(hit.cosine > 0.9, "{hit:?}");

    // A later text too, after a pause in the writing.
    world.type_in(&open, "# Other\n\nqqqq qqqq qq.").await;
    let id = open.draft.clone();
    world.studio.snapshot(Id { id }).await.unwrap();
    eventually_async(async || {
        let found = ask(&world, "q").await.hits;
        found.first().is_some_and(|hit| hit.text.contains("qqqq"))
    })
    .await;

    let elsewhere = SearchMeaning {
        query: "q".into(),
        kind: Some(DocumentKind::Ads),
        ..SearchMeaning::default()
    };
    let page = world.studio.search_meaning(elsewhere).await.unwrap();
    assert_eq!(page.hits, Vec::new());
}

#[tokio::test]
async fn without_a_model_nothing_is_searched_and_nothing_is_an_error() {
    let world = World::new(|_| Vec::new());
    let open = world.news().await;
    world.type_in(&open, TEXT).await;
    assert_eq!(ask(&world, "b").await, MeaningPage::default());
    let (_place, id) = add_model(&world).await;
    world.studio.read_all_for_meaning().await.unwrap();
    assert!(!ask(&world, "b").await.hits.is_empty());
    assert_eq!(ask(&world, "  ").await.hits, Vec::new());
    world.studio.remove_model(Id { id }).await.unwrap();
    assert_eq!(ask(&world, "b").await, MeaningPage::default());
}
