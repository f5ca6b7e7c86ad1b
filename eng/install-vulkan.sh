#!/usr/bin/env bash
# Installs the software Vulkan device that the tests of the WebGPU backend run on, if it is missing: the loader, and
# SwiftShader, which Debian ships with Chromium.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"

driver=/usr/lib/chromium/vk_swiftshader_icd.json
packages=(libvulkan1 chromium-common)

install_packages "${packages[@]}"

if [[ ! -e $driver ]]; then
    echo "install-vulkan.sh: chromium-common is installed, but $driver is not there" >&2
    exit 1
fi
