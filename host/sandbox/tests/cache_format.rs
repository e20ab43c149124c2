//! The bytes of an entry: whatever they are, reading them is safe; and whoever
//! changes what they mean must say so.

use buildfix_sandbox::cache::{Answer, Damage, End, Entry, Fault, Parts, Question, Read, Record};
use buildfix_sandbox::{FileEdit, Fix, LogLine, Note, Rejected, Response, Span, TextEdit};
use proptest::prelude::*;

fn entry() -> Entry {
    let text = |text: &str| text.to_owned();
    let read = |question, given| Read {
        question,
        answer: Answer {
            given,
            digest: [9; 32],
        },
    };
    let (path, language, name) = (text("a.rs"), text("rust"), text("A"));
    let questions = vec![
        Question::File { path: path.clone() },
        Question::Listing { glob: text("**") },
        Question::Query {
            path: path.clone(),
            query: text("(a)"),
        },
        Question::Ancestors {
            path: path.clone(),
            start: 1,
            end: 300,
        },
        Question::ParseErrors {
            path: path.clone(),
            text: Some(text("x")),
        },
        Question::Find {
            language: language.clone(),
            name: name.clone(),
        },
        Question::Similar {
            language: language.clone(),
            name,
            distance: 2,
        },
        Question::Members {
            language,
            container: text("m"),
        },
        Question::DeclaredIn { path: path.clone() },
    ];
    let fix = Fix {
        answers: vec![0, 1],
        title: text("mend"),
        applicability: text("exact"),
        edits: vec![TextEdit {
            span: Span {
                path: path.clone(),
                start: 3,
                end: 4,
            },
            expect: text("x"),
            text: text("y"),
            merge: text("set"),
        }],
        files: vec![FileEdit {
            op: text("create"),
            path,
            to: None,
            text: Some(text("t")),
            expect_hash: None,
        }],
        options: vec![(text("k"), text("v"))],
    };
    let record = |end| Record {
        trace: questions
            .iter()
            .cloned()
            .zip([true, false].into_iter().cycle())
            .map(|(q, given)| read(q, given))
            .collect(),
        end,
        fuel_used: 1_000_000,
        peak_memory: 65_536,
        host_calls: 9,
        log: vec![LogLine {
            level: text("info"),
            message: text("m"),
        }],
        micros: 1_234,
    };
    let faults = [
        Fault::OutOfFuel,
        Fault::Memory { limit: 6 },
        Fault::Table { limit: 7 },
        Fault::Stack { limit: 8 },
        Fault::Trap {
            message: text("t"),
            backtrace: vec![text("f")],
        },
        Fault::Guest(text("g")),
        Fault::OutputTooLarge { limit: 9 },
        Fault::HostCalls { limit: 10 },
    ];
    let answer = End::Answer {
        response: Response {
            fixes: vec![fix],
            notes: vec![Note {
                diagnostic: 1,
                message: text("n"),
            }],
        },
        rejected: vec![Rejected {
            what: text("w"),
            diagnostics: vec![1],
            reason: text("r"),
        }],
    };
    let ends = faults.map(End::Failure).into_iter();
    Entry {
        key: [1; 32],
        parts: Parts {
            host: [2; 32],
            plugin: [3; 32],
            config: vec![(text("c"), [4; 32])],
            file: [5; 32],
            rest: [6; 32],
        },
        plugin: text("acme/guest"),
        version: text("1.2.3"),
        class: text("rust/E1"),
        file: text("src/lib.rs"),
        records: std::iter::once(answer).chain(ends).map(record).collect(),
    }
}

/// Makes the checksum right.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let check = blake3::hash(&bytes);
    bytes.extend_from_slice(&check.as_bytes()[..16]);
    bytes
}

#[test]
fn the_layout_is_that_of_this_version() {
    let bytes = entry().encode().unwrap();
    assert_eq!(Entry::decode(&bytes), Ok(entry()));
    // Another layout needs another `VERSION` in record.rs: an entry written
    // before would else be read as something that it is not.
    assert_eq!(bytes[4..8], 1_u32.to_le_bytes());
    assert_eq!(
        blake3::hash(&bytes).to_hex().as_str(),
        "206b63ce5a56978e9d30970ccbbadf2f524d61715bc90087ef21fb818957dd10"
    );
}

#[test]
fn every_single_byte_counts() {
    let bytes = entry().encode().unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(Entry::decode(&changed).is_err(), "byte {at}");
        assert!(Entry::decode(&bytes[..at]).is_err(), "cut at {at}");
    }
    let body = &bytes[..bytes.len() - 16];
    let longer = sealed([body, b"\0"].concat());
    assert_eq!(Entry::decode(&longer), Err(Damage::Content));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

    /// With a checksum that is right, so that the decoder sees them.
    #[test]
    fn mutated_bytes_are_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let bytes = entry().encode().unwrap();
        let mut body = bytes[..bytes.len() - 16].to_vec();
        for (at, byte) in changes {
            let at = 8 + at.index(body.len() - 8);
            body[at] = byte;
        }
        if truncate {
            body.truncate(8 + cut.index(body.len() - 8));
        }
        if let Ok(entry) = Entry::decode(&sealed(body)) {
            // What is read can be written.
            prop_assert_eq!(Entry::decode(&entry.encode().unwrap()), Ok(entry));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(payload in prop::collection::vec(any::<u8>(), 0..512)) {
        let mut body = b"bfix\x01\0\0\0".to_vec();
        body.extend(&payload);
        let _ = Entry::decode(&sealed(body));
        let _ = Entry::decode(&payload);
    }
}
