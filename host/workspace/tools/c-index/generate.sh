#!/usr/bin/env bash
# Makes ../../src/symbols/c.bin and cpp.bin from the headers of the C library
# and of libstdc++ on this machine. Asks for clang, g++ and universal-ctags.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
symbols=$here/../../src/symbols
python3 "$here/c_index.py" "$symbols/c.bin" "$symbols/cpp.bin"
