//! As much of HTTP/1.1 as a client of the OpenAI API needs.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::sleep,
};

use super::{
    Recorded,
    answer::{Answer, Step},
    chunk,
};

/// No test sends more.
const LARGEST_REQUEST: usize = 64 << 20;

/// How an answer ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All of it was sent; the next request may come.
    Complete,
    /// The script closes the connection.
    Cut,
    /// The other side went before the end.
    ClosedEarly,
}

/// One connection.
pub struct Connection {
    input: Input,
    output: OwnedWriteHalf,
}

struct Input {
    half: OwnedReadHalf,
    bytes: Vec<u8>,
}

impl Input {
    /// Reads on; false at the end.
    async fn more(&mut self) -> bool {
        let read = self.half.read_buf(&mut self.bytes).await;
        matches!(read, Ok(read) if read > 0) && self.bytes.len() < LARGEST_REQUEST
    }

    /// Returns when the other side closes.
    async fn closed(&mut self) {
        while self.more().await {}
    }
}

impl Connection {
    pub fn new(socket: TcpStream) -> Connection {
        // Each step is to arrive by itself.
        let _ = socket.set_nodelay(true);
        let (half, output) = socket.into_split();
        Connection {
            input: Input {
                half,
                bytes: Vec::new(),
            },
            output,
        }
    }

    /// The next request; `None` at the end of the connection.
    pub async fn read(&mut self) -> Option<Recorded> {
        let end = loop {
            let bytes = &self.input.bytes;
            match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None if !self.input.more().await => return None,
                None => {}
            }
        };
        let head = String::from_utf8_lossy(&self.input.bytes[..end]).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ').map(str::to_owned);
        let (method, path) = (first.next()?, first.next()?);
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
        while self.input.bytes.len() < end + length {
            if !self.input.more().await {
                return None;
            }
        }
        let rest = self.input.bytes.split_off(end + length);
        let body = std::mem::replace(&mut self.input.bytes, rest).split_off(end);
        Some(Recorded {
            method,
            path,
            headers,
            body,
        })
    }

    /// Answers, and watches meanwhile whether the other side is still there.
    pub async fn write(&mut self, request: &Recorded, answer: &Answer) -> End {
        let Connection { input, output } = self;
        tokio::select! {
            biased;
            end = play(output, request, answer) => end,
            () = input.closed() => End::ClosedEarly,
        }
    }
}

async fn play(output: &mut OwnedWriteHalf, request: &Recorded, answer: &Answer) -> End {
    let is_raw = request.json()["prompt"].is_string();
    match answer {
        // As the API has it: who does not ask for a stream gets none.
        Answer::Text { chunks, .. } if request.json()["stream"] != true => {
            let whole = Answer::json(200, &whole(chunks, is_raw));
            Box::pin(play(output, request, &whole)).await
        }
        Answer::Text { chunks, delay } => stream(output, &good(chunks, *delay, is_raw)).await,
        Answer::Stream(steps) => stream(output, steps).await,
        Answer::Full {
            status,
            headers,
            body,
        } => {
            let mut head = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            match sent(output, &[head.as_bytes(), body].concat()).await {
                true => End::Complete,
                false => End::ClosedEarly,
            }
        }
        Answer::Raw(bytes) => {
            sent(output, bytes).await;
            let _ = output.shutdown().await;
            End::Cut
        }
        Answer::Silence => std::future::pending().await,
        Answer::Close => End::Cut,
    }
}

fn whole(chunks: &[String], is_raw: bool) -> Value {
    let text = chunks.concat();
    let choice = if is_raw {
        json!({ "index": 0, "text": text, "finish_reason": "stop" })
    } else {
        let message = json!({ "role": "assistant", "content": text });
        json!({ "index": 0, "message": message, "finish_reason": "stop" })
    };
    let mut whole = chunk(json!([choice]));
    whole["usage"] = json!({ "prompt_tokens": 17, "completion_tokens": chunks.len() });
    whole
}

fn good(chunks: &[String], delay: Duration, is_raw: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    if !is_raw {
        steps.push(Step::delta(json!({ "role": "assistant", "content": "" })));
    }
    for text in chunks {
        if !delay.is_zero() {
            steps.push(Step::Wait(delay));
        }
        steps.push(if is_raw {
            let choice = json!({ "index": 0, "text": text, "finish_reason": null });
            Step::Event(chunk(json!([choice])))
        } else {
            Step::text(text)
        });
    }
    let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
    steps.extend([Step::finish("stop"), Step::usage(17, count), Step::done()]);
    steps
}

async fn stream(output: &mut OwnedWriteHalf, steps: &[Step]) -> End {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    if !sent(output, head.as_bytes()).await {
        return End::ClosedEarly;
    }
    for step in steps {
        let bytes = match step {
            Step::Event(value) => format!("data: {value}\n\n").into_bytes(),
            // A chunk without bytes would be the end of the body.
            Step::Bytes(bytes) if bytes.is_empty() => continue,
            Step::Bytes(bytes) => bytes.clone(),
            Step::Repeat(bytes, times) => {
                for _ in 0..*times {
                    if !chunk_sent(output, bytes).await {
                        return End::ClosedEarly;
                    }
                }
                continue;
            }
            Step::Wait(time) => {
                sleep(*time).await;
                continue;
            }
            Step::Stall => std::future::pending().await,
            Step::Cut => return End::Cut,
        };
        if !chunk_sent(output, &bytes).await {
            return End::ClosedEarly;
        }
    }
    // Whoever has read `[DONE]` may leave before this.
    let _ = sent(output, b"0\r\n\r\n").await;
    End::Complete
}

async fn chunk_sent(output: &mut OwnedWriteHalf, bytes: &[u8]) -> bool {
    let length = format!("{:x}\r\n", bytes.len());
    sent(output, &[length.as_bytes(), bytes, b"\r\n"].concat()).await
}

async fn sent(output: &mut OwnedWriteHalf, bytes: &[u8]) -> bool {
    output.write_all(bytes).await.is_ok() && output.flush().await.is_ok()
}
