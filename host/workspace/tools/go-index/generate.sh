#!/usr/bin/env bash
# Makes ../../src/symbols/go.bin from the standard library of the `go` on the path.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CGO_ENABLED=0 go run "$here/main.go" "$here/../../src/symbols/go.bin"
