#!/usr/bin/env bash
# Builds the WebAssembly guests of this repository from source, next to their sources or under OUTDIR.
#
#   eng/build-guests.sh            writes each .wasm to its place in the repository
#   eng/build-guests.sh OUTDIR     writes it to the same path below OUTDIR
#   eng/build-guests.sh --list     prints the outputs, builds nothing
#
# The same compiler gives the same bytes wherever the repository lies: no paths, times or build ids are
# written.
set -euo pipefail

# One guest a line: output | language (c, c++, c-library, rust) | sources, globs allowed | more flags.
# Guests are linked with the SDK of their language; a library has no main, the host calls its exports. The source of
# a guest in Rust is the file that names the others.
guests='
samples/hello-gpu/hello-gpu.wasm | c | samples/hello-gpu/main.c |
samples/random-forest/random-forest.wasm | c++ | samples/random-forest/*.cpp | -mbulk-memory -fno-rtti
samples/dot-product/dot-product.wasm | c-library | samples/dot-product/*.c |
samples/random-forest-rust/random-forest.wasm | rust | samples/random-forest-rust/src/main.rs |
tests/guests/host-suite.wasm     | c | tests/guests/host-suite/*.c | -ffp-contract=off
tests/guests/rust-suite.wasm     | rust | tests/guests/rust-suite/main.rs |
'

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

# CLANG and CLANGXX name another compiler, for example the one of a WASI SDK. RUSTC names another one of Rust: the
# default is the package's, since the first in the path is often one without this target.
clang=${CLANG:-clang-19}
clangxx=${CLANGXX:-clang++-19}
rustc=${RUSTC:-/usr/bin/rustc}
target=(--target=wasm32-wasi)
common=(-O2 -Wall -Wextra -Wpedantic -Werror -Isdk/c "-ffile-prefix-map=$root=.")
c_flags=(-std=c11 -Wstrict-prototypes)
cxx_flags=(-std=c++17 -fno-exceptions)
# crt1.o runs constructors and destructors in _start alone. The default start file of older versions of
# wasi-libc makes the linker wrap every export in both, cabi_realloc too: sdk/c/README.md.
# Rust is linked with it too: its own start file is of that kind.
link_flags=(-Wl,--strip-all -Wl,--build-id=none -Wl,-z,stack-size=1048576)

need() {
    if ! command -v "$1" > /dev/null; then
        echo "$(basename "$0"): $1 not found. On Debian or Ubuntu:" >&2
        echo "  sudo apt-get install $2" >&2
        exit 1
    fi
}

need_clang() {
    local packages='clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32'
    need "$1" "$packages"
    start_file=$("$1" "${target[@]}" -print-file-name=crt1.o)
    if [[ ! -f $start_file ]]; then
        echo "$(basename "$0"): $1 has no crt1.o for wasm32-wasi. On Debian or Ubuntu:" >&2
        echo "  sudo apt-get install $packages" >&2
        exit 1
    fi
}

need_rust() {
    local packages='rustc libstd-rust-dev-wasm32 lld-14'
    need "$rustc" "$packages"
    if [[ ! -d $("$rustc" --target wasm32-wasi --print target-libdir) ]]; then
        echo "$(basename "$0"): $rustc has no standard library for wasm32-wasi. On Debian 12:" >&2
        echo "  sudo apt-get install $packages" >&2
        exit 1
    fi
}

trim() {
    local text=$1
    text=${text#"${text%%[![:space:]]*}"}
    printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# Compiles each source by itself and links in the order given: the result does not depend on the machine.
build_native() {
    local compiler=$1 output=$2 source
    shift 2
    local objects=()
    for source in "${sources[@]}"; do
        local object="$scratch/${#objects[@]}.o"
        "$compiler" "${target[@]}" "$@" "${common[@]}" -c "$source" -o "$object"
        objects+=("$object")
    done
    "$clang" "${target[@]}" -std=c11 "${common[@]}" -c sdk/c/wasi_gpu.c -o "$scratch/sdk.o"
    "$compiler" "${target[@]}" "${start[@]}" "${objects[@]}" "$scratch/sdk.o" "${link_flags[@]}" -o "$output"
}

# The SDK, then the guest with it as one unit of code: the result does not depend on the number of cores.
build_rust() {
    local output=$1 source=$2
    shift 2
    local flags=(--edition 2021 --target wasm32-wasi -C opt-level=2 -C panic=abort -C codegen-units=1 -D warnings
        "--remap-path-prefix=$root=.")
    "$rustc" "${flags[@]}" --crate-type rlib --crate-name wasi_gpu sdk/rust/src/lib.rs -o "$scratch/libwasi_gpu.rlib"
    "$rustc" "${flags[@]}" "$@" -C lto -C strip=symbols -C link-self-contained=no -C "link-arg=$start_file" \
        -L "native=$(dirname "$start_file")" --extern "wasi_gpu=$scratch/libwasi_gpu.rlib" \
        --crate-name guest "$source" -o "$output"
}

if [[ $# -gt 1 || ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '2,10s/^# \{0,1\}//p' "$0"
    exit 2
fi

list_only=0
outdir=.
if [[ ${1:-} == --list ]]; then
    list_only=1
elif [[ $# -eq 1 ]]; then
    mkdir -p "$1"
    outdir=$1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Globs must expand in one order, whatever the user's language.
export LC_ALL=C
shopt -s nullglob

while IFS='|' read -r output language patterns flags; do
    output=$(trim "$output")
    if [[ -z $output ]]; then
        continue
    fi
    if ((list_only)); then
        echo "$output"
        continue
    fi

    read -ra flags <<< "$(trim "$flags")"
    # Unquoted on purpose: the patterns expand here.
    # shellcheck disable=SC2206
    sources=($patterns)
    if ((${#sources[@]} == 0)); then
        echo "$(basename "$0"): no sources for $output: $patterns" >&2
        exit 1
    fi

    mkdir -p "$(dirname "$outdir/$output")"
    case $(trim "$language") in
        c)
            need_clang "$clang"
            start=(-nostartfiles "$start_file")
            build_native "$clang" "$outdir/$output" "${c_flags[@]}" "${flags[@]}"
            ;;
        c-library)
            need_clang "$clang"
            start=(-mexec-model=reactor)
            build_native "$clang" "$outdir/$output" "${c_flags[@]}" "${flags[@]}"
            ;;
        c++)
            need_clang "$clangxx"
            start=(-nostartfiles "$start_file")
            build_native "$clangxx" "$outdir/$output" "${cxx_flags[@]}" "${flags[@]}"
            ;;
        rust)
            need_clang "$clang"
            need_rust
            build_rust "$outdir/$output" "${sources[0]}" "${flags[@]}"
            ;;
        *)
            echo "$(basename "$0"): $output: unknown language '$(trim "$language")'" >&2
            exit 1
            ;;
    esac
    # The linker marks its output executable, which a module is not.
    chmod 644 "$outdir/$output"
    echo "$output"
done <<< "$guests"
