// What a fixer in JavaScript or TypeScript sees: the records of wit/fixer.wit, which
// says what every field means, and the helpers of buildfix.js. Offsets count bytes of
// the file's text as UTF-8. The host's services are in host.d.ts.

export interface Span { path: string; start: number; end: number }
export interface Related { message: string; span?: Span | null }
export interface TextEdit { span: Span; expect: string; text: string; merge: string }
export interface FileEdit {
  op: string;
  path: string;
  to?: string | null;
  text?: string | null;
  expectHash?: string | null;
}
export interface Suggestion { message: string; applicability: string; edits: TextEdit[] }
export interface Diagnostic {
  id: number;
  class: string;
  code: string;
  severity: string;
  message: string;
  arguments: string[];
  span: Span;
  line: number;
  column: number;
  related: Related[];
  suggestions: Suggestion[];
}
export interface SourceFile { path: string; text: string; hash: string }
export interface Request {
  class: string;
  language: string;
  tool: string;
  file: SourceFile;
  diagnostics: Diagnostic[];
  config: [string, string][];
}
/** How sure a fixer is. */
export type Applicability = "exact" | "verified" | "placeholder" | "suggest";
export interface Fix {
  answers: number[];
  title: string;
  applicability: Applicability;
  edits: TextEdit[];
  files: FileEdit[];
  options: [string, string][];
}
export interface Note { diagnostic: number; message: string }
export interface Response { fixes: Fix[]; notes: Note[] }

/** What a fixer's module exports as `fix`. What it throws is shown to the user as the
 * fixer's own failure. */
export type Fixer = (request: Request) => Response;

/** How many bytes a text has as UTF-8. */
export function byteLength(text: string): number;

/** A file, with the bytes of the contract and the units of JavaScript's strings. Every
 * method throws a RangeError for a place outside of the text or inside of a character. */
export class Source {
  constructor(file: { path: string; text: string });
  readonly path: string;
  readonly text: string;
  readonly byteLength: number;
  /** The index into `text` of a byte. */
  index(offset: number): number;
  /** The byte of an index into `text`. */
  offset(index: number): number;
  /** The text between two bytes; without `end`, up to the end of the file. */
  slice(start: number, end?: number): string;
  /** The line that holds a byte, without its line end. */
  line(offset: number): { start: number; end: number; text: string };
}

/** A fix under construction; each method adds an edit. */
export class FixBuilder implements Fix {
  constructor(diagnostic: Diagnostic, title: string, applicability: Applicability);
  answers: number[];
  title: string;
  applicability: Applicability;
  edits: TextEdit[];
  files: FileEdit[];
  options: [string, string][];
  /** Replaces the bytes from `start` to `end`. */
  replace(source: Source, start: number, end: number, text: string, merge?: string): this;
  /** Inserts before the byte `at`. */
  insert(source: Source, at: number, text: string): this;
  /** Deletes the bytes from `start` to `end`. */
  delete(source: Source, start: number, end: number): this;
  /** Inserts an element of a set, such as an import's line: equal ones of several
   * fixers go in once. */
  insertIntoSet(source: Source, at: number, text: string): this;
}

/** A fix without edits that answers one diagnostic. */
export function fix(diagnostic: Diagnostic, title: string, applicability: Applicability): FixBuilder;

/** Asks `fixer` about each diagnostic: it returns a fix, or in a string the reason why
 * there is none, or nothing. */
export function fixEach(
  request: Request,
  fixer: (diagnostic: Diagnostic, source: Source) => Fix | string | null | undefined,
): Response;

/** Why a call of the host failed: what it threw, as text. */
export function reason(error: unknown): string;
