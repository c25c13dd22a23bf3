#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Java binding beside hand-written JNI, as ratios of one run. Usage: benchmark.sh [BUILD]
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
cc -O2 -shared -fPIC "$here/benchmark/hand.c" -o "$work/libhand.so" -I"$jdk/include" -I"$jdk/include/linux" \
    -I"$here/../../api" -L"$build/impl" -lwirestamp -Wl,-rpath,"$build/impl"
javac -encoding UTF-8 -d "$work" -cp "$build/bindings/java/wirestamp.jar" "$here"/benchmark/org/wirestamp/*.java
LD_LIBRARY_PATH=$build/impl java -Xmx256m -cp "$work:$build/bindings/java/wirestamp.jar" \
    "-Djava.library.path=$build/bindings/java" org.wirestamp.Benchmark "$work/libhand.so"
