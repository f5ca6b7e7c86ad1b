#!/usr/bin/env bash
# Random calls of a hostile guest against every import, for as long as you like. eng/fuzz.sh --help lists the options.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build tests/WasiGpu.Fuzzing --nologo --verbosity quiet
exec artifacts/bin/WasiGpu.Fuzzing/debug/WasiGpu.Fuzzing "$@"
