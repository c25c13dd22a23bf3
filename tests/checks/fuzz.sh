#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A short run of every libFuzzer target of tests/fuzz from seeds made of our own messages. FUZZ_SECONDS=3600 tests/checks/fuzz.sh
# makes a long one (5 without); tests/fuzz/CMakeLists.txt says how to keep its corpus.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
build=$root/build/fuzz
targets=(wire engine tlv signaling management config netlink record)
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$probe/probe.cpp"
if ! clang++ -fsanitize=fuzzer,address "$probe/probe.cpp" -o "$probe/probe" 2>/dev/null; then
    echo "skip fuzz # no clang++ with libFuzzer here (packages clang and libclang-rt)"
    exit 0
fi
if ! { cmake -S "$root" -B "$build" -G Ninja -DWIRESTAMP_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang \
    -DCMAKE_BUILD_TYPE=None -DWIRESTAMP_BUILD_COMMAND=OFF -DWIRESTAMP_WERROR=OFF &&
    cmake --build "$build" --target fuzzers; } >"$probe/build.log" 2>&1; then
    echo "not ok fuzz_build: $(grep -m1 -E 'error|FAILED' "$probe/build.log")"
    exit 1
fi
status=0
if ! "$build/tests/fuzz/wire_seeds" "$probe/corpus" >"$probe/seeds.log" 2>&1; then
    echo "not ok fuzz_seeds: $(head -c 300 "$probe/seeds.log")"
    exit 1
fi
for target in "${targets[@]}"; do
    if (cd "$probe" && "$build/tests/fuzz/fuzz_$target" -max_total_time="${FUZZ_SECONDS:-5}" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 "corpus/$target") >"$probe/$target.log" 2>&1; then
        echo "ok fuzz_$target ($(grep -o 'number_of_executed_units: *[0-9]*' "$probe/$target.log" | grep -o '[0-9]*$') inputs)"
    else
        echo "not ok fuzz_$target: $(grep -m1 -E 'ERROR|runtime error|engine that|invariant' "$probe/$target.log")"
        tail -n 30 "$probe/$target.log"
        status=1
    fi
done
exit $status
