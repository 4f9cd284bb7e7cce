//! What other programs do to a window: they give it something by a drag (XDND 5), or by the
//! clipboard (ICCCM, section 2), and read what it copied.

use std::collections::BTreeMap;
use std::sync::{
    Arc,
    mpsc::{Receiver, RecvTimeoutError, Sender, channel},
};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::E2eError;
use super::display::{Display, refused};

/// An answer of the other program has this long.
const ANSWERS: Duration = Duration::from_secs(10);
/// Of the protocol of drags.
const VERSION: u32 = 5;
/// The most that is read of what was copied, in units of four bytes.
const MOST_READ: u32 = 1 << 20;

/// Something in one or more formats, each with its media type (or X target) as its name.
pub type Formats = Vec<(&'static str, Vec<u8>)>;

/// What a file manager gives: the addresses of files.
pub fn files(paths: &[&std::path::Path]) -> Formats {
    let mut list = String::new();
    for path in paths {
        list.push_str("file://");
        for &byte in path.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' => list.push(byte.into()),
                _ if byte.is_ascii_alphanumeric() => list.push(byte.into()),
                _ => list.push_str(&format!("%{byte:02X}")),
            }
        }
        list.push_str("\r\n");
    }
    vec![("text/uri-list", list.into_bytes())]
}

/// A window of another program that has something to give.
struct Giver {
    connection: Arc<RustConnection>,
    screen: usize,
    window: Window,
    /// Messages from the window to which it is given.
    said: Receiver<ClientMessageEvent>,
    formats: Vec<Atom>,
}

impl Giver {
    /// Owns a selection, and answers whoever asks for it until something else is given.
    fn new(display: &Display, selection: &str, formats: Formats) -> Result<Giver, E2eError> {
        let (connection, screen) = display.connect()?;
        let connection = Arc::new(connection);
        let window = hidden(&connection, screen).map_err(refused)?;
        let selection = atom(&connection, selection)?;
        let targets = atom(&connection, "TARGETS")?;
        let mut known = BTreeMap::new();
        for (name, bytes) in formats {
            known.insert(atom(&connection, name)?, bytes);
        }
        let formats: Vec<Atom> = known.keys().copied().collect();
        connection
            .set_selection_owner(window, selection, x11rb::CURRENT_TIME)
            .map_err(refused)?
            .check()
            .map_err(refused)?;
        let (say, said) = channel();
        let there = Arc::clone(&connection);
        thread::spawn(move || answer(&there, targets, &known, &say));
        Ok(Giver {
            connection,
            screen,
            window,
            said,
            formats,
        })
    }

    fn send(&self, to: Window, name: &str, data: [u32; 4]) -> Result<(), E2eError> {
        let [first, second, third, fourth] = data;
        let data = [self.window, first, second, third, fourth];
        let event = ClientMessageEvent::new(32, to, atom(&self.connection, name)?, data);
        let sent = self
            .connection
            .send_event(false, to, EventMask::NO_EVENT, event);
        sent.map_err(refused)?.check().map_err(refused)
    }

    /// Waits for a message of this name.
    fn hear(&self, name: &str) -> Result<[u32; 5], E2eError> {
        let wanted = atom(&self.connection, name)?;
        let until = Instant::now() + ANSWERS;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(said) if said.type_ == wanted => return Ok(said.data.as_data32()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(E2eError::Display(format!("no {name} came")));
                }
            }
        }
    }
}

/// Answers until the selection is another program's, or the display has gone.
fn answer(
    connection: &RustConnection,
    targets: Atom,
    known: &BTreeMap<Atom, Vec<u8>>,
    say: &Sender<ClientMessageEvent>,
) {
    while let Ok(event) = connection.wait_for_event() {
        match event {
            // Who asked may have gone meanwhile.
            Event::SelectionRequest(asked) => drop(give(connection, targets, known, asked)),
            Event::ClientMessage(said) => drop(say.send(said)),
            Event::SelectionClear(_) => return,
            _ => {}
        }
    }
}

fn give(
    connection: &RustConnection,
    targets: Atom,
    known: &BTreeMap<Atom, Vec<u8>>,
    asked: SelectionRequestEvent,
) -> Result<(), ReplyOrIdError> {
    let (to, property) = (asked.requestor, asked.property);
    let mut given = property;
    if asked.target == targets {
        let all: Vec<Atom> = known.keys().copied().chain([targets]).collect();
        connection.change_property32(PropMode::REPLACE, to, property, AtomEnum::ATOM, &all)?;
    } else if let Some(bytes) = known.get(&asked.target) {
        connection.change_property8(PropMode::REPLACE, to, property, asked.target, bytes)?;
    } else {
        given = x11rb::NONE;
    }
    let answer = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: asked.time,
        requestor: to,
        selection: asked.selection,
        target: asked.target,
        property: given,
    };
    connection.send_event(false, to, EventMask::NO_EVENT, answer)?;
    connection.flush()?;
    Ok(())
}

