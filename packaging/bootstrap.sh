#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building or testing Wirestamp needs, from the packages of Debian 12 and its relatives. Asks dpkg first, so
# that a host that has all is done in an instant; where there is no apt it names what is missing and leaves the rest to you.
set -u

usage() {
    cat <<'END'
Usage: packaging/bootstrap.sh [--list] [--dry-run] [build] [test]
  build      compiler, CMake, Boost and what samples/quickstart.sh uses (the default)
  test       the same, and what tests/run.sh uses: ptp4l and pmc, tshark, ethtool, clang-format, Python, shells,
             SWIG, a JDK with JUnit 5, Maven, Go, and Mono where there is no .NET SDK
  --list     print the packages, install nothing
  --dry-run  say what would be done, do nothing
Exit code 0: all is there now, or this host has no apt; 1: something is missing and could not be installed; 2: wrong usage.
END
}

build_packages=(g++ cmake ninja-build ccache libboost-dev libboost-test-dev libcli11-dev nlohmann-json3-dev iproute2
    gnuplot-nox prometheus-cpp-dev)
test_packages=(binutils pkg-config python3 git procps linuxptp tshark ethtool clang-format man-db zsh fish librsvg2-bin
    python3-pyte python3-jsonschema python3-prometheus-client python3-yaml doxygen lintian dpkg-dev file abigail-tools
    maven libmaven-resources-plugin-java libmaven-compiler-plugin-java libexec-maven-plugin-java
    swig openjdk-17-jdk-headless junit5 golang-go make patch xz-utils python3-venv
    g++-mingw-w64-x86-64-posix wine64 clang libclang-rt-dev)
# Debian has no .NET SDK; where there is none the C# binding is built and tested with Mono.
command -v dotnet >/dev/null 2>&1 || test_packages+=(mono-mcs mono-runtime libmono-system4.0-cil libmono-system-core4.0-cil)
# For hosts without apt: what each package is good for, as a program or file to find or a header to compile.
declare -A proof=(
    [g++]=g++ [cmake]=cmake [ninja-build]=ninja [ccache]=ccache [iproute2]=ip [binutils]=nm [pkg-config]=pkg-config
    [python3]=python3 [git]=git [procps]=ps [linuxptp]=ptp4l [tshark]=tshark [ethtool]=ethtool [clang-format]=clang-format
    [libboost-dev]=boost/asio.hpp [libboost-test-dev]=boost/test/unit_test.hpp [libcli11-dev]=CLI/CLI.hpp
    [nlohmann-json3-dev]=nlohmann/json.hpp [gnuplot-nox]=gnuplot [swig]=swig [openjdk-17-jdk-headless]=javac
    [junit5]=/usr/share/java/junit-platform-console.jar [golang-go]=go [make]=make [patch]=patch [xz-utils]=xz [python3-venv]=python3
    [doxygen]=doxygen [lintian]=lintian [dpkg-dev]=dpkg-shlibdeps [file]=file [abigail-tools]=abidiff
    [maven]=mvn [libmaven-resources-plugin-java]=/usr/share/maven-repo/org/apache/maven/plugins/maven-resources-plugin
    [libmaven-compiler-plugin-java]=/usr/share/maven-repo/org/apache/maven/plugins/maven-compiler-plugin
    [libexec-maven-plugin-java]=/usr/share/maven-repo/org/codehaus/mojo/exec-maven-plugin
    [prometheus-cpp-dev]=prometheus/exposer.h [man-db]=man [zsh]=zsh [fish]=fish [librsvg2-bin]=rsvg-convert
    [python3-pyte]=python3 [python3-jsonschema]=python3 [python3-prometheus-client]=python3 [python3-yaml]=python3
    [g++-mingw-w64-x86-64-posix]=x86_64-w64-mingw32-g++-posix [wine64]=/usr/lib/wine/wine64
    [clang]=clang++ [libclang-rt-dev]=clang++ [mono-mcs]=mcs [mono-runtime]=mono [libmono-system4.0-cil]=/usr/lib/mono/4.5/System.dll
    [libmono-system-core4.0-cil]=/usr/lib/mono/4.5/System.Core.dll
)

groups=() list=no dry=no
for argument in "$@"; do
    case $argument in
        build | test) groups+=("$argument") ;;
        --list) list=yes ;;
        --dry-run) dry=yes ;;
        -h | --help) usage; exit 0 ;;
        *) echo "bootstrap: unknown argument \"$argument\"" >&2; usage >&2; exit 2 ;;
    esac
done
wanted=("${build_packages[@]}")
case " ${groups[*]-} " in *" test "*) wanted+=("${test_packages[@]}") ;; esac
[ "$list" = no ] || { printf '%s\n' "${wanted[@]}"; exit 0; }

say() { echo "bootstrap: $*"; }

# CMake older than this reads neither the presets nor the lists.
check_cmake() {
    local version
    version=$(cmake --version 2>/dev/null | sed -n '1s/.* //p')
    [ -n "$version" ] || return 0
    [ "$(printf '3.25\n%s\n' "$version" | sort -V | head -n 1)" = 3.25 ] ||
        say "CMake here is $version; Wirestamp needs 3.25 or newer (pip install cmake, or backports)"
}

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    missing=()
    PATH=$PATH:/usr/sbin:/sbin
    for package in "${wanted[@]}"; do
        case ${proof[$package]} in
            *.h | *.hpp)
                compiler=${CXX:-g++}
                command -v "$compiler" >/dev/null 2>&1 &&
                    echo "#include <${proof[$package]}>" | "$compiler" -std=c++20 -E -x c++ - >/dev/null 2>&1 ||
                    missing+=("<${proof[$package]}> ($package)") ;;
            /*) [ -e "${proof[$package]}" ] || missing+=("${proof[$package]} ($package)") ;;
            *) command -v "${proof[$package]}" >/dev/null 2>&1 || missing+=("${proof[$package]} ($package)") ;;
        esac
    done
    if [ ${#missing[@]} = 0 ]; then
        say "no apt on this host; all that is needed is there"
    else
        say "no apt on this host; install these by its own means (Debian's package in brackets):"
        printf '  %s\n' "${missing[@]}"
    fi
    check_cmake
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
    say "all ${#wanted[@]} packages are there"
    check_cmake
    exit 0
fi
say "installing ${#missing[@]} of ${#wanted[@]} packages: ${missing[*]}"

if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null 2>&1; then
    as_root=(sudo)
else
    say "neither root nor sudo; as root, run: apt-get install ${missing[*]}"
    exit 1
fi
if [ "$dry" = yes ]; then
    say "would run: ${as_root[*]-} apt-get install --no-install-recommends ${missing[*]}"
    exit 0
fi
run() { "${as_root[@]}" "$@" </dev/null; }

# A package of daemons must not start one here: a ptp4l of the system would take the ports and steer the clock. The policy
# file is Debian's own way to say so; it exists only while apt runs, and never replaces one that the host has.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'run rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    run sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
fi

apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
install=(install --no-install-recommends "${missing[@]}")
log=$(mktemp)
# The list of packages on a fresh image is empty or old: only then is it fetched.
if ! run "${apt[@]}" "${install[@]}" >"$log" 2>&1; then
    say "fetching the list of packages first"
    if ! run "${apt[@]}" update >"$log" 2>&1 || ! run "${apt[@]}" "${install[@]}" >"$log" 2>&1; then
        say "apt-get failed; its last words:"
        tail -n 15 "$log" | sed 's/^/  /'
        rm -f "$log"
        exit 1
    fi
fi
rm -f "$log"
say "done"
check_cmake
