#!/usr/bin/env bash
# Publishes the program, compiled ahead of time, into a folder that runs on a bare Linux machine.
#
#   eng/publish.sh DIR        writes DIR/wasi-gpu and what must lie beside it; DIR is emptied first
#
# There is one build for each level of x86-64 that has wider vectors; wasi-gpu starts the best one the processor has.
# The same sources and tools give the same bytes wherever the repository lies: no paths or times are written.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

root=$(cd "$(dirname "$0")/.." && pwd)
levels=(v2 v3 v4)
programs=(wasi-gpu "${levels[@]/#/wasi-gpu-}")
others=(libwasmtime.so libwebgpu_wrapper.so LICENSE THIRD-PARTY-NOTICES.md)

# Compiling ahead of time links with the system's C compiler against zlib.
missing=()
command -v clang > /dev/null || command -v gcc > /dev/null || missing+=(gcc)
[[ -e /usr/include/zlib.h ]] || missing+=(zlib1g-dev)
[[ -n $(find /usr/include -path '*/sys/types.h' -print -quit 2> /dev/null) ]] || missing+=(libc6-dev)
((${#missing[@]} == 0)) || install_packages "${missing[@]}" >&2

command -v dotnet > /dev/null || { echo "publish.sh: dotnet not found: install the .NET SDK of global.json" >&2; exit 1; }

if [[ -e $1 && ! -e $1/wasi-gpu && -n $(ls -A "$1") ]]; then
    echo "publish.sh: '$1' holds other files: name a new folder, or one that this script wrote" >&2
    exit 1
fi

# Old versions of clang do not know the levels that the launcher asks for: gcc where it is.
compiler=gcc
command -v gcc > /dev/null || compiler=clang

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# One after another: each keeps every core busy. The native files of a level lie apart, so that a level whose sources
# did not change is not compiled again.
for level in "${levels[@]}"; do
    native="$root/artifacts/obj/WasiGpu.Cli/native-$level"
    dotnet publish "$root/src/WasiGpu.Cli/WasiGpu.Cli.csproj" \
        --configuration Release --output "$scratch/$level" --nologo --verbosity quiet \
        -p:ProcessorLevel="$level" -p:NativeIntermediateOutputPath="$native/obj/" \
        -p:NativeOutputPath="$native/bin/" \
        -p:CppCompilerAndLinker="$compiler" >&2
    mv "$scratch/$level/wasi-gpu" "$scratch/wasi-gpu-$level"
done

mv "$scratch/${levels[0]}/libwasmtime.so" "$scratch/${levels[0]}/runtimes/linux-x64/native/libwebgpu_wrapper.so" "$scratch/"
cp "$root/LICENSE" "$root/THIRD-PARTY-NOTICES.md" "$scratch/"
"$compiler" -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror "-ffile-prefix-map=$root=." -Wl,--build-id=none -s \
    "$root/src/launcher/launcher.c" -o "$scratch/wasi-gpu"

rm -rf "$1"
mkdir -p "$1"
install -m 755 "${programs[@]/#/$scratch/}" "$1/"
install -m 644 "${others[@]/#/$scratch/}" "$1/"
