#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Java: the tests with JUnit 5 from Debian and the jar's own natives, JNI checked; the table of behaviour brings what it brings in
# C; the program ends with everything open; the documentation is whole; the samples run.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${WIRESTAMP_ROOT:-$(cd "$here/../.." && pwd)}
build=${WIRESTAMP_BUILD:?set WIRESTAMP_BUILD to a build folder}
jar=$build/bindings/java/wirestamp.jar
if ! command -v javac >/dev/null 2>&1; then
    echo "skip java # no JDK is installed"
    exit 0
fi
if [ ! -e "$jar" ]; then
    echo "not ok java_jar: $jar was not built"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
try() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name: $(tail -n 6 "$work/said" | tr '\n' ' ')"
    fi
}
junit=
for name in junit-jupiter-api junit-jupiter-engine junit-platform-commons junit-platform-engine junit-platform-launcher \
    junit-platform-console junit-platform-reporting opentest4j apiguardian-api picocli; do
    [ ! -e "/usr/share/java/$name.jar" ] || junit+=:/usr/share/java/$name.jar
done
# A small heap, so that growth is seen; one compiler thread less to wait for.
java=(java -Xmx128m -XX:+UseSerialGC)

mkdir "$work/classes"
if [ -n "$junit" ]; then
    try java_tests_compile javac -Xlint:all,-path -Werror -encoding UTF-8 -d "$work/classes" -cp "$jar$junit" \
        "$here"/test/org/wirestamp/*.java
    "${java[@]}" -Xcheck:jni -cp "$work/classes:$jar$junit" org.junit.platform.console.ConsoleLauncher \
        --scan-classpath "$work/classes" --disable-banner --details none --reports-dir "$work/reports" >"$work/said" 2>&1
    code=$?
    python3 - "$work/reports/TEST-junit-jupiter.xml" "$code" "$work/said" <<'END'
import sys, xml.etree.ElementTree as tree
path, code, said = sys.argv[1:]
try:
    cases = list(tree.parse(path).getroot().iter("testcase"))
except (OSError, tree.ParseError):
    cases = []
failed = 0
for case in cases:
    name = f"java_{case.get('classname').split('.')[-1]}_{case.get('name').removesuffix('()')}"
    bad = [child for child in case if child.tag in ("failure", "error")]
    if bad:
        failed += 1
        print(f"not ok {name}: {' '.join((bad[0].get('message') or '').split())[:300]}")
    elif case.find("skipped") is not None:
        print(f"skip {name} # {' '.join((case.find('skipped').text or '').split())[:200]}")
    else:
        print(f"ok {name}")
if not cases or (code != "0" and not failed):
    text = " ".join(open(said, encoding="utf-8", errors="replace").read().split())
    print(f"not ok java_junit: ended with {code}: {text[-400:]}")
END
    # Warnings of the checker are about what SWIG's own run time leaves unchecked; an error is a broken call.
    if grep -q 'FATAL ERROR in native' "$work/said"; then
        echo "not ok java_jni_is_used_rightly: $(grep -m 1 'FATAL ERROR in native' "$work/said")"
    else
        echo "ok java_jni_is_used_rightly"
    fi
else
    echo "skip java_junit # JUnit 5 is not in /usr/share/java"
    try java_tests_compile javac -encoding UTF-8 -d "$work/classes" -cp "$jar" "$here/test/org/wirestamp/Behaviour.java" \
        "$here/test/org/wirestamp/OpenExit.java"
fi

run() { "${java[@]}" -cp "$work/classes:$jar" "$@"; }
"$build/bindings/behaviour/behaviour_c" <"$root/bindings/behaviour/behaviour.txt" >"$work/c" 2>/dev/null
run org.wirestamp.Behaviour <"$root/bindings/behaviour/behaviour.txt" >"$work/java" 2>"$work/said"
try behaviour_of_java_is_that_of_c cmp "$work/c" "$work/java"
for i in 1 2 3; do
    try "java_ends_with_everything_open_$i" run -Xcheck:jni org.wirestamp.OpenExit
done

# The loader's other ways: a directory that is named, java.library.path, and a clear message when there is nothing.
mkdir "$work/natives" "$work/bare"
(cd "$work/natives" && unzip -q -j "$jar" 'org/wirestamp/native/*' 2>/dev/null || jar --extract --file "$jar" &&
    find . -name '*.so*' -exec mv -n {} . \; ) >/dev/null 2>&1
(cd "$work/bare" && jar --extract --file "$jar" && rm -r org/wirestamp/native)
version() { java -Xmx64m "$@" org.wirestamp.OpenExit --version; }
try java_loads_from_a_named_directory version "-Dorg.wirestamp.library.path=$work/natives" -cp "$work/classes:$work/bare"
try java_loads_from_java_library_path version "-Djava.library.path=$work/natives" -cp "$work/classes:$work/bare"
if said=$(version -cp "$work/classes:$work/bare" 2>&1); then
    echo "not ok java_says_what_is_missing: it loaded"
elif grep -q 'Install Wirestamp, or set -Dorg.wirestamp.library.path' <<<"$said"; then
    echo "ok java_says_what_is_missing"
else
    echo "not ok java_says_what_is_missing: $(head -n 2 <<<"$said" | tr '\n' ' ')"
fi

# The sources need what is generated, which only the build has.
generated=$build/bindings/java/swig
try java_documentation_is_whole javadoc -quiet -Xdoclint:all -Werror -encoding UTF-8 --release 17 -d "$work/doc" \
    "$here"/src/module-info.java "$here"/src/org/wirestamp/*.java "$generated"/Abi.java "$generated"/Native.java \
    "$generated"/EventReceiver.java "$generated"/LogReceiver.java
try java_is_a_module java -p "$jar" --describe-module org.wirestamp
version=$(sed -n 's/^project(Wirestamp VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
try java_pom_is_of_this_version grep -q "<version>$version</version>" "$here/pom.xml"

# The samples as a reader runs them: from their source, with the jar alone. Compiled once, since eleven runs are made.
for source in "$root"/samples/java/*.java; do
    lines=$(wc -l <"$source")
    try "java_sample_is_short_$(basename "$source" .java)" test "$lines" -lt 100
done
try java_samples_compile javac -Xlint:all,-try -encoding UTF-8 -d "$work/samples" -cp "$jar" "$root"/samples/java/*.java
try java_sample_runs_from_its_source java -cp "$jar" "$root/samples/java/ListStamps.java"
cat >"$work/sample" <<END
#!/usr/bin/env bash
declare -A class=([stamps]=ListStamps [watch]=WatchChanges [latency]=ReceiveLatency [ptp]=TellPtpTime [simulated]=SimulatedNetwork)
name=\$1
shift
exec java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$work/samples:$jar" "\${class[\$name]}" "\$@"
END
chmod +x "$work/sample"
"$root/bindings/check_samples.sh" java "$work/sample"
