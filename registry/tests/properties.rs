//! The index's parser, on what a registry or an attacker may serve.

use buildfix_registry::Name;
use buildfix_registry::index::{FORMAT, Line, Lines};
use proptest::prelude::*;

fn line() -> impl Strategy<Value = Line> {
    let version = (0..50_u64, 0..50_u64, 0..50_u64, "(-[a-z]{1,4})?");
    let version = version.prop_map(|(a, b, c, pre)| format!("{a}.{b}.{c}{pre}").parse().unwrap());
    let text = proptest::option::of("\\PC{0,20}");
    let lists = (
        prop::collection::vec("\\PC{0,12}", 0..4),
        prop::collection::vec("\\PC{0,12}", 0..4),
    );
    (
        version,
        "[0-9a-f]{64}",
        any::<u64>(),
        lists,
        text.clone(),
        text,
        any::<bool>(),
    )
        .prop_map(
            |(vers, hex, size, (classes, capabilities), description, url, yanked)| Line {
                v: FORMAT,
                name: "acme/x".parse().unwrap(),
                vers,
                cksum: format!("sha256:{hex}").parse().unwrap(),
                size,
                url: url.clone(),
                world: "buildfix:fixer@0.1.0".to_owned(),
                imports: classes.clone(),
                classes,
                capabilities,
                description,
                license: None,
                repository: url,
                buildfix: None,
                pubtime: "2026-01-01T00:00:00Z".to_owned(),
                yanked,
                yank_reason: None,
                signer: None,
                signature: None,
                attestation: None,
            },
        )
}

fn name() -> Name {
    "acme/x".parse().unwrap()
}

proptest! {
    /// Whatever is in a line, it is one line and comes back as it was.
    #[test]
    fn lines_come_back(lines in prop::collection::vec(line(), 0..6)) {
        let text: String = lines
            .iter()
            .map(|line| serde_json::to_string(line).unwrap() + "\n")
            .collect();
        prop_assert_eq!(text.lines().count(), lines.len());
        let parsed = Lines::parse(&name(), &text);
        prop_assert_eq!(parsed.lines, lines);
        prop_assert!(parsed.broken.is_empty());
    }

    /// Any text: no panic, and every line that is not empty is accounted for.
    #[test]
    fn any_text_is_accounted_for(text in "(\\PC|\n|[{}\":,v1]){0,300}") {
        let parsed = Lines::parse(&name(), &text);
        let written = text.lines().filter(|line| !line.trim().is_empty()).count();
        prop_assert_eq!(parsed.lines.len() + parsed.newer + parsed.broken.len(), written);
    }

    /// One damaged byte costs at most the line it is in, unless it makes or
    /// takes a line's end.
    #[test]
    fn damage_stays_in_its_line(lines in prop::collection::vec(line(), 2..5), at in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let texts: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
        let mut first = texts[0].clone().into_bytes();
        let at = at.index(first.len());
        first[at] = byte;
        let mut text = String::from_utf8_lossy(&first).into_owned();
        for other in &texts[1..] {
            text.push('\n');
            text.push_str(other);
        }
        let parsed = Lines::parse(&name(), &text);
        let kept = &parsed.lines[parsed.lines.len() - (lines.len() - 1)..];
        prop_assert_eq!(kept, &lines[1..]);
    }

    /// A name that parses is its own path, two folders deep.
    #[test]
    fn names_are_paths(text in "\\PC{0,40}|[a-z0-9/.\\\\-]{0,20}") {
        if let Ok(name) = text.parse::<Name>() {
            prop_assert_eq!(name.as_str(), &text);
            let parts: Vec<_> = std::path::Path::new(&text).components().collect();
            prop_assert_eq!(parts.len(), 2);
            let normal = |part: &std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
            prop_assert!(parts.iter().all(normal));
        }
    }
}
