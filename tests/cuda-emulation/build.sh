#!/usr/bin/env bash
# Builds the library that stands in for the CUDA driver in tests: the kernels of src/WasiGpu.Cuda compiled as C++,
# and the driver functions that run them on this processor.
#
#   tests/cuda-emulation/build.sh FILE        writes the shared library FILE
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

compiler=clang++-19
if ! command -v "$compiler" > /dev/null; then
    echo "build.sh: $compiler not found: eng/install-tools.sh installs it" >&2
    exit 1
fi

mkdir -p "$(dirname "$1")"
output=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../src/WasiGpu.Cuda/Kernels
flags=(-std=c++20 -O2 -g1 -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-aliasing -U_FORTIFY_SOURCE
    -Wall -Wextra -Werror "-I$here" "-I$kernels")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Each kernel file becomes a source that also registers its kernels by name.
for kernel in "$kernels"/*.cu; do
    source=$scratch/$(basename "$kernel" .cu).cpp
    names=$(sed -nE 's/^extern "C" __global__ void (__launch_bounds__\([^)]*\) )?(\w+)\(.*/\2/p' "$kernel")
    if [[ $(grep -c __global__ "$kernel") -ne $(wc -w <<< "$names") ]]; then
        echo "build.sh: $kernel: each kernel begins with 'extern \"C\" __global__ void [__launch_bounds__(...)] NAME('" >&2
        exit 1
    fi

    {
        echo '#define WASI_GPU_EMULATION'
        echo "#include \"$kernel\""
        echo '#include "kernels.h"'
        echo '__attribute__((constructor)) static void registerKernels()'
        echo '{'
        for name in $names; do
            echo "    emulation::registerKernel(\"$name\", emulation::Caller<&$name>::registered());"
        done
        echo '}'
    } > "$source"
done

for source in "$here"/*.cpp "$scratch"/*.cpp; do
    "$compiler" "${flags[@]}" -c "$source" -o "$scratch/$(basename "$source" .cpp).o"
done

"$compiler" -shared -fuse-ld=lld-19 -Wl,-z,defs "$scratch"/*.o -o "$output"
