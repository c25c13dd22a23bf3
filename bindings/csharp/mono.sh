#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# mono.sh FOLDER: builds Wirestamp.dll and its tests with Mono's own compiler into FOLDER, for hosts without the .NET SDK. That
# compiler reads C# 7; all that the sources have beyond are nullable annotations, which are taken out of a copy.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=${WIRESTAMP_BUILD:?set WIRESTAMP_BUILD to a build folder}/bindings/csharp
out=$1
mkdir -p "$out/src"
rm -f "$out"/src/*.cs
# A type of objects with a question mark: names of classes, by their place before a name, a parameter or a default.
objects='long\[\]|string|object|Subscription|NativeObject|Thread|Simulation|[A-Za-z]*Options|Simulation[A-Z][A-Za-z]*|EventHandler|TaskCompletionSource<bool>|System\.EventHandler<[A-Za-z]+>|Action<[A-Za-z, ]+>|Handler<[A-Za-z]+>'
for source in "$here"/src/*.cs; do
    sed -E "s/\b($objects)\?([ ),])/\1\2/g; s/([A-Za-z])!([,;).]| *$)/\1\2/g" "$source" >"$out/src/$(basename "$source")"
done
options=(-langversion:latest -unsafe -d:MONO -warnaserror -nowarn:169,219,414,649)
mcs "${options[@]}" -target:library "-out:$out/Wirestamp.dll" "$out"/src/*.cs "$native"/swig/*.cs
# In one assembly: this compiler does not see across assemblies that a delegate takes its argument by reference to read.
mcs "${options[@]}" -target:exe "-out:$out/Wirestamp.Tests.exe" "$out"/src/*.cs "$native"/swig/*.cs "$here"/tests/*.cs
