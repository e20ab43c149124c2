//! Every rule: a text with the place of the error marked, and what becomes of it.

use crate::{Fixes, rules};
use testing::{answers, first};

#[path = "../../typescript-syntax/testing.rs"]
pub mod testing;

/// Code, message, before, after.
type Row = (&'static str, &'static str, &'static str, &'static str);

fn check(path: &str, rows: &[Row]) {
    for (code, message, before, after) in rows {
        assert_eq!(
            first::<Fixes>(code, message, &[(path, before)]),
            *after,
            "{code}: {before}"
        );
    }
}

#[test]
fn spelling() {
    check(
        "a.ts",
        &[
            (
                "TS2551",
                "Property 'toStrang' does not exist on type 'string'. Did you mean 'toString'?",
                "s.¦toStrang()",
                "s.toString()",
            ),
            (
                "TS2551",
                "Property 'ab' does not exist on type 'A'. Did you mean 'a-b'?",
                "a.¦ab",
                "a[\"a-b\"]",
            ),
            (
                "TS4111",
                "Property 'foo' comes from an index signature, so it must be accessed with ['foo'].",
                "b?.¦foo;",
                "b?.[\"foo\"];",
            ),
            (
                "TS2713",
                "Cannot access 'F.b' because 'F' is a type, but not a namespace. Did you mean to retrieve the type of the property 'b' in 'F' with 'F[\"b\"]'?",
                "let x: ¦F.b;",
                "let x: F[\"b\"];",
            ),
            (
                "TS4117",
                "This member cannot have an 'override' modifier because it is not declared in the base class 'A'. Did you mean 'ab'?",
                "class B extends A { override ¦aa() {} }",
                "class B extends A { override ab() {} }",
            ),
        ],
    );
}

#[test]
fn modifiers() {
    let must = "This member must have an 'override' modifier because it overrides a member in the base class 'A'.";
    check(
        "a.ts",
        &[
            (
                "TS4114",
                must,
                "class B extends A { ¦f() {} }",
                "class B extends A { override f() {} }",
            ),
            (
                "TS4114",
                must,
                "class B extends A { protected async ¦f() {} }",
                "class B extends A { protected override async f() {} }",
            ),
            (
                "TS4114",
                must,
                "class B extends A { @d() static ¦x = 1 }",
                "class B extends A { @d() static override x = 1 }",
            ),
            (
                "TS4113",
                "This member cannot have an 'override' modifier",
                "class B extends A { override ¦f() {} }",
                "class B extends A { f() {} }",
            ),
            (
                "TS2689",
                "Cannot extend an interface 'I'. Did you mean 'implements'?",
                "class A extends ¦I implements J { }",
                "class A implements I, J { }",
            ),
            (
                "TS1308",
                "'await' expressions are only allowed within async functions",
                "function f(): string { ¦await 1 }",
                "async function f(): Promise<string> { await 1 }",
            ),
            (
                "TS1308",
                "'await' expressions are only allowed within async functions",
                "const f = p => { ¦await p }",
                "const f = async p => { await p }",
            ),
            (
                "TS1308",
                "'await' expressions are only allowed within async functions",
                "class A { *m() { ¦await 1 } }",
                "class A { async *m() { await 1 } }",
            ),
            (
                "TS1064",
                "The return type of an async function or method must be the global Promise<T> type. Did you mean to write 'Promise<void>'?",
                "async function f(): ¦T {}",
                "async function f(): Promise<void> {}",
            ),
            (
                "TS2588",
                "Cannot assign to 'x' because it is a constant.",
                "const x = 1; ¦x = 2",
                "let x = 1; x = 2",
            ),
            (
                "TS2612",
                "Property 'x' will overwrite the base property",
                "class B extends A { ¦x: number }",
                "class B extends A { declare x: number }",
            ),
        ],
    );
    check(
        "a.js",
        &[(
            "TS4119",
            "This member must have a JSDoc comment with an '@override' tag",
            "class B extends A {\n    ¦f() {}\n}",
            "class B extends A {\n    /** @override */\n    f() {}\n}",
        )],
    );
}

