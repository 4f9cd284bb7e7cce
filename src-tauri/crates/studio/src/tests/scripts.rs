//! Scripts of other programs: in, changed, out again; locked and revised.

use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

use super::world::*;

const FDX: &str = include_str!("../../../formats/tests/fixtures/quay.fdx");

async fn project(world: &World) -> String {
    let project = world
        .call(
            "create_project",
            json!({ "name": "Films", "language": "en" }),
        )
        .await
        .unwrap();
    project["id"].as_str().unwrap().to_owned()
}

/// Puts a file into the world's folder and imports it.
async fn import(world: &World, name: &str, content: &[u8]) -> Result<Value, crate::dto::ErrorDto> {
    let path = world.folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let project = project(world).await;
    let input = json!({ "project_id": project, "path": path });
    world.call("import_file", input).await
}

async fn export(world: &World, draft: &Value, format: &str) -> String {
    let path = world.folder.path().join("out");
    let input = json!({ "draft_id": draft, "path": path, "format": format });
    world.call("export", input).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

async fn replace(world: &World, draft: &Value, text: &str) {
    let input = json!({ "draft_id": draft, "text": text, "cause": "typing" });
    world.call("replace_text", input).await.unwrap();
}

#[tokio::test]
async fn a_script_goes_through_the_studio_and_keeps_what_it_does_not_know() {
    let world = World::writing("");
    let imported = import(&world, "quay.fdx", FDX.as_bytes()).await.unwrap();
    let view = &imported["view"];
    let draft = &view["draft_id"];
    assert_eq!(view["document"]["kind"], "screenplay");
    assert_eq!(view["title"], "THE FERRY");
    assert_eq!(imported["report"]["format"], "fdx");
    assert_eq!(
        imported["report"]["found"][0],
        json!({ "what": "scenes", "count": 3 })
    );
    assert_eq!(export(&world, draft, "fdx").await, FDX);

    let text = view["body"].as_str().unwrap();
    let text = text.replacen("You're late", "You're very late", 1);
    replace(&world, draft, &text).await;
    let out = export(&world, draft, "fdx").await;
    assert!(out.contains("You&apos;re very late") || out.contains("You're very late"));
    for kept in [
        "<Future kind=\"board\"><Card x=\"1\">A &lt; B</Card></Future>",
        "TagNumber=\"7\"",
        "<CharacterArcBeat Name=\"MARA\">",
        "<LockedPage Number=\"1\"/>",
        "WriterName=\"B\"",
    ] {
        assert!(out.contains(kept), "{kept}");
    }
    assert_eq!(export(&world, draft, "fountain").await, text);
    // The brief is saved beside it, and another draft has it as well.
    let brief = brief(DocumentKind::Screenplay, Language::English);
    let input = json!({ "draft_id": draft, "brief": brief });
    world.call("set_brief", input).await.unwrap();
    let other = world
        .call("branch_draft", json!({ "id": draft, "name": "other" }))
        .await
        .unwrap();
    assert_eq!(export(&world, &other["draft_id"], "fdx").await, out);
}

#[tokio::test]
async fn the_pages_of_a_file_are_taken_over_and_written_back() {
    let world = World::writing("");
    let sheet = |height: &str, width: &str| {
        let size = format!("<PageSize Height=\"{height}\" Width=\"{width}\"/>");
        let pages = format!("  <PageLayout TopMargin=\"72\">{size}</PageLayout>\n");
        FDX.replace("</FinalDraft>", &format!("{pages}</FinalDraft>"))
    };
    let file = sheet("11.69", "8.26");
    let imported = import(&world, "a4.fdx", file.as_bytes()).await.unwrap();
    let (draft, document) = (
        &imported["view"]["draft_id"],
        &imported["view"]["document"]["id"],
    );
    let id = json!({ "id": draft });
    let mut setup = world.call("page_setup", id).await.unwrap();
    assert_eq!(setup["paper"], "a4");
    assert_eq!(export(&world, draft, "fdx").await, file);
    setup["paper"] = json!("letter");
    let keep = json!({ "document_id": document, "setup": setup });
    world.call("set_page_setup", keep).await.unwrap();
    assert_eq!(export(&world, draft, "fdx").await, sheet("11.00", "8.50"));
}

#[tokio::test]
async fn a_new_script_is_written_as_fdx_and_an_article_is_not() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::Chinese)
        .await;
    let draft = json!(open.draft);
    replace(&world, &draft, ".内景 渡口 夜\n\n@老秦\n没有船了。\n").await;
    let out = export(&world, &draft, "fdx").await;
    assert!(out.contains("<Text>没有船了。</Text>"), "{out}");
    assert!(
        out.contains("<PageSize Height=\"11.69\" Width=\"8.27\"/>"),
        "{out}"
    );
    let news = world.document(DocumentKind::News, Language::English).await;
    let input = json!({ "draft_id": news.draft, "path": "x", "format": "fdx" });
    assert_eq!(
        world.call("export", input).await.unwrap_err().code,
        "bad_request"
    );
}

