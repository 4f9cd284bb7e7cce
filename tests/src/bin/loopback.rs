//! The loopback server by itself, for trying the window by hand: prints its address and stays.

use std::io;

use inkstone_tests::loopback::{Loopback, Script};

fn main() -> io::Result<()> {
    let server = Loopback::start(Script::desks())?;
    println!("{}", server.base_url());
    loop {
        std::thread::park();
    }
}
