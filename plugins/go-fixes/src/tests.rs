use crate::Fixes;
use buildfix_sdk::Fix;
use buildfix_sdk_testing::{LocalHost, apply, run};
use std::fs;

/// A module with these files, and what the fixer says to an error at the `¦` of
/// the first.
fn ask(files: &[(&str, &str)], error: &str) -> (tempfile::TempDir, Vec<Fix>, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "module example.com/m\n").unwrap();
    let (path, marked) = files[0];
    let at = marked.find('¦').unwrap();
    let line = marked[..at].matches('\n').count() + 1;
    let column = at - marked[..at].rfind('\n').map_or(0, |end| end + 1) + 1;
    for (path, text) in files {
        let to = folder.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text.replace('¦', "")).unwrap();
    }
    let host = LocalHost::new(folder.path());
    let log = format!("# example.com/m\n./{path}:{line}:{column}: {error}\n");
    let answers = run::<Fixes>(&host, log.as_bytes(), |_, _| true);
    let fixes = answers
        .into_iter()
        .flat_map(|answer| answer.response.unwrap().fixes)
        .collect();
    (folder, fixes, path.to_owned())
}

/// The first file after each fix, best first.
fn all(files: &[(&str, &str)], error: &str) -> Vec<String> {
    let (folder, fixes, path) = ask(files, error);
    let host = LocalHost::new(folder.path());
    let old = host.source(&path).unwrap().text;
    fixes
        .iter()
        .map(|fix| {
            let mut texts = apply(&host, fix).unwrap();
            texts.remove(&path).unwrap_or_else(|| old.clone())
        })
        .collect()
}

/// A file of package `p` after the best fix, without the package clause.
fn one(code: &str, error: &str) -> String {
    let text = format!("package p\n\n{code}");
    let found = all(&[("a.go", &text)], error);
    let first = found.first().expect("a fix");
    first.strip_prefix("package p\n\n").unwrap().to_owned()
}

/// The statements of a function after the best fix.
fn body(code: &str, error: &str) -> String {
    let text = one(&format!("func f(n int, s string) {{\n{code}\n}}\n"), error);
    text.strip_prefix("func f(n int, s string) {\n")
        .and_then(|text| text.strip_suffix("}\n"))
        .unwrap_or(&text)
        .trim_end()
        .to_owned()
}

#[test]
fn unused_variables_go_and_what_they_call_stays() {
    let unused = "declared and not used: v";
    assert_eq!(body("\t¦v := n\n\tg()", unused), "\tg()");
    assert_eq!(body("\t¦v := g(n)", unused), "\tg(n)");
    assert_eq!(body("\t¦v := float64(n)", unused), "");
    assert_eq!(body("\t¦v := 1 + g()", unused), "\t_ = 1 + g()");
    assert_eq!(
        body("\t¦v, w := g()\n\th(w)", unused),
        "\t_, w := g()\n\th(w)"
    );
    assert_eq!(body("\t_, ¦v := g()", unused), "\t_, _ = g()");
    assert_eq!(
        body("\tvar ¦v, w int\n\th(w)", unused),
        "\tvar w int\n\th(w)"
    );
    assert_eq!(
        body("\tfor ¦v, w := range s {\n\t\th(w)\n\t}", unused),
        "\tfor _, w := range s {\n\t\th(w)\n\t}"
    );
    assert_eq!(
        body("\tfor w, ¦v := range s {\n\t\th(w)\n\t}", unused),
        "\tfor w := range s {\n\t\th(w)\n\t}"
    );
    assert_eq!(
        body("\tfor ¦v := range s {\n\t}", unused),
        "\tfor range s {\n\t}"
    );
    assert_eq!(
        body("\tswitch ¦v := any(s).(type) {\n\t}", unused),
        "\tswitch any(s).(type) {\n\t}"
    );
    // What is assigned to it later goes as well.
    assert_eq!(body("\t¦v := 1\n\tv = n\n\tv = g()", unused), "\tg()");
}

