#!/usr/bin/env bash
# Installs the Debian packages that building the guests, the CUDA kernels and their emulated driver needs, if they are
# missing. The .NET SDK is not among them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"

packages=(clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32)
# The emulated CUDA driver of the tests is a native library.
packages+=(g++)
# Rust for wasm32-wasi: the compiler links with rust-lld, which is lld-14's.
packages+=(rustc cargo libstd-rust-dev-wasm32 lld-14)
# The shells whose completions are tested.
packages+=(fish zsh)
# A prebuilt guest of the tests is compressed.
packages+=(xz-utils)
# Node.js counts as present wherever it came from.
command -v node > /dev/null || packages+=(nodejs)
command -v npm > /dev/null || packages+=(npm)

install_packages "${packages[@]}"
