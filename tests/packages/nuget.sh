#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# NuGet: the packages are made, then used from an empty project by `dotnet restore`, in a namespace without a network, so that what
# is restored can only come from them. The programs are the C# ones of the documents, with a PTP master on the other end of a veth pair.
set -u
. "${WIRESTAMP_ROOT:?}/tests/packages/steps.sh"
build=${WIRESTAMP_BUILD:?}
packages=$build/packages/nuget
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_CLI_USE_MSBUILD_SERVER=0

if [ -z "${WIRESTAMP_IN_NAMESPACE:-}" ]; then
    if ! command -v dotnet >/dev/null 2>&1 || [ -z "$(dotnet --list-sdks 2>/dev/null)" ]; then
        echo "skip nuget # no .NET SDK is here"
        exit 0
    fi
    if [ ! -e "$build/bindings/csharp/libwirestampcs.so" ]; then
        echo "skip nuget # built without the bindings: SWIG is not installed (packaging/bootstrap.sh test)"
        exit 0
    fi
    if command -v x86_64-w64-mingw32-g++-posix >/dev/null 2>&1; then
        cd "$root" || exit 1
        step windows_libraries sh -c 'cmake --preset mingw && cmake --build --preset mingw --target wirestamp_csharp' || exit 0
    else
        echo "skip windows_libraries # mingw-w64 (posix) is not installed"
    fi
    step packages cmake --build "$build" --target wirestamp_nuget || exit 0
fi
. "$root/tests/interop/two_hosts.sh"

export NUGET_PACKAGES=$work/cache DOTNET_CLI_HOME=$work/home HOME=$work/home
mkdir -p "$work/home" "$work/empty" "$work/programs"
# For a system that nothing was built for there is no package.
expected="Wirestamp.$version.nupkg Wirestamp.runtime.linux-x64.$version.nupkg"
[ ! -e "$root/build/mingw/bin/wirestampcs.dll" ] || expected+=" Wirestamp.runtime.win-x64.$version.nupkg"
check packages_are_there "$([ "$(cd "$packages" && echo *.nupkg)" = "$expected" ]; echo $?)" "$(ls "$packages")"
cp -r "$packages" "$work/again"
cmake --build "$build" --target wirestamp_nuget >/dev/null 2>&1
check packed_twice_is_the_same "$(diff -rq "$packages" "$work/again" >/dev/null; echo $?)" "$(diff -rq "$packages" "$work/again")"

framework=net$(dotnet --version | cut -d . -f 1,2)
cat >"$work/empty/empty.csproj" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>$framework</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <UseAppHost>false</UseAppHost>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
</Project>
END
cat >"$work/empty/nuget.config" <<END
<configuration><packageSources><clear /><add key="wirestamp" value="$packages" /></packageSources></configuration>
END
cd "$work/empty" || exit 1
step dotnet_adds_the_package dotnet add package Wirestamp --version "$version" || exit 0

there "$wirestamp" ptp -i wst-b --priority1 1 --logSyncInterval -3 --logAnnounceInterval -2 >"$work/master" 2>&1 &
python3 "$here/blocks.py" csharp "$work/programs" >"$work/list"
while read -r place name arguments; do
    cp "$place/Program.cs" .
    step "${name}_builds" dotnet build --no-restore -v quiet -p:UseSharedCompilation=false -o "$work/$name" || continue
    # shellcheck disable=SC2086
    step "${name}_runs" env -C "$work/$name" timeout 120 dotnet "$work/$name/empty.dll" $arguments
done <"$work/list"
check there_were_programs "$([ "$(wc -l <"$work/list")" -ge 2 ]; echo $?)" "$(cat "$work/list")"

# The same project for Windows: its libraries, and no other's.
if [ -e "$root/build/mingw/bin/wirestampcs.dll" ]; then
    step publishes_for_windows dotnet publish -v quiet -r win-x64 --self-contained false -p:UseSharedCompilation=false -o "$work/windows"
    there_are=$(cd "$work/windows" && ls | grep -iE '^(lib)?wirestamp' | LC_ALL=C sort | tr '\n' ' ')
    check windows_gets_its_libraries "$([ "$there_are" = "Wirestamp.dll wirestampcs.dll " ]; echo $?)" "$there_are"
fi
