#!/usr/bin/env python3
"""Writes docs/fixers.md: every error class, who fixes it, how sure it is, and an example.

    docs/fixers.py            write it
    docs/fixers.py --check    exit 1 if it is not what the manifests and tests say

The classes are those of the plugins' manifests, the examples what the fixers' own tests
saw (buildfix-sdk-testing writes them down while BUILDFIX_EXAMPLES names a folder).
"""

import difflib
import fnmatch
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "fixers.md"
LANGUAGES = {
    "csharp": "C#", "rust": "Rust", "typescript": "TypeScript", "javascript": "JavaScript",
    "c": "C", "cpp": "C++", "go": "Go", "java": "Java", "python": "Python", "*": "Any language",
}
TIERS = ["exact", "verified", "placeholder", "suggest"]
# Lines of an example, at most.
LINES = 14

HEAD = """# Fixers

<!-- Written by docs/fixers.py; do not edit. -->

The fixers that come with buildfix: every class of error that one of them names, how sure its fixes are, and an example that one of its
tests has tried. *Tier*: `exact` is the only reading of the error, `verified` a good candidate that the next build has to
prove, `placeholder` compiles without being correct and is applied with `--placeholders` alone, `suggest` is only shown.
A fixer may be less sure of another error of the same class; what it proposes is shown by `buildfix run --dry-run`.

`compiler-suggestions` answers every class for which the compiler itself proposes an edit, in any language.
"""


def examples():
    """What the fixers' tests saw: {fixer: {class: [example]}}."""
    packages = []
    for manifest in sorted(ROOT.glob("plugins/*/plugin.toml")):
        cargo = tomllib.loads((manifest.parent / "Cargo.toml").read_text())
        packages += ["-p", cargo["package"]["name"]]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, BUILDFIX_EXAMPLES=folder)
        command = ["cargo", "test", "--quiet", "--locked", "--lib", *packages]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"error: the fixers' tests fail\n{done.stdout}{done.stderr}")
        for path in sorted(glob.glob(f"{folder}/*.jsonl")):
            for line in open(path, encoding="utf-8"):
                one = json.loads(line)
                fixer = one["fixer"].removeprefix("buildfix-fixer-")
                found.setdefault(fixer, {}).setdefault(one["class"], []).append(one)
    return found


def shown(one):
    """The changed lines of an example, or None where there is nothing to show."""
    out = []
    for file in one["files"]:
        before, after = file["before"].splitlines(), file["after"].splitlines()
        diff = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
        out += [line for line in diff if not line.startswith("@@")]
    changes = [line for line in out if line[0] in "+-"]
    if not changes or len(out) > LINES or any(len(line) > 110 for line in out):
        return None
    return out


def best(all_of_class):
    """The surest and then the shortest example that changes little."""
    rated = []
    for one in all_of_class:
        lines = shown(one)
        # The tests also ask with messages that no compiler prints.
        if lines and one["message"][:1] not in ("'", ""):
            tier = TIERS.index(one["tier"]) if one["tier"] in TIERS else len(TIERS)
            rated.append((tier, len(one["files"]), len(lines), "\n".join(lines), one["message"], one["title"], one))
    return min(rated, key=lambda r: r[:6])[6] if rated else None


def text():
    found = examples()
    sections, counts = {}, {}
    for path in sorted(ROOT.glob("plugins/*/plugin.toml")):
        fixer = path.parent.name
        manifest = tomllib.loads(path.read_text())
        if fixer == "compiler-suggestions":
            continue
        seen = found.get(fixer, {})
        classes = set()
        for pattern in manifest["fixer"]["classes"]:
            matching = {c for c in seen if fnmatch.fnmatchcase(c, pattern)}
            classes |= matching if "*" in pattern and matching else {pattern}
        for name in classes:
            language = name.split("/")[0]
            one = best(seen.get(name, []))
            tiers = sorted({e["tier"] for e in seen.get(name, [])}, key=lambda t: TIERS.index(t) if t in TIERS else 9)
            sections.setdefault(language, []).append((name, fixer, tiers, one))
            total, with_one = counts.get(language, (0, 0))
            counts[language] = (total + 1, with_one + (one is not None))
    out = [HEAD]
    for language in sorted(sections, key=lambda l: list(LANGUAGES).index(l) if l in LANGUAGES else 99):
        total, with_one = counts[language]
        out.append(f"## {LANGUAGES.get(language, language)}\n\n{with_one} of {total} entries have an example.\n")
        silent = {}
        for name, fixer, tiers, one in sorted(sections[language], key=lambda s: s[:2]):
            if not one:
                silent.setdefault(fixer, []).append(f"`{name}`")
                continue
            kinds = ", ".join(f"`{t}`" for t in tiers)
            message = one["message"].splitlines()[0]
            title = one["title"].replace("\n", " ")
            fence = "````" if any("```" in line for line in shown(one)) else "```"
            body = "\n".join(line.rstrip() for line in shown(one))
            out.append(f"### `{name}`\n\n`{fixer}`: {kinds}\n\n> {message}\n\n{title}:\n\n{fence}diff\n{body}\n{fence}\n")
        for fixer, names in sorted(silent.items()):
            out.append(f"Without a short example here, `{fixer}` also answers {', '.join(names)}.\n")
    return "\n".join(out).rstrip() + "\n"


def main():
    new = text()
    if sys.argv[1:] == ["--check"]:
        old = OUT.read_text() if OUT.exists() else ""
        if old != new:
            diff = difflib.unified_diff(old.splitlines(), new.splitlines(), "docs/fixers.md", "as it should be", lineterm="")
            sys.exit("\n".join(list(diff)[:60]) + "\nerror: docs/fixers.md is stale: run docs/fixers.py")
    else:
        OUT.write_text(new)


if __name__ == "__main__":
    main()
