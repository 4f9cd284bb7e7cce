//! The board through the studio: cards move, the text with them, and what was known of it.

use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

use super::world::*;

const SCRIPT: &str = "# One\n\n= A beat.\n\nINT. KITCHEN - NIGHT\n= Mara hides it.\n\nRain ticks.\n\n\
                      MARA\nThe kettle was.\n\n[[color: blue]]\nEXT. QUAY - DAY #2#\n\nA gull.\n\n# Two\n\n\
                      .内景 售票亭 夜\n\n@老秦\n走。";

struct Desk {
    world: World,
    draft: Value,
}

impl Desk {
    async fn with(text: &str) -> Self {
        let world = World::writing("");
        let draft = world.document(DocumentKind::Screenplay, Language::English);
        let draft = json!(draft.await.draft);
        let input = json!({ "draft_id": draft, "text": text, "cause": "paste" });
        world.call("replace_text", input).await.unwrap();
        Self { world, draft }
    }

    async fn board(&self) -> Value {
        let input = json!({ "id": self.draft });
        self.world.call("board", input).await.unwrap()
    }

    async fn change(&self, change: Value) -> Result<Value, crate::dto::ErrorDto> {
        let revision = self.board().await["revision"].clone();
        let input = json!({ "draft_id": self.draft, "revision": revision, "change": change });
        self.world.call("change_board", input).await
    }

    async fn body(&self) -> String {
        let view = self
            .world
            .call("open_draft", json!({ "id": self.draft }))
            .await;
        view.unwrap()["body"].as_str().unwrap().to_owned()
    }

    async fn undo(&self) {
        let view = self
            .world
            .call("open_draft", json!({ "id": self.draft }))
            .await;
        let revision = view.unwrap()["revision"].clone();
        let input = json!({ "draft_id": self.draft, "base_revision": revision });
        let undone = self.world.call("undo", input).await.unwrap();
        assert_eq!(undone["done"], true);
    }

