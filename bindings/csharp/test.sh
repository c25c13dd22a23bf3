#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The C# binding: its tests with xunit on the .NET SDK where there is one, and the same tests on Mono where there is none, or
# both. Needs what CMake built (WIRESTAMP_BUILD); all that it makes lies there.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export WIRESTAMP_ROOT=${WIRESTAMP_ROOT:-$(cd "$here/../.." && pwd)}
export WIRESTAMP_BUILD=${WIRESTAMP_BUILD:-$WIRESTAMP_ROOT/build/release}
native=$WIRESTAMP_BUILD/bindings/csharp
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
export DOTNET_CLI_UI_LANGUAGE=en

if [ ! -e "$native/libwirestampcs.so" ]; then
    echo "skip csharp # built without the bindings: SWIG is not installed (packaging/bootstrap.sh test)"
    exit 0
fi
ran=no

# tell_xunit STATUS FILE PREFIX: what `dotnet test` said of each test, as the driver counts it.
tell_xunit() {
    python3 - "$2" "$1" "$3" <<'END'
import re, sys
lines = open(sys.argv[1], encoding="utf-8", errors="replace").read().splitlines()
passed = failed = 0
for number, line in enumerate(lines):
    found = re.match(r"\s+(Passed|Failed|Skipped) Wirestamp\.Tests\.(\S+)", line)
    if not found:
        continue
    verdict, name = found.groups()
    passed += verdict == "Passed"
    failed += verdict == "Failed"
    why = " ".join(" ".join(part.split()) for part in lines[number + 1:number + 8])[:400]
    name = sys.argv[3] + name
    print({"Passed": f"ok {name}", "Failed": f"not ok {name}: {why}", "Skipped": f"skip {name} # {why}"}[verdict])
if (sys.argv[2] != "0" and not failed) or not passed:
    print(f"not ok {sys.argv[3]}xunit: ended with exit code " + sys.argv[2] + ": " + " ".join(lines[-8:]))
END
}

if command -v dotnet >/dev/null 2>&1 && [ -n "$(dotnet --list-sdks 2>/dev/null)" ]; then
    ran=yes
    if said=$(dotnet msbuild "$here/all.proj" -p:Configuration=Release -p:WirestampNative="$native" -nodeReuse:false \
        -p:UseSharedCompilation=false -verbosity:quiet -nologo 2>&1); then
        echo "ok assembly_builds_without_a_warning"
        dotnet test --no-build -c Release -p:WirestampNative="$native" "$here/tests/Wirestamp.Tests.csproj" \
            --logger "console;verbosity=normal" >"$native/xunit.txt" 2>&1
        tell_xunit $? "$native/xunit.txt" ""
        dotnet test -c Release -p:WirestampNative="$native" -p:WirestampFramework=netstandard2.0 -p:UseSharedCompilation=false \
            "$here/tests/Wirestamp.Tests.csproj" --filter 'FullyQualifiedName!~TenMillion&FullyQualifiedName!~AllocateNothing' \
            --logger "console;verbosity=normal" >"$native/xunit-netstandard.txt" 2>&1
        tell_xunit $? "$native/xunit-netstandard.txt" "netstandard2.0."
        "$here/samples.sh"
    else
        echo "not ok assembly_builds_without_a_warning: $(grep -m 3 -E 'error|warning' <<<"$said" | tr '\n' ' ')"
    fi
fi

if command -v mcs >/dev/null 2>&1 && command -v mono >/dev/null 2>&1; then
    ran=yes
    if said=$("$here/mono.sh" "$native/mono" 2>&1); then
        echo "ok mono_builds_without_a_warning"
        LD_LIBRARY_PATH=$native${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} mono "$native/mono/Wirestamp.Tests.exe" >"$native/mono.txt" 2>&1
        status=$?
        grep -E '^(ok|not ok|skip) ' "$native/mono.txt" | sed -E 's/^(ok|not ok|skip) /\1 mono./'
        if [ "$status" != 0 ] && ! grep -q '^not ok' "$native/mono.txt"; then
            echo "not ok mono: ended with exit code $status: $(tail -n 5 "$native/mono.txt" | tr '\n' ' ')"
        fi
    else
        echo "not ok mono_builds_without_a_warning: $(grep -m 3 -E 'error|warning' <<<"$said" | tr '\n' ' ')"
    fi
fi
[ "$ran" = yes ] || echo "skip csharp # neither the .NET SDK nor Mono is here (packaging/bootstrap.sh test installs Mono)"