#[test]
fn notation() {
    let jsdoc = "JSDoc types can only be used inside documentation comments.";
    check(
        "a.ts",
        &[
            ("TS8020", jsdoc, "var x: ¦* = 1", "var x: any = 1"),
            (
                "TS8020",
                jsdoc,
                "get p(): ¦* { return 1 }",
                "get p(): any { return 1 }",
            ),
            (
                "TS8020",
                jsdoc,
                "var f = <¦function(number?, ...string): void>g",
                "var f = <(arg0: number | null, ...rest: string[]) => void>g",
            ),
            (
                "TS17019",
                "'?' at the end of a type is not valid TypeScript syntax.",
                "var x: ¦number? = 1;",
                "var x: number | null = 1;",
            ),
            (
                "TS17020",
                "'?' at the start of a type is not valid TypeScript syntax.",
                "f(a: ¦?number)",
                "f(a: number | null)",
            ),
            (
                "TS17019",
                "'!' at the end of a type is not valid TypeScript syntax.",
                "f(a: ¦string!)",
                "f(a: string)",
            ),
            (
                "TS2383",
                "Overload signatures must all be exported or non-exported.",
                "function ¦f(a: string): void;\nexport function f(a: any) {}",
                "export function f(a: string): void;\nexport function f(a: any) {}",
            ),
            (
                "TS2314",
                "Generic type 'Box<T>' requires 1 type argument(s).",
                "class C<T> { pipe<A, B>(a: A): ¦Box; }",
                "class C<T> { pipe<A, B>(a: A): Box<B>; }",
            ),
            (
                "TS2314",
                "Generic type 'Pair<T, U>' requires 2 type argument(s).",
                "interface I<K, V> extends ¦a.Pair { get<T>(): T }",
                "interface I<K, V> extends a.Pair<K, V> { get<T>(): T }",
            ),
            (
                "TS2391",
                "Function implementation is missing or not immediately following the declaration.",
                "function ¦waitt(n: string): void;\nfunction wait(n: any) {}",
                "function wait(n: string): void;\nfunction wait(n: any) {}",
            ),
            (
                "TS2341",
                "Property 'm' is private and only accessible within class 'C<T>'.",
                "class C<T> { private readonly m = 1 }\nnew C().¦m;",
                "class C<T> { readonly m = 1 }\nnew C().m;",
            ),
            (
                "TS2415",
                "Class 'D<T>' incorrectly extends base class 'C<T>'.\n  Property 'm' is private in type 'D<T>' but not in type 'C<T>'.",
                "class C<T> { m() {} }\nclass ¦D<T> extends C<T> { private m() {} }",
                "class C<T> { m() {} }\nclass D<T> extends C<T> { m() {} }",
            ),
            (
                "TS1042",
                "'private' modifier cannot be used here.",
                "const o = { ¦private m() {} }",
                "const o = { m() {} }",
            ),
            (
                "TS2339",
                "Property 'sort' does not exist on type 'typeof C'.",
                "class C { private sort(a: number) { return a; } x = C.¦sort(1) }",
                "class C { private static sort(a: number) { return a; } x = C.sort(1) }",
            ),
            (
                "TS2339",
                "Property 'done' does not exist on type 'PromiseLike<{ done: true; }>'.",
                "async function f() { const { ¦done } = r.read(); }",
                "async function f() { const { done } = await r.read(); }",
            ),
            (
                "TS1308",
                "'await' expressions are only allowed within async functions and at the top levels of modules.",
                "function* f(): AsyncGenerator<T> { ¦await 1 }",
                "async function* f(): AsyncGenerator<T> { await 1 }",
            ),
            (
                "TS1312",
                "Did you mean to use a ':'?",
                "x = { a ¦= 1 }",
                "x = { a: 1 }",
            ),
            (
                "TS5086",
                "A labeled tuple element is declared as optional",
                "type T = [a: ¦B[]?];",
                "type T = [a?: B[]];",
            ),
            (
                "TS5087",
                "A labeled tuple element is declared as rest",
                "type T = [a: ¦...B[]];",
                "type T = [...a: B[]];",
            ),
            (
                "TS1329",
                "'d' accepts too few arguments to be used as a decorator here.",
                "class C { @¦d m() {} }",
                "class C { @d() m() {} }",
            ),
            (
                "TS1497",
                "Expression must be enclosed in parentheses to be used as a decorator.",
                "class C { @¦a?.b m() {} }",
                "class C { @(a?.b) m() {} }",
            ),
            (
                "TS1363",
                "A type-only import can specify a default import or named bindings, but not both.",
                "import type ¦A, { B } from './a';\n",
                "import type A from './a';\nimport type { B } from './a';\n",
            ),
            (
                "TS2690",
                "'K' only refers to a type. Did you mean to use 'P in K'?",
                "type T = { [¦K]: 1 }",
                "type T = { [P in K]: 1 }",
            ),
            (
                "TS1337",
                "An index signature parameter type cannot be a literal type or generic type.",
                "interface S<T> extends A { [¦p: K]: any; b: 1 }",
                "type S<T> = A & {\n    [p in K]: any;\n} & {\n    b: 1;\n};",
            ),
            (
                "TS7051",
                "Parameter has a name but no type. Did you mean 'arg0: boolean'?",
                "var x: { (¦boolean): 1 };",
                "var x: { (arg0: boolean): 1 };",
            ),
        ],
    );
}

