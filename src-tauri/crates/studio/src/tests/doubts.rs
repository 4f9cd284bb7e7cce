//! What a model was not sure of.

use inkstone_generation::{FinishReason, Likely, Odds};

use super::world::{Step, World, all_of, say};
use crate::inputs::Id;

const ARTICLE: &str = "The last ferry sails at six.\n";

/// The article word by word, with how likely each was.
fn told() -> Vec<Step> {
    let likely = |text: &str, share: f32| Likely::new(text.as_bytes(), share.ln());
    let mut steps = Vec::new();
    for word in ARTICLE.split_inclusive(' ') {
        let sure = word != "last ";
        steps.push(Step::Odds(Odds {
            token: likely(word, if sure { 0.9 } else { 0.3 }),
            others: vec![likely(word, 0.3), likely("old", 0.2)],
        }));
        steps.push(say(word));
    }
    steps.push(Step::Finish(FinishReason::Stop));
    steps
}

#[tokio::test]
async fn a_take_is_written_once_more_to_say_what_was_unsure() {
    let world = World::new(|_| told());
    let open = world.news().await;
    let take = world.drafted(&open).await;
    // Nobody asked while it was written.
    assert_eq!(world.requests()[0].odds, None);
    let id = || Id {
        id: take.id.clone(),
    };
    let doubts = world.studio.doubts(id()).await.unwrap();
    assert!(doubts.same);
    assert_eq!(doubts.text, take.text);
    let [word] = &doubts.words[..] else {
        panic!("{doubts:?}");
    };
    let at = (word.from as usize, word.to as usize);
    assert_eq!(&take.text[at.0..at.1], "last");
    assert_eq!(word.others[0].text, "old");
    let requests = world.requests();
    assert_eq!(requests.len(), 2);
    let mut again = requests[1].clone();
    assert!(again.odds.take().is_some());
    assert_eq!(again, requests[0]);
    // It is no take, and a model that has changed says nothing.
    assert_eq!(world.view(&open.draft).await.takes.len(), 1);
    world.answers(|_| all_of("The first ferry sails at six.\n"));
    let doubts = world.studio.doubts(id()).await.unwrap();
    assert!(!doubts.same && doubts.words.is_empty());
}

#[tokio::test]
async fn a_server_is_not_asked_once_more() {
    let world = World::new(|_| told());
    let open = world.news().await;
    world.choose_server(&open).await;
    let take = world.drafted(&open).await;
    let refused = world.studio.doubts(Id { id: take.id }).await.unwrap_err();
    assert_eq!(refused.to_dto().code, "replay_remote");
    assert_eq!(world.requests().len(), 1);
}
