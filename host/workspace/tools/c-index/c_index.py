#!/usr/bin/env python3
"""Writes what the C library's and the C++ library's headers declare.

c_index.py C.BIN CPP.BIN

C: each header is parsed by clang in the dialect that is the default, so that
what asks for a feature macro is left out. A declaration belongs to the
innermost header of the lists below that led to the file where it stands; of
several, to the first in the lists.

C++: the headers of libstdc++ are read by Universal Ctags. The inner ones name
the header that programs include in a comment (`@headername{vector}`).
"""
import collections
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

MAX_SIGNATURE = 200

ISO = """stddef stdint stdio stdlib string ctype math time errno assert limits float
stdarg stdbool signal setjmp locale wchar wctype inttypes complex fenv iso646
stdalign stdatomic stdnoreturn tgmath threads uchar""".split()
POSIX = """unistd fcntl sys/types sys/stat sys/time sys/wait pthread dirent poll
semaphore sched sys/socket netinet/in arpa/inet netdb sys/un sys/mman sys/select
sys/resource sys/uio sys/ipc sys/shm sys/sem sys/msg sys/times sys/utsname
sys/statvfs strings dlfcn termios pwd grp regex glob fnmatch wordexp ftw search
libgen iconv langinfo monetary mqueue aio spawn syslog utime utmpx net/if
netinet/tcp nl_types fmtmsg cpio tar ulimit""".split()
LINUX = """getopt endian byteswap alloca err error execinfo malloc paths sys/epoll
sys/eventfd sys/inotify sys/ioctl sys/prctl sys/random sys/sendfile sys/signalfd
sys/timerfd sys/sysinfo sys/file sys/param sys/syscall sys/mount sys/statfs
sys/vfs sys/xattr sys/queue argp obstack ifaddrs net/ethernet netinet/ip
netinet/udp netinet/ip_icmp pty utmp shadow mntent""".split()
HEADERS = [f"{name}.h" for name in ISO + POSIX + LINUX]
RANK = {name: rank for rank, name in enumerate(HEADERS)}

KINDS = {
    "FunctionDecl": "function",
    "VarDecl": "variable",
    "TypedefDecl": "type",
    "RecordDecl": "struct",
    "EnumDecl": "enum",
    "EnumConstantDecl": "constant",
}


def is_public(name):
    return re.fullmatch(r"[A-Za-z]\w*", name) is not None


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def header_of(path):
    """The header of the lists that a file is, if it is one."""
    rest = re.sub(r"^\w+-linux-gnu/", "", path.rsplit("/include/", 1)[-1])
    return rest if rest in RANK else None


def owner(path, parents):
    seen = set()
    while path and path not in seen:
        seen.add(path)
        found = header_of(path)
        if found:
            return found
        path = parents.get(path)
    return None


def markers(text):
    """The file that each file was first included from, by gcc's line markers."""
    parents, stack = {}, []
    for line in text.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"((?: \d)*)', line)
        if not marker:
            yield line, stack[-1] if stack else "", parents
            continue
        path, flags = marker[1], marker[2].split()
        if "1" in flags:
            parents.setdefault(path, stack[-1] if stack else "")
            stack.append(path)
        elif "2" in flags:
            while stack and stack[-1] != path:
                stack.pop()
        elif not stack:
            stack.append(path)
        else:
            stack[-1] = path


