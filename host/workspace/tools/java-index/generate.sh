#!/usr/bin/env bash
# Makes ../../src/symbols/java.bin from the JDK whose `java` is on the path.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java "$here/JavaIndex.java" "$here/../../src/symbols/java.bin"