#[test]
fn small_rules() {
    check(
        "a.ts",
        &[
            (
                "TS2377",
                "Constructors for derived classes must contain a 'super' call.",
                "class B extends A {\n    ¦constructor() {}\n}",
                "class B extends A {\n    constructor() {\n        super();\n    }\n}",
            ),
            (
                "TS17009",
                "'super' must be called before accessing 'this'",
                "class B extends A {\n    constructor() {\n        ¦this.x = 1;\n        super();\n    }\n}",
                "class B extends A {\n    constructor() {\n        super();\n        this.x = 1;\n    }\n}",
            ),
            (
                "TS2749",
                "'x' refers to a value, but is being used as a type here. Did you mean 'typeof x'?",
                "let y: ¦x;",
                "let y: typeof x;",
            ),
            (
                "TS1340",
                "Did you mean 'typeof import('./a')'?",
                "let y: ¦import('./a');",
                "let y: typeof import('./a');",
            ),
            (
                "TS1484",
                "'T' is a type and must be imported using a type-only import",
                "import { ¦T, u } from './a';",
                "import { type T, u } from './a';",
            ),
            (
                "TS1484",
                "'T' is a type and must be imported using a type-only import",
                "import { ¦T } from './a';",
                "import type { T } from './a';",
            ),
            (
                "TS1205",
                "Re-exporting a type requires using 'export type'",
                "export { ¦T } from './a';",
                "export { type T } from './a';",
            ),
            (
                "TS1375",
                "'await' expressions are only allowed at the top level of a file when that file is a module",
                "¦await 1;\n",
                "await 1;\n\nexport { };\n",
            ),
            (
                "TS2845",
                "This condition will always return 'false'. Did you mean '!Number.isNaN(x)'?",
                "if (¦x !== NaN) {}",
                "if (!Number.isNaN(x)) {}",
            ),
            (
                "TS2554",
                "Expected 0 arguments, but got 2.",
                "function f() {}\nconst a = 1;\nf(¦a, '');",
                "function f(a: number, p1: string) {}\nconst a = 1;\nf(a, '');",
            ),
            (
                "TS2353",
                "Object literal may only specify known properties, and 'b' does not exist in type 'I'.",
                "interface I {\n    a: 1;\n}\nconst i: I = { a: 1, ¦b: '' };",
                "interface I {\n    b: string;\n    a: 1;\n}\nconst i: I = { a: 1, b: '' };",
            ),
        ],
    );
    check(
        "a.tsx",
        &[(
            "TS1382",
            "Unexpected token. Did you mean `{'>'}` or `&gt;`?",
            "x = <a>¦></a>;",
            "x = <a>{\">\"}</a>;",
        )],
    );
    check(
        "a.js",
        &[(
            "TS8024",
            "JSDoc '@param' tag has name 'b'",
            "/**\n * @param {1} a\n * @param {2} ¦b\n */\nfunction f(a) {}",
            "/**\n * @param {1} a\n */\nfunction f(a) {}",
        )],
    );
}

