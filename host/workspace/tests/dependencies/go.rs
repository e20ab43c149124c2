use super::Project;

const MANIFEST: &str = "module example.com/app\n\ngo 1.22\n\nrequire github.com/Acme/Kit v1.2.0\n\nrequire (\n\texample.org/old v0.1.0 // replaced\n\texample.org/deep v0.0.1 // indirect\n\texample.org/here v0.0.1\n\tev/../../il v1.0.0\n)\n\nreplace example.org/old => example.org/new v0.2.0\n\nreplace example.org/here v0.0.1 => ../here\n";

fn project() -> Project {
    let mut project = Project::new(&[
        ("go.mod", MANIFEST),
        ("main.go", "package main\n"),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/kit.go",
            "// Package kit.\npackage kit\n\nimport (\n\t\"io\"\n\tt \"time\"\n)\n\ntype Kit struct { Size int; hidden int }\n\nfunc New(r io.Reader) *Kit { return nil }\nfunc (k *Kit) Open(d t.Duration) error { return nil }\nfunc secret() {}\nconst Max = 3\ntype own struct{ Leak int }\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/kit_test.go",
            "package kit\nfunc TestOnly() {}\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/gen.go",
            "//go:build ignore\n\npackage main\nfunc Generated() {}\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/v2x/wide.go",
            "package wide\nfunc Stretch() {}\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/internal/x.go",
            "package internal\nfunc Inward() {}\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/other/go.mod",
            "module github.com/Acme/Kit/other\n",
        ),
        (
            "../cache/github.com/!acme/!kit@v1.2.0/other/o.go",
            "package other\nfunc Elsewhere() {}\n",
        ),
        (
            "../cache/example.org/old@v0.1.0/o.go",
            "package old\nfunc Stale() {}\n",
        ),
        (
            "../cache/example.org/new@v0.2.0/n.go",
            "package renewed\nfunc Fresh() {}\n",
        ),
        (
            "../cache/example.org/deep@v0.0.1/d.go",
            "package deep\nfunc Indirectly() {}\n",
        ),
        (
            "../cache/example.org/here@v0.0.1/h.go",
            "package here\nfunc Replaced() {}\n",
        ),
        ("../il@v1.0.0/x.go", "package il\nfunc Escaped() {}\n"),
    ]);
    let cache = project.at("../cache").display().to_string();
    project.variables.push(("GOMODCACHE", cache));
    project
}

#[test]
fn packages_stand_in_their_import_paths() {
    let project = project();
    assert_eq!(
        project.members("go", "github.com/Acme/Kit"),
        "go:github.com/Acme/Kit constant [github.com/Acme/Kit] Max | const Max = 3\n\
         go:github.com/Acme/Kit function [github.com/Acme/Kit] New | func New(r io.Reader) *Kit\n\
         go:github.com/Acme/Kit module [github.com/Acme/Kit] kit | package kit; import (\"io\"; \"time\")\n\
         go:github.com/Acme/Kit struct [github.com/Acme/Kit] Kit | type Kit struct\n"
    );
    assert_eq!(
        project.members("go", "github.com/Acme/Kit.Kit"),
        "go:github.com/Acme/Kit field [github.com/Acme/Kit.Kit] Size | Size int\n\
         go:github.com/Acme/Kit method [github.com/Acme/Kit.Kit] Open | func (k *Kit) Open(d t.Duration) error\n"
    );
    assert_eq!(
        project.find("go", "Stretch"),
        "go:github.com/Acme/Kit function [github.com/Acme/Kit/v2x] Stretch | func Stretch()\n"
    );
    // The path stays, what it leads to is another module.
    assert_eq!(
        project.find("go", "renewed"),
        "go:example.org/old module [example.org/old] renewed | package renewed\n"
    );
    for hidden in [
        "TestOnly",
        "Generated",
        "Inward",
        "Elsewhere",
        "Stale",
        "Indirectly",
        "Replaced",
        "Escaped",
        "Leak",
        "secret",
    ] {
        assert_eq!(project.find("go", hidden), "", "{hidden}");
    }
}

#[test]
fn what_is_vendored_is_taken_from_there() {
    let project = project();
    project.write(
        "vendor/github.com/Acme/Kit/kit.go",
        b"package kit\nfunc Vendored() {}\n",
    );
    project.write(".gitignore", b"vendor/\n");
    assert_eq!(
        project.find("go", "Vendored"),
        "go:github.com/Acme/Kit function [github.com/Acme/Kit] Vendored | func Vendored()\n"
    );
    assert_eq!(project.find("go", "Stretch"), "");
}

#[test]
fn the_cache_is_found_by_the_settings_too() {
    let mut project = project();
    project.variables.retain(|(name, _)| *name == "HOME");
    assert_eq!(project.find("go", "Stretch"), "");
    let path = project.at("../cache");
    let settings = format!("GOFLAGS=-v\nGOMODCACHE={}\n", path.display());
    project.write("../home/.config/go/env", settings.as_bytes());
    assert!(
        project
            .find("go", "Stretch")
            .contains("[github.com/Acme/Kit/v2x]")
    );
}
