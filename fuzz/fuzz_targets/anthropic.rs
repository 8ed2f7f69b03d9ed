//! Answers of the anthropic dialect from any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| obrol_fuzz::read(llm_client::ProviderKind::Anthropic, bytes));
