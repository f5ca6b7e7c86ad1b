#!/usr/bin/env bash
# Builds the program and runs the sample guest: a random forest, trained and served inside WebAssembly.
#
#   ./demo.sh                          on the best device there is
#   ./demo.sh --backend cpu --stats    with options of 'wasi-gpu run'
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet > /dev/null; then
    echo "demo.sh: dotnet not found: install the .NET SDK 10 (https://dotnet.microsoft.com/download)" >&2
    exit 1
fi

program=artifacts/bin/WasiGpu.Cli/release/wasi-gpu.dll
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building (the first time takes a minute) ..."
if ! dotnet build src/WasiGpu.Cli --configuration Release --nologo --verbosity quiet > "$log" 2>&1; then
    cat "$log" >&2
    echo "demo.sh: the build failed" >&2
    exit 1
fi

echo "Training a forest of 200 trees on 353 diabetes patients, in samples/random-forest/random-forest.wasm:"
echo
dotnet "$program" run --dir samples/data::data "$@" samples/random-forest/random-forest.wasm \
    data/diabetes_train.csv data/diabetes_test.csv
