#!/usr/bin/env bash
# Installs the software Vulkan device that the tests of the WebGPU backend run on, if it is missing: the loader, and
# SwiftShader, which Debian ships with Chromium.
set -euo pipefail

driver=/usr/lib/chromium/vk_swiftshader_icd.json
packages=(libvulkan1 chromium-common)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
    if [[ $status != installed ]]; then
        missing+=("$package")
    fi
done

if ((${#missing[@]} > 0)); then
    if ((EUID != 0)); then
        echo "install-vulkan.sh: packages are missing; run this as root, or:" >&2
        echo "  sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi

    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
        cat "$log" >&2
        echo "install-vulkan.sh: could not install ${missing[*]}" >&2
        exit 1
    fi
    echo "installed ${missing[*]}"
fi

if [[ ! -e $driver ]]; then
    echo "install-vulkan.sh: chromium-common is installed, but $driver is not there" >&2
    exit 1
fi
