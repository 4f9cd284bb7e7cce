//! Files from a server: asked for whole or from a place on, and read piece by piece.

use futures::future::BoxFuture;

use crate::{GenerationError, Secret};

/// A file that is asked for, once; nothing is followed to another address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileAsk {
    /// Its address, with its query.
    pub url: String,
    /// The first byte that is wanted.
    pub from: u64,
    /// The mark of the file that the first bytes are of ([`FileFacts::mark`]). Where the server has
    /// another file by now, it is to send all of that (`If-Range`).
    pub same: Option<String>,
    /// A key for this host.
    pub key: Option<Secret>,
}

/// What a server says of a file besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// A mark that changes with the file's bytes: a strong `ETag` in its quotes, or else the date of
    /// `Last-Modified`.
    pub mark: Option<String>,
    /// SHA-256 in lower-case hex, where the server says it (`X-Linked-ETag` of a model hub).
    pub sha256: Option<String>,
    /// Size of the whole file in bytes.
    pub bytes: Option<u64>,
    /// The kind of content, as `text/html`.
    pub content: Option<String>,
}

/// What came of asking.
pub enum FileAnswer {
    /// The server sends on to another address (3xx).
    SentOn {
        /// Where to.
        url: String,
        /// What it says of the file already.
        facts: FileFacts,
    },
    /// The file, or what is left of it.
    File {
        /// The first byte that comes.
        from: u64,
        /// What is said of it.
        facts: FileFacts,
        /// The bytes.
        body: Box<dyn FileBody>,
    },
    /// There is nothing from that byte on (416).
    NothingThere {
        /// What is said of the file.
        facts: FileFacts,
    },
}

/// The bytes of a file as they come in. Dropped, the connection ends.
pub trait FileBody: Send {
    /// The next bytes; `None` at the end that the server has given.
    ///
    /// # Errors
    /// `Interrupted`, `Stalled`.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GenerationError>>;
}
