// Inserts the semicolon that C# misses (CS1002).
import { fix as answer, fixEach, type Request, type Response } from "../sdk/buildfix.js";

export function fix(request: Request): Response {
  return fixEach(request, (diagnostic, source) => {
    // Bytes of UTF-8, not indices into a string: `source` translates.
    const at = diagnostic.span.start;
    if (source.slice(at).startsWith(";")) return "a `;` stands there already";
    return answer(diagnostic, "insert `;`", "verified").insert(source, at, ";");
  });
}
