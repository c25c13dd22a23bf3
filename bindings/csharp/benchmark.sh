#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The C# binding beside P/Invoke written by hand, in one run. Needs the .NET SDK and what CMake built (WIRESTAMP_BUILD).
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=${WIRESTAMP_BUILD:-$here/../../build/release}/bindings/csharp
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build "$here/benchmark/Benchmark.csproj" -c Release -p:WirestampNative="$(realpath "$native")" -v quiet -nologo </dev/null >&2
exec dotnet "$(find "$native/bin/Benchmark" -name benchmark.dll | head -n 1)"
