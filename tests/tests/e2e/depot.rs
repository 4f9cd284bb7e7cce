//! Where model files come from: a download that is stopped and goes on, a folder that was named,
//! another program's file, and a measured speed.

use std::{fs, path::Path, time::Duration};

use inkstone_tests::{
    e2e::{App, E2eError, Home, Options, PATIENCE},
    hub::{Hub, Reply},
};

use crate::steps::{WRITING, begin, choose, open, set};

/// A sound model file.
fn model() -> Result<Vec<u8>, E2eError> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    Ok(fs::read(assets.join("inkstone-starter.gguf"))?)
}

async fn state(app: &App) -> Result<String, E2eError> {
    let state = app.attribute("download", "data-state").await?;
    Ok(state.unwrap_or_default())
}

async fn wait_state(app: &App, wanted: &str) -> Result<(), E2eError> {
    app.wait_until(
        &format!("the download to be {wanted}"),
        WRITING,
        async || Ok(state(app).await? == wanted),
    )
    .await
}

#[tokio::test]
async fn a_download_is_seen_first_stopped_and_goes_on_and_writes() -> Result<(), E2eError> {
    let bytes = model()?;
    let hub = Hub::start(move |asked, nth| match nth {
        0 => Reply::file(&bytes, "\"1\"", asked).stalls_after(3 << 20, Duration::from_secs(60)),
        _ => Reply::file(&bytes, "\"1\"", asked),
    })?;
    let app = open(&Home::new()?).await?;
    // From the first page: a guide to what this machine can run.
    app.click("welcome-models").await?;
    app.wait_for("guide-model", PATIENCE).await?;
    app.keep("models-get-en").await?;
    app.click("guide-measure").await?;
    app.wait_for("guide-basis", WRITING).await?;
    app.keep("models-get-measured-en").await?;

    app.fill("download-what", &hub.url("acme/w/writer-q4.gguf"))
        .await?;
    app.press("Enter").await?;
    app.wait_for("download-url", PATIENCE).await?;
    assert_eq!(
        app.text("download-url").await?,
        hub.url("acme/w/writer-q4.gguf")
    );
    assert!(hub.asked().is_empty(), "nothing leaves before it was seen");
    // The answer has the focus, so that the keyboard alone is enough.
    assert_eq!(app.focused().await?.as_deref(), Some("download-start"));
    app.keep("models-plan-en").await?;
    app.press("Enter").await?;
    wait_state(&app, "running").await?;
    app.wait_text("download-how", WRITING, |text| text.contains(" of "))
        .await?;
    app.keep("models-running-en").await?;
    app.click("download-pause").await?;
    wait_state(&app, "paused").await?;
    app.click("download-resume").await?;
    wait_state(&app, "done").await?;
    let from = hub.asked().last().map(inkstone_tests::hub::Asked::from);
    assert!(from.is_some_and(|from| from >= 3 << 20), "{from:?}");
    choose(&app, "models-page-here").await?;
    app.wait_until("the model to be listed", PATIENCE, async || {
        Ok(app.find_all("model-here").await?.len() == 2)
    })
    .await?;
    app.keep("models-here-en").await?;
    Ok(())
}

#[tokio::test]
async fn a_named_folder_and_another_programs_files_are_used_where_they_lie() -> Result<(), E2eError>
{
    let home = Home::new()?;
    let bytes = model()?;
    // Another file than the starter that ships, and one that is none.
    let folder = home.path().join("模型");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("writer.gguf"), &bytes)?;
    fs::write(folder.join("broken.gguf"), "GGUF")?;
    let sum = "5c".repeat(32);
    let ollama = home.path().join(".ollama/models");
    let manifest = ollama.join("manifests/hub.example/library/writer/7b");
    fs::create_dir_all(ollama.join("blobs"))?;
    fs::create_dir_all(manifest.parent().expect("a folder"))?;
    let layers = format!(
        r#"{{"layers": [{{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:{sum}"}}]}}"#
    );
    fs::write(&manifest, layers)?;
    let mut other = bytes.clone();
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    fs::write(ollama.join(format!("blobs/sha256-{sum}")), other)?;

    let app = App::launch(Options {
        home: Some(home.clone()),
        size: (900, 720),
        ..Options::default()
    })
    .await?;
    app.wait_for("welcome", PATIENCE).await?;
    set(&app, "language-zh-CN").await?;
    set(&app, "theme-dark").await?;
    begin(&app, "news").await?;
    app.click("status-model").await?;
    app.click("models-all").await?;
    app.fill("folder-path", &folder.to_string_lossy()).await?;
    app.press("Enter").await?;
    app.wait_until("its model", PATIENCE, async || {
        Ok(app.find_all("model-here").await?.len() == 2)
    })
    .await?;
    app.wait_for("folder-left-out", PATIENCE).await?;
    app.keep("models-here-zh-dark").await?;
    choose(&app, "models-page-found").await?;
    assert!(
        app.maybe("found-program").await?.is_none(),
        "nothing is looked through unasked"
    );
    app.click("found-look").await?;
    app.wait_for("found-use", PATIENCE).await?;
    assert!(app.text("found-model").await?.contains("writer:7b"));
    app.click("found-use").await?;
    app.wait_for("found-here", PATIENCE).await?;
    app.keep("models-found-zh-dark").await?;
    choose(&app, "models-page-get").await?;
    app.wait_for("guide-model", PATIENCE).await?;
    app.keep("models-get-zh-dark").await?;
    // What vanishes is said.
    fs::remove_file(folder.join("writer.gguf"))?;
    app.press("Escape").await?;
    app.click("status-model").await?;
    app.click("models-all").await?;
    app.wait_for("model-missing", PATIENCE).await?;
    Ok(())
}
