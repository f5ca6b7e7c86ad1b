#!/usr/bin/env bash
# Feeds random and mutated bytes to the readers of modules and components until the time is over or one of them fails.
#
#   eng/fuzz.sh [MINUTES [SEED]]     60 minutes and a seed from the clock without them
#
# A file that makes a reader fail is kept and named at the end: mend the reader, then add the file to tests/corpus/.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:-60}
seed=${2:-$(($(date +%s) % 1000000000))}
if [[ ! $minutes =~ ^[0-9]+$ || ! $seed =~ ^[0-9]+$ || ${#seed} -gt 9 ]]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

dotnet build tests/WasiGpu.Wasmtime.Tests --configuration Release --nologo --verbosity quiet
echo "fuzz.sh: $minutes minutes, seed $seed"
WASI_GPU_FUZZ_SECONDS=$((minutes * 60)) WASI_GPU_FUZZ_SEED=$seed \
    artifacts/bin/WasiGpu.Wasmtime.Tests/release/WasiGpu.Wasmtime.Tests -class '*BinaryFuzzTests' -showliveoutput
