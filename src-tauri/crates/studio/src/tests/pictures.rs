//! Pictures of articles: kept, shown, and taken along.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

use super::world::{Open, World};

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn added(world: &World, open: &Open, name: &str) -> Value {
    let input = json!({ "project_id": open.project, "name": name, "data": PIXEL });
    world.call("add_picture", input).await.unwrap()
}

async fn refused(world: &World, open: &Open, bytes: &[u8]) -> String {
    let data = STANDARD.encode(bytes);
    let input = json!({ "project_id": open.project, "name": "tide.png", "data": data });
    world.call("add_picture", input).await.unwrap_err().code
}

#[tokio::test]
async fn a_picture_is_kept_by_its_content_and_shown_as_what_it_is() {
    let world = World::writing("");
    let open = world.news().await;
    let kept = added(&world, &open, "a/潮\n: tide.png").await;
    assert_eq!(kept["name"], "a 潮 tide.png");
    assert_eq!(
        (&kept["media_type"], &kept["width"]),
        (&json!("image/png"), &json!(1))
    );
    let id = kept["id"].as_str().unwrap();
    assert_eq!(added(&world, &open, "other.png").await["id"], id);

    // A file where it lies, and the same bytes again.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pixel.gif");
    fs::write(&file, STANDARD.decode(PIXEL).unwrap()).unwrap();
    let input = json!({ "project_id": open.project, "name": "pixel.gif", "path": file });
    assert_eq!(world.call("add_picture", input).await.unwrap(), kept);

    let ask = json!({ "id": id, "project_id": open.project });
    let shown = world.call("picture", ask).await.unwrap();
    assert_eq!(
        (&shown["data"], &shown["height"]),
        (&json!(PIXEL), &json!(1))
    );
    let ask = json!({ "id": "00", "project_id": open.project });
    assert_eq!(
        world.call("picture", ask).await.unwrap_err().code,
        "not_found"
    );

    // After a restart it is there.
    let world = world.again();
    let ask = json!({ "id": id, "project_id": open.project });
    assert_eq!(world.call("picture", ask).await.unwrap()["data"], PIXEL);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_kept() {
    let world = World::writing("");
    let open = world.news().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    assert_eq!(refused(&world, &open, svg).await, "picture_unknown");
    let whole = STANDARD.decode(PIXEL).unwrap();
    assert_eq!(refused(&world, &open, &whole[..40]).await, "picture_broken");
    let mut huge = whole.clone();
    // Its width, with a checksum that is right for it.
    huge[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
    let sum = crc(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(refused(&world, &open, &huge).await, "picture_too_large");
    let heavy = vec![0; (32 << 20) + 1];
    assert_eq!(refused(&world, &open, &heavy).await, "file_too_large");
    let input = json!({ "project_id": open.project, "name": "a" });
    assert_eq!(
        world.call("add_picture", input).await.unwrap_err().code,
        "bad_request"
    );
    assert_eq!(world.studio.library.assets(&open.project).unwrap(), []);
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1));
        }
        sum
    })
}

#[tokio::test]
async fn pictures_go_along_and_what_does_not_is_said() {
    let world = World::writing("");
    let open = world.document(DocumentKind::News, Language::Chinese).await;
    let kept = added(&world, &open, "潮 水.png").await;
    let id = kept["id"].as_str().unwrap();
    let text = format!(
        "# 渡轮\n\n![涨潮](asset:{id})\n\n![远处](https://example.org/p.png)\n\n![](asset:{})\n",
        "0b".repeat(32)
    );
    world.type_in(&open, &text).await;
    let folder = tempfile::tempdir().unwrap();
    let export = async |name: &str, format: &str| {
        let path = folder.path().join(name);
        let input = json!({ "draft_id": open.draft, "path": path, "format": format });
        let done = world.call("export", input).await.unwrap();
        assert_eq!(
            done["left_out"],
            json!(["远处", format!("asset:{}", "0b".repeat(32))])
        );
        (fs::read(path).unwrap(), done["folder"].clone())
    };

    let (html, none) = export("a.html", "html").await;
    let html = String::from_utf8(html).unwrap();
    assert!(html.contains(&format!(
        "<img src=\"data:image/png;base64,{PIXEL}\" alt=\"涨潮\""
    )));
    assert!(!html.contains("<img src=\"http") && none == Value::Null);
    let printed = world.call("printable", json!({ "id": open.draft })).await;
    assert!(printed.unwrap().as_str().unwrap().contains(PIXEL));

    let (docx, _) = export("a.docx", "docx").await;
    let media = b"word/media/image1.png";
    assert!(docx.windows(media.len()).any(|part| part == media));

    // A file of the same name that is somebody else's stays.
    let beside = folder.path().join("稿 子-files");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join("潮 水.png"), "mine").unwrap();
    for _ in 0..2 {
        let (markdown, files) = export("稿 子.md", "text").await;
        let markdown = String::from_utf8(markdown).unwrap();
        assert!(
            markdown.contains("![涨潮](稿%20子-files/潮%20水-2.png)"),
            "{markdown}"
        );
        assert!(markdown.contains("![远处](https://example.org/p.png)"));
        assert_eq!(files, json!(beside));
    }
    assert_eq!(fs::read(beside.join("潮 水.png")).unwrap(), b"mine");
    let pixel = STANDARD.decode(PIXEL).unwrap();
    assert_eq!(fs::read(beside.join("潮 水-2.png")).unwrap(), pixel);
    assert_eq!(fs::read_dir(&beside).unwrap().count(), 2);
}

#[tokio::test]
async fn a_text_that_goes_to_another_project_keeps_its_picture() {
    let world = World::writing("");
    let [here, there] = [world.news().await, world.news().await];
    let id = added(&world, &here, "tide.png").await["id"].clone();
    let ask = json!({ "id": id, "project_id": there.project });
    world.call("picture", ask.clone()).await.unwrap();
    let gone = json!({ "id": here.project });
    world.call("delete_project", gone).await.unwrap();
    world.call("empty_bin", json!({})).await.unwrap();
    assert_eq!(world.call("picture", ask).await.unwrap()["data"], PIXEL);
}

#[tokio::test]
async fn plain_files_carry_the_pictures_and_bring_them_back() {
    let world = World::writing("");
    let open = world.news().await;
    let id = added(&world, &open, "潮.png").await["id"].clone();
    let id = id.as_str().unwrap();
    let text = format!("![Tide](asset:{id})\n");
    world.type_in(&open, &text).await;
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("all.zip");
    let input = json!({
        "path": zip, "project_id": null, "document_id": null, "language": "en",
    });
    world.call("export_everything", input).await.unwrap();

    let other = World::writing("");
    let brought = json!({ "path": zip });
    other.call("bring_back", brought).await.unwrap();
    let state = other.call("app_state", json!({})).await.unwrap();
    let project = &state["projects"][0]["id"];
    let ask = json!({ "id": id, "project_id": project });
    assert_eq!(other.call("picture", ask).await.unwrap()["data"], PIXEL);
    let documents = other.call("list_documents", json!({ "id": project })).await;
    let draft = documents.unwrap()[0]["drafts"][0]["id"].clone();
    let body = other.view(draft.as_str().unwrap()).await.body;
    assert_eq!(body.trim_end(), text.trim_end());
}
