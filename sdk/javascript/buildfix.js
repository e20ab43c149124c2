// Helpers for buildfix fixers in JavaScript and TypeScript; types in buildfix.d.ts.
//
// The contract counts bytes of UTF-8, JavaScript's strings count UTF-16 units:
// `Source` translates. QuickJS has no TextEncoder, so it is done here.

/** Bytes of the character that begins at the unit `i`, as UTF-8. */
function width(text, i) {
  const unit = text.charCodeAt(i);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  const pair = unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length;
  return pair && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00 ? 4 : 3;
}

/** How many bytes a text has as UTF-8. */
export function byteLength(text) {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const w = width(text, i);
    bytes += w;
    if (w === 4) i++;
  }
  return bytes;
}

/** Every so many units a byte offset is remembered. */
const STEP = 256;

export class Source {
  #bytes = [0];
  #units = [0];
  #ascii = true;

  constructor(file) {
    this.path = file.path;
    this.text = file.text;
    let bytes = 0;
    let next = STEP;
    const text = file.text;
    for (let i = 0; i < text.length; ) {
      const w = width(text, i);
      if (w > 1) this.#ascii = false;
      bytes += w;
      i += w === 4 ? 2 : 1;
      if (i >= next) {
        this.#bytes.push(bytes);
        this.#units.push(i);
        next = i + STEP;
      }
    }
    this.byteLength = bytes;
  }

  /** The last remembered place at or before `value` in `list`. */
  #before(list, value) {
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  index(offset) {
    if (!Number.isInteger(offset) || offset < 0 || offset > this.byteLength) {
      throw new RangeError(`byte ${offset} is outside of ${this.path}`);
    }
    if (this.#ascii) return offset;
    const known = this.#before(this.#bytes, offset);
    let bytes = this.#bytes[known];
    let unit = this.#units[known];
    while (bytes < offset) {
      const w = width(this.text, unit);
      bytes += w;
      unit += w === 4 ? 2 : 1;
    }
    if (bytes !== offset) {
      throw new RangeError(`byte ${offset} of ${this.path} is inside of a character`);
    }
    return unit;
  }

  offset(index) {
    if (!Number.isInteger(index) || index < 0 || index > this.text.length) {
      throw new RangeError(`index ${index} is outside of ${this.path}`);
    }
    if (this.#ascii) return index;
    const known = this.#before(this.#units, index);
    let bytes = this.#bytes[known];
    let unit = this.#units[known];
    while (unit < index) {
      const w = width(this.text, unit);
      bytes += w;
      unit += w === 4 ? 2 : 1;
    }
    if (unit !== index) {
      throw new RangeError(`index ${index} of ${this.path} is inside of a character`);
    }
    return bytes;
  }

  slice(start, end = this.byteLength) {
    return this.text.slice(this.index(start), this.index(end));
  }

  line(offset) {
    const at = this.index(offset);
    const start = at === 0 ? 0 : this.text.lastIndexOf("\n", at - 1) + 1;
    const newline = this.text.indexOf("\n", at);
    let end = newline === -1 ? this.text.length : newline;
    if (newline !== -1 && end > start && this.text[end - 1] === "\r") end--;
    return {
      start: this.offset(start),
      end: this.offset(end),
      text: this.text.slice(start, end),
    };
  }
}

export class FixBuilder {
  constructor(diagnostic, title, applicability) {
    this.answers = [diagnostic.id];
    this.title = title;
    this.applicability = applicability;
    this.edits = [];
    this.files = [];
    this.options = [];
  }

  replace(source, start, end, text, merge = "") {
    this.edits.push({
      span: { path: source.path, start, end },
      expect: source.slice(start, end),
      text,
      merge,
    });
    return this;
  }

  insert(source, at, text) {
    return this.replace(source, at, at, text);
  }

  delete(source, start, end) {
    return this.replace(source, start, end, "");
  }

  insertIntoSet(source, at, text) {
    return this.replace(source, at, at, text, "set");
  }
}

export function fix(diagnostic, title, applicability) {
  return new FixBuilder(diagnostic, title, applicability);
}

export function fixEach(request, fixer) {
  const source = new Source(request.file);
  const response = { fixes: [], notes: [] };
  for (const diagnostic of request.diagnostics) {
    const answer = fixer(diagnostic, source);
    if (typeof answer === "string") {
      response.notes.push({ diagnostic: diagnostic.id, message: answer });
    } else if (answer) {
      const { answers, title, applicability, edits, files, options } = answer;
      response.fixes.push({ answers, title, applicability, edits, files, options });
    }
  }
  return response;
}

export function reason(error) {
  if (typeof error === "string") return error;
  if (error && typeof error.payload === "string") return error.payload;
  return error instanceof Error ? error.message : String(error);
}
