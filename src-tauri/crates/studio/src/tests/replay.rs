//! Recorded generations, run again.

use serde_json::json;

use super::world::{Step, World, all_of, say};
use crate::{
    dto::{TakeDto, TakeStatus},
    inputs::Id,
    replay::{ReplayDto, ReplayOutcome, ReplaySubject},
};

const ARTICLE: &str = "# The night ferry runs again\n\n夜航轮渡恢复。It starts on 5 May.\n";

async fn replay(world: &World, take: &TakeDto) -> ReplayDto {
    // The event of an end comes before the library has all of it.
    for _ in 0..500 {
        let id = take.id.clone();
        if world.studio.library.generation(&id).unwrap().end.is_some() {
            return world.studio.replay(Id { id }).await.unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("the take was never saved");
}

#[tokio::test]
async fn the_same_again_is_identical_and_asks_the_same() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    let replayed = replay(&world, &take).await;
    assert_eq!(replayed.outcome, ReplayOutcome::Identical);
    assert_eq!((replayed.changes.len(), replayed.difference), (0, None));
    assert_eq!(replayed.characters as usize, ARTICLE.chars().count());
    assert_eq!(
        (replayed.finish_then.as_str(), replayed.finish_now.as_str()),
        ("stop", "stop")
    );
    let requests = world.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
    // A replay is no take.
    assert_eq!(world.view(&open.draft).await.takes.len(), 1);
}

#[tokio::test]
async fn the_first_difference_is_shown_in_whole_characters() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    world.answers(|_| all_of(&ARTICLE.replace("恢复", "恒久")));
    let replayed = replay(&world, &take).await;
    assert_eq!(replayed.outcome, ReplayOutcome::Different);
    let difference = replayed.difference.unwrap();
    // The two characters share their first byte.
    assert!(difference.before.ends_with("夜航轮渡"), "{difference:?}");
    assert!(difference.was.starts_with("恢复。It"), "{difference:?}");
    assert!(difference.now.starts_with("恒"), "{difference:?}");
    assert_eq!(difference.at, replayed.characters);
    for (changed, then, now) in [
        (ARTICLE.trim_end().to_owned(), "\n", ""),
        (format!("{ARTICLE}More."), "", "M"),
    ] {
        world.answers(move |_| all_of(&changed));
        let difference = replay(&world, &take).await.difference.unwrap();
        assert_eq!(difference.was, then);
        assert!(difference.now.starts_with(now), "{difference:?}");
    }
}

#[tokio::test]
async fn what_was_stopped_is_the_beginning_of_its_replay() {
    let world = World::new(|_| vec![say("The ferry "), say("sails"), Step::Wait]);
    let open = world.news().await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    let id = batch["takes"][0]["id"].as_str().unwrap().to_owned();
    world.until(|take| take.text.contains("sails")).await;
    assert!(matches!(
        world
            .studio
            .replay(Id { id: id.clone() })
            .await
            .unwrap_err(),
        crate::StudioError::StillWriting
    ));
    world.studio.stop(Id { id: id.clone() }).await.unwrap();
    let take = world.until(|take| take.status == TakeStatus::Stopped).await;
    world.answers(|_| all_of("The ferry sails every hour."));
    let replayed = replay(&world, &take).await;
    assert_eq!(replayed.outcome, ReplayOutcome::IdenticalSoFar);
    assert_eq!(replayed.finish_then, "cancelled");
    world.answers(|_| all_of("The ferry waits."));
    assert_eq!(
        replay(&world, &take).await.outcome,
        ReplayOutcome::Different
    );
}

#[tokio::test]
async fn what_has_changed_is_named_before_anything_runs() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    replay(&world, &take).await;
    let asked = world.requests().len();
    let id = take.id.clone();
    world
        .studio
        .library
        .name_model(&id, "starter", Some("other"), "script 0")
        .unwrap();
    let changes = world.studio.replay_changes(Id { id }).await.unwrap();
    assert_eq!(world.requests().len(), asked, "nothing has run");
    let of = |subject| changes.iter().find(|change| change.subject == subject);
    let file = of(ReplaySubject::ModelFile).unwrap();
    assert_eq!(
        (file.was.as_str(), file.now.as_str()),
        ("other", "5c".repeat(32).as_str())
    );
    let engine = of(ReplaySubject::Engine).unwrap();
    assert_eq!(
        (engine.was.as_str(), engine.now.as_str()),
        ("script 0", "script 1")
    );
    assert!(of(ReplaySubject::Template).is_none(), "{changes:?}");
}

#[tokio::test]
async fn a_replay_can_be_stopped_and_a_server_is_not_asked_again() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    replay(&world, &take).await;
    world.answers(|_| vec![say("# The"), Step::Wait]);
    let (studio, id) = (world.studio.clone(), take.id.clone());
    let running = tokio::spawn(async move { studio.replay(Id { id }).await });
    let stop = || {
        world.studio.stop_replay(Id {
            id: take.id.clone(),
        })
    };
    while stop().await.is_err() {
        tokio::task::yield_now().await;
    }
    let replayed = running.await.unwrap().unwrap();
    assert_eq!(replayed.outcome, ReplayOutcome::Stopped);
    assert!(stop().await.is_err(), "it is over");

    world.answers(|_| all_of(ARTICLE));
    world.choose_server(&open).await;
    let remote = world.drafted(&open).await;
    let refused = world.studio.replay(Id { id: remote.id }).await.unwrap_err();
    assert_eq!(refused.to_dto().code, "replay_remote");
}
