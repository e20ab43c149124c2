#!/usr/bin/env python3
"""Holds the suites' floor: runs a fixed sample of the dev suites with their own scorers and fails where fewer cases end
green than before, or where one ends worse.

  floor.py --binary target/release/buildfix --suites DIR [--full] [--only NAME]

The floors are in floor.json beside this script: for each suite the sample's size, the green cases it must reach.
--full runs every dev case and prints the numbers without comparing (they take most of an hour on two cores).
"""
import argparse, json, os, pathlib, shlex, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
PEER = "rust-c-python/run_suite.py"
# name -> (scorer, its arguments, arguments for the sample)
SUITES = {
    "rust": (PEER, ["--suite", "rust"]),
    "cfamily": (PEER, ["--suite", "cfamily"]),
    "python": (PEER, ["--suite", "python"]),
    "csharp": ("csharp/run_suite.py", []),
    "ts": ("ts-go-java/run_suite.py", ["--suite", "ts", "--no-npx"]),
    "go": ("ts-go-java/run_suite.py", ["--suite", "go"]),
    "java": ("ts-go-java/run_suite.py", ["--suite", "java"]),
}


def results(name, scorer, args, command, suites):
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "out.json")
        if scorer.startswith("ts-go-java"):
            argv = [*args, "--jobs", "2", "--no-codes", "--json", out, "--", command]
        else:
            argv = [*args, "-j", "2", "--json", out, "--cmd", command]
        done = subprocess.run([sys.executable, os.path.join(suites, scorer), *argv], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: the scorer failed ({done.returncode})\n{done.stdout}")
        data = json.load(open(out))
        rows = data["results"] if isinstance(data, dict) else data
        verdict = lambda r: r.get("verdict") or r.get("outcome")
        green = sum(verdict(r) in ("exact", "green", "ws") for r in rows)
        worse = [r["id"] for r in rows if verdict(r) in ("worse", "harness-error")]
        return len(rows), green, worse, done.stdout


def main():
    p = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    p.add_argument("--binary", required=True)
    p.add_argument("--suites", required=True)
    p.add_argument("--full", action="store_true")
    p.add_argument("--only")
    a = p.parse_args()
    floors = json.loads((HERE / "floor.json").read_text())
    command = shlex.quote(os.path.abspath(a.binary)) + " run --yes -C {dir} -- {build_cmd}"
    passed = failed = 0
    for name, (scorer, args) in SUITES.items():
        if a.only and name not in a.only.split(","):
            continue
        floor = floors[name]
        sample = [] if a.full else floor["sample"]
        n, green, worse, text = results(name, scorer, [*args, *sample], command, a.suites)
        if a.full:
            print(text)
        ok = a.full or (green >= floor["green"] and not worse)
        passed, failed = passed + ok, failed + (not ok)
        print(f"{name}: {green} of {n} green (floor {floor['green']}), worse: {', '.join(worse) or 'none'}{'' if ok else '  FAILED'}", flush=True)
    print(f"floor: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
