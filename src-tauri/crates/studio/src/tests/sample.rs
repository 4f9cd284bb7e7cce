//! The project to try things out in.

use serde_json::json;

use super::world::*;

#[tokio::test]
async fn a_sample_project_is_whole_in_both_languages_and_goes_like_any_other() {
    let world = World::writing("# Ferry\n\nIt runs at night.");
    for (language, title) in [("en", "Start here"), ("zh-CN", "从这里开始")] {
        let input = json!({ "name": "Sample", "language": language });
        let made = world.call("sample_project", input).await.unwrap();
        let project = made["project"]["id"].clone();
        assert_eq!(made["project"]["privacy"], "local_only");
        let start = world
            .call("open_draft", json!({ "id": made["start"] }))
            .await
            .unwrap();
        assert_eq!(start["document"]["title"], title);
        let listed = world
            .call("list_documents", json!({ "id": project }))
            .await
            .unwrap();
        let documents = listed.as_array().unwrap();
        assert_eq!(documents.len(), 4);
        for document in documents {
            assert_eq!(document["language"], language);
            let draft = &document["drafts"][0]["id"];
            let view = world
                .call("open_draft", json!({ "id": draft }))
                .await
                .unwrap();
            // A text to read or a brief to write from; no text is said to be typed here.
            let text = view["body"].as_str().unwrap();
            let waits = made["to_write"].as_array().unwrap().contains(draft);
            assert_eq!(text.is_empty(), waits, "{document}");
            let told = world
                .call("provenance", json!({ "id": draft }))
                .await
                .unwrap();
            assert_eq!(told["share"]["words"], told["share"]["imported"]);
        }
        // What waits can be written from its brief as it is.
        for draft in made["to_write"].as_array().unwrap() {
            let input = json!({
                "draft_id": draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
                "variants": 0, "seed": null, "over_budget": false,
            });
            world.call("generate", input).await.unwrap();
        }
        world
            .call("delete_project", json!({ "id": project }))
            .await
            .unwrap();
        let state = world.call("app_state", json!({})).await.unwrap();
        assert!(
            !state["projects"]
                .to_string()
                .contains(project.as_str().unwrap())
        );
    }
}
