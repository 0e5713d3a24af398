//! Runs one wasm test binary in a headless browser, as cargo's `runner` for wasm32. Knows nothing of what is tested: the
//! browser and its flags come from the environment that `cargo xtask test` prepares.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
