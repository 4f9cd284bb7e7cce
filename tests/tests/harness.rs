//! The harness proves itself on WebKitGTK's own small browser, before it is trusted with ours.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use inkstone_tests::e2e::{App, E2eError, Home, Options, PATIENCE, minibrowser};

const PAGE: &str = r##"<!doctype html>
<meta charset="utf-8">
<style>body { margin: 0; background: #1e6432 } #ink { min-height: 1em }</style>
<input data-testid="topic" value="old">
<div data-testid="ink" id="ink" contenteditable></div>
<button data-testid="write" disabled>Write</button>
<p data-testid="chord"></p>
<p data-testid="late"></p>
<p data-testid="state"></p>
<script>
  const element = (id) => document.querySelector(`[data-testid="${id}"]`);
  const button = element("write");
  const soon = (act) => setTimeout(act, 300);
  button.onclick = () => {
    const take = document.createElement("p");
    take.dataset.testid = "take";
    soon(() => { document.body.append(take); soon(() => { take.textContent = "The ferry 渡轮" }) });
  };
  document.onkeydown = (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.shiftKey) {
      element("chord").textContent = `chord trusted=${event.isTrusted}`;
    }
  };
  element("state").textContent =
    `focus=${document.hasFocus()} automated=${navigator.webdriver}`;
</script>
"##;

async fn launch(options: Options) -> Result<App, E2eError> {
    let home = match &options.home {
        Some(home) => home.clone(),
        None => Home::new()?,
    };
    let page = home.path().join("page.html");
    fs::write(&page, PAGE)?;
    let app = App::launch(Options {
        program: Some(minibrowser()?),
        arguments: vec!["--automation".to_owned()],
        home: Some(home),
        ..options
    })
    .await?;
    app.client
        .goto(&format!("file://{}", page.display()))
        .await?;
    Ok(app)
}

fn alive(process: u32) -> bool {
    Path::new(&format!("/proc/{process}/exe"))
        .read_link()
        .is_ok()
}

#[tokio::test]
async fn elements_are_found_filled_clicked_and_waited_for() -> Result<(), E2eError> {
    let app = launch(Options::default()).await?;
    app.fill("topic", "Ferry 渡轮").await?;
    assert_eq!(app.value("topic").await?, "Ferry 渡轮");
    assert_eq!(app.focused().await?.as_deref(), Some("topic"));

    app.click("ink").await?;
    app.type_text("It rains. 下雨了。").await?;
    assert_eq!(app.text("ink").await?, "It rains. 下雨了。");
    app.press("Control+a").await?;
    app.press("Delete").await?;
    assert_eq!(app.text("ink").await?, "");
    app.press("Control+Shift+Enter").await?;
    assert_eq!(app.text("chord").await?, "chord trusted=true");
    app.press("Shift+Tab").await?;
    assert_eq!(app.focused().await?.as_deref(), Some("topic"));

    assert!(app.maybe("take").await?.is_none());
    assert_eq!(
        app.attribute("write", "disabled").await?.as_deref(),
        Some("true")
    );
    app.client
        .execute("soon(() => { button.disabled = false })", Vec::new())
        .await?;
    app.click("write").await?;
    app.wait_for("take", PATIENCE).await?;
    let text = app
        .wait_text("take", PATIENCE, |text| text.contains('渡'))
        .await?;
    assert_eq!(text, "The ferry 渡轮");
    app.client
        .execute("soon(() => element('take').remove())", Vec::new())
        .await?;
    app.wait_gone("take", PATIENCE).await?;
    app.close().await
}

#[tokio::test]
async fn a_wait_in_vain_tells_what_was_there() -> Result<(), E2eError> {
    let app = launch(Options::default()).await?;
    app.fill("topic", "x").await?;
    app.click("ink").await?;
    app.type_text("visible words").await?;
    let error = app
        .wait_for("no-such", Duration::from_millis(200))
        .await
        .map(|_| ())
        .unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, E2eError::TimedOut { .. }), "{message}");
    assert!(
        message.contains("`no-such`") && message.contains("visible words"),
        "{message}"
    );
    let wait = app
        .wait_text("ink", Duration::from_millis(200), |text| text == "other")
        .await;
    assert!(wait.is_err_and(|error| error.to_string().contains("\"visible words\"")));
    Ok(())
}

