#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inkstone_fuzz::model_folder::check(data));