/// A drag from another program that has not ended.
pub struct Drag {
    giver: Giver,
    to: Window,
}

impl Drag {
    /// Comes over a place of the window. Says whether it would be taken there.
    pub fn over(&self, x: i16, y: i16) -> Result<bool, E2eError> {
        let connection = &self.giver.connection;
        let root = connection.setup().roots[self.giver.screen].root;
        let asked = connection.translate_coordinates(self.to, root, x, y);
        let at = asked.map_err(refused)?.reply().map_err(refused)?;
        let part = |at: i16| u32::from(at.unsigned_abs());
        let place = part(at.dst_x) << 16 | part(at.dst_y);
        let copy = atom(&self.giver.connection, "XdndActionCopy")?;
        self.giver.send(
            self.to,
            "XdndPosition",
            [0, place, x11rb::CURRENT_TIME, copy],
        )?;
        Ok(self.giver.hear("XdndStatus")?[1] & 1 == 1)
    }

    /// Goes away over the window's edge.
    pub fn leave(self) -> Result<(), E2eError> {
        self.giver.send(self.to, "XdndLeave", [0; 4])
    }

    /// Lets go. Says whether it was taken.
    pub fn release(self) -> Result<bool, E2eError> {
        self.giver
            .send(self.to, "XdndDrop", [0, x11rb::CURRENT_TIME, 0, 0])?;
        Ok(self.giver.hear("XdndFinished")?[1] & 1 == 1)
    }
}

impl Display {
    /// Begins to drag something into the program's topmost window.
    pub fn drag(&self, formats: Formats) -> Result<Drag, E2eError> {
        let giver = Giver::new(self, "XdndSelection", formats)?;
        let Some(to) = self.topmost()? else {
            return Err(E2eError::Display("no window to drag into".to_owned()));
        };
        // The first three formats are named in the message; nothing here has more.
        let mut named = giver.formats.iter().copied().chain([x11rb::NONE; 3]);
        let mut next = || named.next().unwrap_or(x11rb::NONE);
        let data = [VERSION << 24, next(), next(), next()];
        giver.send(to, "XdndEnter", data)?;
        Ok(Drag { giver, to })
    }

    /// Copies something, as another program.
    pub fn copy(&self, formats: Formats) -> Result<(), E2eError> {
        Giver::new(self, "CLIPBOARD", formats).map(drop)
    }

    /// What was copied last, in one format; `None` where it is not there in that one.
    pub fn copied(&self, format: &str) -> Result<Option<Vec<u8>>, E2eError> {
        let (connection, screen) = self.connect()?;
        let window = hidden(&connection, screen).map_err(refused)?;
        let (selection, target) = (atom(&connection, "CLIPBOARD")?, atom(&connection, format)?);
        let property = atom(&connection, "INKSTONE_COPIED")?;
        connection
            .convert_selection(window, selection, target, property, x11rb::CURRENT_TIME)
            .map_err(refused)?
            .check()
            .map_err(refused)?;
        let until = Instant::now() + ANSWERS;
        while Instant::now() < until {
            match connection.poll_for_event().map_err(refused)? {
                Some(Event::SelectionNotify(answer)) if answer.property == x11rb::NONE => {
                    return Ok(None);
                }
                Some(Event::SelectionNotify(_)) => {
                    let asked = connection
                        .get_property(true, window, property, AtomEnum::ANY, 0, MOST_READ)
                        .map_err(refused)?;
                    return Ok(Some(asked.reply().map_err(refused)?.value));
                }
                Some(_) => {}
                None => thread::sleep(Duration::from_millis(5)),
            }
        }
        Err(E2eError::Display(format!("no {format} came")))
    }
}

/// A window that nobody sees, to speak to others.
fn hidden(connection: &RustConnection, screen: usize) -> Result<Window, ReplyOrIdError> {
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id()?;
    connection
        .create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            root,
            -10,
            -10,
            1,
            1,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &CreateWindowAux::new().override_redirect(1),
        )?
        .check()?;
    Ok(window)
}

fn atom(connection: &RustConnection, name: &str) -> Result<Atom, E2eError> {
    let asked = connection
        .intern_atom(false, name.as_bytes())
        .map_err(refused)?;
    Ok(asked.reply().map_err(refused)?.atom)
}