#[test]
fn a_shadowing_declaration_becomes_an_assignment() {
    let code = "\tv := 0\n\tif n > 0 {\n\t\t¦v := n\n\t}\n\tg(v)";
    let fixed = "\tv := 0\n\tif n > 0 {\n\t\tv = n\n\t}\n\tg(v)";
    assert_eq!(body(code, "declared and not used: v"), fixed);
    assert_eq!(
        one(
            "var pos = 0\n\nfunc f() {\n\t¦pos := 1\n}\n",
            "declared and not used: pos"
        ),
        "var pos = 0\n\nfunc f() {\n\tpos = 1\n}\n"
    );
}

#[test]
fn what_is_unused_because_its_use_is_misspelt_stays() {
    let code = "package p\n\nfunc f() int {\n\t¦total := 1\n\treturn totl\n}\n";
    assert!(all(&[("a.go", code)], "declared and not used: total").is_empty());
    let code = "package p\n\nimport ¦\"fmt\"\n\nfunc f() { fmtt.Println() }\n";
    assert!(all(&[("a.go", code)], "\"fmt\" imported and not used").is_empty());
}

#[test]
fn imports_come_and_go() {
    assert_eq!(
        one("var _ = ¦rand.Read\n", "undefined: rand"),
        "import \"crypto/rand\"\n\nvar _ = rand.Read\n"
    );
    assert_eq!(
        one("var _, _ = ¦rand.Read, rand.NewZipf\n", "undefined: rand"),
        "import \"math/rand\"\n\nvar _, _ = rand.Read, rand.NewZipf\n"
    );
    assert_eq!(
        one(
            "import (\n\t\"fmt\"\n\t\"os\"\n\n\t\"a.org/b\"\n)\n\nvar _ = ¦io.EOF\n",
            "undefined: io"
        ),
        "import (\n\t\"fmt\"\n\t\"io\"\n\t\"os\"\n\n\t\"a.org/b\"\n)\n\nvar _ = io.EOF\n"
    );
    assert_eq!(
        one(
            "import (\n\t¦\"fmt\"\n\t\"os\"\n)\n\nvar _ = os.Args\n",
            "\"fmt\" imported and not used"
        ),
        "import (\n\t\"os\"\n)\n\nvar _ = os.Args\n"
    );
    assert_eq!(
        one(
            "import ¦r \"math/rand\"\n\nvar x = 1\n",
            "\"math/rand\" imported as r and not used"
        ),
        "var x = 1\n"
    );
}

#[test]
fn an_import_is_the_one_that_the_project_uses() {
    let found = all(
        &[
            ("a.go", "package p\n\nvar _ = ¦tmpl.New\n"),
            (
                "b.go",
                "package p\n\nimport tmpl \"html/template\"\n\nvar _ = tmpl.New\n",
            ),
        ],
        "undefined: tmpl",
    );
    assert_eq!(
        found[0],
        "package p\n\nimport tmpl \"html/template\"\n\nvar _ = tmpl.New\n"
    );
    let found = all(
        &[
            ("a.go", "package p\n\nvar _ = ¦util.Deep()\n"),
            (
                "x/util/u.go",
                "package util\n\nfunc Deep() int { return 1 }\n",
            ),
        ],
        "undefined: util",
    );
    assert!(found[0].contains("import \"example.com/m/x/util\"\n"));
}

