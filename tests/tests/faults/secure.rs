//! Faults of encrypted connections, and of HTTP/2, which is spoken over them alone.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

use super::table::row;

const HERE: &str = "127.0.0.1";

/// Makes an authority and certificates, good and bad; returns the authority's file.
pub fn lay_out(folder: &Path) -> PathBuf {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("an authority");
    let issuer = Issuer::new(params, key);

    let sign = |name: &str, host: &str, change: fn(&mut CertificateParams)| {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
        change(&mut params);
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        write(folder, name, certificate.der(), &key);
    };
    sign("good", HERE, |_| {});
    sign("expired", HERE, |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    sign("elsewhere", "other.example", |_| {});
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![HERE.to_owned()]).expect("a name");
    let own = params.self_signed(&key).expect("a certificate");
    write(folder, "own", own.der(), &key);

    let path = folder.join("authority.pem");
    std::fs::write(&path, authority.pem()).expect("a file");
    path
}

fn write(folder: &Path, name: &str, certificate: &[u8], key: &KeyPair) {
    std::fs::write(folder.join(format!("{name}.crt")), certificate).expect("a file");
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_der()).expect("a file");
}

fn acceptor(folder: &Path, name: &str) -> TlsAcceptor {
    let read = |end: &str| std::fs::read(folder.join(format!("{name}.{end}"))).expect("a file");
    let certificate = CertificateDer::from(read("crt"));
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(read("key")));
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate");
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// A server over TLS; `serve` gets each connection with its number.
struct Server {
    base_url: String,
    connections: Arc<AtomicUsize>,
    /// Handshakes that came to their end: only then can a request have been sent.
    shaken: Arc<AtomicUsize>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn start<F>(
    acceptor: TlsAcceptor,
    serve: impl Fn(TlsStream<TcpStream>, usize) -> F + Send + 'static,
) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let base_url = format!("https://{}/v1", listener.local_addr().expect("an address"));
    let (connections, shaken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&connections), Arc::clone(&shaken));
    let accepting = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let nth = counts.0.fetch_add(1, Ordering::SeqCst);
            if let Ok(stream) = acceptor.accept(socket).await {
                counts.1.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, nth));
            }
        }
    });
    Server {
        base_url,
        connections,
        shaken,
        accepting,
    }
}

/// All of them.
pub async fn all(folder: &Path) {
    for (fault, name) in [
        ("TLS: the certificate has expired", "expired"),
        ("TLS: the certificate is signed by itself", "own"),
        ("TLS: the certificate is another host's", "elsewhere"),
    ] {
        let server = start(acceptor(folder, name), |_, _| async {}).await;
        let became = row(fault, &server.base_url).await;
        assert!(server.connections.load(Ordering::SeqCst) > 0);
        assert_eq!(became.sent, 1);
        assert!(became.end.is_err());
    }
    let plain = inkstone_tests::loopback::Loopback::start(
        inkstone_tests::loopback::Script::always(inkstone_tests::loopback::Answer::text("x")),
    )
    .expect("a free port");
    row(
        "TLS: the server does not speak it",
        &format!("https://{}/v1", plain.host()),
    )
    .await;

    let server = start(acceptor(folder, "good"), |stream, nth| async move {
        let end = if nth == 0 { End::Before } else { End::Whole };
        serve(stream, end).await;
    })
    .await;
    let became = row("HTTP/2: GOAWAY before an answer, once", &server.base_url).await;
    assert_eq!((became.text.as_str(), became.sent), ("The ferry runs", 2));
    assert_eq!(server.shaken.load(Ordering::SeqCst), 2);

    let server = start(acceptor(folder, "good"), |stream, _| {
        serve(stream, End::Before)
    })
    .await;
    row("HTTP/2: GOAWAY before an answer", &server.base_url).await;
    let server = start(acceptor(folder, "good"), |stream, _| {
        serve(stream, End::Within)
    })
    .await;
    let became = row("HTTP/2: GOAWAY after some text", &server.base_url).await;
    assert_eq!((became.text.as_str(), became.sent), ("The ferry runs", 1));
}

/// Where an HTTP/2 connection ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Before,
    Within,
    Whole,
}

async fn serve(stream: TlsStream<TcpStream>, end: End) {
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        if end == End::Before {
            connection.abrupt_shutdown(h2::Reason::ENHANCE_YOUR_CALM);
            continue;
        }
        drop(request);
        let Ok(mut body) = respond.send_response(Default::default(), false) else {
            return;
        };
        let text = "data: {\"choices\":[{\"delta\":{\"content\":\"The ferry runs\"}}]}\n\n";
        let _ = body.send_data(text.into(), false);
        if end == End::Whole {
            let done = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
            let _ = body.send_data(done.into(), true);
            continue;
        }
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            drop(body);
        });
        // The text goes out as the connection is polled; then it is over.
        let _ =
            tokio::time::timeout(std::time::Duration::from_millis(50), connection.accept()).await;
        connection.abrupt_shutdown(h2::Reason::INTERNAL_ERROR);
    }
}
