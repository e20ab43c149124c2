use super::Project;
use proptest::prelude::*;
use std::io::Write as _;

/// A class file that declares nothing but itself.
fn class(name: &str, flags: u16, base: &str, generic: Option<&str>) -> Vec<u8> {
    let mut pool = Vec::new();
    let mut count = 1_u16;
    let mut add = |tag: u8, content: &[u8]| {
        pool.push(tag);
        pool.extend_from_slice(content);
        count += 1;
        count - 1
    };
    let text = |text: &str| {
        let length = u16::try_from(text.len()).unwrap();
        [length.to_be_bytes().as_slice(), text.as_bytes()].concat()
    };
    let this = add(1, &text(name));
    let this = add(7, &this.to_be_bytes());
    // A long takes two numbers.
    add(5, &[0; 8]);
    let _ = add;
    let (mut tail, mut more) = (Vec::new(), count + 1);
    let mut late = |tag: u8, content: &[u8]| {
        tail.push(tag);
        tail.extend_from_slice(content);
        more += 1;
        more - 1
    };
    let base = late(1, &text(base));
    let base = late(7, &base.to_be_bytes());
    let attribute = late(1, &text("Signature"));
    let value = late(1, &text(generic.unwrap_or("")));
    let mut bytes = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61];
    bytes.extend(more.to_be_bytes());
    bytes.extend(pool);
    bytes.extend(tail);
    for number in [flags, this, base, 0, 0, 0] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(u16::from(generic.is_some()).to_be_bytes());
    if generic.is_some() {
        bytes.extend(attribute.to_be_bytes());
        bytes.extend(2_u32.to_be_bytes());
        bytes.extend(value.to_be_bytes());
    }
    bytes
}