#[test]
fn misspelt_names_are_those_in_reach() {
    assert_eq!(
        body("\tcount := n\n\tg(¦cuont)", "undefined: cuont"),
        "\tcount := n\n\tg(count)"
    );
    assert_eq!(
        one("func f() ¦boool { return true }\n", "undefined: boool"),
        "func f() bool { return true }\n"
    );
    assert_eq!(
        one(
            "import \"strings\"\n\nvar _ = strings.¦LastIndeexAny(\"a\", \"b\")\n",
            "undefined: strings.LastIndeexAny"
        ),
        "import \"strings\"\n\nvar _ = strings.LastIndexAny(\"a\", \"b\")\n"
    );
    assert_eq!(
        one(
            "type T struct{ inner }\ntype inner struct{}\n\nfunc (i *inner) Flush() {}\n\nfunc f(t *T) { t.¦Fulsh() }\n",
            "t.Fulsh undefined (type *T has no field or method Fulsh)"
        ),
        "type T struct{ inner }\ntype inner struct{}\n\nfunc (i *inner) Flush() {}\n\nfunc f(t *T) { t.Flush() }\n"
    );
    assert_eq!(
        one(
            "import \"bytes\"\n\nfunc f(b *bytes.Buffer) { b.¦WriteSting(\"\") }\n",
            "b.WriteSting undefined (type *bytes.Buffer has no field or method WriteSting)"
        ),
        "import \"bytes\"\n\nfunc f(b *bytes.Buffer) { b.WriteString(\"\") }\n"
    );
    assert_eq!(
        one(
            "type T struct{ Name, Nome int }\n\nvar _ = T{Name: 1, ¦Nmoe: 2}\n",
            "unknown field Nmoe in struct literal of type T"
        ),
        "type T struct{ Name, Nome int }\n\nvar _ = T{Name: 1, Nome: 2}\n",
    );
    assert_eq!(
        one(
            "import \"math/big\"\n\nvar _ = big.¦newInt(1)\n",
            "undefined: big.newInt (but have NewInt)"
        ),
        "import \"math/big\"\n\nvar _ = big.NewInt(1)\n"
    );
}

#[test]
fn of_near_names_the_likelier_slip_and_the_fitting_arguments_count() {
    let code = |name: &str| format!("import \"strings\"\n\nvar _ = strings.{name}(\"a\", \"b\")\n");
    assert_eq!(
        one(&code("¦Splitt"), "undefined: strings.Splitt"),
        code("Split")
    );
    let code = |name: &str| format!("import \"math\"\n\nvar _, _ = math.{name}(1)\n");
    assert_eq!(one(&code("¦Mofd"), "undefined: math.Mofd"), code("Modf"));
    // A single letter is nobody's misspelling.
    let text = "package p\n\nfunc f(n int) int { return ¦m }\n";
    assert!(all(&[("a.go", text)], "undefined: m").is_empty());
}

#[test]
fn a_type_may_be_named_by_its_path() {
    let code = "import n \"net/http\"\n\nfunc f(r *n.Request) { r.URL.¦Strnig() }\n";
    assert_eq!(
        one(
            code,
            "r.URL.Strnig undefined (type *\"net/url\".URL has no field or method Strnig)"
        ),
        code.replace("¦Strnig", "String")
    );
}

#[test]
fn assignments_declare_or_not() {
    assert_eq!(
        body(
            "\tz := n\n\t¦z := 2\n\tg(z)",
            "no new variables on left side of :="
        ),
        "\tz := n\n\tz = 2\n\tg(z)"
    );
    assert_eq!(
        body("\textra = s\n\tg(¦extra)", "undefined: extra"),
        "\textra := s\n\tg(extra)"
    );
    let error = "assignment mismatch: 1 variable but g returns 2 values";
    let code = "func g() (int, error) { return 0, nil }\n\nfunc f() error {\n\t¦v := g()\n\treturn h(v)\n}\n";
    assert_eq!(
        one(code, error),
        "func g() (int, error) { return 0, nil }\n\nfunc f() error {\n\tv, err := g()\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn h(v)\n}\n"
    );
}

