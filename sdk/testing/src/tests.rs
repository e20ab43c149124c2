use crate::{LocalHost, apply, report, run};
use buildfix_sdk::{Fixer, Host, Request, Response, edit};
use std::fs;

struct Semicolon;

impl Fixer for Semicolon {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        host.log("info", &request.class);
        let mut answer = Response::default();
        for d in &request.diagnostics {
            if host.parse_errors(&request.file.path, None)?.is_empty() {
                answer.note(d, "the file parses");
                continue;
            }
            let fix = edit::fix(d, "insert `;`", "verified");
            answer
                .fixes
                .push(fix.insert(&request.file, d.span.start, ";"));
        }
        Ok(answer)
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(
        folder.path().join("sub/A.cs"),
        "\u{feff}class A { string S = \"é\" ; int X = 1 }\n",
    )
    .unwrap();
    fs::write(folder.path().join("B.cs"), "class Blorb { }\n").unwrap();
    folder
}

#[test]
fn a_log_becomes_requests_and_a_report() {
    let folder = folder();
    let host = LocalHost::new(folder.path());
    let log = "sub\\A.cs(1,37): error CS1002: ; expected\n\
               sub\\A.cs(1,37): error CS1002: ; expected\n\
               B.cs(1,1): error CS1002: ; expected\n\
               Gone.cs(1,1): error CS1002: ; expected\n\
               B.cs(1,1): warning CS0168: unused\n";
    let answers = run::<Semicolon>(&host, log.as_bytes(), |_, _| true);
    assert_eq!(answers.len(), 2);
    let fix = &answers[1].response.as_ref().unwrap().fixes[0];
    assert_eq!(
        apply(&host, fix).unwrap()["sub/A.cs"],
        "class A { string S = \"é\" ; int X = 1; }\n"
    );
    assert_eq!(
        report(&host, &answers),
        "B.cs:1:1: csharp/CS1002: ; expected\n\
         \x20 note: the file parses\n\
         sub/A.cs:1:37: csharp/CS1002: ; expected\n\
         \x20 [verified] insert `;`\n\
         \x20   - class A { string S = \"é\" ; int X = 1 }\n\
         \x20   + class A { string S = \"é\" ; int X = 1; }\n\
         info: csharp/CS1002\n\
         info: csharp/CS1002\n"
    );
    assert_eq!(
        run::<Semicolon>(&host, log.as_bytes(), |_, path| path == "B.cs").len(),
        1
    );
}

#[test]
fn the_services_answer_from_the_folder() {
    let folder = folder();
    let host = LocalHost::new(folder.path());
    assert_eq!(host.list_files("**/*.cs").unwrap(), ["B.cs", "sub/A.cs"]);
    assert_eq!(host.list_files("*.cs").unwrap(), ["B.cs"]);
    assert_eq!(host.find("csharp", "Blorb")[0].path, "B.cs");
    assert_eq!(host.declared_in("B.cs").unwrap()[0].kind, "class");
    assert_eq!(
        host.query("B.cs", "(class_declaration) @c").unwrap().len(),
        1
    );
    assert_eq!(host.ancestors("B.cs", 6, 7).unwrap()[0].kind, "identifier");
    assert!(host.read_file("sub/A.cs").unwrap().starts_with("class A"));
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    let folder = folder();
    let host = LocalHost::new(folder.path().join("sub"));
    for path in ["../B.cs", "/etc/passwd", "x/../../B.cs", ""] {
        assert!(host.read_file(path).is_err(), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../B.cs", folder.path().join("sub/L.cs")).unwrap();
        assert!(host.read_file("L.cs").unwrap_err().contains("outside"));
    }
}

#[test]
fn an_edit_that_does_not_fit_is_refused() {
    let folder = folder();
    let host = LocalHost::new(folder.path());
    let log = b"B.cs(1,1): error CS1: x\n";
    let request = crate::requests_from_log(&host, log, |_, _| true).remove(0);
    let fix = |start, end| {
        edit::fix(&request.diagnostics[0], "t", "exact").replace(&request.file, start..end, "y")
    };
    assert!(apply(&host, &fix(0, 1)).is_ok());
    assert!(
        apply(&host, &fix(0, 100))
            .unwrap_err()
            .contains("not a range")
    );
    let mut stale = fix(0, 1);
    "z".clone_into(&mut stale.edits[0].expect);
    assert!(apply(&host, &stale).unwrap_err().contains("not `z`"));
    let twice = fix(0, 5).replace(&request.file, 4..6, "");
    assert!(apply(&host, &twice).unwrap_err().contains("overlap"));
}
