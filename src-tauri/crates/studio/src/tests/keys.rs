//! Keys of servers: kept where the person says, shown nowhere.

use serde_json::json;

use super::world::World;

const CANARY: &str = "sk-canary-1a2b3c";

#[tokio::test]
async fn a_key_is_set_moved_and_forgotten_and_no_command_shows_it() {
    let world = World::new(|_| vec![]);
    let add =
        json!({ "name": "", "base_url": "https://models.example/v1", "api_key": "", "model": "m" });
    let model = world.call("add_server", add).await.unwrap();
    let id = model["id"].as_str().unwrap();
    assert_eq!(model["source"]["key"], json!(null));
    let set = json!({ "model_id": id, "api_key": CANARY, "place": "session" });
    let model = world.call("set_key", set).await.unwrap();
    assert_eq!(model["source"]["key"], json!("session"));

    // The studio of the tests keeps keys for the session alone, and says so.
    let places = world.call("key_places", json!({})).await.unwrap();
    assert_eq!(places, json!({ "keychain": "absent", "file": "nowhere" }));
    for (place, code) in [("keychain", "key_no_keychain"), ("file", "keys_no_file")] {
        let to = json!({ "model_id": id, "place": place });
        let refused = world.call("move_key", to).await.unwrap_err();
        assert_eq!(refused.code, code);
        let shown = serde_json::to_string(&refused).unwrap();
        assert!(!shown.contains(CANARY), "{shown}");
    }
    let to = json!({ "passphrase": "a long passphrase" });
    let refused = world.call("unlock_keys", to).await.unwrap_err();
    assert!(
        !serde_json::to_string(&refused)
            .unwrap()
            .contains("long passphrase")
    );
    let starter = json!({ "model_id": "starter", "api_key": CANARY, "place": "session" });
    let refused = world.call("set_key", starter).await.unwrap_err();
    assert_eq!(refused.code, "bad_request");
    assert!(!serde_json::to_string(&refused).unwrap().contains(CANARY));

    for (name, input) in [
        ("models", json!({})),
        ("app_state", json!({})),
        ("key_places", json!({})),
        ("ledger_page", json!({})),
    ] {
        let shown = world.call(name, input).await.unwrap().to_string();
        assert!(!shown.contains(CANARY), "{name}: {shown}");
    }
    let none = json!({ "model_id": id, "api_key": "", "place": "session" });
    let model = world.call("set_key", none).await.unwrap();
    assert_eq!(model["source"]["key"], json!(null));
}
