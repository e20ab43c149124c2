#!/usr/bin/env bash
# Makes ../../src/symbols/python.bin from the stubs of the mypy that the
# `python3` on the path has installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
typeshed=$(python3 -c 'import mypy, pathlib; print(pathlib.Path(mypy.__file__).parent / "typeshed/stdlib")')
python3 "$here/python_index.py" "$typeshed" "$here/../../src/symbols/python.bin"
