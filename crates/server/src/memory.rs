//! How the process takes memory from the system.

/// Asks for pages of the usual size. The allocator reserves large areas and marks them for huge pages; an idle server that
/// touches a few kilobytes of each would then hold 2 MiB of each (measured: 62 MB idle instead of 32 MB).
pub fn small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        // Before logging is set up; it costs memory and nothing else.
        eprintln!("obrol: huge pages stay on: {error}");
    }
}
