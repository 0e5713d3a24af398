//! The program `corvee`. Knows only where everything is: in the library beside it.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Sprites and their variants come and go in all sizes: in the C library's memory what is left between them grows for hours.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    corvee_collector::main()
}
