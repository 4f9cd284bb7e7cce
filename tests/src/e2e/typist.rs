//! Keys as a typist presses them, and the time until the screen shows each (XTEST 2.2, DAMAGE 1.1).

use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Keycode, Rectangle, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::E2eError;
use super::display::{Display, refused};

/// For how long a finger stays on a key.
const HELD: Duration = Duration::from_millis(12);

/// A part of the screen in pixels: left, top, right, bottom.
pub type Area = [i32; 4];

impl Display {
    /// Types small Latin letters and spaces, one every `between`. Gives, for each, how long it took
    /// from its press until something new was drawn in the `area`; `None` where nothing was before
    /// the next key.
    pub fn types(
        &self,
        text: &str,
        between: Duration,
        area: Area,
    ) -> Result<Vec<Option<Duration>>, E2eError> {
        let (connection, screen) = self.connect()?;
        let Some(window) = self.topmost()? else {
            return Err(E2eError::Display("no window to type into".to_owned()));
        };
        let root = connection.setup().roots[screen].root;
        let (say, drawn) = channel();
        self.watch(window, area, say)?;
        let keys = keycodes(&connection, text).map_err(refused)?;
        let mut pressed = Vec::with_capacity(keys.len());
        let begun = Instant::now();
        for (key, after) in keys.into_iter().zip(0..) {
            thread::sleep((begun + between * after).saturating_duration_since(Instant::now()));
            pressed.push(Instant::now());
            fake(&connection, root, KEY_PRESS_EVENT, key).map_err(refused)?;
            thread::sleep(HELD);
            fake(&connection, root, KEY_RELEASE_EVENT, key).map_err(refused)?;
        }
        thread::sleep(between);
        let drawn: Vec<Instant> = drawn.try_iter().collect();
        let ends = pressed.iter().skip(1).copied().chain([Instant::now()]);
        let took = pressed.iter().zip(ends).map(|(&press, next)| {
            let at = drawn.iter().find(|&&at| at > press && at < next)?;
            Some(at.duration_since(press))
        });
        Ok(took.collect())
    }

    /// Tells when something is drawn there, for as long as somebody listens.
    fn watch(&self, window: Window, area: Area, say: Sender<Instant>) -> Result<(), E2eError> {
        let (connection, _) = self.connect()?;
        let [left, top, right, bottom] = area;
        let begin = || -> Result<(), ReplyOrIdError> {
            connection.damage_query_version(1, 1)?.reply()?;
            let damage = connection.generate_id()?;
            let level = ReportLevel::RAW_RECTANGLES;
            connection.damage_create(damage, window, level)?.check()?;
            Ok(())
        };
        begin().map_err(refused)?;
        thread::spawn(move || {
            while let Ok(event) = connection.wait_for_event() {
                let at = Instant::now();
                let Event::DamageNotify(drawn) = event else {
                    continue;
                };
                let Rectangle {
                    x,
                    y,
                    width,
                    height,
                } = drawn.area;
                let (x, y) = (i32::from(x), i32::from(y));
                let touches = x < right
                    && x + i32::from(width) > left
                    && y < bottom
                    && y + i32::from(height) > top;
                if touches && say.send(at).is_err() {
                    return;
                }
            }
        });
        Ok(())
    }
}

fn fake(
    connection: &RustConnection,
    root: Window,
    kind: u8,
    key: Keycode,
) -> Result<(), ReplyOrIdError> {
    connection
        .xtest_fake_input(kind, key, x11rb::CURRENT_TIME, root, 0, 0, 0)?
        .check()?;
    Ok(())
}

/// The keys on which these letters lie.
fn keycodes(connection: &RustConnection, text: &str) -> Result<Vec<Keycode>, ReplyOrIdError> {
    let (first, last) = (
        connection.setup().min_keycode,
        connection.setup().max_keycode,
    );
    let map = connection
        .get_keyboard_mapping(first, last - first + 1)?
        .reply()?;
    let wide = usize::from(map.keysyms_per_keycode).max(1);
    let symbols = map.keysyms.chunks(wide).zip(first..=last);
    let lies = |letter: char| {
        let mut symbols = symbols.clone();
        symbols.find(|(symbols, _)| symbols.first() == Some(&u32::from(letter)))
    };
    Ok(text.chars().filter_map(lies).map(|(_, key)| key).collect())
}
