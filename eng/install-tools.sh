#!/usr/bin/env bash
# Installs the Debian packages that building the guests, the CUDA kernels and their emulated driver needs, if they are
# missing. The .NET SDK is not among them.
set -euo pipefail

packages=(clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32)
# The emulated CUDA driver of the tests is a native library.
packages+=(g++)
# Rust for wasm32-wasi: the compiler links with rust-lld, which is lld-14's.
packages+=(rustc libstd-rust-dev-wasm32 lld-14)

# A prebuilt guest of the tests is compressed.
packages+=(xz-utils)
# Node.js counts as present wherever it came from.
command -v node > /dev/null || packages+=(nodejs)
command -v npm > /dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
    if [[ $status != installed ]]; then
        missing+=("$package")
    fi
done

if ((${#missing[@]} == 0)); then
    exit 0
fi

if ((EUID != 0)); then
    echo "install-tools.sh: packages are missing; run this as root, or:" >&2
    echo "  sudo apt-get install ${missing[*]}" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    cat "$log" >&2
    echo "install-tools.sh: could not install ${missing[*]}" >&2
    exit 1
fi
echo "installed ${missing[*]}"
