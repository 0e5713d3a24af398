//! The program `corvee`. Knows only where everything is: in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    corvee_collector::main()
}
