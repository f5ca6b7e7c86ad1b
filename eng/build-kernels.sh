#!/usr/bin/env bash
# Compiles the CUDA kernels to PTX. The build of src/WasiGpu.Cuda calls it; no CUDA toolkit is needed.
#
#   eng/build-kernels.sh DIR        writes DIR/NAME.compute_CC.ptx for each kernel file and capability, and copies
#                                   the cubins there that eng/build-cubins.sh made from just this PTX
#
# 75 is the oldest capability that is supported; 90 may use what newer hardware has. The PTX version is one that
# drivers from 520 on accept. The same sources and compiler give the same bytes wherever the repository lies.
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

compiler=clang-19
capabilities=(75 90)
ptx_version=78

if ! command -v "$compiler" > /dev/null; then
    echo "build-kernels.sh: $compiler not found: eng/install-tools.sh installs it" >&2
    exit 1
fi

output=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../src/WasiGpu.Cuda/Kernels"

# Contraction would make results depend on the compiler: fused products are written out in the kernels.
flags=(-x cuda -std=c++20 --cuda-device-only -nocudainc -nocudalib "--cuda-feature=+ptx$ptx_version"
    -O3 -ffp-contract=off -fno-strict-aliasing -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion -S)

rm -f "$output"/*.ptx "$output"/*.cubin
for capability in "${capabilities[@]}"; do
    for source in *.cu; do
        "$compiler" "${flags[@]}" "--cuda-gpu-arch=sm_$capability" "$source" \
            -o "$output/${source%.cu}.compute_$capability.ptx"
    done
done

# A cubin of other PTX would run what the sources no longer say.
if [[ -e sm_90/manifest.txt ]]; then
    while read -r name ptx_hash cubin_hash _; do
        cubin=sm_90/$name.sm_90.cubin
        if printf '%s  %s\n' "$ptx_hash" "$output/$name.compute_90.ptx" "$cubin_hash" "$cubin" \
            | sha256sum --check --status 2> /dev/null; then
            cp "$cubin" "$output/"
        else
            echo "build-kernels.sh: $cubin is left out: it or its PTX has changed; eng/build-cubins.sh makes it anew"
        fi
    done < sm_90/manifest.txt
fi
