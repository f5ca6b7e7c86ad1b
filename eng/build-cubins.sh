#!/usr/bin/env bash
# Makes the machine code of the CUDA kernels for compute capability 9.0, which loads without the driver's compiler.
# Needs ptxas of the CUDA toolkit and nothing else; the variable PTXAS names another than the one that is found.
#
#   eng/build-cubins.sh PTX_DIR CUBIN_DIR    PTX_DIR was written by eng/build-kernels.sh, here or elsewhere;
#                                            writes CUBIN_DIR/NAME.sm_90.cubin and CUBIN_DIR/manifest.txt
#
# CUBIN_DIR is src/WasiGpu.Cuda/Kernels/sm_90 where the results are to be part of the build. A line of the manifest:
# the kernel file's name, SHA-256 of its PTX, SHA-256 of its cubin, version of ptxas; the lines are sorted.
set -euo pipefail
export LC_ALL=C

if [[ $# -ne 2 || $1 == -* || $2 == -* ]]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

ptxas=${PTXAS:-ptxas}
if ! command -v "$ptxas" > /dev/null; then
    echo "build-cubins.sh: $ptxas not found: it is part of the CUDA toolkit; PTXAS can name the file" >&2
    exit 1
fi

shopt -s nullglob
files=("$1"/*.compute_90.ptx)
if ((${#files[@]} == 0)); then
    echo "build-cubins.sh: $1 has no *.compute_90.ptx: eng/build-kernels.sh makes them" >&2
    exit 1
fi

version=$("$ptxas" --version | sed -nE 's/^.*release .* V([0-9.]+).*$/\1/p')
if [[ -z $version ]]; then
    echo "build-cubins.sh: $ptxas --version names no version" >&2
    exit 1
fi

hash_of() {
    sha256sum < "$1" | cut -d ' ' -f 1
}

# Nothing of CUBIN_DIR changes before every file is made.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for ptx in "${files[@]}"; do
    name=$(basename "$ptx" .compute_90.ptx)
    cubin=$scratch/$name.sm_90.cubin
    # What ptxas says of spilled registers is shown: there should be none.
    "$ptxas" -arch=sm_90 -O3 --warn-on-spills "$ptx" -o "$cubin"
    echo "$name $(hash_of "$ptx") $(hash_of "$cubin") $version" >> "$scratch/lines"
done

sort "$scratch/lines" > "$scratch/manifest.txt"
mkdir -p "$2"
rm -f "$2"/*.cubin "$2/manifest.txt"
cp "$scratch"/*.cubin "$scratch/manifest.txt" "$2/"
