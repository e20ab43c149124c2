"""Writes the declarations of Python's standard library as lines, for the symbol
index of buildfix-workspace.

    python_index.py TYPESHED OUTPUT

TYPESHED is the folder `typeshed/stdlib` of an installed mypy. Every branch of a
condition on version or platform is taken: a name that another version lacks is
at worst a proposal that the type checker refuses.

OUTPUT is the length of the text in bytes (32 bits, little-endian) and a raw
deflate stream of it: UTF-8 lines, sorted by name (by bytes), of four fields
between tabs: name, kind, container, signature.
"""

import ast
import copy
import pathlib
import struct
import sys
import zlib

MAX_SIGNATURE = 300
# Of decorators, those that change how the thing is used.
TELLING = {"abstractmethod", "classmethod", "contextmanager", "asynccontextmanager", "staticmethod"}
PROPERTIES = {"property", "cached_property", "functools.cached_property", "types.DynamicClassAttribute"}


class Module:
    """What a stub declares: `name -> [(kind, signature, members)]`."""

    def __init__(self, name, tree, is_package):
        self.name = name
        self.tree = tree
        self.is_package = is_package
        self.names = {}
        # What others see of the imports: `name -> (module, name in it)`.
        self.imports = {}
        self.stars = []
        self.all = None

    def absolute(self, node):
        if node.level == 0:
            return node.module
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + (1 if self.is_package else 0)]
        return ".".join(parts + ([node.module] if node.module else []))


def is_public(name):
    return not name.startswith("_") or name.startswith("__") and name.endswith("__")


def unparse(node):
    return " ".join(ast.unparse(node).split())


def head(node):
    """A definition without its body, decorators in front."""
    node = copy.copy(node)
    node.decorator_list = [
        one
        for one in node.decorator_list
        if unparse(one) in PROPERTIES | TELLING or unparse(one).endswith(".setter")
    ]
    node.body = [ast.Expr(ast.Constant(...))]
    lines = ast.unparse(ast.fix_missing_locations(node))
    return " ".join(lines.split()).removesuffix("...").rstrip().removesuffix(":")


def statements(body):
    for node in body:
        if isinstance(node, ast.If):
            yield from statements(node.body)
            yield from statements(node.orelse)
        elif isinstance(node, ast.Try):
            yield from statements(node.body)
        else:
            yield node


def removed_modules(root):
    """The modules that today's versions of Python no longer have."""
    for line in (root / "VERSIONS").read_text().splitlines():
        module, _, versions = line.split("#")[0].partition(":")
        if versions.strip() and not versions.strip().endswith("-"):
            yield module.strip()


def declared(node, in_class):
    """`(name, kind, signature, members)` of one statement."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        decorators = {unparse(one) for one in node.decorator_list}
        if not in_class:
            kind = "function"
        elif node.name == "__init__":
            kind = "constructor"
        elif decorators & PROPERTIES or any(one.endswith(".setter") for one in decorators):
            kind = "property"
        else:
            kind = "method"
        yield node.name, kind, head(node), []
    elif isinstance(node, ast.ClassDef):
        members = [one for inner in statements(node.body) for one in declared(inner, True)]
        yield node.name, "class", head(node), members
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        name = node.target.id
        if "TypeAlias" in unparse(node.annotation) and not in_class:
            kind = "type"
        elif in_class:
            kind = "field"
        else:
            kind = "constant" if name.isupper() else "variable"
        yield name, kind, f"{name}: {unparse(node.annotation)}", []
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        if in_class:
            # `__radd__ = __add__` is a method too; values of enumerations are fields.
            kind = "field"
        elif isinstance(node.value, ast.Call):
            kind = "variable"
        else:
            kind = "type"
        yield name, kind, unparse(node), []
    elif isinstance(node, getattr(ast, "TypeAlias", ())):
        yield node.name.id, "type", unparse(node), []


def names_in(node):
    if isinstance(node, (ast.List, ast.Tuple)):
        return [one.value for one in node.elts if isinstance(one, ast.Constant)]
    return []


def read(module):
    imported = {}
    for node in statements(module.tree.body):
        if isinstance(node, ast.ImportFrom):
            source = module.absolute(node)
            for alias in node.names:
                if alias.name == "*":
                    module.stars.append(source)
                else:
                    imported[alias.asname or alias.name] = (source, alias.name)
                    if alias.asname == alias.name:
                        module.imports[alias.name] = (source, alias.name)
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == "__all__":
                module.all = (module.all or []) + names_in(node.value)
        for name, kind, signature, members in declared(node, False):
            module.names.setdefault(name, []).append((kind, signature, members))
    for name in module.all or []:
        if name in imported and name not in module.names:
            module.imports[name] = imported[name]


def resolve(modules, module, name, seen):
    """Where a name is declared, and as what."""
    if (module.name, name) in seen:
        return None
    seen.add((module.name, name))
    if name in module.names:
        return module, module.names[name]
    candidates = [module.imports[name]] if name in module.imports else []
    candidates += [(star, name) for star in module.stars]
    for source, original in candidates:
        if source in modules:
            found = resolve(modules, modules[source], original, seen)
            if found:
                return found
    return None


def offered(modules, module, seen):
    """The names that `from module import *` binds."""
    if module.name in seen:
        return set()
    seen.add(module.name)
    names = set(module.names) | set(module.imports)
    for star in module.stars:
        if star in modules:
            names |= offered(modules, modules[star], seen)
    return {name for name in names if is_public(name)} | set(module.all or [])


def main(typeshed, output):
    root = pathlib.Path(typeshed)
    removed = set(removed_modules(root))
    modules = {}
    for path in sorted(root.rglob("*.pyi")):
        parts = list(path.relative_to(root).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        ancestors = {".".join(name.split(".")[:length]) for length in range(1, name.count(".") + 2)}
        # Nobody imports a codec's own module.
        if ancestors & removed or name.startswith("encodings."):
            continue
        modules[name] = Module(name, ast.parse(path.read_text()), is_package)
    for module in modules.values():
        read(module)
    lines = set()

    def add(name, kind, container, signature):
        signature = signature[:MAX_SIGNATURE].rstrip()
        lines.add((name, container, kind, signature))

    def members(container, entries):
        for name, kind, signature, inner in entries:
            if is_public(name):
                add(name, kind, container, signature)
                members(f"{container}.{name}", inner)

    for module in modules.values():
        parts = module.name.split(".")
        if not all(is_public(part) for part in parts):
            continue
        add(module.name, "module", "", f"import {module.name}")
        for name in offered(modules, module, set()):
            found = resolve(modules, module, name, set())
            if found is None or name == "__all__":
                continue
            origin, declarations = found
            # A public module's class is described where it stands; a private
            # one's where it is offered.
            hidden = not all(is_public(part) for part in origin.name.split("."))
            for kind, signature, inner in declarations:
                add(name, kind, module.name, signature)
                if inner and (origin is module or hidden):
                    members(f"{module.name}.{name}", inner)

    text = "".join(
        f"{name}\t{kind}\t{container}\t{signature}\n"
        for name, container, kind, signature in sorted(lines, key=lambda line: tuple(f.encode() for f in line))
    ).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(text) + deflate.flush()
    pathlib.Path(output).write_bytes(struct.pack("<I", len(text)) + packed)
    print(f"{len(lines)} declarations, {len(text)} bytes")


main(*sys.argv[1:])
