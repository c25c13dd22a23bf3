#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Go: what is generated is what is committed, gofmt and vet are content, the tests pass with the race detector on, the table of
# behaviour brings what it brings in C, and the samples run. Finds the installed library by pkg-config, as a reader does.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${WIRESTAMP_ROOT:-$(cd "$here/../.." && pwd)}
prefix=${WIRESTAMP_PREFIX:?set WIRESTAMP_PREFIX to an installation}
build=${WIRESTAMP_BUILD:?set WIRESTAMP_BUILD to a build folder}
if ! command -v go >/dev/null 2>&1; then
    echo "skip go # Go is not installed"
    exit 0
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
libdir=$(dirname "$(find "$prefix" -name 'libwirestamp.so.1' | head -n 1)")
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
# Nothing is fetched: there is nothing but the standard library. The cache outlives a run, so that the second is quick.
export GOPROXY=off GOFLAGS=-mod=readonly GOCACHE=$root/build/go-cache GOTOOLCHAIN=local HOME=${HOME:-$work}
cd "$here" || exit 1

try() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name: $(tail -n 4 "$work/said" | tr '\n' ' ')"
    fi
}

if command -v swig >/dev/null 2>&1 && swig -version | grep -q 'Version 4\.1'; then
    try go_generates ./generate.sh "$work/native"
    for file in wirestamp.go wirestamp_wrap.c; do
        if diff -q "$work/native/$file" "internal/native/$file" >/dev/null; then
            echo "ok go_committed_$file"
        else
            echo "not ok go_committed_$file: the C interface has changed; run bindings/go/generate.sh and commit"
        fi
    done
else
    echo "skip go_generates # SWIG 4.1 is not installed; what is committed was made with it"
fi
try go_is_formatted test -z "$(gofmt -l . "$root/samples/go")"
try go_vet go vet ./...
race=-race
if [ "$(go env GOARCH)" != amd64 ] && [ "$(go env GOARCH)" != arm64 ]; then race=; fi
go test $race -count=1 -json ./... >"$work/tests" 2>"$work/said"
python3 - "$work/tests" <<'END'
import json, sys
output, counted = {}, 0
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    try:
        event = json.loads(line)
    except ValueError:
        continue
    name, action = event.get("Test"), event["Action"]
    output.setdefault(name, []).append(event.get("Output", ""))
    if action == "fail" and name is None:
        print(f"not ok go_test_of_{event['Package'].split('/')[-1]}: {' '.join(''.join(output[name]).split())[-300:]}")
    if name is None or action not in ("pass", "fail", "skip"):
        continue
    counted += 1
    said = " ".join("".join(output[name]).split())[-300:]
    print({"pass": f"ok go_{name}", "fail": f"not ok go_{name}: {said}", "skip": f"skip go_{name} # {said}"}[action])
if not counted:
    print("not ok go_tests: none was run")
END
sed 's/^/  /' "$work/said"

"$build/bindings/behaviour/behaviour_c" <"$root/bindings/behaviour/behaviour.txt" >"$work/c" 2>/dev/null
WIRESTAMP_BEHAVIOUR_OUT=$work/go go test -count=1 -run 'TestBehaviour$' . >"$work/said" 2>&1
try behaviour_of_go_is_that_of_c cmp "$work/c" "$work/go"
# Without the detector the ten million calls are ten million.
try go_millions_of_calls_do_not_grow go test -count=1 -run 'TestMillionsOfCallsDoNotGrow$' .

# With the search of cgo's for addresses that C must not see (generate.sh turns it off).
mkdir "$work/searched"
cp -r . "$work/searched"
sed -i 's/^typedef char \*swig_voidp;/typedef void *swig_voidp;/' "$work/searched/internal/native/wirestamp.go"
searched() { (cd "$work/searched" && grep -q 'void \*swig_voidp' internal/native/wirestamp.go && GODEBUG=cgocheck=1 "$@"); }
cp -r ../behaviour "$work"
try go_shows_c_no_address_of_its_own searched go test -count=1 -run 'Behaviour|Packets|Batches|Log|Descriptors|UTF8|Errors|Options' .

# Where the library is not installed, the message names the package that is missing (another flag: what is cached needs none).
if said=$(PKG_CONFIG_PATH= PKG_CONFIG_LIBDIR=$work CGO_CFLAGS=-DFRESH go build . 2>&1); then
    echo "not ok go_without_the_library_names_it: it builds"
elif grep -q 'wirestamp' <<<"$said" && grep -qi 'pkg-config' <<<"$said"; then
    echo "ok go_without_the_library_names_it"
else
    echo "not ok go_without_the_library_names_it: $(head -n 3 <<<"$said" | tr '\n' ' ')"
fi

# The samples are a module of their own, as a reader's program is.
mkdir "$work/bin"
for source in "$root"/samples/go/*/main.go; do
    lines=$(wc -l <"$source")
    try "go_sample_is_short_$(basename "$(dirname "$source")")" test "$lines" -lt 100
done
samples() { (cd "$root/samples/go" && "$@"); }
try go_samples_vet samples go vet ./...
try go_samples_build samples go build -o "$work/bin" ./...
cat >"$work/sample" <<END
#!/usr/bin/env bash
declare -A program=([stamps]=capabilities [watch]=watch [latency]=latency [ptp]=ptpclock [simulated]=simulated)
name=\$1
shift
exec "$work/bin/\${program[\$name]}" "\$@"
END
chmod +x "$work/sample"
"$root/bindings/check_samples.sh" go "$work/sample"