#[tokio::test]
async fn a_file_that_can_not_be_read_leaves_nothing_behind() {
    let world = World::writing("");
    for (name, content, code) in [
        ("cut.fdx", &FDX.as_bytes()[..900], "file_broken"),
        ("page.fdx", b"<html><body/></html>", "file_not_this"),
        ("noise.txt", b"\0\x01\x02", "file_not_text"),
    ] {
        let error = import(&world, name, content).await.unwrap_err();
        assert_eq!(error.code, code, "{name}");
    }
    let project = project(&world).await;
    let input = json!({ "project_id": project, "path": "/nowhere/at/all.fdx" });
    let error = world.call("import_file", input).await.unwrap_err();
    assert_eq!(error.code, "file_unreadable");
    let state = world.call("app_state", json!({})).await.unwrap();
    for project in state["projects"].as_array().unwrap() {
        let documents = world
            .call("list_documents", json!({ "id": project["id"] }))
            .await;
        assert_eq!(documents.unwrap(), json!([]));
    }
}

#[tokio::test]
async fn a_file_is_looked_at_and_then_imported_as_a_person_knows_better() {
    let world = World::writing("");
    let folder = world.folder.path().join("Novel/Part 1");
    std::fs::create_dir_all(&folder).unwrap();
    // "夜裡" in Big5, which is too short to be told.
    std::fs::write(folder.join("one.md"), b"\xa9\x5d\xb8\xcc").unwrap();
    let input = json!({ "paths": [world.folder.path().join("Novel")] });
    let list = world.call("list_import", input).await.unwrap();
    let file = &list["files"][0];
    assert_eq!(
        (&list["folder"], &file["folder"]),
        (&json!("Novel"), &json!("Part 1"))
    );

    let project = project(&world).await;
    let mut input = json!({
        "project_id": project, "path": file["path"], "folder": file["folder"],
    });
    let looked = world.call("look_at_file", input.clone()).await.unwrap();
    assert_eq!(looked["sure"], false);
    let ways = looked["encodings"].as_array().unwrap();
    let big5 = json!({ "name": "Big5", "preview": "夜裡" });
    assert!(ways.contains(&big5), "{ways:?}");

    input["encoding"] = json!("Big5");
    input["kind"] = json!("news");
    let looked = world.call("look_at_file", input.clone()).await.unwrap();
    assert_eq!(
        (&looked["preview"], &looked["title"]),
        (&json!("夜裡"), &json!("Part 1 / one"))
    );
    let imported = world.call("import_file", input.clone()).await.unwrap();
    let view = &imported["view"];
    assert_eq!(
        (&view["title"], &view["body"]),
        (&json!("Part 1 / one"), &json!("夜裡"))
    );
    assert_eq!(view["document"]["language"], "zh-CN");
    let id = json!({ "id": view["draft_id"] });
    let provenance = world.call("provenance", id).await.unwrap();
    assert!(
        provenance.to_string().contains("Part 1/one.md"),
        "{provenance}"
    );

    input["encoding"] = json!("no such");
    let error = world.call("import_file", input).await.unwrap_err();
    assert_eq!(error.code, "file_not_this");
}

#[tokio::test]
async fn a_plain_chinese_script_says_what_it_was_taken_for() {
    let world = World::writing("");
    let text = "第1场 渡口 夜 外\n老秦：船呢？\n小梅：没有了。\n第2场 茶馆\n老秦坐着。\n";
    let imported = import(&world, "夜渡.txt", text.as_bytes()).await.unwrap();
    assert_eq!(imported["view"]["title"], "夜渡");
    assert_eq!(imported["view"]["document"]["language"], "zh-CN");
    assert_eq!(imported["report"]["format"], "chinese");
    assert_eq!(imported["report"]["unsure"][0]["line"], 4);
    assert!(
        imported["view"]["body"]
            .as_str()
            .unwrap()
            .starts_with(".外景 渡口 夜 #1#\n")
    );
}

