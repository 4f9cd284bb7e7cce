//! A display without a screen, and what a person would see and do on it.

use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, InputFocus, MapState,
    Window,
};
use x11rb::rust_connection::RustConnection;

use super::E2eError;
use super::processes::{Mark, find_program};

/// An X server of this test alone.
pub struct Display {
    name: String,
    server: Child,
}

impl Display {
    /// Starts a server on a free display of this size.
    pub(super) fn start(size: (u16, u16), mark: &Mark) -> Result<Display, E2eError> {
        let xvfb = find_program("Xvfb").ok_or(E2eError::MissingProgram { program: "Xvfb" })?;
        let mut command = Command::new(xvfb);
        command
            // The server itself picks a free number and says which, so no two can collide.
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &format!("{}x{}x24", size.0, size.1),
            ])
            .args(["-nolisten", "tcp", "-noreset", "-dpi", "96"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = mark.put(&mut command).spawn()?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        match number.trim().parse::<u32>() {
            Ok(number) => Ok(Display {
                name: format!(":{number}"),
                server,
            }),
            Err(_) => Err(E2eError::Start {
                what: "Xvfb",
                detail: "it named no display".to_owned(),
                output: number,
            }),
        }
    }

    /// The value of `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the display shows now.
    pub fn picture(&self) -> Result<Picture, E2eError> {
        let (connection, screen) = self.connect()?;
        let root = &connection.setup().roots[screen];
        let (width, height) = (root.width_in_pixels, root.height_in_pixels);
        let image = connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                root.root,
                0,
                0,
                width,
                height,
                u32::MAX,
            )
            .map_err(refused)?
            .reply()
            .map_err(refused)?;
        // Depth 24 comes as four bytes a pixel: blue, green, red, nothing.
        let rgb = image
            .data
            .chunks_exact(4)
            .flat_map(|p| [p[2], p[1], p[0]])
            .collect();
        Ok(Picture {
            width: u32::from(width),
            height: u32::from(height),
            rgb,
        })
    }

    /// Gives the keyboard to the program's topmost window, as a window manager would. Says whether a
    /// window was there and has it now.
    pub fn focus(&self) -> Result<bool, E2eError> {
        let (connection, screen) = self.connect()?;
        let root = connection.setup().roots[screen].root;
        let Some(window) = self.windows(&connection, root)?.pop() else {
            return Ok(false);
        };
        connection
            .set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)
            .map_err(refused)?;
        let focus = connection
            .get_input_focus()
            .map_err(refused)?
            .reply()
            .map_err(refused)?;
        Ok(focus.focus == window)
    }

    /// Moves the pointer to a place of the screen, as a hand does: what hovered elsewhere ends, and
    /// a hint that had come up goes.
    pub fn point(&self, x: i16, y: i16) -> Result<(), E2eError> {
        let (connection, screen) = self.connect()?;
        let root = connection.setup().roots[screen].root;
        // Where the pointer stands already it would not move, and nobody would hear of it.
        for x in [x + 1, x] {
            connection
                .warp_pointer(x11rb::NONE, root, 0, 0, 0, 0, x, y)
                .map_err(refused)?
                .check()
                .map_err(refused)?;
        }
        Ok(())
    }

    /// Lets windows fill the screen and come back, as a window manager would.
    pub fn manage(&self) -> Result<(), E2eError> {
        let (connection, screen) = self.connect()?;
        super::manager::manage(connection, screen).map_err(refused)
    }

    /// What stands in the title bars of the program's windows, the lowest first.
    pub fn titles(&self) -> Result<Vec<String>, E2eError> {
        let (connection, screen) = self.connect()?;
        let root = connection.setup().roots[screen].root;
        let title = |window| {
            let asked = connection
                .get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)
                .map_err(refused)?;
            let value = asked.reply().map_err(refused)?.value;
            Ok(String::from_utf8_lossy(&value).into_owned())
        };
        let windows = self.windows(&connection, root)?;
        windows.into_iter().map(title).collect()
    }

    /// Asks the program's windows to close, as the button in a title bar does. Gives the number
    /// of windows that were asked.
    pub fn ask_to_close(&self) -> Result<usize, E2eError> {
        self.ask(|windows| windows)
    }

    /// Asks only the topmost window to close.
    pub fn ask_topmost_to_close(&self) -> Result<usize, E2eError> {
        self.ask(|windows| windows.into_iter().next_back().into_iter().collect())
    }

    fn ask(&self, which: impl FnOnce(Vec<Window>) -> Vec<Window>) -> Result<usize, E2eError> {
        let (connection, screen) = self.connect()?;
        let root = connection.setup().roots[screen].root;
        let (protocols, delete) = protocols(&connection)?;
        let windows = which(self.windows(&connection, root)?);
        for &window in &windows {
            let data = [delete, x11rb::CURRENT_TIME, 0, 0, 0];
            let event = ClientMessageEvent::new(32, window, protocols, data);
            let sent = connection.send_event(false, window, EventMask::NO_EVENT, event);
            // Checked: an unread error would be lost with the connection.
            sent.map_err(refused)?.check().map_err(refused)?;
        }
        Ok(windows.len())
    }

    /// Runs `xdotool` on this display: real key presses and pointer moves, that go through the
    /// toolkit and the input method, as WebDriver's do not.
    pub fn xdotool(&self, arguments: &[&str]) -> Result<String, E2eError> {
        let program =
            find_program("xdotool").ok_or(E2eError::MissingProgram { program: "xdotool" })?;
        let output = Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.name)
            .output()?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(E2eError::Display(
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ))
        }
    }

    /// The visible top-level windows that can be asked to close: those of a program, not menus.
    fn windows(&self, connection: &RustConnection, root: Window) -> Result<Vec<Window>, E2eError> {
        let (protocols, delete) = protocols(connection)?;
        let tree = connection
            .query_tree(root)
            .map_err(refused)?
            .reply()
            .map_err(refused)?;
        let mut windows = Vec::new();
        for window in tree.children {
            // A window may go between two requests; then it is none of them.
            let Ok(attributes) = connection
                .get_window_attributes(window)
                .map_err(refused)?
                .reply()
            else {
                continue;
            };
            let Ok(understood) = connection
                .get_property(false, window, protocols, AtomEnum::ATOM, 0, 32)
                .map_err(refused)?
                .reply()
            else {
                continue;
            };
            let closes = understood
                .value32()
                .is_some_and(|mut atoms| atoms.any(|a| a == delete));
            // The toolkit's own, by which it speaks to others, are outside of the screen and of the
            // window manager's sight.
            let own = attributes.override_redirect;
            if closes && !own && attributes.map_state == MapState::VIEWABLE {
                windows.push(window);
            }
        }
        Ok(windows)
    }

    /// The topmost of the program's windows.
    pub(super) fn topmost(&self) -> Result<Option<Window>, E2eError> {
        let (connection, screen) = self.connect()?;
        let root = connection.setup().roots[screen].root;
        Ok(self.windows(&connection, root)?.pop())
    }

    pub(super) fn connect(&self) -> Result<(RustConnection, usize), E2eError> {
        x11rb::connect(Some(&self.name)).map_err(refused)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // The mark has ended the server by now; this takes its exit status away.
        let _ = self.server.wait();
    }
}

fn protocols(connection: &RustConnection) -> Result<(u32, u32), E2eError> {
    let atom = |name: &[u8]| {
        let cookie = connection.intern_atom(false, name).map_err(refused)?;
        Ok::<u32, E2eError>(cookie.reply().map_err(refused)?.atom)
    };
    Ok((atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?))
}

pub(super) fn refused(error: impl std::fmt::Display) -> E2eError {
    E2eError::Display(error.to_string())
}

/// What a display showed at one moment.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Three bytes a pixel, line by line.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Red, green and blue at a place; nothing outside of the picture.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        self.rgb.get(at..at + 3)?.try_into().ok()
    }

    /// Saves the picture as PNG, making the folder.
    pub fn save(&self, path: &Path) -> Result<(), E2eError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = BufWriter::new(std::fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.rgb)?;
            writer.finish()
        });
        written.map_err(|error| E2eError::Io(std::io::Error::other(error)))
    }
}
