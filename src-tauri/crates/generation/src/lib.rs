//! # The ports
//!
//! What a model of any kind looks like from the rest of the house: a request goes in, a stream of
//! events comes out, and a token cancels it. Adapters (`candle`, `openai`) implement the traits;
//! everyone else sees nothing but the types of this room.
//!
//! Rules
//! - No type of candle, of HTTP or of a project is named here.
//! - A stream is `Started`, any number of `Delta`, then one `Finished`; or it ends with an error.
//!   Text that was streamed before an error stays valid: whoever reads the stream keeps it.
//!   `Waiting` may come anywhere before the first `Delta`; `Odds` come only where they were asked
//!   for, those of a token no later than its text.
//! - Nothing leaves the machine without a [`Ticket`] of a [`Gate`].
//! - Each request carries its own cancellation. Dropping the stream stops the work too.
//!
//! Glossary
//! - *Model*: a neural model. *Adapter*: what makes one reachable.
//! - *Request form*: `Chat` for models that follow instructions, `Compact` for small ones that
//!   read a brief as `Key: value` lines.
//! - *Constraint*: what an answer has to be, kept while it is decoded; see [`constraint`].
//! - *Gate*: what every request to a server asks first; *ticket*: its leave for one request.
//! - *Embedder*: a model that turns texts into vectors of their meaning.
//! - *Reference*: a short placeholder that stands for a value of the brief; see [`references`].

mod capabilities;
pub mod constraint;
mod embed;
mod error;
mod fetch;
mod gate;
pub mod guide;
mod measure;
mod model;
mod odds;
pub mod references;
mod remote;
mod request;
mod sampling;
mod stream;

pub use capabilities::{Api, CapName, Capabilities, Reasoning};
pub use constraint::{Constraint, Form, Limit, Measured, Scope};
pub use embed::{EmbedAs, Embedder, EmbedderDescription, EmbedderFile, may_be_embedder};
pub use error::{GenerationError, GenerationErrorKind};
pub use fetch::{FileAnswer, FileAsk, FileBody, FileFacts};
pub use gate::{Gate, Method, Outgoing, Ticket};
pub use measure::Measure;
pub use model::{
    Enforcement, LocalModels, Locality, ModelDescription, ModelFile, PromptForm, TextModel,
};
pub use odds::{Likely, MOST_OTHERS, Odds};
pub use remote::{
    Endpoint, Finding, Found, LocalServer, Probed, RemoteModels, Secret, ServerTrait,
};
pub use request::{Message, Prompt, Role, TextRequest};
pub use sampling::{Apart, Dry, Sampling};
pub use stream::{FinishReason, TextEvent, TextStream, Usage, Wait};
pub use tokio_util::sync::CancellationToken;
