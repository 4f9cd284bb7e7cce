//! What leaves asks the gate first, as it is, each time.

use GenerationErrorKind as Kind;
use inkstone_generation::Method;
use inkstone_tests::loopback::Answer;

use super::*;

#[tokio::test]
async fn a_shut_gate_lets_no_packet_out() {
    // Not even a connection: nobody accepts here, so one would be left waiting.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let door = OpenAi::with_timeouts(patient());
    let model = door.connect(endpoint(&base_url), Witness::shut()).unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!((outcome.kind(), outcome.started), (Kind::NotAllowed, false));
    let list = door.list(endpoint(&base_url), Witness::shut()).await;
    assert_eq!(list.unwrap_err().kind, Kind::NotAllowed);
    let probe = door.probe(endpoint(&base_url), Witness::shut()).await;
    assert_eq!(probe.unwrap_err().kind, Kind::NotAllowed);
    assert!(door.find_local(Witness::shut()).await.is_empty());
    let came = listener.accept().unwrap_err();
    assert_eq!(came.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn what_the_gate_is_shown_is_what_is_sent() {
    let answers = [
        Answer::error(500, "no"),
        Answer::error(500, "no"),
        Answer::text("It rains."),
    ];
    let server = server(Script::sequence(answers));
    let gate = Witness::open();
    let door = OpenAi::with_timeouts(patient());
    let base_url = format!("{}?key=in-the-query", server.base_url());
    let model = door.connect(endpoint(&base_url), gate.clone()).unwrap();
    assert_eq!(
        read(model.generate(chat(), CancellationToken::new()))
            .await
            .text,
        "It rains."
    );
    let (passed, requests) = (gate.passed(), server.requests());
    assert_eq!((passed.len(), requests.len()), (3, 3));
    for (passed, request) in passed.iter().zip(&requests) {
        let outgoing = &passed.outgoing;
        assert_eq!(outgoing.body, request.body);
        assert_eq!(
            (outgoing.host.clone(), outgoing.method),
            (server.host(), Method::Post)
        );
        assert_eq!(outgoing.path, "/v1/chat/completions");
        assert!(passed.is_over && passed.finished && passed.bytes_in > 0);
    }
    let statuses: Vec<_> = passed.iter().map(|passed| passed.status).collect();
    assert_eq!(statuses, [Some(500), Some(500), Some(200)]);

    let gate = Witness::open();
    door.list(endpoint(&server.base_url()), gate.clone())
        .await
        .unwrap();
    let passed = gate.passed();
    assert_eq!((passed[0].outgoing.method, passed.len()), (Method::Get, 1));
    assert!(passed[0].outgoing.body.is_empty() && passed[0].bytes_in > 20);
}

#[tokio::test]
async fn a_ticket_hears_of_failures_and_is_given_back_at_a_cancel() {
    for (answer, failed) in [
        (Answer::Close, Some(Kind::Unreachable)),
        (Answer::html(200), Some(Kind::NotAnApi)),
    ] {
        let server = server(Script::always(answer));
        let gate = Witness::open();
        let door = OpenAi::with_timeouts(patient());
        let model = door
            .connect(endpoint(&server.base_url()), gate.clone())
            .unwrap();
        read(model.generate(chat(), CancellationToken::new())).await;
        assert!(gate.passed().iter().all(|passed| passed.failed == failed));
    }
    let server = server(Script::always(Answer::Silence));
    let gate = Witness::open();
    let door = OpenAi::with_timeouts(patient());
    let model = door
        .connect(endpoint(&server.base_url()), gate.clone())
        .unwrap();
    let cancel = CancellationToken::new();
    let reading = tokio::spawn(read(model.generate(chat(), cancel.clone())));
    let waiting = server;
    let asked = tokio::task::spawn_blocking(move || {
        let came = waiting.wait_requests(1, PATIENCE);
        (waiting, came)
    });
    let (_server, came) = asked.await.unwrap();
    assert!(came);
    cancel.cancel();
    assert_eq!(reading.await.unwrap().reason(), FinishReason::Cancelled);
    assert!(gate.passed()[0].is_over && !gate.passed()[0].finished);
}