    /// Origins of the text, character by character.
    fn origins(&self) -> Vec<(char, String)> {
        let id = self.draft.as_str().unwrap();
        let body = self.world.studio.library.draft(id).unwrap().body;
        let spans = self.world.studio.library.spans(id).unwrap();
        spans
            .into_iter()
            .flat_map(|span| {
                let origin = format!("{:?}", span.origin);
                let text = body[span.range].to_owned();
                text.chars()
                    .map(|c| (c, origin.clone()))
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

#[tokio::test]
async fn a_board_shows_what_a_script_holds() {
    let desk = Desk::with(SCRIPT).await;
    let board = desk.board().await;
    let columns: Vec<&Value> = board["columns"].as_array().unwrap().iter().collect();
    assert_eq!(columns.len(), 3);
    assert_eq!(
        (&columns[1]["title"], &columns[1]["count"]),
        (&json!("One"), &json!(3))
    );
    let card = &board["cards"][1];
    assert_eq!(card["kind"], "scene");
    assert_eq!(card["heading"], "INT. KITCHEN - NIGHT");
    assert_eq!(card["synopsis"], "Mara hides it.");
    assert_eq!(card["characters"], json!(["MARA"]));
    assert_eq!(card["location"], "KITCHEN");
    assert_eq!(card["page"], "1");
    assert!(card["eighths"].as_u64().unwrap() >= 1);
    assert_eq!(board["cards"][2]["color"], "blue");
    assert_eq!(board["cards"][2]["number"], "2");
    // Places count as editors do.
    let from = board["cards"][3]["from"].as_u64().unwrap();
    let units: Vec<u16> = SCRIPT
        .encode_utf16()
        .skip(usize::try_from(from).unwrap())
        .collect();
    assert!(String::from_utf16(&units).unwrap().starts_with(".内景"));
}

#[tokio::test]
async fn a_moved_card_moves_the_text_with_its_origins_and_undo_brings_it_back() {
    let desk = Desk::with(SCRIPT).await;
    // A word that was typed among what was pasted.
    let view = desk
        .world
        .call("open_draft", json!({ "id": desk.draft }))
        .await
        .unwrap();
    let at = SCRIPT[..SCRIPT.find("ticks").unwrap()]
        .encode_utf16()
        .count();
    let input = json!({
        "draft_id": desk.draft, "base_revision": view["revision"], "cause": "typing",
        "edits": [{ "from": at, "to": at + 5, "insert": "drums" }],
    });
    desk.world.call("apply_edits", input).await.unwrap();
    let (before, body) = (desk.origins(), desk.body().await);
    let moved = desk
        .change(json!({ "what": "move", "cards": [1], "to": { "at": "last", "column": 2 } }))
        .await
        .unwrap();
    assert_eq!(moved["changed"], true);
    assert_eq!(moved["cards"], json!([3]));
    assert_eq!(
        moved["board"]["cards"][3]["heading"],
        "INT. KITCHEN - NIGHT"
    );
    let after = desk.body().await;
    assert_eq!(moved["view"]["body"], after);
    assert!(after.ends_with(
        "走。\n\nINT. KITCHEN - NIGHT\n= Mara hides it.\n\nRain drums.\n\nMARA\nThe kettle was.\n\n"
    ));
    let sorted = |mut all: Vec<(char, String)>| {
        all.retain(|(c, _)| *c != '\n');
        all.sort();
        all
    };
    assert_eq!(sorted(desk.origins()), sorted(before.clone()));
    desk.undo().await;
    assert_eq!(desk.body().await, body);
    assert_eq!(desk.origins(), before);
    // There already: nothing is written.
    let revision = desk.board().await["revision"].clone();
    let same = desk
        .change(json!({ "what": "move", "cards": [1], "to": { "at": "before", "card": 2 } }))
        .await
        .unwrap();
    assert_eq!(
        (&same["changed"], &same["board"]["revision"]),
        (&json!(false), &revision)
    );
}

#[tokio::test]
async fn a_board_of_an_older_text_changes_nothing() {
    let desk = Desk::with(SCRIPT).await;
    let revision = desk.board().await["revision"].clone();
    desk.change(json!({ "what": "rename", "card": 1, "heading": "int. hall - day" }))
        .await
        .unwrap();
    let body = desk.body().await;
    let change = json!({ "what": "omit", "cards": [1] });
    let input = json!({ "draft_id": desk.draft, "revision": revision, "change": change });
    let late = desk.world.call("change_board", input).await.unwrap_err();
    assert_eq!(late.code, "conflict");
    assert_eq!(desk.body().await, body);
    let none = json!({ "what": "omit", "cards": [9] });
    assert_eq!(desk.change(none).await.unwrap_err().code, "board_changed");
    let no = json!({ "what": "rename", "card": 1, "heading": "…" });
    assert_eq!(desk.change(no).await.unwrap_err().code, "not_a_heading");
    let long =
        json!({ "what": "rename", "card": 1, "heading": "INT. ".to_owned() + &"x".repeat(400) });
    assert!(desk.change(long).await.is_err());
    assert_eq!(desk.body().await, body);
}

#[tokio::test]
async fn an_omitted_scene_is_in_no_page_and_comes_back() {
    let desk = Desk::with(SCRIPT).await;
    let (body, before) = (desk.body().await, desk.origins());
    let out = desk
        .change(json!({ "what": "omit", "cards": [1, 2] }))
        .await
        .unwrap();
    let cards = &out["board"]["cards"];
    assert_eq!(
        (&cards[1]["kind"], &cards[1]["number"]),
        (&json!("omitted"), &json!(""))
    );
    assert_eq!(
        (&cards[2]["kind"], &cards[2]["number"]),
        (&json!("omitted"), &json!("2"))
    );
    assert_eq!(cards[1]["heading"], "INT. KITCHEN - NIGHT");
    assert_eq!(
        (&cards[1]["comes_back"], &cards[1]["eighths"]),
        (&json!(true), &json!(0))
    );
    assert!(
        desk.body()
            .await
            .contains(".OMITTED #2#\n\n/* omitted\n[[color: blue]]\nEXT. QUAY")
    );
    let back = desk
        .change(json!({ "what": "bring_back", "cards": [1, 2] }))
        .await
        .unwrap();
    assert_eq!(back["view"]["body"], body.as_str());
    assert_eq!(desk.origins(), before);
}

#[tokio::test]
async fn cards_are_made_cut_and_painted() {
    let desk = Desk::with(SCRIPT).await;
    let made = desk
        .change(json!({
            "what": "add_scene", "to": { "at": "after", "card": 1 },
            "heading": "EXT. ROAD - DAWN", "synopsis": "She runs."
        }))
        .await
        .unwrap();
    assert_eq!(made["cards"], json!([2]));
    assert_eq!(made["board"]["cards"][2]["synopsis"], "She runs.");
    let made = desk
        .change(
            json!({ "what": "add_beat", "to": { "at": "first", "column": 2 }, "text": "It ends." }),
        )
        .await
        .unwrap();
    let beat = usize::try_from(made["cards"][0].as_u64().unwrap()).unwrap();
    assert_eq!(made["board"]["cards"][beat]["kind"], "beat");
    let painted = desk
        .change(json!({ "what": "paint", "cards": [0, 1], "color": "red" }))
        .await
        .unwrap();
    assert_eq!(painted["board"]["cards"][0]["color"], "red");
    assert_eq!(painted["board"]["cards"][1]["color"], "red");
    let revision = &painted["board"]["revision"];
    let input = json!({ "draft_id": desk.draft, "revision": revision, "card": 1 });
    let cuts = desk.world.call("scene_cuts", input).await.unwrap();
    assert_eq!(cuts[1]["text"], "MARA");
    let cut = desk
        .change(json!({
            "what": "split", "card": 1, "at": cuts[1]["at"], "heading": "INT. KITCHEN - LATER"
        }))
        .await
        .unwrap();
    assert_eq!(cut["cards"], json!([2]));
    assert_eq!(cut["board"]["cards"][2]["characters"], json!(["MARA"]));
}

#[tokio::test]
async fn a_beat_sheet_is_put_in_as_one_step_and_ones_own_are_found() {
    let desk = Desk::with("").await;
    let library = desk.world.studio.library.path().to_owned();
    let folder = std::path::PathBuf::from(format!("{}-beats", library.display()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("mine.toml"),
        "name = \"Mine\"\n[[parts]]\nname = \"All\"\nfrom = 0\n[[parts.beats]]\nname = \"So\"\nfrom = 0\nto = 100\n",
    )
    .unwrap();
    std::fs::write(folder.join("bad.toml"), "name = 1").unwrap();
    std::fs::write(folder.join("bytes.toml"), [0xff, 0xfe]).unwrap();
    std::fs::write(folder.join("note.txt"), "none").unwrap();
    let input = json!({ "draft_id": desk.draft, "pages": null });
    let sheets = desk.world.call("beat_sheets", input).await.unwrap();
    assert_eq!(sheets["pages"], 110);
    assert_eq!(sheets["sheets"].as_array().unwrap().len(), 7);
    assert_eq!(sheets["sheets"][6]["id"], "mine");
    let bad: Vec<&Value> = sheets["unreadable"].as_array().unwrap().iter().collect();
    assert_eq!((bad.len(), &bad[0]["file"]), (2, &json!("bad.toml")));
    let apply = |sheet: &str, revision: &Value| {
        let input = json!({ "draft_id": desk.draft, "revision": revision, "sheet": sheet });
        desk.world.call("apply_beat_sheet", input)
    };
    let board = desk.board().await;
    let done = apply("fifteen-beats", &board["revision"]).await.unwrap();
    assert_eq!(done["board"]["cards"].as_array().unwrap().len(), 15);
    assert_eq!(done["board"]["columns"].as_array().unwrap().len(), 5);
    assert!(
        desk.origins()
            .iter()
            .all(|(_, origin)| origin.contains("Fifteen beats"))
    );
    let again = apply("fifteen-beats", &done["board"]["revision"])
        .await
        .unwrap();
    assert_eq!(again["changed"], false);
    desk.undo().await;
    assert_eq!(desk.body().await, "");
    let board = desk.board().await;
    assert_eq!(
        apply("nine", &board["revision"]).await.unwrap_err().code,
        "no_beat_sheet"
    );
    let own = apply("mine", &board["revision"]).await.unwrap();
    assert_eq!(own["view"]["body"], "# All\n\n= So\n\n");
}

#[tokio::test]
async fn ones_own_beat_sheets_are_in_the_library_too() {
    let desk = Desk::with("").await;
    let library = desk.world.studio.library.path().to_owned();
    let folder = std::path::PathBuf::from(format!("{}-beats", library.display()));
    let mine = folder.join("mine.toml");
    let text = "name = \"Mine\"\n[[parts]]\nname = \"All\"\nfrom = 0\n";
    let look = async || {
        let input = json!({ "draft_id": desk.draft, "pages": null });
        let found = desk.world.call("beat_sheets", input).await.unwrap();
        found["sheets"].as_array().unwrap().len()
    };
    assert_eq!(look().await, 6);
    assert!(!folder.exists());
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&mine, text).unwrap();
    assert_eq!(look().await, 7);
    // Out with everything, and into another library: there it is a file again.
    let out = desk.world.folder.path().join("out.zip");
    let everything = json!({ "path": out, "language": "en" });
    desk.world
        .call("export_everything", everything)
        .await
        .unwrap();
    let other = World::writing("");
    other
        .call("bring_back", json!({ "path": out }))
        .await
        .unwrap();
    let beside = format!("{}-beats/mine.toml", other.studio.library.path().display());
    assert_eq!(std::fs::read_to_string(&beside).unwrap(), text);
    // Without its folder the library has it still; what is taken away is taken out.
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(look().await, 7);
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), text);
    std::fs::write(&mine, text.replace("All", "Half")).unwrap();
    assert_eq!(look().await, 7);
    std::fs::remove_file(&mine).unwrap();
    assert_eq!(look().await, 6);
    assert_eq!(look().await, 6);
    // A name that leads out of the folder is no file.
    let bad = serde_json::Value::String(text.to_owned());
    let library = &desk.world.studio.library;
    library.set_setting("beat_sheet/../out.toml", &bad).unwrap();
    assert_eq!(look().await, 6);
    assert!(!folder.with_file_name("out.toml").exists());
}
