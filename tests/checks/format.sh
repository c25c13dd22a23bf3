#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-format decides how C and C++ look. Each folder of the tree is one test.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
cd "$root" || exit 1
if ! command -v clang-format >/dev/null 2>&1; then
    echo "skip format # clang-format is not installed"
    exit 0
fi
for folder in api impl samples tests bindings; do
    [ -d "$folder" ] || continue
    mapfile -t files < <(git ls-files "$folder/**.c" "$folder/**.h" "$folder/**.cpp" "$folder/**.hpp" 2>/dev/null |
        xargs -r ls -d 2>/dev/null)
    [ ${#files[@]} -gt 0 ] ||
        mapfile -t files < <(find "$folder" -name '*.[ch]' -o -name '*.cpp' -o -name '*.hpp')
    [ ${#files[@]} -gt 0 ] || continue
    off=$(clang-format --dry-run -Werror "${files[@]}" 2>&1 | sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: error.*/\1/p' | sort | uniq -c |
        awk '{ print $2 " (" $1 ")" }')
    if [ -z "$off" ]; then echo "ok $folder"; else echo "not ok $folder: clang-format -i $(echo "$off" | tr '\n' ' ')"; fi
done
