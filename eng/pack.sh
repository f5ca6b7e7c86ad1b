#!/usr/bin/env bash
# Makes the NuGet packages: one of each library, and the program as the .NET tool wasi-gpu.
#
#   eng/pack.sh DIR        writes DIR/*.nupkg; packages of other versions in DIR stay
#
# The version is that of Directory.Build.props. The same commit and tools give the same bytes wherever the repository lies.
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
    sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

command -v dotnet > /dev/null || { echo "pack.sh: dotnet not found: install the .NET SDK of global.json" >&2; exit 1; }

root=$(cd "$(dirname "$0")/.." && pwd)
# The time of every file in a package; without a repository a fixed one.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2> /dev/null || echo 946684800)}
dotnet pack "$root/eng/packages.slnf" --configuration Release --output "$1" --nologo --verbosity quiet
