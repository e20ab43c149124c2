//! docs/registry.md knows every field that serde knows, and no other.

use buildfix_registry::index::{CatalogEntry, FORMAT, Line, RegistryConfig};
use serde_json::Value;

/// The fields of the table below a heading, in order.
fn documented(heading: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/registry.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once(&format!("\n### {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let section = section.split("\n### ").next().unwrap();
    let rows = section.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned())
        .collect()
}

/// The fields that a value is written with, in order.
fn written(value: &impl serde::Serialize) -> Vec<String> {
    let text = serde_json::to_string(value).unwrap();
    let Value::Object(fields) = serde_json::from_str(&text).unwrap() else {
        panic!("not an object: {text}");
    };
    // A map sorts; the text has the order.
    let mut names: Vec<String> = fields.keys().cloned().collect();
    names.sort_by_key(|name| text.find(&format!("\"{name}\":")).unwrap());
    names
}

#[test]
fn every_field_is_documented_in_order() {
    let some = || Some("x".to_owned());
    // Without `..`: a new field does not compile until it is here.
    let line = Line {
        v: FORMAT,
        name: "acme/x".parse().unwrap(),
        vers: "1.0.0".parse().unwrap(),
        cksum: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
        size: 1,
        url: some(),
        world: "buildfix:fixer@0.1.0".to_owned(),
        imports: Vec::new(),
        classes: Vec::new(),
        capabilities: Vec::new(),
        description: some(),
        license: some(),
        repository: some(),
        buildfix: Some("*".parse().unwrap()),
        pubtime: "2026-01-01T00:00:00Z".to_owned(),
        yanked: true,
        yank_reason: some(),
        signer: some(),
        signature: some(),
        attestation: some(),
    };
    assert_eq!(documented("A line of `index/SCOPE/NAME`"), written(&line));
    let config = RegistryConfig {
        v: FORMAT,
        dl: "x".to_owned(),
        api: some(),
        auth_required: true,
    };
    assert_eq!(documented("`config.json`"), written(&config));
    let entry = CatalogEntry {
        vers: "1.0.0".parse().unwrap(),
        description: some(),
        classes: Vec::new(),
    };
    assert_eq!(documented("`catalog.json`"), written(&entry));
}