#[tokio::test]
async fn a_locked_script_keeps_its_numbers_and_marks_what_changes() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let draft = json!(open.draft);
    let text = "INT. HOUSE - DAY\n\nRain falls.\n\nEXT. YARD - DAY\n\nA dog waits.\n\nINT. CAR - DAY\n\nIt starts.\n";
    replace(&world, &draft, text).await;
    let id = json!({ "id": draft });
    let before = world.call("production", id.clone()).await.unwrap();
    assert_eq!(
        (&before["locked_at"], &before["next_color"]),
        (&Value::Null, &json!("blue"))
    );

    let locked = world.call("lock_script", id.clone()).await.unwrap();
    let text = locked["body"].as_str().unwrap().to_owned();
    assert!(text.contains("EXT. YARD - DAY #2#"), "{text}");
    let start = json!({ "draft_id": draft, "color": "blue", "round": 1, "date": "3/4/26" });
    let started = world.call("start_revision", start).await.unwrap();
    assert_eq!(started["sets"][0]["title"], "Blue Rev. 3/4/26");
    assert_eq!(started["marks"], json!([]));
    assert_eq!(
        (&started["pages"], &started["next_color"]),
        (&json!(1), &json!("pink"))
    );

    // The yard goes, a cellar comes, the rain is hard.
    let yard = "EXT. YARD - DAY #2#\n\nA dog waits.\n\n";
    let text = text
        .replace(yard, "INT. CELLAR - DAY\n\nDust.\n\n")
        .replace("Rain falls", "Hard rain falls");
    replace(&world, &draft, &text).await;
    let found = world.call("production", id.clone()).await.unwrap();
    assert!(found["marks"].as_array().unwrap().len() >= 2, "{found}");
    assert_eq!(found["changed_pages"], json!(["1"]));
    assert_ne!(found["unnumbered"], json!(0));
    let numbered = world.call("number_scenes", id.clone()).await.unwrap();
    let text = numbered["body"].as_str().unwrap();
    assert!(text.contains("INT. CELLAR - DAY #1A#\n"), "{text}");
    assert!(text.contains(".OMITTED #2#\n"), "{text}");
    assert!(text.contains("INT. CAR - DAY #3#\n"), "{text}");
    let again = world.call("production", id.clone()).await.unwrap();
    assert_eq!(again["unnumbered"], json!(0));

    let out = export(&world, &draft, "fdx").await;
    assert!(out.contains("Name=\"Blue Rev. 3/4/26\""), "{out}");
    assert!(out.contains("RevisionID=\"1\""), "{out}");
    let open = world.call("unlock_script", id).await.unwrap();
    assert_eq!(open["locked_at"], Value::Null);
    assert_eq!(open["sets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_draft_is_counted_and_its_reports_written() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let draft = json!(open.draft);
    let text = "😀\n\nINT. HOUSE - DAY\n\nMARA and Olle wait.\n\nMARA\nIt sticks.\n\nEXT. YARD - NIGHT\n\nOLLE\nGo.\n";
    replace(&world, &draft, text).await;
    let tally = world
        .call("script_tally", json!({ "id": draft }))
        .await
        .unwrap();
    assert_eq!(
        (&tally["pages"], &tally["language"]),
        (&json!(1), &json!("en"))
    );
    let scene = &tally["scenes"][0];
    // Of two pairs of units and two line ends.
    assert_eq!((&scene["at"], &scene["page"]), (&json!(4), &json!("1")));
    assert_eq!(
        (&scene["speaking"], &scene["named"]),
        (&json!([0]), &json!([1]))
    );
    assert_eq!(tally["characters"][1]["scenes"], json!([2]));
    let path = world.folder.path().join("report");
    let mut input = json!({
        "draft_id": draft, "reports": ["characters"], "format": "csv", "mark": true,
        "language": "zh-CN", "path": path,
    });
    world.call("export_tally", input.clone()).await.unwrap();
    let csv = std::fs::read_to_string(&path).unwrap();
    assert!(csv.starts_with("\u{feff}人物,"), "{csv}");
    input["format"] = json!("pdf");
    input["reports"] = json!(["scenes", "characters"]);
    let done = world.call("export_tally", input.clone()).await.unwrap();
    assert!(done["pages"].as_u64().unwrap() >= 1);
    assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF"));
    // What can't be leaves the file as it is.
    input["format"] = json!("csv");
    for reports in [
        json!(["scenes", "characters"]),
        json!([]),
        json!(["weather"]),
    ] {
        input["reports"] = reports;
        let error = world.call("export_tally", input.clone()).await.unwrap_err();
        assert_eq!(error.code, "bad_request");
    }
    assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF"));
}

#[tokio::test]
async fn two_states_of_a_script_are_compared_by_scene() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let draft = json!(open.draft);
    let text =
        "INT. HOUSE - DAY\n\nRain falls.\n\nMARA\nIt sticks.\n\nEXT. YARD - DAY\n\nA dog waits.\n";
    replace(&world, &draft, text).await;
    let node = world
        .call("save_version", json!({ "id": draft, "name": "one" }))
        .await
        .unwrap();
    replace(
        &world,
        &draft,
        &text.replace("It sticks", "It always sticks"),
    )
    .await;
    let input = json!({
        "old": { "of": "node", "id": node["id"] }, "new": { "of": "draft", "id": draft },
    });
    let found = world.call("compare_scripts", input).await.unwrap();
    assert_eq!((&found["changed"], &found["moved"]), (&json!(1), &json!(0)));
    assert_eq!(found["old"]["name"], "one");
    assert_eq!(found["scenes"][0]["heading"], "INT. HOUSE - DAY");
    assert_eq!(found["scenes"][1]["elements"], json!([]));
    let news = world.document(DocumentKind::News, Language::English).await;
    let side = json!({ "of": "draft", "id": news.draft });
    let input = json!({ "old": side, "new": side });
    let error = world.call("compare_scripts", input).await.unwrap_err();
    assert_eq!(error.code, "bad_request");
}