def c_header(name):
    """The declarations that including a header gives, with their owners."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write(f"#include <{name}>\n")
        source.flush()
        text = run("clang", "-std=gnu17", "-E", "-dD", source.name)
        tree = json.loads(
            run("clang", "-std=gnu17", "-fsyntax-only", "-w", "-Xclang", "-ast-dump=json", source.name)
        )
    parents = {}
    for line, path, parents in markers(text):
        macro = re.match(r"#define (\w+)(\([^)]*\))?", line)
        if macro and is_public(macro[1]):
            yield macro[1], "macro", f"#define {macro[1]}{macro[2] or ''}", owner(path, parents)
    path = ""
    for node in tree["inner"]:
        location = node.get("loc", {})
        location = location.get("expansionLoc", location)
        path = location.get("file", path)
        kind, named = KINDS.get(node["kind"]), node.get("name", "")
        if node["kind"] == "EnumDecl":
            for one in node.get("inner", []):
                if one["kind"] == "EnumConstantDecl" and is_public(one["name"]):
                    yield one["name"], "constant", f"enum {named} {{ {one['name']} }}", owner(path, parents)
        if kind is None or not is_public(named):
            continue
        written = node.get("type", {}).get("qualType", "")
        if kind == "function":
            head, _, rest = written.partition("(")
            signature = f"{head.strip()} {named}({rest}"
        elif kind == "type":
            signature = f"typedef {written} {named}"
        elif kind in ("struct", "enum"):
            if "inner" not in node and not node.get("completeDefinition"):
                continue
            signature = f"{node.get('tagUsed', kind)} {named}"
        else:
            signature = f"extern {written} {named}"
        yield named, kind, signature, owner(path, parents)


# What ISO C itself declares although POSIX's <sys/types.h> does too.
ISO_TYPES = {"size_t", "time_t", "clock_t"}


def preference(name, kind, home):
    """Least for the header that people include for a name."""
    stem = home.removesuffix(".h").rsplit("/", 1)[-1]
    of_types = kind == "type" and home == "sys/types.h" and name not in ISO_TYPES
    return (stem != name, not of_types, RANK[home])


def c_lines():
    best = {}
    for header in HEADERS:
        try:
            declarations = list(c_header(header))
        except subprocess.CalledProcessError as failure:
            print(f"{header}: {failure.stderr.splitlines()[0]}", file=sys.stderr)
            continue
        for name, kind, signature, home in declarations:
            if home is None:
                continue
            # A macro beside a function of its name is the same thing.
            known = best.get((name, kind))
            if known is None or preference(name, kind, home) < preference(name, kind, known[1]):
                best[(name, kind)] = (signature, home)
    for (name, kind), (signature, home) in best.items():
        if kind == "macro" and (name, "function") in best:
            continue
        yield name, home, kind, signature
    for header in HEADERS:
        yield header, "", "header", f"#include <{header}>"


GENERAL = ("utility", "functional", "iterator", "algorithm", "string")

CTAGS_KINDS = {
    "class": "class",
    "struct": "struct",
    "function": "function",
    "prototype": "function",
    "typedef": "type",
    "variable": "variable",
    "externvar": "variable",
    "enum": "enum",
    "alias": "type",
}


def cpp_lines():
    version = pathlib.Path(run("g++", "-print-file-name=include").strip()).parent.name
    root = pathlib.Path("/usr/include/c++") / version
    public = {path.name for path in root.iterdir() if path.is_file() and "." not in path.name}
    files = {}
    for path in [*root.iterdir(), *(root / "bits").iterdir()]:
        if not path.is_file():
            continue
        text = path.read_text(errors="replace")
        if path.parent == root and path.name in public:
            files[path] = [path.name]
            continue
        named = re.search(r"@headername\{([^}]*)\}", text)
        if named:
            homes = [home.strip() for home in named[1].split(",")]
            files[path] = [home for home in homes if home in public]
    macros = [
        "_GLIBCXX_BEGIN_NAMESPACE_VERSION=", "_GLIBCXX_END_NAMESPACE_VERSION=",
        "_GLIBCXX_BEGIN_NAMESPACE_CXX11=", "_GLIBCXX_END_NAMESPACE_CXX11=",
        "_GLIBCXX_BEGIN_NAMESPACE_CONTAINER=", "_GLIBCXX_END_NAMESPACE_CONTAINER=",
        "_GLIBCXX_BEGIN_NAMESPACE_ALGO=", "_GLIBCXX_END_NAMESPACE_ALGO=",
        "_GLIBCXX_BEGIN_NAMESPACE_LDBL=", "_GLIBCXX_END_NAMESPACE_LDBL=",
        "_GLIBCXX_BEGIN_NAMESPACE_LDBL_OR_CXX11=", "_GLIBCXX_END_NAMESPACE_LDBL_OR_CXX11=",
        "_GLIBCXX_BEGIN_INLINE_ABI_NAMESPACE(x)=", "_GLIBCXX_END_INLINE_ABI_NAMESPACE(x)=",
        "_GLIBCXX20_CONSTEXPR=", "_GLIBCXX17_CONSTEXPR=", "_GLIBCXX14_CONSTEXPR=", "_GLIBCXX_CONSTEXPR=",
        "_GLIBCXX17_INLINE=", "_GLIBCXX_NOEXCEPT=", "_GLIBCXX_USE_NOEXCEPT=", "_GLIBCXX_NODISCARD=",
        "_GLIBCXX_VISIBILITY(x)=", "_GLIBCXX_DEPRECATED=", "_GLIBCXX_ASAN_NOEXCEPT=",
        "_GLIBCXX_THROW_OR_ABORT(x)=", "_GLIBCXX_NORETURN=", "_GLIBCXX_PURE=", "_GLIBCXX_CONST=",
    ]
    wanted = collections.defaultdict(set)
    for path, homes in files.items():
        if not homes:
            continue
        text = run(
            "ctags", "-f", "-", "--language-force=C++", "--output-format=json", "--kinds-C++=+pUx",
            "--fields=+SKsnt", "--fields-C++=+{template}", *(f"-D{macro}" for macro in macros), str(path),
        )
        for line in text.splitlines():
            tag = json.loads(line)
            scope = re.sub(r"::(__cxx11|_V2|__8|__v\d+|inline_\w+)\b", "", tag.get("scope", ""))
            in_std = tag.get("scopeKind") == "namespace" and (scope == "std" or scope.startswith("std::"))
            kind, name = CTAGS_KINDS.get(tag["kind"]), tag["name"]
            if tag["kind"] == "namespace" and scope == "std" and re.fullmatch(r"[a-z][a-z_]*", name):
                kind, in_std = "namespace", True
            hidden = "__" in scope or not re.fullmatch(r"[a-z]\w*", name)
            if not in_std or kind is None or hidden or re.search(r"\bdetail\b|\b_[A-Z]", scope):
                continue
            head = f"{kind} " if kind in ("class", "struct", "enum", "namespace") else ""
            signature = f"{head}{scope}::{name}{tag.get('signature', '')}"
            template = tag.get("template")
            if template:
                signature = f"template{template} {signature}"
            for home in homes:
                wanted[(name, scope)].add((home, kind, " ".join(signature.split())))
    for (name, _scope), entries in wanted.items():
        # A specialisation declares no name, and what every container overloads
        # is had from where the general one stands.
        general = {entry for entry in entries if not entry[2].startswith("template<> ")}
        entries = general or entries
        if len({entry[0] for entry in entries}) > 6:
            entries = {entry for entry in entries if entry[0] in GENERAL} or entries
        first = {}
        for home, kind, signature in sorted(entries):
            # One line a header: overloads say the same of it.
            first.setdefault((home, kind), signature)
        for (home, kind), signature in first.items():
            yield name, home, kind, signature
    for header in sorted(public):
        yield header, "", "header", f"#include <{header}>"


def write(lines, output):
    lines = {(name, home, kind, signature[:MAX_SIGNATURE].rstrip()) for name, home, kind, signature in lines}
    ordered = sorted(lines, key=lambda line: tuple(field.encode() for field in line))
    text = "".join(f"{name}\t{kind}\t{home}\t{signature}\n" for name, home, kind, signature in ordered).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(text) + deflate.flush()
    pathlib.Path(output).write_bytes(struct.pack("<I", len(text)) + packed)
    print(f"{output}: {len(lines)} declarations, {len(text)} bytes")


write(c_lines(), sys.argv[1])
write(cpp_lines(), sys.argv[2])
