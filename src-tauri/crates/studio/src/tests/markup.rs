//! Formatted text from other programs and to them.

use serde_json::json;

use super::world::*;

#[tokio::test]
async fn formatted_text_goes_both_ways() {
    let world = World::writing("");
    let html = "<p>The <b>night</b> ferry. 夜航。</p><ol><li>Nine</li></ol>";
    let read = world.call("read_markup", json!({ "html": html })).await;
    let text = read.unwrap()["text"].clone();
    assert_eq!(text, "The **night** ferry. 夜航。\n\n1. Nine");
    let input = json!({ "text": text, "language": "en" });
    let written = world.call("write_markup", input).await.unwrap()["text"].clone();
    let written = written.as_str().unwrap();
    assert!(written.contains("The <strong>night</strong> ferry. 夜航。"));
    assert!(written.contains("<li>Nine</li>"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let world = World::writing("");
    let html = "x".repeat(9 << 20);
    let error = world.call("read_markup", json!({ "html": html })).await;
    assert_eq!(error.unwrap_err().code, "file_too_large");
}
