# Sourced by the scripts that need Debian packages; the script's name stands in what it says.

# install_packages NAME...: installs those that are missing, and ends the script where it cannot.
install_packages() {
    local script package status log
    script=$(basename "$0")
    local missing=()
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
        if [[ $status != installed ]]; then
            missing+=("$package")
        fi
    done

    if ((${#missing[@]} == 0)); then
        return
    fi

    if ((EUID != 0)); then
        echo "$script: packages are missing; run this as root, or:" >&2
        echo "  sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi

    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        "${missing[@]}"; } > "$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        echo "$script: could not install ${missing[*]}" >&2
        exit 1
    fi

    rm -f "$log"
    echo "installed ${missing[*]}"
}
