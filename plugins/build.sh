#!/usr/bin/env bash
# Builds every fixer that has a plugins/*/plugin.toml into plugins/dist/: the
# component <folder>.wasm, SHA256SUMS, and TOOLCHAIN, which names the compiler
# and the linker. The same source and the same toolchain give the same bytes,
# wherever the repository lies.
#
#   plugins/build.sh            build all
#   plugins/build.sh NAME…      build these, leave the others as they are
#   plugins/build.sh --check    build all into a temporary folder and compare with
#                               dist/; exit 1 and name the files that differ. With
#                               another toolchain than dist/'s only what the plugins
#                               import, export and claim is compared.
#
# Needs a wasm32-unknown-unknown target: rustup's (`rustup target add
# wasm32-unknown-unknown`), or Debian's packages rustc-web, cargo-web and
# rust-web-src together with the rust-lld of any rustup toolchain.
# BUILDFIX_WASM_TARGET_DIR says where to put intermediate files.
set -euo pipefail
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
dist=$root/plugins/dist
target=wasm32-unknown-unknown
wasm_dir=${BUILDFIX_WASM_TARGET_DIR:-$root/target-wasm}
home=${CARGO_HOME:-$HOME/.cargo}
die() { echo "error: $*" >&2; exit 1; }

check=false
if [ "${1-}" = --check ]; then check=true; shift; fi
plugins=("$@")
if [ $# -eq 0 ]; then
    for manifest in "$root"/plugins/*/plugin.toml; do
        plugins+=("$(basename "$(dirname "$manifest")")")
    done
elif $check; then
    die "--check takes no names"
fi

# The toolchain: rustup's target if it is installed, else Debian's compiler with
# a standard library built on the spot. Debian's compiler is a stable one, and
# RUSTC_BOOTSTRAP lets it accept -Zbuild-std.
cd "$root"
cargo=(cargo) std=()
linker=
lld=(~/.rustup/toolchains/*/lib/rustlib/*/bin/rust-lld)
if libdir=$(rustc --print target-libdir --target $target 2>/dev/null) && [ -d "$libdir" ]; then
    rustc=rustc
elif [ -d /usr/lib/rustlib/src/rust/library ] && [ -x /usr/bin/cargo ]; then
    rustc=/usr/bin/rustc
    cargo=(env RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo)
    std=(-Zbuild-std=std,panic_abort)
    # The toolchain that rust-toolchain or the default names, else any other.
    own=$(command rustup which rustc 2>/dev/null || true)
    for candidate in ${own:+"${own%/bin/rustc}"/lib/rustlib/*/bin/rust-lld} "${lld[@]}"; do
        if [ -x "$candidate" ]; then linker=$candidate; break; fi
    done
    [ -n "$linker" ] || die "no rust-lld: install a toolchain with rustup"
else
    die "no $target target: run \`rustup target add $target\`," \
        "or install Debian's rustc-web, cargo-web and rust-web-src"
fi
version=$("$rustc" -vV | sed -n '1p;/^LLVM/p')
sysroot=$("$rustc" --print sysroot)
if [ -n "$linker" ]; then version+=$'\n'"$("$linker" -flavor wasm --version)"; fi

# Paths of this machine must not reach the binary. The stack is that of a call
# without deep recursion; the host clears it before each call, so it is small.
# The heap is there from the start, for growing costs more than having: pages
# that are not written cost nothing.
flags=(
    "--remap-path-prefix=$root=/buildfix"
    "--remap-path-prefix=$home=/cargo"
    "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rust"
    "-Clink-arg=-zstack-size=65536"
    "-Clink-arg=--initial-heap=1048576"
)
encoded=$(printf '%s\x1f' "${flags[@]}")

componentize=(cargo run --quiet -p buildfix-componentize --)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# As cdylib alone, whatever else a fixer's Cargo.toml asks for: another crate type
# beside it would change how link-time optimisation works, and build std again.
for plugin in "${plugins[@]}"; do
    folder=$root/plugins/$plugin
    [ -f "$folder/plugin.toml" ] || die "no $folder/plugin.toml"
    crate=$(sed -n 's/^name *= *"\(.*\)".*/\1/p' "$folder/Cargo.toml" | head -n 1)
    echo "building $plugin" >&2
    env CARGO_ENCODED_RUSTFLAGS="${encoded%$'\x1f'}" CARGO_INCREMENTAL=0 \
        CARGO_TARGET_DIR="$wasm_dir" \
        ${linker:+CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker"} \
        "${cargo[@]}" rustc --quiet "${std[@]}" --target $target --profile guest -p "$crate" \
        --lib --crate-type cdylib
    "${componentize[@]}" "$wasm_dir/$target/guest/${crate//-/_}.wasm" "$folder/plugin.toml" \
        "$scratch/$plugin.wasm"
done

if ! $check; then
    # All or nothing: a failed build leaves dist/ as it was.
    mkdir -p "$dist"
    mv "$scratch"/*.wasm "$dist"
    (cd "$dist" && sha256sum -- *.wasm > SHA256SUMS)
    printf '%s\n' "$version" > "$dist/TOOLCHAIN"
    exit
fi

same=true
[ "$version" = "$(cat "$dist/TOOLCHAIN")" ] || {
    same=false
    echo "note: dist/ was built by another toolchain; comparing imports, exports and manifests" >&2
    diff "$dist/TOOLCHAIN" <(printf '%s\n' "$version") >&2 || true
}
failed=0
complain() { echo "error: $*" >&2; failed=1; }
(cd "$dist" && sha256sum --quiet --check SHA256SUMS >&2) || complain "dist/SHA256SUMS does not fit"
for file in "$dist"/*.wasm; do
    name=$(basename "$file")
    [ -f "$scratch/$name" ] || complain "dist/$name has no plugins/${name%.wasm}/plugin.toml"
done
for plugin in "${plugins[@]}"; do
    file=$dist/$plugin.wasm
    if [ ! -f "$file" ]; then
        complain "dist/$plugin.wasm is missing"
    elif $same; then
        cmp -s "$file" "$scratch/$plugin.wasm" || complain "dist/$plugin.wasm differs from its source"
    else
        "${componentize[@]}" --describe "$file" > "$scratch/old.txt"
        "${componentize[@]}" --describe "$scratch/$plugin.wasm" > "$scratch/new.txt"
        diff "$scratch/old.txt" "$scratch/new.txt" >&2 ||
            complain "dist/$plugin.wasm imports, exports or claims something else than its source"
    fi
done
exit $failed
