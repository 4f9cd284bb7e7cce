//! What a page is told unasked. It asks what comes next and is answered as soon as there is
//! something. To call the page instead, WebKit would read a script for each event and keep an
//! interpreter in this process for what the script says.
//!
//! An event stays until the page says that it has it: an answer on its way to a page that has just
//! gone is lost to nobody.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use inkstone_studio::dto::{StudioEvent, TakeDto};
use serde::Serialize;
use tauri::DragDropEvent;
use tokio::sync::watch;

/// Events that wait for one page; where there would be more, it is to look at everything anew.
const MOST: usize = 500;

/// What may have changed while nobody could listen: everything.
const ALL_KINDS: [&str; 8] = [
    "projects",
    "documents",
    "models",
    "history",
    "takes",
    "settings",
    "ledger",
    "library",
];

/// Word to look at everything anew.
pub fn everything() -> StudioEvent {
    StudioEvent::Changed {
        kinds: ALL_KINDS.map(str::to_owned).to_vec(),
    }
}

/// What happens to a window, as its page is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WindowEvent {
    /// The person closes it; the page saves first, and lets it go.
    CloseRequested,
    /// Files are over it.
    DragOver {
        /// Where they lie.
        paths: Vec<PathBuf>,
    },
    /// They are not any more.
    DragLeft,
    /// Links of another program are over it, with no file among them.
    LinksOver {
        /// Their addresses, as that program wrote them.
        links: Vec<String>,
    },
    /// Files, or what [`WindowEvent::LinksOver`] told of, were let go over it.
    Dropped {
        /// Where they lie.
        paths: Vec<PathBuf>,
        /// From the left of the page, in pixels of the screen.
        x: f64,
        /// From its top.
        y: f64,
    },
}

impl WindowEvent {
    /// `None` for what a page needs not know.
    pub fn of_drag(drag: &DragDropEvent) -> Option<WindowEvent> {
        match drag {
            DragDropEvent::Enter { paths, .. } => {
                let paths = files(paths);
                (!paths.is_empty()).then_some(Self::DragOver { paths })
            }
            DragDropEvent::Leave => Some(Self::DragLeft),
            DragDropEvent::Drop { paths, position } => Some(Self::Dropped {
                paths: files(paths),
                x: position.x,
                y: position.y,
            }),
            _ => None,
        }
    }
}

/// The files of a drag; the toolkit takes any address for one.
fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let files = paths.iter().filter(|path| path.is_absolute());
    files.cloned().collect()
}

#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Event {
    Studio(Box<StudioEvent>),
    Window(WindowEvent),
}

impl Event {
    fn take(&self) -> Option<&TakeDto> {
        match self {
            Event::Studio(event) => match &**event {
                StudioEvent::Take { take } => Some(take),
                _ => None,
            },
            Event::Window(_) => None,
        }
    }

    /// Whether a person waits for what the page does then.
    fn is_urgent(&self) -> bool {
        matches!(self, Event::Window(_))
    }
}

/// Events, and the number of the last of them: the next question names it.
#[derive(Debug, Default, Serialize)]
pub struct Told {
    last: u64,
    events: Vec<Event>,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<(u64, Event)>,
    /// Number of the last event that there ever was, and of the last that an answer had.
    last: u64,
    given: u64,
    /// Questions so far.
    asked: u64,
    gone: bool,
}

#[derive(Default)]
struct Inbox {
    kept: Mutex<Kept>,
    changes: watch::Sender<()>,
}

impl Kept {
    /// Forgets what nobody has heard yet and this event replaces.
    fn outdate(&mut self, event: &Event) {
        let Some(new) = event.take() else { return };
        let given = self.given;
        self.events.retain(|(number, event)| {
            let same = |take: &TakeDto| take.id == new.id && take.status == new.status;
            *number <= given || !event.take().is_some_and(same)
        });
    }
}