#[test]
fn expressions() {
    check(
        "a.ts",
        &[
            (
                "TS2774",
                "This condition will always return true",
                "if (¦a.b) {}",
                "if (a.b()) {}",
            ),
            (
                "TS2348",
                "Value of type 'typeof C' is not callable.",
                "let x = ¦C(3);",
                "let x = new C(3);",
            ),
            (
                "TS2348",
                "Value of type 'typeof C' is not callable.",
                "let x = ¦f()();",
                "let x = new (f())();",
            ),
            (
                "TS2352",
                "Conversion of type 'number' to type 'string'",
                "¦0 as string",
                "0 as unknown as string",
            ),
            (
                "TS2352",
                "Conversion of type 'number' to type 'string'",
                "¦<string>0",
                "<string><unknown>0",
            ),
            (
                "TS2339",
                "Property 'x' does not exist on type 'Promise<A>'.",
                "async function f(a: Promise<A>) { a.¦x; }",
                "async function f(a: Promise<A>) { (await a).x; }",
            ),
            (
                "TS2345",
                "Argument of type 'Promise<string>' is not assignable to parameter of type 'string'.",
                "async function f(a: Promise<string>) { const b = a; g(¦b); }",
                "async function f(a: Promise<string>) { const b = await a; g(b); }",
            ),
            (
                "TS2322",
                "Type 'string' is not assignable to type 'Promise<string>'.",
                "const f = { b: () => ¦'' }",
                "const f = { b: async () => '' }",
            ),
            (
                "TS2355",
                "A function whose declared type is neither",
                "function f(): ¦number { 1 }",
                "function f(): number { return 1 }",
            ),
            (
                "TS2345",
                "Argument of type '() => void' is not assignable to parameter of type '() => A'.",
                "f(¦() => { b: '1' })",
                "f(() => { return { b: '1' } })",
            ),
            (
                "TS2349",
                "This expression is not callable.",
                "import * as f from './f';\n¦f();",
                "import f from './f';\nf();",
            ),
            (
                "TS2794",
                "Expected 1 arguments, but got 0.",
                "new Promise(r => ¦r())",
                "new Promise<void>(r => r())",
            ),
            (
                "TS2610",
                "'x' is defined as an accessor in class 'A'",
                "class B extends A {\n    ¦x = 2;\n}",
                "class B extends A {\n    private _x = 2;\n    public get x() {\n        return this._x;\n    }\n    public set x(value) {\n        this._x = value;\n    }\n}",
            ),
        ],
    );
}

#[test]
fn unused_code() {
    let unused = "'x' is declared but its value is never read.";
    check(
        "a.ts",
        &[
            (
                "TS6133",
                unused,
                "import { ¦x, y } from './b';\ny;\n",
                "import { y } from './b';\ny;\n",
            ),
            (
                "TS6133",
                unused,
                "import y, { ¦x } from './b';\ny;\n",
                "import y from './b';\ny;\n",
            ),
            (
                "TS6133",
                unused,
                "import ¦x, * as y from './b';\n",
                "import * as y from './b';\n",
            ),
            (
                "TS6192",
                "All imports in import declaration are unused.",
                "¦import { x, y } from './b';\nz;\n",
                "z;\n",
            ),
            (
                "TS6133",
                unused,
                "function f(a, ¦x, b) {}",
                "function f(a, b) {}",
            ),
            ("TS6133", unused, "const f = ¦x => 1;", "const f = () => 1;"),
            ("TS6133", unused, "class C<T, ¦x> {}", "class C<T> {}"),
            (
                "TS6205",
                "All type parameters are unused.",
                "type T¦<A, B> = 1;",
                "type T = 1;",
            ),
            (
                "TS6133",
                unused,
                "type L<T> = T extends A<infer ¦x> ? 1 : 2;",
                "type L<T> = T extends A<unknown> ? 1 : 2;",
            ),
            (
                "TS6133",
                unused,
                "{\n    // keep\n    /** doc */\n    let ¦x = 0;\n    f();\n}",
                "{\n    // keep\n    f();\n}",
            ),
            (
                "TS6133",
                unused,
                "function f() {\n    let ¦x;\n    x = 1;\n}\n",
                "function f() {\n}\n",
            ),
            ("TS6133", unused, "const { a, ¦x } = o;", "const { a } = o;"),
            (
                "TS6198",
                "All destructured elements are unused.",
                "const ¦{ x, y } = o;\nf();",
                "f();",
            ),
            (
                "TS6138",
                "Property 'x' is declared but its value is never read.",
                "class C { constructor(private ¦x: 1) { f(x) } }",
                "class C { constructor(x: 1) { f(x) } }",
            ),
            (
                "TS6196",
                "'x' is declared but never used.",
                "export class a {} class ¦x {}",
                "export class a {} ",
            ),
            (
                "TS7027",
                "Unreachable code detected.",
                "function f() {\n    return;\n    ¦a();\n    b();\n}",
                "function f() {\n    return;\n}",
            ),
            (
                "TS7028",
                "Unused label.",
                "¦x: while (1) {}",
                "while (1) {}",
            ),
        ],
    );
}

