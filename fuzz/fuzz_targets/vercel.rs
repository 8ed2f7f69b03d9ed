//! Answers of the vercel dialect from any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| obrol_fuzz::read(llm_client::ProviderKind::Vercel, bytes));
