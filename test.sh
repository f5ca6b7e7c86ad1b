#!/usr/bin/env bash
# Installs what the tests need, builds everything with warnings as errors, and runs every test.
# The last line counts: N passed, N failed, N skipped. Each part before the tests (tools, vulkan, format, build, program)
# counts as one check.
set -uo pipefail
cd "$(dirname "$0")"

passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0)) || exit 1
    exit 0
}

# part NAME MINUTES COMMAND...: runs one part; its output is shown only when it fails, and nothing after it runs.
part() {
    local name=$1 minutes=$2 start=$SECONDS
    shift 2
    if timeout "${minutes}m" "$@" > "$log" 2>&1; then
        echo "$name: $((SECONDS - start)) s"
        passed=$((passed + 1))
        return
    fi

    cat "$log"
    echo "$name: failed after $((SECONDS - start)) s (limit ${minutes} minutes): $*"
    failed=$((failed + 1))
    finish
}

# The test platform's summary: 'total: N', 'failed: N', 'succeeded: N', 'skipped: N', one a line.
count() {
    sed -n "s/^ *$1: *\([0-9][0-9]*\) *$/\1/p" "$log" | tail -n 1
}

run_tests() {
    local start=$SECONDS status=0
    # One test program at a time: some of them use every core.
    timeout 20m dotnet test --solution WasiGpu.slnx --no-build --max-parallel-test-modules 1 \
        --minimum-expected-tests 1 2>&1 | tee "$log" || status=$?
    echo "tests: $((SECONDS - start)) s"
    local test_passed test_failed test_skipped
    test_passed=$(count succeeded)
    test_failed=$(count failed)
    test_skipped=$(count skipped)
    if [[ -z $test_passed || -z $test_failed || -z $test_skipped ]]; then
        echo "test.sh: the test run printed no summary (exit code $status)"
        failed=$((failed + 1))
        return
    fi

    passed=$((passed + test_passed))
    failed=$((failed + test_failed))
    skipped=$((skipped + test_skipped))
    if ((status != 0 && test_failed == 0)); then
        echo "test.sh: the test run ended with exit code $status"
        failed=$((failed + 1))
    fi
}

if ! command -v dotnet > /dev/null; then
    echo "test.sh: dotnet not found: install the .NET SDK 10 (https://dotnet.microsoft.com/download)"
    failed=1
    finish
fi

export WASI_GPU_PROGRAM="$PWD/artifacts/publish/wasi-gpu"
part "tools" 10 eng/install-tools.sh
part "vulkan" 10 eng/install-vulkan.sh
part "packages" 5 dotnet restore WasiGpu.slnx
part "format" 5 dotnet format WasiGpu.slnx --no-restore --verify-no-changes
part "build" 8 dotnet build WasiGpu.slnx --no-restore --nologo
part "program" 8 eng/publish.sh artifacts/publish
run_tests
finish