#[test]
fn members_that_have_to_be_there() {
    let implements = "Class 'C' incorrectly implements interface 'I'.\n  Property 'a' is missing";
    check(
        "a.ts",
        &[
            (
                "TS2420",
                implements,
                "interface I { a: Array<number>; b?: { (): void } }\nclass ¦C implements I {}",
                "interface I { a: Array<number>; b?: { (): void } }\nclass C implements I {\n    a: number[];\n    b?: () => void;\n}",
            ),
            (
                "TS2420",
                implements,
                "interface I<T> { f(a: T): T; f(): void }\nclass ¦C implements I<string> {\n    z = 1;\n}",
                "interface I<T> { f(a: T): T; f(): void }\nclass C implements I<string> {\n    f(a: string): string;\n    f(): void;\n    f(a?: unknown): string | void {\n        throw new Error(\"Method not implemented.\");\n    }\n    z = 1;\n}",
            ),
            (
                "TS2515",
                "Non-abstract class 'C' does not implement inherited abstract member f from class 'A'.",
                "abstract class A { abstract f(): this; g() {} }\ndeclare class ¦C extends A {}",
                "abstract class A { abstract f(): this; g() {} }\ndeclare class C extends A {\n    f(): this;\n}",
            ),
            (
                "TS2739",
                "Type '{}' is missing the following properties from type 'I': a, b",
                "interface I { a: number; b: { c: string }; d?: 1 }\nconst ¦i: I = {};",
                "interface I { a: number; b: { c: string }; d?: 1 }\nconst i: I = {\n    a: 0,\n    b: {\n        c: \"\"\n    }\n};",
            ),
            (
                "TS2741",
                "Property 'b' is missing in type '{ a: number; }' but required in type 'I'.",
                "interface I { a: number; b: boolean }\nf(¦{\n    a: 1\n});",
                "interface I { a: number; b: boolean }\nf({\n    a: 1,\n    b: false\n});",
            ),
            (
                "TS2564",
                "Property 'a' has no initializer",
                "class C { ¦a: 'x' | 2; }",
                "class C { a: 'x' | 2 = 'x'; }",
            ),
            (
                "TS2564",
                "Property 'a' has no initializer",
                "class C { ¦a: D; }",
                "class C { a: D | undefined; }",
            ),
            (
                "TS2375",
                "Type '{ a: undefined; }' is not assignable to type 'I' with 'exactOptionalPropertyTypes: true'.",
                "interface I { a?: () => void }\nconst ¦i: I = { a: undefined };",
                "interface I { a?: (() => void) | undefined }\nconst i: I = { a: undefined };",
            ),
        ],
    );
    check(
        "a.tsx",
        &[(
            "TS2741",
            "Property 'b' is missing in type '{}' but required in type 'P'.",
            "interface P { b: string }\nx = <¦A {...p}></A>;",
            "interface P { b: string }\nx = <A b={\"\"} {...p}></A>;",
        )],
    );
}

#[test]
fn bodies_to_be_written_are_placeholders() {
    let found = answers::<Fixes>(
        "TS2420",
        "Class 'C' incorrectly implements interface 'I'.",
        &[(
            "a.ts",
            "interface I { f(): void }\nclass ¦C implements I {}",
        )],
    );
    let [(fix, text)] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(fix.applicability, "placeholder");
    assert!(
        text.contains("f(): void {\n        throw new Error(\"Method not implemented.\");"),
        "{text}"
    );
}

