#!/usr/bin/env bash
# Makes ../../src/symbols/dotnet.bin from the .NET runtime beside a C# compiler.
#
#   generate.sh COMPILER
#
# COMPILER is a folder with `csc` and the runtime that it runs on: the launcher
# `azmcp` starts the `azmcp.dll` beside it. The program is compiled there and
# run in a copy of the folder in which it takes that dll's place.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
compiler=$(cd "${1:?the folder of a C# compiler}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$compiler/csc" -nologo -target:exe -langversion:latest -nullable:disable -out:"$work/program.dll" "$here/DotnetIndex.cs"
cp -r "$compiler" "$work/run"
cp "$work/program.dll" "$work/run/azmcp.dll"
# What is published as packages and not part of the framework would propose
# imports that most projects cannot satisfy.
packages='^(System\.(ClientModel|CommandLine|Configuration\.ConfigurationManager|Memory\.Data|Diagnostics\.(EventLog|PerformanceCounter)|Security\.(Permissions|Cryptography\.ProtectedData)|Windows\.Extensions|Drawing\.Common|Numerics\.Tensors|IO\.Hashing|ServiceModel.*|ServiceProcess.*|Linq\.Async.*|Interactive.*|Reactive.*|CodeDom|Management|Runtime\.Caching|IdentityModel.*|Net\.ServerSentEvents|Security\.Cryptography\.(Pkcs|Xml)|Data\.(SqlClient|Odbc|OleDb))|Microsoft\.Win32\.SystemEvents)\.dll$'
mapfile -t assemblies < <(cd "$compiler" && ls System*.dll Microsoft.CSharp.dll Microsoft.VisualBasic.Core.dll Microsoft.Win32.*.dll | grep -vE "$packages")
"$work/run/azmcp" "$compiler" "$here/../../src/symbols/dotnet.bin" "${assemblies[@]}"