impl Inbox {
    fn change<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        let done = change(&mut lock(&self.kept));
        self.changes.send_replace(());
        done
    }

    fn put(&self, event: Event) {
        self.change(|kept| {
            kept.outdate(&event);
            if kept.events.len() >= MOST {
                kept.events.retain(|(_, event)| event.is_urgent());
                kept.last += 1;
                kept.events
                    .push_back((kept.last, Event::Studio(Box::new(everything()))));
            }
            kept.last += 1;
            kept.events.push_back((kept.last, event));
        });
    }

    async fn next(&self, after: Option<u64>, rest: Duration) -> Told {
        let asked = self.change(|kept| {
            match after {
                Some(after) => kept.events.retain(|(number, _)| *number > after),
                // What was asked of a page that is no more is not asked of the next one.
                None => kept.events.retain(|(_, event)| !event.is_urgent()),
            }
            kept.asked += 1;
            kept.asked
        });
        let rested = tokio::time::sleep(rest);
        tokio::pin!(rested);
        let mut changes = self.changes.subscribe();
        loop {
            {
                let mut kept = lock(&self.kept);
                if kept.gone || kept.asked != asked {
                    return Told::default();
                }
                let now =
                    rested.is_elapsed() || kept.events.iter().any(|(_, event)| event.is_urgent());
                if now && let Some(&(last, _)) = kept.events.back() {
                    kept.given = last;
                    return Told {
                        last,
                        events: kept.events.iter().map(|(_, one)| one.clone()).collect(),
                    };
                }
            }
            tokio::select! {
                () = &mut rested, if !rested.is_elapsed() => {}
                changed = changes.changed() => if changed.is_err() {
                    return Told::default();
                }
            }
        }
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What each window's page has not heard yet.
#[derive(Default)]
pub struct Inboxes(Mutex<HashMap<String, Arc<Inbox>>>);

impl Inboxes {
    /// From now on nothing is lost to the page of this window.
    pub fn open(&self, window: &str) {
        lock(&self.0).entry(window.to_owned()).or_default();
    }

    /// The window is no more.
    pub fn close(&self, window: &str) {
        if let Some(inbox) = lock(&self.0).remove(window) {
            inbox.change(|kept| kept.gone = true);
        }
    }

    fn of(&self, window: &str) -> Option<Arc<Inbox>> {
        lock(&self.0).get(window).cloned()
    }

    /// Tells the pages of all windows.
    pub fn tell(&self, event: StudioEvent) {
        for inbox in lock(&self.0).values() {
            inbox.put(Event::Studio(Box::new(event.clone())));
        }
    }

    /// Tells the page of a window; whether there is one that has ever listened.
    pub fn tell_one(&self, window: &str, event: WindowEvent) -> bool {
        let Some(inbox) = self.of(window) else {
            return false;
        };
        let listens = lock(&inbox.kept).asked > 0;
        if listens {
            inbox.put(Event::Window(event));
        }
        listens
    }

    /// Lets the question that waits have its answer: the page wants to hear nothing for now.
    pub fn hush(&self, window: &str) {
        if let Some(inbox) = self.of(window) {
            inbox.change(|kept| kept.asked += 1);
        }
    }

    /// What the page of a window has not heard, as soon as there is something: at once what happens to
    /// the window, and all else not before the page had its `rest`. `after` is the number of the last
    /// that it has, and nothing for a page that has just begun. Nothing is told where another question
    /// follows before that.
    pub async fn next(&self, window: &str, after: Option<u64>, rest: Duration) -> Told {
        match self.of(window) {
            Some(inbox) => inbox.next(after, rest).await,
            None => Told::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use inkstone_studio::dto::{TakeDecision, TakeStatus};
    use serde_json::{Value, json};

    use super::*;

    fn changed(kind: &str) -> StudioEvent {
        StudioEvent::Changed {
            kinds: vec![kind.to_owned()],
        }
    }

    async fn told(inboxes: &Inboxes, after: Option<u64>) -> (u64, Vec<Value>) {
        let told = inboxes.next("main", after, Duration::ZERO).await;
        let events = serde_json::to_value(&told.events).unwrap();
        (told.last, events.as_array().unwrap().clone())
    }

    #[test]
    fn of_a_drag_the_page_hears_what_it_shows() {
        let position = tauri::PhysicalPosition::new(40.5, 20.0);
        let paths = vec![PathBuf::from("/a/picture.png")];
        let told = |drag| serde_json::to_value(WindowEvent::of_drag(&drag)).unwrap();
        let enter = |paths| DragDropEvent::Enter { paths, position };
        assert_eq!(
            told(enter(paths.clone())),
            json!({ "event": "drag_over", "paths": ["/a/picture.png"] })
        );
        // Words that are dragged within the page are none of its files.
        assert_eq!(told(enter(Vec::new())), Value::Null);
        let links = vec![PathBuf::from("https://example.org/a")];
        assert_eq!(told(enter(links.clone())), Value::Null);
        assert_eq!(
            told(DragDropEvent::Drop {
                paths: links,
                position
            }),
            json!({ "event": "dropped", "paths": [], "x": 40.5, "y": 20.0 })
        );
        assert_eq!(told(DragDropEvent::Over { position }), Value::Null);
        assert_eq!(told(DragDropEvent::Leave), json!({ "event": "drag_left" }));
        assert_eq!(
            told(DragDropEvent::Drop { paths, position }),
            json!({ "event": "dropped", "paths": ["/a/picture.png"], "x": 40.5, "y": 20.0 })
        );
    }

    #[tokio::test]
    async fn nothing_is_lost_to_a_page_that_begins_anew() {
        let inboxes = Inboxes::default();
        inboxes.open("main");
        inboxes.tell(changed("models"));
        let models = json!({ "event": "changed", "kinds": ["models"] });
        assert_eq!(told(&inboxes, None).await, (1, vec![models.clone()]));
        // That answer reached nobody.
        inboxes.tell(changed("takes"));
        let takes = json!({ "event": "changed", "kinds": ["takes"] });
        assert_eq!(told(&inboxes, None).await, (2, vec![models, takes.clone()]));
        assert_eq!(told(&inboxes, Some(1)).await, (2, vec![takes]));
        let silent = told(&inboxes, Some(2));
        assert!(
            tokio::time::timeout(Duration::from_millis(20), silent)
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn who_asks_is_answered_when_something_happens_or_the_window_goes() {
        let inboxes = Arc::new(Inboxes::default());
        inboxes.open("main");
        let ask = |after| {
            let inboxes = inboxes.clone();
            tokio::spawn(async move { told(&inboxes, after).await })
        };
        let first = ask(None);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let second = ask(None);
        assert_eq!(first.await.unwrap(), (0, vec![]));
        assert!(inboxes.tell_one("main", WindowEvent::DragLeft));
        let left = json!({ "event": "drag_left" });
        assert_eq!(second.await.unwrap(), (1, vec![left]));
        let hushed = ask(Some(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
        inboxes.hush("main");
        assert_eq!(hushed.await.unwrap(), (0, vec![]));
        let last = ask(Some(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
        inboxes.close("main");
        assert_eq!(last.await.unwrap(), (0, vec![]));
        assert!(!inboxes.tell_one("main", WindowEvent::DragLeft));
    }

    #[tokio::test]
    async fn a_window_is_told_only_where_its_page_listens_and_a_new_page_closes_nothing() {
        let inboxes = Inboxes::default();
        inboxes.open("main");
        assert!(!inboxes.tell_one("main", WindowEvent::CloseRequested));
        inboxes.tell(changed("models"));
        assert_eq!(told(&inboxes, None).await.0, 1);
        assert!(inboxes.tell_one("main", WindowEvent::CloseRequested));
        let (_, events) = told(&inboxes, Some(1)).await;
        assert_eq!(events, [json!({ "event": "close_requested" })]);
        inboxes.tell(changed("takes"));
        let (_, events) = told(&inboxes, None).await;
        assert_eq!(events, [json!({ "event": "changed", "kinds": ["takes"] })]);
    }

    #[tokio::test]
    async fn who_rests_is_told_later_what_is_not_urgent() {
        let inboxes = Inboxes::default();
        inboxes.open("main");
        inboxes.tell(changed("models"));
        let began = Instant::now();
        let rest = Duration::from_millis(60);
        assert_eq!(inboxes.next("main", None, rest).await.events.len(), 1);
        assert!(began.elapsed() >= rest);
        // At once, and what waits comes along.
        inboxes.tell(changed("takes"));
        inboxes.tell_one("main", WindowEvent::CloseRequested);
        let rest = Duration::from_secs(3_600);
        assert_eq!(inboxes.next("main", Some(1), rest).await.events.len(), 2);
    }

    fn take(id: &str, status: TakeStatus, tokens: u32) -> StudioEvent {
        let take = TakeDto {
            id: id.to_owned(),
            batch_id: "b".to_owned(),
            variant: 0,
            draft_id: "d".to_owned(),
            task: "draft".to_owned(),
            status,
            decision: TakeDecision::Pending,
            title: None,
            text: String::new(),
            from: 0,
            to: 0,
            model_name: String::new(),
            host: None,
            seed: 0.0,
            template: String::new(),
            tokens,
            tokens_per_second: None,
            waiting: None,
            finish_reason: None,
            error: None,
            created_at: 0.0,
            facts: Default::default(),
        };
        StudioEvent::Take {
            take: Box::new(take),
        }
    }

    #[tokio::test]
    async fn of_what_a_take_had_meanwhile_the_last_is_told() {
        use TakeStatus::{Done, Writing};
        let inboxes = Inboxes::default();
        inboxes.open("main");
        inboxes.tell(take("a", Writing, 1));
        let tokens = |events: &[Value]| -> Vec<u64> {
            let takes = events.iter().map(|event| &event["take"]["tokens"]);
            takes.filter_map(Value::as_u64).collect()
        };
        let (last, events) = told(&inboxes, None).await;
        assert_eq!(tokens(&events), [1]);
        // What was told already stays until the page says that it has it.
        for (id, status, count) in [
            ("a", Writing, 2),
            ("b", Writing, 3),
            ("a", Writing, 4),
            ("a", Done, 5),
        ] {
            inboxes.tell(take(id, status, count));
        }
        let (_, events) = told(&inboxes, None).await;
        assert_eq!(tokens(&events), [1, 3, 4, 5]);
        let (_, events) = told(&inboxes, Some(last)).await;
        assert_eq!(tokens(&events), [3, 4, 5]);
    }

    #[tokio::test]
    async fn a_page_that_falls_behind_is_told_to_look_at_everything() {
        let inboxes = Inboxes::default();
        inboxes.open("main");
        inboxes.tell(changed("models"));
        let (last, _) = told(&inboxes, None).await;
        inboxes.tell_one("main", WindowEvent::DragLeft);
        for _ in 1..MOST {
            inboxes.tell(changed("history"));
        }
        let (_, events) = told(&inboxes, Some(last)).await;
        assert_eq!(events.len(), 3);
        assert_eq!(events[0], json!({ "event": "drag_left" }));
        assert_eq!(events[1]["kinds"], json!(ALL_KINDS));
        assert_eq!(events[2]["kinds"], json!(["history"]));
    }
}