#[test]
fn returns_fit_their_function() {
    assert_eq!(
        one(
            "func f(v int) bool {\n\tif v > 1 {\n\t\treturn false\n\t}\n¦}\n",
            "missing return"
        ),
        "func f(v int) bool {\n\tif v > 1 {\n\t\treturn false\n\t}\n\treturn true\n}\n"
    );
    assert_eq!(
        one(
            "func f(v int) (int, error) {\n\tsum := v\n\tg(sum)\n¦}\n",
            "missing return"
        ),
        "func f(v int) (int, error) {\n\tsum := v\n\tg(sum)\n\treturn sum, nil\n}\n"
    );
    assert_eq!(
        one(
            "func f() { return ¦nil }\n",
            "too many return values\n\thave (nil)\n\twant ()"
        ),
        "func f() { return }\n"
    );
    assert_eq!(
        one(
            "func f(a []int) []int { return a, ¦nil }\n",
            "too many return values\n\thave ([]int, nil)\n\twant ([]int)"
        ),
        "func f(a []int) []int { return a }\n"
    );
    assert_eq!(
        one(
            "func f() (string, error) {\n\tif err := g(); err != nil {\n\t\t¦return err\n\t}\n\treturn \"\", nil\n}\n",
            "not enough return values\n\thave (error)\n\twant (string, error)"
        ),
        "func f() (string, error) {\n\tif err := g(); err != nil {\n\t\treturn \"\", err\n\t}\n\treturn \"\", nil\n}\n"
    );
}

#[test]
fn a_missing_return_reads_what_nothing_else_reads() {
    let code = |end: &str| {
        format!(
            "func f() ([]int, error) {{\n\tval, err := g()\n\tif err != nil {{\n\t\treturn nil, err\n\t}}\n{end}}}\n\nfunc g() (interface{{}}, error) {{ return nil, nil }}\n"
        )
    };
    assert_eq!(
        one(&code("¦"), "missing return"),
        code("\treturn val.([]int), nil\n")
    );
    let text = format!("package p\n\n{}", code("").replace("val, err", "¦val, err"));
    assert!(all(&[("a.go", &text)], "declared and not used: val").is_empty());
}

#[test]
fn an_error_that_is_there_is_returned() {
    let code = |values: &str| {
        format!(
            "func f(d string) (interface{{}}, error) {{\n\tfor range d {{\n\t\tvar err error\n\t\terr = g()\n\t\tif err != nil {{\n\t\t\treturn {values}\n\t\t}}\n\t}}\n\treturn 1, nil\n}}\n"
        )
    };
    assert_eq!(
        one(
            &code("¦nil"),
            "not enough return values\n\thave (nil)\n\twant (interface{}, error)"
        ),
        code("nil, err")
    );
}

#[test]
fn calls_have_as_many_arguments_as_parameters() {
    assert_eq!(
        body(
            "\tg(s, ¦0)",
            "too many arguments in call to g\n\thave (string, number)\n\twant (string)"
        ),
        "\tg(s)"
    );
    assert_eq!(
        one(
            "func g(name string, size int) {}\n\nfunc f(size int) { g(¦\"a\") }\n",
            "not enough arguments in call to g\n\thave (string)\n\twant (string, int)"
        ),
        "func g(name string, size int) {}\n\nfunc f(size int) { g(\"a\", size) }\n"
    );
    assert_eq!(
        body(
            "\tx := ¦make([]string)\n\tfor i := 0; i < n; i++ {\n\t\tx[i] = s\n\t}",
            "invalid operation: make([]string) expects 2 or 3 arguments; found 1"
        ),
        "\tx := make([]string, n)\n\tfor i := 0; i < n; i++ {\n\t\tx[i] = s\n\t}"
    );
}

