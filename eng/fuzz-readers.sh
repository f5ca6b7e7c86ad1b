#!/usr/bin/env bash
# Lets AFL++ search for bytes that hurt the readers of modules and components, guided by the paths they take.
#
#   eng/fuzz-readers.sh [SECONDS]     3600 seconds without it
#
# Installs Debian's afl++ (as root) where it is missing. Findings stay in artifacts/fuzz-readers; put a file that made
# a reader fail into tests/corpus once the reader is mended.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-3600}
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

if ! command -v afl-fuzz > /dev/null; then
    apt-get install --yes --quiet afl++ > /dev/null || {
        echo "fuzz-readers.sh: afl-fuzz not found: install AFL++ (Debian: apt-get install afl++)" >&2
        exit 1
    }
fi

folder=artifacts/fuzz-readers
rm -rf "$folder"
mkdir -p "$folder/seeds"
dotnet tool restore > /dev/null
dotnet build tests/WasiGpu.Fuzzing --configuration Release --nologo --verbosity quiet
cp -r artifacts/bin/WasiGpu.Fuzzing/release "$folder/program"
dotnet sharpfuzz "$folder/program/WasiGpu.Wasmtime.dll"
find tests/corpus tests/guests samples -name '*.wasm' -size -128k -exec cp {} "$folder/seeds/" \;

# The program is a .NET one: AFL's own checks of the binary do not apply to it.
export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
afl-fuzz -i "$folder/seeds" -o "$folder/found" -t 5000 -m none -V "$seconds" -- "$folder/program/WasiGpu.Fuzzing" --readers

found=$(find "$folder/found" -path '*/crashes/id*' -o -path '*/hangs/id*')
if [[ -n $found ]]; then
    echo "fuzz-readers.sh: these files hurt a reader:"
    echo "$found"
    exit 1
fi

echo "fuzz-readers.sh: $seconds s, nothing found"
