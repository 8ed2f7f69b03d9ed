//! Answers of the groq dialect from any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| obrol_fuzz::read(llm_client::ProviderKind::Groq, bytes));
