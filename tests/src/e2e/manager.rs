//! The one thing of a window manager that a test needs: a window that asks for the whole screen
//! gets it, and its old place back.

use std::collections::HashMap;
use std::thread;

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, EventMask,
    PropMode, Window,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// What a client message asks for (EWMH, `_NET_WM_STATE`).
const REMOVE: u32 = 0;
const ADD: u32 = 1;

/// Where a window stood before it filled the screen.
type Place = (i32, i32, u32, u32);

/// Listens for as long as there is a display.
pub(super) fn manage(connection: RustConnection, screen: usize) -> Result<(), ReplyOrIdError> {
    let root = connection.setup().roots[screen].root;
    let listen = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    connection
        .change_window_attributes(root, &listen)?
        .check()?;
    let atom = |name: &[u8]| -> Result<u32, ReplyOrIdError> {
        Ok(connection.intern_atom(false, name)?.reply()?.atom)
    };
    let (state, full) = (atom(b"_NET_WM_STATE")?, atom(b"_NET_WM_STATE_FULLSCREEN")?);
    thread::spawn(move || {
        let mut places = HashMap::new();
        while let Ok(event) = connection.wait_for_event() {
            let Event::ClientMessage(asked) = event else {
                continue;
            };
            let [action, first, second, ..] = asked.data.as_data32();
            if asked.type_ == state && (first == full || second == full) {
                let on = match action {
                    ADD => true,
                    REMOVE => false,
                    _ => !places.contains_key(&asked.window),
                };
                let atoms = if on { vec![full] } else { Vec::new() };
                // A window that has gone meanwhile wants nothing.
                let _ = answer(&connection, screen, asked.window, on, &mut places);
                let _ = connection.change_property32(
                    PropMode::REPLACE,
                    asked.window,
                    state,
                    AtomEnum::ATOM,
                    &atoms,
                );
                let _ = connection.flush();
            }
        }
    });
    Ok(())
}

fn answer(
    connection: &RustConnection,
    screen: usize,
    window: Window,
    on: bool,
    places: &mut HashMap<Window, Place>,
) -> Result<(), ReplyOrIdError> {
    let root = &connection.setup().roots[screen];
    let whole = (
        0,
        0,
        root.width_in_pixels.into(),
        root.height_in_pixels.into(),
    );
    let (x, y, width, height) = if on {
        let now = connection.get_geometry(window)?.reply()?;
        let place = (
            now.x.into(),
            now.y.into(),
            now.width.into(),
            now.height.into(),
        );
        places.insert(window, place);
        whole
    } else {
        places.remove(&window).unwrap_or(whole)
    };
    let place = ConfigureWindowAux::new()
        .x(x)
        .y(y)
        .width(width)
        .height(height);
    connection.configure_window(window, &place)?.check()?;
    Ok(())
}
