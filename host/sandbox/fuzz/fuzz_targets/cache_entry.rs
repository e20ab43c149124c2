//! The bytes of a cached result's file.
#![no_main]

use buildfix_sandbox::cache::Entry;

libfuzzer_sys::fuzz_target!(|payload: &[u8]| {
    let _ = Entry::decode(payload);
    // With the head and the checksum that let it through to the decoder.
    let mut bytes = b"bfix\x01\0\0\0".to_vec();
    bytes.extend_from_slice(payload);
    let check = blake3::hash(&bytes);
    bytes.extend_from_slice(&check.as_bytes()[..16]);
    if let Ok(entry) = Entry::decode(&bytes) {
        let again = entry.encode().expect("what was read can be written");
        assert_eq!(Entry::decode(&again).as_ref(), Ok(&entry));
    }
});
