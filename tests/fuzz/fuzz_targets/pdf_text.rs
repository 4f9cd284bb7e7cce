#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inkstone_fuzz::pdf_text::check(data));
