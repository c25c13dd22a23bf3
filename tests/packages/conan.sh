#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Conan's recipe: by Conan where it is installed (2.x), with what the recipe requires taken from this system; else its methods are
# called in Conan's order by a few lines that offer what it uses of Conan, and the package is used from its own test project.
set -u
. "${WIRESTAMP_ROOT:?}/tests/packages/steps.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if conan --version 2>/dev/null | grep -q '^Conan version 2'; then
    export CONAN_HOME=$work/home
    step profile conan profile detect
    profile=$work/home/profiles/default
    sed -i 's/^compiler.cppstd=.*/compiler.cppstd=gnu20/' "$profile"
    printf '[platform_requires]\nboost/1.74.0\n[conf]\ntools.cmake.cmaketoolchain:generator=Ninja\n' >>"$profile"
    step conan_creates_and_tests conan create "$root/packaging/conan"
    exit 0
fi
# So that the compiler cache knows the same source in another place.
export CCACHE_BASEDIR=$work/all/source
said=$(python3 -B "$here/without_conan/run.py" "$root/packaging/conan/conanfile.py" "$work/all" 2>&1)
check=$?
if [ "$check" = 0 ]; then ok recipe_runs; else not_ok recipe_runs "$said"; exit 0; fi
for told in "$version" 'boost/' wirestamp Wirestamp::wirestamp; do
    if grep -q -- "$told" <<<"$said"; then ok "recipe_tells_$told"; else not_ok "recipe_tells_$told" "$said"; fi
done
package=$work/all/package
left=$(cd "$package" && find . -type f -not -path './include/*' | LC_ALL=C sort | tr '\n' ' ')
if [ "$left" = "./lib/libwirestamp.so.$version ./licenses/LICENSE ./licenses/THIRD-PARTY.txt " ]; then ok package_has_what_it_should; else
    not_ok package_has_what_it_should "$left"
fi
step program_builds cc -std=c99 "$root/packaging/conan/test_package/program.c" -I "$package/include" -L "$package/lib" -lwirestamp \
    "-Wl,-rpath,$package/lib" -o "$work/program"
step program_runs "$work/program"
