//! A host of files on this machine that keeps or breaks what it says.
//!
//! Each request has a connection and a thread of its own; the host ends when it is dropped.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Bytes that are sent at once.
const PIECE: usize = 64 << 10;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// The first byte that is asked for.
    pub fn from(&self) -> u64 {
        let range = self.header("range").unwrap_or("bytes=0-");
        let from = range.trim_start_matches("bytes=").trim_end_matches('-');
        from.parse().unwrap_or(0)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The length that is said, where it is not the body's.
    says: Option<u64>,
    /// No length is said at all: the body ends with the connection.
    endless: bool,
    cut: Option<usize>,
    stall: Option<Duration>,
    pause: Duration,
}

impl Reply {
    /// A status with a short page.
    pub fn page(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            headers: vec![("Content-Type".into(), "text/html; charset=utf-8".into())],
            body: b"<!doctype html><title>Sign in</title>".to_vec(),
            says: None,
            endless: false,
            cut: None,
            stall: None,
            pause: Duration::ZERO,
        }
    }

    /// A file, from where it is asked for, as HTTP wants it: with `If-Range` all of it where the
    /// mark is another.
    pub fn file(bytes: &[u8], mark: &str, asked: &Asked) -> Self {
        let same = asked.header("if-range").is_none_or(|same| same == mark);
        let from = if same { asked.from() as usize } else { 0 };
        let whole = bytes.len();
        if from >= whole && from > 0 {
            return Self::page("416 Range Not Satisfiable")
                .with("Content-Range", &format!("bytes */{whole}"));
        }
        let part = asked.header("range").is_some() && same;
        let reply = Self {
            status: if part {
                "206 Partial Content"
            } else {
                "200 OK"
            }
            .to_owned(),
            headers: vec![("Content-Type".into(), "application/octet-stream".into())],
            body: bytes[from..].to_vec(),
            ..Self::page("")
        };
        let reply = reply.with("ETag", mark).with("Accept-Ranges", "bytes");
        if part {
            let range = format!("bytes {from}-{}/{whole}", whole - 1);
            return reply.with("Content-Range", &range);
        }
        reply
    }

    /// All of a file, whatever part is asked for.
    pub fn whole(bytes: &[u8], mark: &str) -> Self {
        let asked = Asked {
            path: String::new(),
            headers: Vec::new(),
        };
        Self::file(bytes, mark, &asked)
    }

    /// Sends on to another address.
    pub fn sent_on(to: &str) -> Self {
        Self::page("302 Found").with("Location", to)
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The connection is cut after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// After so many bytes of the body nothing more comes for so long.
    #[must_use]
    pub fn stalls_after(mut self, bytes: usize, time: Duration) -> Self {
        self.cut = Some(bytes);
        self.stall = Some(time);
        self
    }

    /// Says another length than the body has.
    #[must_use]
    pub fn says(mut self, length: u64) -> Self {
        self.says = Some(length);
        self
    }

    /// Says no length.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Waits after each 64 KiB.
    #[must_use]
    pub fn slow(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }
}

type Answers = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A running host.
pub struct Hub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hub {
    /// Starts on a free port. `answer` hears the request, and how many came before it.
    pub fn start(
        answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let over = Arc::new(AtomicBool::new(false));
        let answer: Arc<Answers> = Arc::new(answer);
        let shared = (asked.clone(), over.clone());
        let thread = std::thread::Builder::new()
            .name("hub".to_owned())
            .spawn(move || {
                for stream in listener.incoming() {
                    if shared.1.load(Ordering::Acquire) {
                        break;
                    }
                    let Ok(stream) = stream else { continue };
                    let (asked, over) = (shared.0.clone(), shared.1.clone());
                    let answer = answer.clone();
                    std::thread::spawn(move || {
                        // A guest that goes away is no fault.
                        let _ = serve(stream, &asked, &over, &*answer);
                    });
                }
            })?;
        Ok(Self {
            address,
            asked,
            over,
            thread: Some(thread),
        })
    }

    /// The address of a file.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock();
        asked.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // The one that waits for a guest has one.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    over: &AtomicBool,
    answer: &Answers,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let Some(path) = first.split(' ').nth(1) else {
        return Ok(());
    };
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let asked = Asked {
        path: path.to_owned(),
        headers,
    };
    let before = {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(asked.clone());
        log.len() - 1
    };
    let reply = answer(&asked, before);
    let mut out = stream;
    let mut head = format!("HTTP/1.1 {}\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !reply.endless {
        let length = reply.says.unwrap_or(reply.body.len() as u64);
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    head.push_str("\r\n");
    out.write_all(head.as_bytes())?;
    let end = reply.cut.unwrap_or(usize::MAX).min(reply.body.len());
    for piece in reply.body[..end].chunks(PIECE) {
        if over.load(Ordering::Acquire) {
            return Ok(());
        }
        out.write_all(piece)?;
        std::thread::sleep(reply.pause);
    }
    out.flush()?;
    if let Some(time) = reply.stall {
        let until = Instant::now() + time;
        while Instant::now() < until && !over.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Ok(())
}