#[test]
fn types_that_come_along_are_imported() {
    let text = first::<Fixes>(
        "TS2420",
        "Class 'C' incorrectly implements interface 'I'.",
        &[
            (
                "a.ts",
                "import { I } from \"./i\";\nclass ¦C implements I {}",
            ),
            (
                "i.ts",
                "import { T } from \"./t\";\nexport interface J {}\nexport interface I { a: J; b: T }",
            ),
            ("t.ts", "export interface T {}"),
        ],
    );
    assert_eq!(
        text,
        "import { I, J } from \"./i\";\nimport { T } from \"./t\";\nclass C implements I {\n    a: J;\n    b: T;\n}"
    );
}

#[test]
fn members_that_are_used_are_declared() {
    check(
        "a.ts",
        &[
            (
                "TS2339",
                "Property 'x' does not exist on type 'C'.",
                "class C {\n    constructor() {\n        this.¦x = new A<number>();\n    }\n}",
                "class C {\n    x: A<number>;\n    constructor() {\n        this.x = new A<number>();\n    }\n}",
            ),
            (
                "TS2339",
                "Property 'x' does not exist on type 'typeof C'.",
                "class C {}\nC.¦x = 1;",
                "class C {\n    static x: number;\n}\nC.x = 1;",
            ),
            (
                "TS2339",
                "Property 'y' does not exist on type 'T'.",
                "type T = {};\nfunction f(t: T) { t.¦y = ''; }",
                "type T = {\n    y: string;\n};\nfunction f(t: T) { t.y = ''; }",
            ),
            (
                "TS2339",
                "Property 'c' does not exist on type 'typeof E'.",
                "enum E {\n    a = 'a'\n}\nE.¦c",
                "enum E {\n    a = 'a',\n    c = \"c\"\n}\nE.c",
            ),
        ],
    );
    check(
        "a.js",
        &[(
            "TS2339",
            "Property '#n' does not exist on type 'C'.",
            "class C {\n    m() { this.¦#n = 1; }\n}",
            "class C {\n    #n;\n    m() { this.#n = 1; }\n}",
        )],
    );
    let text = first::<Fixes>(
        "TS2339",
        "Property 'f' does not exist on type 'typeof import(\"/x/b\")'.",
        &[
            ("a.ts", "import * as b from './b';\nb.¦f(1);"),
            ("b.ts", "export const x = 1;"),
        ],
    );
    assert_eq!(
        text,
        "export const x = 1;\n\nexport function f(arg0: number) {\n    throw new Error(\"Function not implemented.\");\n}\n"
    );
}

#[test]
fn types_from_use() {
    let any = "Parameter 'x' implicitly has an 'any' type.";
    check(
        "a.ts",
        &[
            (
                "TS7006",
                any,
                "function f(¦x) { return x * 2 }",
                "function f(x: number) { return x * 2 }",
            ),
            (
                "TS7006",
                any,
                "function f(¦x) { x.y = 1; x.z('') }",
                "function f(x: { y: number; z: (arg0: string) => void; }) { x.y = 1; x.z('') }",
            ),
            (
                "TS7006",
                any,
                "function f(¦x) { x() }",
                "function f(x: () => void) { x() }",
            ),
            (
                "TS7006",
                any,
                "function f(¦x, y) { x; y }\nf(1, { a: '' });",
                "function f(x: number, y: { a: string; }) { x; y }\nf(1, { a: '' });",
            ),
            (
                "TS7006",
                any,
                "const f = ¦x => x.charAt(0)",
                "const f = (x: string) => x.charAt(0)",
            ),
            (
                "TS7006",
                any,
                "/**\n * @param {number=} x\n * @returns {string}\n */\nfunction f(¦x) { return '' }",
                "/**\n * @param {number=} x\n * @returns {string}\n */\nfunction f(x?: number): string { return '' }",
            ),
            (
                "TS7019",
                any,
                "function f(...¦r) {}\nf('', true);",
                "function f(...r: (string | boolean)[]) {}\nf('', true);",
            ),
            (
                "TS7034",
                any,
                "var ¦x;\nfunction f() { x++ }",
                "var x: number;\nfunction f() { x++ }",
            ),
            (
                "TS7008",
                any,
                "class C {\n    ¦p;\n    m() { this.p.push(1) }\n}",
                "class C {\n    p: number[];\n    m() { this.p.push(1) }\n}",
            ),
            (
                "TS7032",
                any,
                "class C {\n    set ¦v(x) {}\n}\nnew C().v = 1;",
                "class C {\n    set v(x: number) {}\n}\nnew C().v = 1;",
            ),
            (
                "TS2683",
                any,
                "class C { m() { return function f() { ¦this } } }",
                "class C { m() { return () => { this } } }",
            ),
            (
                "TS2683",
                any,
                "function f(a) { ¦this.b }\nconst o: O = { b: 1, f };",
                "function f(this: O, a) { this.b }\nconst o: O = { b: 1, f };",
            ),
            (
                "TS2322",
                "Type 'T' is not assignable to type 'string'.",
                "function f<T>(x: T) { const ¦y: string = x; }",
                "function f<T extends string>(x: T) { const y: string = x; }",
            ),
        ],
    );
    check(
        "a.js",
        &[
            (
                "TS7006",
                any,
                "const f = ¦x => x + 1;",
                "const f = (/** @type {number} */ x) => x + 1;",
            ),
            (
                "TS7006",
                any,
                "function f(¦x) { x++ }",
                "/**\n * @param {number} x\n */\nfunction f(x) { x++ }",
            ),
        ],
    );
    // Nothing is known of it: `any` is the user's to choose.
    let found = answers::<Fixes>("TS7006", any, &[("a.ts", "export function f(¦x) {}")]);
    assert!(
        found
            .iter()
            .all(|(fix, _)| fix.applicability == "placeholder"),
        "{found:?}"
    );
}

