//! What a person is told of each fault of a network and of a server, what is kept, and how often the
//! request was sent: the table `tests/ref/faults.md`, made by real requests to servers on this
//! machine that have these faults.
//!
//! `INKSTONE_WRITE_REFERENCES=1` writes the table anew.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

mod plain;
mod secure;
mod table;

use std::{path::Path, process::Command};

use inkstone_tests::loopback::{Answer, Loopback, Script};

/// Where the certificates lie that this process was told to trust and not to trust.
const CERTIFICATES: &str = "INKSTONE_FAULTS_CERTIFICATES";

/// The certificates that a machine trusts, and its proxy, are told to a program from outside; so the
/// rows are made in a child.
#[test]
fn the_table_says_what_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = secure::lay_out(folder.path());
    let proxy = Loopback::start(Script::new(|request| {
        if request.path.contains("through") {
            Answer::text("The ferry runs again.")
        } else {
            Answer::full(407, "text/html", "<html>who are you?</html>")
        }
    }))
    .expect("a free port");
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "rows", "--ignored", "--nocapture"])
        .env(CERTIFICATES, folder.path())
        .env("SSL_CERT_FILE", authority)
        .env("HTTP_PROXY", format!("http://{}", proxy.host()))
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env_remove("http_proxy")
        .env_remove("https_proxy")
        .env_remove("ALL_PROXY")
        .env_remove("all_proxy")
        .env("NO_PROXY", "offline.invalid")
        .env_remove("no_proxy")
        .output()
        .expect("the child runs");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&child.stderr)
    );
    let rows: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once(table::MARK))
        .map(|(_, row)| row)
        .collect();
    table::compare(&rows);
}

/// The child's part.
#[test]
#[ignore = "run by the_table_says_what_happens"]
fn rows() {
    let Some(certificates) = std::env::var_os(CERTIFICATES) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        plain::all().await;
        secure::all(Path::new(&certificates)).await;
    });
}
