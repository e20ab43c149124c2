use super::declared;

const SOURCE: &str = r##"
export default class Foo<T> extends Bar implements Baz { private a = 1; static b?: string; #c = 2; constructor(public readonly x: number, y: string) { super(); } get v(): number { return 1; } async m<K>(k: K): Promise<void> {} abstract q(): void; }
export abstract class Abs { abstract go(): void; }
export interface I extends J { a: string; b?(): void; [k: string]: any }
export const enum E { A, B = 2, "c-d" }
export type U = A | B;
export const f = (a: number): string => { return ""; }, g: number = 2;
let { p, q: r, ...rest } = obj;
export { a as b, c };
export { x as default } from './x';
export * from './all';
export * as ns from './ns';
export default foo;
declare function amb(a: string): void;
declare global { interface Window { q: 1 } }
declare module 'xyz' { export const z: number; }
export namespace N.M { export function inner() {} const hidden = 1; }
export function over(a: string): void;
export function over(a: any) {}
export = foo;
export type { T1, T2 as T3 } from './t';
export async function* gen() {}
const api = { get(a) { return 1 }, name: 'x', other };
"##;

const DECLARED: &str = r##"
+ class [] Foo | export default class Foo<T> extends Bar implements Baz
- property [Foo] a | private a
+ property [Foo] b | static b?: string
- property [Foo] #c | #c
+ constructor [Foo] constructor | constructor(public readonly x: number, y: string)
+ property [Foo] x | public readonly x: number
+ property [Foo] v | get v(): number
+ method [Foo] m | async m<K>(k: K): Promise<void>
+ method [Foo] q | abstract q(): void
+ class [] Abs | export abstract class Abs
+ method [Abs] go | abstract go(): void
+ interface [] I | export interface I extends J
+ property [I] a | a: string
+ method [I] b | b?(): void
+ enum [] E | export const enum E
+ enum-member [E] A | A
+ enum-member [E] B | B = 2
+ enum-member [E] c-d | "c-d"
+ type [] U | export type U = A | B
+ constant [] f | export const f = (a: number): string =>
+ constant [] g | export const g: number = 2
- variable [] p | let p
- variable [] r | let r
- variable [] rest | let rest
+ export [] b | export { a as b }
+ export [] c | export { c }
+ export [] default | export { x as default } from './x'
+ export [] * | export * from './all'
+ export [] ns | export * as ns from './ns'
+ export [] default | export default foo
- function [] amb | declare function amb(a: string): void
+ interface [] Window | interface Window
+ property [Window] q | q: 1
+ module [] xyz | declare module 'xyz'
+ constant [xyz] z | export const z: number
+ namespace [] N.M | export namespace N.M
+ function [N.M] inner | export function inner()
- constant [N.M] hidden | const hidden = 1
+ function [] over | export function over(a: string): void
+ function [] over | export function over(a: any)
+ export [] export= | export = foo
+ export [] T1 | export type { T1 } from './t'
+ export [] T3 | export type { T2 as T3 } from './t'
+ function [] gen | export async function* gen()
- constant [] api | const api = { get(a) { return 1 }, name: 'x', other }
+ method [api] get | get(a)
+ property [api] name | name
+ property [api] other | other
"##;

#[test]
fn every_kind_of_declaration_and_export() {
    assert_eq!(declared("a.ts", SOURCE).trim(), DECLARED.trim());
}