#[test]
fn isolated_declarations() {
    check(
        "a.ts",
        &[
            (
                "TS9007",
                "",
                "export function ¦f(x: A<string>) { return x; }",
                "export function f(x: A<string>): A<string> { return x; }",
            ),
            (
                "TS9008",
                "",
                "export class C {\n  ¦m() {\n  }\n}",
                "export class C {\n  m(): void {\n  }\n}",
            ),
            (
                "TS9009",
                "",
                "export class C {\n  get ¦p() { return 1 + 1; }\n}",
                "export class C {\n  get p(): number { return 1 + 1; }\n}",
            ),
            (
                "TS9010",
                "",
                "const a = { b: 1 };\nexport const ¦c = a;",
                "const a = { b: 1 };\nexport const c: typeof a = a;",
            ),
            (
                "TS9017",
                "",
                "function f(): number[] { return [] }\nexport const c = ¦[...f()];",
                "function f(): number[] { return [] }\nexport const c: number[] = [...f()];",
            ),
            (
                "TS9021",
                "",
                "function m<T>(b: T): T { return b }\nclass B {}\nexport class C extends ¦m(B) {}",
                "function m<T>(b: T): T { return b }\nclass B {}\nconst CBase: typeof B = m(B);\nexport class C extends CBase {}",
            ),
            (
                "TS9023",
                "",
                "export function f(): void {}\n¦f.x = 1;",
                "export function f(): void {}\nexport declare namespace f {\n    export var x: number;\n}\nf.x = 1;",
            ),
            (
                "TS9019",
                "",
                "const o = { x: 1 };\nexport const { ¦x } = o;",
                "const o = { x: 1 };\nexport const x: number = o.x;",
            ),
        ],
    );
}

#[test]
fn no_text_makes_a_rule_fail() {
    let texts = [
        "¦",
        "¦x",
        "a.¦b",
        "((((",
        "class {",
        "class C { ¦",
        "¦🦀🦀",
        "/** @type {¦",
        "x = ¦",
        "<¦a",
        "function f(¦",
        "import ¦{",
    ];
    let messages = [
        "",
        "Did you mean 'x'?",
        "Type 'A' is missing the following properties from type 'B': c",
        "Property 'x' does not exist on type 'C'.",
    ];
    for code in (1000..20_000)
        .map(|code| format!("TS{code}"))
        .filter(|code| !rules(code).is_empty())
    {
        for text in texts {
            let _ = answers::<Fixes>(
                &code,
                messages[text.len() % messages.len()],
                &[("a.ts", text)],
            );
        }
    }
}

#[test]
fn the_manifest_names_what_the_rules_answer() {
    let manifest = include_str!("../plugin.toml");
    for code in (1000..20_000).map(|code| format!("TS{code}")) {
        let listed = manifest.contains(&format!("\"typescript/{code}\""));
        assert_eq!(listed, !rules(&code).is_empty(), "{code}");
    }
}
