// Inserts the semicolon that C# misses (CS1002).
import { fix as answer, fixEach } from "../sdk/buildfix.js";

/** @type {import("../sdk/buildfix.js").Fixer} */
export function fix(request) {
  return fixEach(request, (diagnostic, source) => {
    // Bytes of UTF-8, not indices into a string: `source` translates.
    const at = diagnostic.span.start;
    if (source.slice(at).startsWith(";")) return "a `;` stands there already";
    return answer(diagnostic, "insert `;`", "verified").insert(source, at, ";");
  });
}
