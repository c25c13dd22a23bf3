#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The functions and types that a program sees, as libabigail reads them from the binary, against tests/abi/wirestamp.abi: nothing of
# it may have changed or gone. Only impl/abi/ is compiled once more, with debugging information; all else is taken as built.
# --update writes the dump anew.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${WIRESTAMP_BUILD:-$root/build/release}
golden=$root/tests/abi/wirestamp.abi
if ! command -v abidw >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "skip abidiff # abigail-tools are not installed, or this is not the machine the dump was made on"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$build/compile_commands.json" "$work" >"$work/commands" <<'END'
import json, shlex, sys
for entry in json.load(open(sys.argv[1])):
    if "/impl/abi/" in entry["file"]:
        words = shlex.split(entry["command"])
        words[words.index("-o") + 1] = f"{sys.argv[2]}/{entry['file'].rsplit('/', 1)[1]}.o"
        print(f"cd {shlex.quote(entry['directory'])} && " + shlex.join([*words, "-O0", "-g"]))
END
said=$(xargs -P 2 -d '\n' -n 1 sh -c <"$work/commands" 2>&1) || { echo "not ok abidiff: $(head -n 2 <<<"$said")"; exit 0; }
mapfile -t others < <(find "$build"/impl/CMakeFiles -path '*wirestamp_*.dir*' -name '*.o' -not -path '*wirestamp_abi.dir*')
said=$(g++ -shared -o "$work/libwirestamp.so.1" "$work"/*.o "${others[@]}" -Wl,-soname,libwirestamp.so.1 \
    "-Wl,--version-script=$build/impl/wirestamp.map" -static-libstdc++ -static-libgcc -lpthread 2>&1) ||
    { echo "not ok abidiff: $(head -n 2 <<<"$said")"; exit 0; }
dump() {
    abidw --exported-interfaces-only --headers-dir "$root/api/wirestamp" --drop-private-types --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --type-id-style hash \
        --out-file "$1" "$work/libwirestamp.so.1"
}
if [ "${1-}" = --update ]; then
    dump "$golden"
    exit
fi
said=$(dump "$work/now.abi" 2>&1) || { echo "not ok abidiff: $(head -n 2 <<<"$said")"; exit 0; }
# Structures that say their size may grow at their end.
printf '[suppress_type]\n  name_regexp = ^wst_\n  type_kind = struct\n  has_data_member_inserted_at = end\n' >"$work/growth"
said=$(abidiff --suppressions "$work/growth" --no-added-syms "$golden" "$work/now.abi" 2>&1)
status=$?
# Bit 2 of the exit code: something changed; bit 3: in a way that breaks programs.
if [ "$status" = 0 ]; then echo "ok abidiff_nothing_changed_or_went"; else
    echo "not ok abidiff_nothing_changed_or_went: $(grep -E 'wst_|Removed|changed' <<<"$said" | head -n 6 | tr '\n' ' ')"
fi
functions=$(grep -c '<elf-symbol name=.wst_' "$work/now.abi")
typed=$(grep -c '<function-decl name=.wst_' "$work/now.abi")
if [ "$functions" -ge 110 ] && [ "$typed" -ge "$functions" ]; then echo "ok abidiff_sees_every_function"; else
    echo "not ok abidiff_sees_every_function: $functions symbols, $typed with types"
fi
