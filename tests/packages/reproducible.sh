#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The same source, built a second time in another folder and without the compiler cache: Debian's packages are the same bytes.
set -u
root=${WIRESTAMP_ROOT:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=("$root"/build/package/*.deb)
if ! command -v dpkg-deb >/dev/null; then
    echo "skip reproducible # no dpkg here"
    exit 0
fi
if [ ! -e "${first[0]}" ]; then
    echo "not ok reproducible: packages/debian makes the first build; run it before"
    exit 0
fi
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1700000000)
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1
mkdir "$work/another-place"
(cd "$root" && tar --exclude=./build --exclude=./.git -cf - .) | tar -xf - -C "$work/another-place"
cd "$work/another-place" || exit 1
if ! said=$(cmake --preset package 2>&1 && cmake --build --preset package --parallel --target package 2>&1); then
    echo "not ok second_build: $(tail -n 4 <<<"$said" | tr '\n' ' ')"
    exit 0
fi
echo "ok second_build"
for package in "${first[@]}"; do
    name=$(basename "$package")
    if cmp -s "$package" "build/package/$name"; then
        echo "ok same_bytes_${name%%_*}"
    else
        mkdir -p "$work/a" "$work/b"
        dpkg-deb -R "$package" "$work/a/$name"
        dpkg-deb -R "build/package/$name" "$work/b/$name"
        echo "not ok same_bytes_${name%%_*}: $(diff -rq "$work/a/$name" "$work/b/$name" 2>&1 | head -n 4 | tr '\n' ' ')"
    fi
done
