//! Embedding models on the shelf.

use inkstone_generation::EmbedAs;

use super::world::World;
use crate::{
    StudioError,
    dto::{ModelSourceDto, ModelState},
    inputs::*,
};

#[tokio::test]
async fn a_folder_is_a_model_for_search_and_never_writes() {
    let world = World::new(|_| Vec::new());
    let studio = world.studio.clone();
    assert_eq!(studio.shelf.search_model(), None);
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("tiny-embed");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.to_string_lossy().into_owned();
    let model = studio
        .add_file(AddFile { path: path.clone() })
        .await
        .unwrap();
    let ModelSourceDto::Search { path: shown, file } = &model.source else {
        panic!("{model:?}");
    };
    assert_eq!((shown, file.context_length), (&path, 64));
    // One of its files means the same model.
    let inside = folder
        .join("model.safetensors")
        .to_string_lossy()
        .into_owned();
    let again = studio.add_file(AddFile { path: inside }).await.unwrap();
    assert_eq!(again.id, model.id);

    let open = world.news().await;
    let choose = ChooseModel {
        project_id: open.project,
        model_id: model.id.clone(),
    };
    let refused = studio.choose_model(choose).await.unwrap_err();
    assert!(
        matches!(refused, StudioError::ModelForSearch { .. }),
        "{refused}"
    );
    let refused = studio
        .load_model(Id {
            id: model.id.clone(),
        })
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StudioError::ModelForSearch { .. }),
        "{refused}"
    );

    assert_eq!(studio.shelf.search_model().as_ref(), Some(&model.id));
    let embedder = studio.shelf.embedder(&model.id).await.unwrap();
    assert_eq!(embedder.embed(&["a"], EmbedAs::Query).unwrap().len(), 1);
    let listed = studio.models(Nothing {}).await.unwrap();
    let state = |id: &str| listed.iter().find(|m| m.id == id).unwrap().state.clone();
    assert_eq!(state(&model.id), ModelState::Ready);

    studio
        .remove_model(Id {
            id: model.id.clone(),
        })
        .await
        .unwrap();
    assert_eq!(studio.shelf.search_model(), None);
    assert!(studio.shelf.embedder(&model.id).await.is_err());
}
