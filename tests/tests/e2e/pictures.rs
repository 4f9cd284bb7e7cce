//! Pictures in an article: pasted, dropped, described, refused, and there after a crash.

use inkstone_tests::e2e::{App, E2eError, Home, PATIENCE};
use serde_json::json;

use crate::steps::{begin, editor_text, open, saved, set, to_text};

const SIZE: (u32, u32) = (320, 200);

/// A picture of a tide: light above, dark below.
pub fn tide() -> Vec<u8> {
    let (width, height) = SIZE;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| {
            let sea = y > height / 2;
            let colour = if sea { [30, 80, 110] } else { [240, 200, 140] };
            (0..width).flat_map(move |_| colour)
        })
        .collect();
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels));
    assert!(written.is_ok());
    bytes
}

/// A small file that says it is 20,000 pixels wide.
fn huge() -> Vec<u8> {
    let mut bytes = tide();
    bytes[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
    let sum = !bytes[12..29].iter().fold(!0_u32, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1));
        }
        sum
    });
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

const GIVE: &str = "
    const [kind, name, type, bytes] = arguments;
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], name, { type }));
    const text = document.querySelector('[data-testid=editor]');
    const lines = text.querySelectorAll('.cm-line');
    const box = lines[lines.length - 1].getBoundingClientRect();
    const how = { bubbles: true, cancelable: true };
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { ...how, clipboardData: data })
        : new DragEvent('drop', {
            ...how, dataTransfer: data, clientX: box.right - 4, clientY: box.top + box.height / 2,
        });
    text.dispatchEvent(event);
    return event.defaultPrevented;";

pub async fn give(app: &App, kind: &str, name: &str, bytes: &[u8]) -> Result<(), E2eError> {
    let given = vec![json!(kind), json!(name), json!("image/png"), json!(bytes)];
    let taken = app.client.execute(GIVE, given).await?;
    assert_eq!(taken, json!(true), "{kind} of {name}");
    Ok(())
}

/// The words and the widths of the pictures that are drawn.
async fn drawn(app: &App) -> Result<serde_json::Value, E2eError> {
    let script = "return [...document.querySelectorAll('[data-testid=picture] img')]
        .map((one) => [one.alt, one.complete ? one.naturalWidth : 0]);";
    Ok(app.client.execute(script, vec![]).await?)
}

pub async fn until_drawn(app: &App, wanted: serde_json::Value) -> Result<(), E2eError> {
    app.wait_until(&format!("{wanted}"), PATIENCE, async || {
        Ok(drawn(app).await? == wanted)
    })
    .await
}

async fn refused(app: &App, name: &str, bytes: &[u8], why: &str) -> Result<(), E2eError> {
    let before = editor_text(app).await?;
    give(app, "drop", name, bytes).await?;
    app.wait_text("notice-error", PATIENCE, |text| text.contains(why))
        .await?;
    assert_eq!(
        editor_text(app).await?,
        before,
        "{name} leaves the text alone"
    );
    app.click("notice-dismiss").await?;
    app.wait_gone("notice-error", PATIENCE).await
}

#[tokio::test]
async fn pictures_come_in_are_shown_and_stay_and_bad_ones_are_refused() -> Result<(), E2eError> {
    let home = Home::new()?;
    let app = open(&home).await?;
    begin(&app, "news").await?;
    to_text(&app).await?;
    app.type_text("Noon at the quay.").await?;
    saved(&app).await?;

    give(&app, "paste", "image.png", &tide()).await?;
    until_drawn(&app, json!([["", SIZE.0]])).await?;
    app.wait_for("picture-describe", PATIENCE).await?;
    app.keep("picture-pasted").await?;
    // The caret stands where the picture's words go.
    app.type_text("The tide at noon").await?;
    until_drawn(&app, json!([["The tide at noon", SIZE.0]])).await?;
    saved(&app).await?;

    // Dropped at the end, with the words of its name selected.
    app.press("Control+End").await?;
    app.press("Enter").await?;
    app.press("Enter").await?;
    app.type_text("Night.").await?;
    give(&app, "drop", "Low_tide.png", &tide()).await?;
    until_drawn(
        &app,
        json!([["The tide at noon", SIZE.0], ["Low tide", SIZE.0]]),
    )
    .await?;
    app.press("Control+z").await?;
    until_drawn(&app, json!([["The tide at noon", SIZE.0]])).await?;
    app.press("Control+Shift+z").await?;
    until_drawn(
        &app,
        json!([["The tide at noon", SIZE.0], ["Low tide", SIZE.0]]),
    )
    .await?;

    let whole = tide();
    refused(&app, "half.png", &whole[..whole.len() / 2], "damaged").await?;
    refused(&app, "huge.png", &huge(), "8192").await?;
    let hostile = b"<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=1'><script>document.title=1</script></svg>";
    refused(&app, "tide.png", hostile, "no image").await?;
    assert_ne!(app.client.title().await?, "1");

    // The picture of a stranger is not asked for.
    app.press("Control+End").await?;
    app.press("Enter").await?;
    app.press("Enter").await?;
    app.type_text("![Far away](https://example.org/p.png)")
        .await?;
    app.wait_text("picture-instead", PATIENCE, |text| {
        text.contains("example.org")
    })
    .await?;
    saved(&app).await?;
    app.keep("pictures").await?;
    app.kill_app().await?;

    let app = open(&home).await?;
    app.wait_for("editor", PATIENCE).await?;
    until_drawn(
        &app,
        json!([["The tide at noon", SIZE.0], ["Low tide", SIZE.0]]),
    )
    .await?;
    set(&app, "theme-dark").await?;
    set(&app, "language-zh-CN").await?;
    app.keep("pictures-dark-zh").await?;
    // A click leads to its words.
    app.click("picture").await?;
    app.type_text("涨潮").await?;
    until_drawn(&app, json!([["涨潮", SIZE.0], ["Low tide", SIZE.0]])).await?;
    saved(&app).await
}
