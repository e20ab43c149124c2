// The host's services, as modules: import { readFile } from
// "buildfix:fixer/workspace@0.1.0". What each gives and refuses is written in
// wit/fixer.wit. A call that the host refuses throws; see `reason` in buildfix.d.ts.

declare module "buildfix:fixer/log@0.1.0" {
  export function write(level: string, message: string): void;
}
declare module "buildfix:fixer/workspace@0.1.0" {
  export function readFile(path: string): string;
  export function listFiles(glob: string): string[];
}
declare module "buildfix:fixer/syntax@0.1.0" {
  export interface Capture { name: string; kind: string; start: number; end: number }
  export interface QueryMatch { captures: Capture[] }
  export interface Node { kind: string; field: string; start: number; end: number }
  export interface ParseError { kind: string; token: string; start: number; end: number }
  export function query(path: string, query: string): QueryMatch[];
  export function ancestors(path: string, start: number, end: number): Node[];
  export function parseErrors(path: string, text?: string | null): ParseError[];
}
declare module "buildfix:fixer/symbols@0.1.0" {
  export interface Symbol {
    name: string;
    kind: string;
    container: string;
    language: string;
    origin: string;
    path: string;
    start: number;
    end: number;
    exported: boolean;
    signature: string;
  }
  export function find(language: string, name: string): Symbol[];
  export function similar(language: string, name: string, distance: number): Symbol[];
  export function members(language: string, container: string): Symbol[];
  export function declaredIn(path: string): Symbol[];
}
