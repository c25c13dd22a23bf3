#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes internal/native from the one interface description with SWIG 4.1. What it makes is committed, so that `go build` needs
# no SWIG; test.sh looks that it is up to date. Usage: generate.sh [DIRECTORY]
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/internal/native}
mkdir -p "$out"
cd "$here/../swig"
swig -go -cgo -intgosize 64 -package native -I../../api -outdir "$out" -o "$out/wirestamp_wrap.c" wirestamp.i
# A hash of everything in every name would make every line differ with each function that is added.
sed -i -E 's/_native_[0-9a-f]{16}/_native/g' "$out/wirestamp.go" "$out/wirestamp_wrap.c"
for file in "$out/wirestamp.go" "$out/wirestamp_wrap.c"; do
    { echo "// SPDX-License-Identifier: Apache-2.0"; sed 's/[ \t]*$//' "$file"; } >"$file.new"
    mv "$file.new" "$file"
done
# The address of C's copy of a text is one, and vet should see that it is.
sed -i -e '/^type swig_gostring struct/s/p uintptr/p unsafe.Pointer/' -e 's/^\(\s*\)Swig_free(p\.p)/\1Swig_free(uintptr(p.p))/' \
    -e 's/(unsafe\.Pointer(p\.p))\[:p\.n\]/(p.p)[:p.n]/' "$out/wirestamp.go"
# What is said to hold no address of Go's own needs no search for one at every call, which took half as long as the call itself.
# That it holds none, test.sh looks with the search turned on.
sed -i 's/^typedef void \*swig_voidp;/typedef char *swig_voidp;/' "$out/wirestamp.go"
gofmt -w "$out/wirestamp.go"
