#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runnerlint_fuzz::check("arguments", data));