#[test]
fn values_are_converted() {
    assert_eq!(
        body(
            "\tvar v int64 = ¦n",
            "cannot use n (variable of type int) as int64 value in variable declaration"
        ),
        "\tvar v int64 = int64(n)"
    );
    assert_eq!(
        one(
            "func f(n int) string { return ¦n }\n",
            "cannot use n (variable of type int) as string value in return statement"
        ),
        "import \"strconv\"\n\nfunc f(n int) string { return strconv.Itoa(n) }\n"
    );
    assert_eq!(
        body(
            "\tg(¦float64(n) * n)",
            "invalid operation: float64(n) * n (mismatched types float64 and int)"
        ),
        "\tg(float64(n) * float64(n))"
    );
    assert_eq!(
        one(
            "type T struct{}\n\nfunc g(*T) {}\n\nfunc f(t T) { g(¦t) }\n",
            "cannot use t (variable of struct type T) as *T value in argument to g"
        ),
        "type T struct{}\n\nfunc g(*T) {}\n\nfunc f(t T) { g(&t) }\n"
    );
    let handler = "cannot use func(w http.ResponseWriter, r *http.Request) {…} (value of type func(w http.ResponseWriter, r *http.Request)) as http.Handler value in return statement: func(w http.ResponseWriter, r *http.Request) does not implement http.Handler (missing method ServeHTTP)";
    assert_eq!(
        one(
            "import \"net/http\"\n\nfunc f() http.Handler {\n\treturn ¦func(w http.ResponseWriter, r *http.Request) { g() }\n}\n",
            handler
        ),
        "import \"net/http\"\n\nfunc f() http.Handler {\n\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g() })\n}\n"
    );
}

#[test]
fn missing_methods_are_placeholders() {
    let (folder, fixes, path) = ask(
        &[(
            "a.go",
            "package p\n\nimport \"io\"\n\nvar _ io.Writer = ¦w{}\n\ntype w struct{}\n",
        )],
        "cannot use w{} (value of struct type w) as io.Writer value in variable declaration: w does not implement io.Writer (missing method Write)",
    );
    assert_eq!(fixes[0].applicability, "placeholder");
    let host = LocalHost::new(folder.path());
    assert!(apply(&host, &fixes[0]).unwrap()[&path].ends_with(
        "type w struct{}\n\n// Write implements [io.Writer].\nfunc (w w) Write(p []byte) (n int, err error) {\n\tpanic(\"unimplemented\")\n}\n"
    ));
    let (folder, fixes, path) = ask(
        &[(
            "a.go",
            "package p\n\ntype T struct{}\n\nfunc f(t T, name string) {\n\tif t.¦has(name, 1) {\n\t}\n}\n",
        )],
        "t.has undefined (type T has no field or method has)",
    );
    assert_eq!(fixes[0].applicability, "placeholder");
    let host = LocalHost::new(folder.path());
    assert!(
        apply(&host, &fixes[0]).unwrap()[&path]
            .contains("\n\nfunc (t T) has(name string, i int) bool {\n")
    );
}

#[test]
fn the_second_of_two_equal_declarations_goes() {
    let code = "type T int\n\n// F does.\nfunc (t T) F() {}\n\nfunc (t T) ¦F() {}\n\nvar x = 1\n";
    assert_eq!(
        one(code, "method T.F already declared at ./a.go:6:12"),
        "type T int\n\n// F does.\nfunc (t T) F() {}\n\nvar x = 1\n"
    );
    let text = "package p\n\nfunc f() {}\n\nfunc ¦f() { g() }\n";
    assert!(all(&[("a.go", text)], "f redeclared in this block").is_empty());
}

#[test]
fn hostile_files_end_in_no_fix() {
    for text in [
        "¦",
        "package p\nfunc f() {¦",
        "package p\nvar x = ¦((((",
        "package p\n\nfunc f(¦",
    ] {
        for error in [
            "undefined: x",
            "missing return",
            "declared and not used: x",
            "assignment mismatch: 1 variable but g returns 2 values",
            "cannot use x (variable of type T) as U value in assignment",
            "not enough arguments in call to f\n\thave ()\n\twant (int)",
            "x.y undefined (type T has no field or method y)",
        ] {
            all(&[("a.go", text)], error);
        }
    }
    let deep = format!("package p\n\nvar _ = ¦{}x", "(".repeat(5000));
    assert!(all(&[("a.go", &deep)], "undefined: x").is_empty());
}
