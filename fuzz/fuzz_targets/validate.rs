#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sageform_fuzz::validate(bytes));