#[tokio::test]
async fn the_display_shows_the_window_and_takes_real_keys() -> Result<(), E2eError> {
    let app = launch(Options {
        size: (900, 600),
        ..Options::default()
    })
    .await?;
    let picture = app.picture()?;
    assert_eq!((picture.width, picture.height), (900, 600));
    app.wait_until("the page's green on the display", PATIENCE, async || {
        Ok(app.picture()?.pixel(450, 590) == Some([0x1e, 0x64, 0x32]))
    })
    .await?;

    app.click("topic").await?;
    app.display().xdotool(&["key", "End"])?;
    app.display()
        .xdotool(&["type", "--delay", "20", " and new"])?;
    app.wait_until("real keys in the field", PATIENCE, async || {
        Ok(app.value("topic").await? == "old and new")
    })
    .await?;

    let folder = app.home().path().join("pictures");
    app.screenshot(&folder.join("page.png")).await?;
    app.picture()?.save(&folder.join("display.png"))?;
    for name in ["page.png", "display.png"] {
        let file = fs::File::open(folder.join(name))?;
        let decoder = png::Decoder::new(std::io::BufReader::new(file));
        let reader = decoder.read_info().map_err(std::io::Error::other)?;
        assert!(reader.info().width > 400, "{name}");
    }
    app.close().await
}

#[tokio::test]
async fn language_environment_and_home_are_the_tests_own() -> Result<(), E2eError> {
    let options = Options {
        language: "zh-CN".to_owned(),
        env: vec![("INKSTONE_PROBE".to_owned(), "passed on".to_owned())],
        ..Options::default()
    };
    let app = launch(options).await?;
    assert_eq!(app.text("state").await?, "focus=true automated=true");
    let process = app
        .process()
        .ok_or(E2eError::Display("no process".to_owned()))?;
    let environment = fs::read(format!("/proc/{process}/environ"))?;
    let environment = String::from_utf8_lossy(&environment);
    let variables: Vec<&str> = environment.split('\0').collect();
    assert!(variables.contains(&"INKSTONE_PROBE=passed on"));
    assert!(variables.contains(&"LANG=zh_CN.UTF-8"));
    assert!(variables.contains(&format!("HOME={}", app.home().path().display()).as_str()));
    assert!(variables.contains(&format!("DISPLAY={}", app.display().name()).as_str()));
    Ok(())
}

#[tokio::test]
async fn two_windows_run_side_by_side_and_leave_nothing() -> Result<(), E2eError> {
    let (one, two) = tokio::try_join!(launch(Options::default()), launch(Options::default()))?;
    one.fill("topic", "one").await?;
    two.fill("topic", "two").await?;
    assert_eq!(one.value("topic").await?, "one");
    assert_ne!(one.display().name(), two.display().name());
    let processes = [one.process().unwrap(), two.process().unwrap()];
    assert!(processes.iter().all(|process| alive(*process)));
    let home = one.home().path().to_path_buf();
    drop((one, two));
    assert!(!processes.iter().any(|process| alive(*process)));
    assert!(!home.exists());
    Ok(())
}

#[tokio::test]
async fn a_home_outlives_a_killed_and_a_closed_window() -> Result<(), E2eError> {
    let home = Home::new()?;
    let at_home = || Options {
        home: Some(home.clone()),
        ..Options::default()
    };
    let app = launch(at_home()).await?;
    fs::write(home.data().join("kept"), "a word")?;
    let process = app.process().unwrap();
    app.kill_app().await?;
    assert!(!alive(process));

    let app = launch(at_home()).await?;
    let process = app.process().unwrap();
    app.quit().await?;
    assert!(!alive(process));
    assert_eq!(fs::read_to_string(home.data().join("kept"))?, "a word");
    Ok(())
}

#[tokio::test]
async fn a_program_that_does_not_start_is_an_error_with_its_words() -> Result<(), E2eError> {
    let home = Home::new()?;
    let program = home.path().join("broken");
    fs::write(&program, "#!/bin/sh\necho the library is damaged\nexit 3\n")?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode)?;
    let options = Options {
        program: Some(program),
        home: Some(home.clone()),
        ..Options::default()
    };
    let error = App::launch(options).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, E2eError::Start { .. }), "{error}");
    assert!(
        error.to_string().contains("the library is damaged"),
        "{error}"
    );
    Ok(())
}
