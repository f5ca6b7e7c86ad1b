#!/usr/bin/env bash
# Looks for what hurts the host, for as long as you like.
#
#   eng/fuzz.sh calls [OPTION...]            random calls of every import by a hostile guest; --help lists the options
#   eng/fuzz.sh binaries [MINUTES [SEED]]    random and mutated bytes for the readers of modules and components
#   eng/fuzz.sh coverage [SECONDS]           the same readers by AFL++, which follows the paths they take (installs afl++)
#
# Without a number they run for an hour. What is found is printed or named at the end: mend the product, then put it
# into tests/corpus, where the tests replay it.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    sed -n '2,9s/^# \{0,1\}//p' "$0"
}

number() {
    [[ $1 =~ ^[0-9]{1,9}$ ]] || { usage >&2; exit 2; }
}

calls() {
    dotnet build tests/WasiGpu.Fuzzing --nologo --verbosity quiet
    exec artifacts/bin/WasiGpu.Fuzzing/debug/WasiGpu.Fuzzing "$@"
}

binaries() {
    local minutes=${1:-60} seed=${2:-$(($(date +%s) % 1000000000))}
    number "$minutes"
    number "$seed"
    dotnet build tests/WasiGpu.Wasmtime.Tests --configuration Release --nologo --verbosity quiet
    echo "fuzz.sh: $minutes minutes, seed $seed"
    WASI_GPU_FUZZ_SECONDS=$((minutes * 60)) WASI_GPU_FUZZ_SEED=$seed \
        artifacts/bin/WasiGpu.Wasmtime.Tests/release/WasiGpu.Wasmtime.Tests -class '*BinaryFuzzTests' -showliveoutput
}

coverage() {
    local seconds=${1:-3600} folder=artifacts/fuzz-readers found
    number "$seconds"
    if ! command -v afl-fuzz > /dev/null && ! apt-get install --yes --quiet afl++ > /dev/null; then
        echo "fuzz.sh: afl-fuzz not found: install AFL++ (Debian: apt-get install afl++)" >&2
        exit 1
    fi

    rm -rf "$folder"
    mkdir -p "$folder/seeds"
    dotnet tool restore > /dev/null
    dotnet build tests/WasiGpu.Fuzzing --configuration Release --nologo --verbosity quiet
    cp -r artifacts/bin/WasiGpu.Fuzzing/release "$folder/program"
    dotnet sharpfuzz "$folder/program/WasiGpu.Wasmtime.dll"
    find tests/corpus tests/guests samples -name '*.wasm' -size -128k -exec cp {} "$folder/seeds/" \;

    # The program is a .NET one: AFL's own checks of the binary do not apply to it.
    export AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
    afl-fuzz -i "$folder/seeds" -o "$folder/found" -t 5000 -m none -V "$seconds" -- \
        "$folder/program/WasiGpu.Fuzzing" --readers
    found=$(find "$folder/found" -path '*/crashes/id*' -o -path '*/hangs/id*')
    if [[ -n $found ]]; then
        echo "fuzz.sh: these files hurt a reader:"
        echo "$found"
        exit 1
    fi

    echo "fuzz.sh: $seconds s, nothing found"
}

case ${1:-} in
    calls | binaries | coverage) "$@" ;;
    --help | -h) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
