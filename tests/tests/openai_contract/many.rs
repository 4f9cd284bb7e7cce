//! Many at once: what is cancelled leaves nothing open.

use futures::future::join_all;
use inkstone_tests::loopback::{Answer, Step};

use super::*;

/// Sockets that this process has open.
#[cfg(target_os = "linux")]
fn sockets() -> usize {
    let files = std::fs::read_dir("/proc/self/fd").expect("open files");
    let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

/// In a process of its own, for the sockets of other tests would be counted too.
#[cfg(target_os = "linux")]
#[test]
fn five_hundred_cancels_leave_no_socket_open() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "many::five_hundred", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("all closed"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by five_hundred_cancels_leave_no_socket_open"]
async fn five_hundred() {
    let role = Step::delta(serde_json::json!({ "role": "assistant" }));
    let answers = [
        Answer::Silence,
        Answer::Stream(vec![Step::Stall]),
        Answer::Stream(vec![role, Step::Stall]),
        Answer::Stream(vec![Step::text("a "), Step::Stall]),
    ];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let server = server(Script::new(move |_| {
        let at = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        answers[at % answers.len()].clone()
    }));
    let model = model(&server);
    let before = sockets();
    let mut cancelled = 0;
    for round in 1..=10 {
        let cancel = CancellationToken::new();
        let reading = (0..50).map(|_| tokio::spawn(read(model.generate(chat(), cancel.clone()))));
        let reading: Vec<_> = reading.collect();
        assert!(server.wait_requests(round * 50, PATIENCE));
        cancel.cancel();
        for outcome in join_all(reading).await {
            assert_eq!(outcome.unwrap().reason(), FinishReason::Cancelled);
            cancelled += 1;
        }
    }
    assert_eq!(cancelled, 500);
    assert!(
        server.wait_closed_early(500, PATIENCE),
        "the server still waits for some"
    );
    let end = std::time::Instant::now() + PATIENCE;
    while sockets() > before && std::time::Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        sockets() <= before,
        "{} sockets are left",
        sockets() - before
    );
    println!("all closed");
}
