use crate::ast::{Decl, ExprKind, StmtKind};
use crate::parse::{parse, parse_expr};
use crate::scope::locals;

const EVERYTHING: &str = r#"// Package p has one of everything.
package p

import "fmt"
import (
	_ "embed"
	m "math"
	. "strings"
)

const (
	A, B = iota, -iota
	C, D
)

var x, y = 1, 'a'
var z []map[string]*[4]chan<- int

type (
	T[K comparable, V any] struct {
		m.Foo `tag`
		*inner
		a, b int
		List[K]
		c []V
		f func(K, ...V) (n int, err error)
	}
	inner struct{}
	I interface {
		fmt.Stringer
		M(a, b int, c string) error
		~int | ~string
	}
	Alias = map[string]struct{}
	N [2]int
)

func (t *T[K, V]) Do(a, b K, rest ...V) (n int, err error) {
outer:
	for i, v := range rest {
		switch w := any(v).(type) {
		case int, string:
			continue outer
		case nil:
			fmt.Println(w, i)
		default:
		}
	}
	for range 3 {
	}
	for n < 3 {
		n++
	}
	for i := 0; i < 3; i++ {
		go func() { defer close(make(chan int)) }()
	}
	if p := (T[int, int]{a: 1}); p.a == 1 && x<<2 > 0 {
	} else if v, ok := <-make(chan int); !ok {
		_ = v
	} else {
		goto done
	}
	select {
	case v := <-make(<-chan int):
		_ = v
	case make(chan int) <- 1:
	default:
	}
	switch {
	case n > 1:
		fallthrough
	case false:
	}
	{
		var q struct{ a int }
		q.a, n = 2, len([]int{1, 2, 3}[1:2:3])
		n += -+^n &^ 3
		_ = [...]string{0: "x", 1: `y`}
		_ = map[string][]int{"a": {1}, "b": {}}
		_ = func(int, string) error { return nil }
		_ = []byte("x")
		_ = (*inner)(nil)
		_ = interface{}(nil)
		_ = *new(int)
		_ = f[int, string](1)
	}
done:
	return
}

func f[A, B any](a A) (A, func() B) { return a, nil }
"#;

#[test]
fn everything_is_read() {
    let tree = parse(EVERYTHING);
    assert_eq!(tree.errors, 0);
    assert_eq!(tree.imports().count(), 4);
    assert_eq!(tree.decls.len(), 6);
    let Decl::Func(func) = &tree.decls[4] else {
        panic!("no function");
    };
    assert_eq!(func.receiver_type(), Some("T"));
    assert!(func.by_pointer());
    assert_eq!(func.signature.params.len(), 3);
    assert_eq!(func.body.as_ref().unwrap().stmts.len(), 9);
    let Decl::Gen(types) = &tree.decls[3] else {
        panic!("no types");
    };
    let ExprKind::StructType(fields) = &types.specs[0].ty.as_ref().unwrap().kind else {
        panic!("no struct");
    };
    let names: Vec<_> = fields
        .iter()
        .map(|field| field.name.as_ref().map_or("", |name| &name.name))
        .collect();
    assert_eq!(names, ["", "", "a", "b", "", "c", "f"]);
}

#[test]
fn what_stands_around_an_error_is_read() {
    let tree = parse("package p\n\nfunc a() { x := ) }\n\nvar 3\n\nfunc b() { return 1 }\n");
    assert!(tree.errors > 0);
    let names: Vec<_> = tree.funcs().map(|func| func.name.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let last = tree.funcs().last().unwrap().body.as_ref().unwrap();
    assert!(matches!(last.stmts[0].kind, StmtKind::Return(_)));
}

#[test]
fn nesting_is_bounded() {
    for (open, count) in [
        ("(", 100_000),
        ("{", 100_000),
        ("[]", 50_000),
        ("-", 100_000),
    ] {
        let text = format!("package p\nfunc f() {{ x = {}", open.repeat(count));
        assert!(parse(&text).errors > 0);
    }
    assert!(parse_expr("map[string][]func(int) error").is_some());
    assert!(parse_expr("a b").is_none());
}

#[test]
fn locals_are_those_declared_before() {
    let text = "package p\n\nfunc (r T) f(a int) (err error) {\n\tb := a\n\tfor i, v := range c {\n\t\tif d, ok := v.(int); ok {\n\t\t\tfunc(e int) { g(¦) }(1)\n\t\t}\n\t\tlate := 1\n\t}\n}\n";
    let at = text.find('¦').unwrap();
    let tree = parse(&text.replace('¦', ""));
    let names: Vec<_> = locals(&tree, at).iter().map(|local| local.name).collect();
    assert_eq!(names, ["r", "a", "err", "b", "i", "v", "d", "ok", "e"]);
}
