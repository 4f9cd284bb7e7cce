//! What a crash leaves behind.

/// Sees to it that no crash of this process, or of one that it starts, writes its memory to a
/// file: there may be a key in it. Where the system does not let us, everything goes on as it was.
pub fn leave_no_core() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
}
