#!/usr/bin/env bash
# Prints the SHA-256 of every shader of the WebGPU backend, as bench/results/MACHINE/shaders.sha256 holds them. Renew that
# file when a build with these shaders has passed the conformance suites on that GPU, and only then:
#   wasi-gpu conformance --backend webgpu && eng/hash-shaders.sh > bench/results/h200/shaders.sha256
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../src/WasiGpu.WebGpu/Shaders"
LC_ALL=C sha256sum ./*.wgsl | sed 's,\./,,'