fn jar(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn sample() -> Vec<u8> {
    let box_of = "<T:Ljava/lang/Object;U::Ljava/util/List<TT;>;:Lx/Y;V:Lz/Z;>Lcom/acme/Base;";
    jar(&[
        (
            "com/acme/Box.class",
            class("com/acme/Box", 0x21, "com/acme/Base", Some(box_of)),
        ),
        (
            "com/acme/Hidden.class",
            class("com/acme/Hidden", 0x20, "java/lang/Object", None),
        ),
        (
            "com/acme/Shape.class",
            class("com/acme/Shape", 0x601, "java/lang/Object", None),
        ),
        (
            "com/acme/Point.class",
            class("com/acme/Point", 0x31, "java/lang/Record", None),
        ),
        (
            "com/acme/Mode.class",
            class("com/acme/Mode", 0x4031, "java/lang/Enum", None),
        ),
        (
            "com/acme/Box$1.class",
            class("com/acme/Box$1", 0x21, "java/lang/Object", None),
        ),
        (
            "META-INF/versions/9/com/acme/Nine.class",
            class("com/acme/Nine", 0x21, "x", None),
        ),
        (
            "com/acme/Damaged.class",
            b"\xCA\xFE\xBA\xBE\0\0\0\x3d\xff\xff\x01".to_vec(),
        ),
        ("com/acme/notes.txt", b"text".to_vec()),
    ])
}

const TYPES: &str = "\
jar:acme class [com.acme] Box | public class Box<T, U, V> extends Base
jar:acme enum [com.acme] Mode | public enum Mode
jar:acme interface [com.acme] Shape | public interface Shape
jar:acme record [com.acme] Point | public record Point
";

#[test]
fn public_types_of_a_jar_are_found() {
    let project = Project::new(&[("src/A.java", "class A {}\n")]);
    project.write("lib/acme.jar", &sample());
    assert_eq!(project.members("java", "com.acme"), TYPES);
    assert_eq!(
        project.find("java", "com.acme"),
        "jar:acme namespace [] com.acme | package com.acme\n"
    );
    assert_eq!(project.find("java", "Nine"), "");
}

const POM: &str = r#"<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>g</groupId><artifactId>p</artifactId><version>7</version><relativePath>../parent</relativePath></parent>
  <properties><kit.version>1.${minor}</kit.version></properties>
  <dependencies>
    <dependency><groupId>com.acme</groupId><artifactId>kit</artifactId><version>${kit.version}</version></dependency>
    <dependency><groupId>org.managed</groupId><artifactId>one</artifactId></dependency>
    <dependency><groupId>org.newest</groupId><artifactId>two</artifactId></dependency>
    <dependency><groupId>../../../up</groupId><artifactId>x</artifactId><version>1</version></dependency>
  </dependencies>
</project>"#;

#[test]
fn what_a_pom_names_is_taken_from_the_local_repository() {
    let one = |name: &str| {
        let bytes = class(&format!("p/{name}"), 0x21, "java/lang/Object", None);
        jar(&[(&format!("p/{name}.class"), bytes)])
    };
    let project = Project::new(&[
        ("app/pom.xml", POM),
        (
            "parent/pom.xml",
            "<project><properties><minor>5</minor><kit.version>9</kit.version></properties><dependencyManagement><dependencies><dependency><groupId>org.managed</groupId><artifactId>one</artifactId><version>3.0</version></dependency></dependencies></dependencyManagement></project>",
        ),
        ("broken/pom.xml", "<project><!DOCTYPE"),
    ]);
    for (path, name) in [
        ("com/acme/kit/1.5/kit-1.5.jar", "Kit"),
        ("com/acme/kit/9/kit-9.jar", "Nine"),
        ("org/managed/one/3.0/one-3.0.jar", "Managed"),
        ("org/newest/two/1.9/two-1.9.jar", "Older"),
        ("org/newest/two/1.10/two-1.10.jar", "Newer"),
        ("../../up/x/1/x-1.jar", "Outside"),
    ] {
        project.write(&format!("../home/.m2/repository/{path}"), &one(name));
    }
    assert_eq!(
        project.members("java", "p"),
        "maven:com.acme:kit class [p] Kit | public class Kit\n\
         maven:org.managed:one class [p] Managed | public class Managed\n\
         maven:org.newest:two class [p] Newer | public class Newer\n"
    );
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused() {
    let project = Project::new(&[("src/A.java", "class A {}\n")]);
    let zeros = vec![0_u8; 2 << 20];
    let names: Vec<String> = (0..300).map(|n| format!("p/Z{n}.class")).collect();
    let mut entries: Vec<(&str, Vec<u8>)> = names
        .iter()
        .map(|name| (name.as_str(), zeros.clone()))
        .collect();
    entries.push((
        "p/Real.class",
        class("p/Real", 0x21, "java/lang/Object", None),
    ));
    let bomb = jar(&entries);
    assert!(bomb.len() < 4 << 20);
    project.write("lib/bomb.jar", &bomb);
    project.write("lib/acme.jar", &sample());
    assert_eq!(project.find("java", "Real"), "");
    assert_eq!(project.members("java", "com.acme"), TYPES);
}

#[test]
fn a_jar_as_the_compiler_makes_it_is_read() {
    let project = Project::new(&[("A.java", "class A {}\n")]);
    project.write("libs/geo.jar", include_bytes!("fixtures/geo.jar"));
    assert_eq!(
        project.members("java", "geo"),
        "jar:geo class [geo] Point | public abstract class Point<N> implements Serializable\n\
         jar:geo interface [geo] Axis | public @interface Axis\n"
    );
    assert_eq!(
        project.members("java", "geo.Point"),
        "jar:geo class [geo.Point] Builder | public class Builder\n"
    );
    assert_eq!(
        project.members("java", "geo.Point.Builder"),
        "jar:geo interface [geo.Point.Builder] Step | protected interface Step\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is done to a jar or a class file, there is an answer, and other
    /// jars are read.
    #[test]
    fn damage_harms_nobody_else(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let mut bent = sample();
        let mut raw = class("com/acme/Raw", 0x21, "x", Some("<T:Lx;>Lx;"));
        for (at, byte) in &changes {
            let place = at.index(bent.len());
            bent[place] = *byte;
            let place = at.index(raw.len());
            raw[place] = *byte;
        }
        if shorten {
            bent.truncate(cut.index(bent.len()));
            raw.truncate(cut.index(raw.len()));
        }
        let project = Project::new(&[("src/A.java", "class A {}\n")]);
        project.write("lib/bent.jar", &bent);
        project.write("lib/raw.jar", &jar(&[("com/acme/Raw.class", raw)]));
        project.write("lib/whole.jar", &jar(&[("q/Whole.class", class("q/Whole", 0x21, "x", None))]));
        let _ = project.members("java", "com.acme");
        prop_assert_eq!(
            project.members("java", "q"),
            "jar:whole class [q] Whole | public class Whole extends x\n"
        );
    }
}