#[tokio::test]
async fn locked_pages_stay_as_they_were_set() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let draft = json!(open.draft);
    let id = json!({ "id": draft });
    let body = "Rain falls on the quay.\n\n".repeat(80);
    replace(&world, &draft, &format!("INT. HOUSE - DAY\n\n{body}")).await;
    let view = world.call("open_draft", id.clone()).await.unwrap();
    let document = view["document"]["id"].clone();
    let mut setup = world.call("page_setup", id.clone()).await.unwrap();
    setup["paper"] = json!("a4");
    let keep = json!({ "document_id": document, "setup": setup });
    world.call("set_page_setup", keep).await.unwrap();
    world.call("lock_script", id.clone()).await.unwrap();
    let locked = world.call("page_breaks", id.clone()).await.unwrap();
    // Another paper is kept for later; what stands around the text changes at once.
    setup["paper"] = json!("letter");
    setup["header"] = json!("Second draft");
    let keep = json!({ "document_id": document, "setup": setup });
    world.call("set_page_setup", keep).await.unwrap();
    assert_eq!(
        world.call("page_breaks", id.clone()).await.unwrap()["breaks"],
        locked["breaks"]
    );
    let now = world.call("page_setup", id.clone()).await.unwrap();
    assert_eq!(
        (&now["paper"], &now["header"]),
        (&json!("a4"), &json!("Second draft"))
    );
    let preview = json!({ "draft_id": draft, "setup": setup, "first": 0, "count": 1 });
    let shown = world.call("preview_pages", preview).await.unwrap();
    assert_eq!(shown["width"], json!(595.3));
    world.call("unlock_script", id.clone()).await.unwrap();
    let free = world.call("page_breaks", id.clone()).await.unwrap();
    assert_ne!(free["breaks"], locked["breaks"]);
    assert_eq!(
        world.call("page_setup", id).await.unwrap()["paper"],
        "letter"
    );
}

#[tokio::test]
async fn what_no_font_has_is_told_before_anything_is_printed() {
    let world = World::writing("");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let draft = json!(open.draft);
    replace(&world, &draft, "MARA\nHello 😀, 墨, שלום.\n").await;
    let id = json!({ "id": draft });
    let setup = world.call("page_setup", id).await.unwrap();
    let input = json!({ "draft_id": draft, "setup": setup, "first": 0, "count": 1 });
    let fonts = world.call("page_fonts", input).await.unwrap();
    // This studio was given no fonts of the system.
    assert_eq!(fonts["missing"], json!(["ו", "ל", "ם", "ש", "😀"]));
    assert_eq!(fonts["fallbacks"], json!([]));
}
