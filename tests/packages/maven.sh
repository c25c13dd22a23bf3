#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Maven: a repository is made, then used by an empty project, in a namespace without a network, so that what is resolved can only
# come from it (and Maven's own plugins from Debian's packages). The programs are the Java ones of the documents, with a PTP master
# on the other end of a veth pair. Where there is no Maven, the jar is taken from the repository as any build tool would find it.
set -u
. "${WIRESTAMP_ROOT:?}/tests/packages/steps.sh"
build=${WIRESTAMP_BUILD:?}
repository=$build/packages/maven
if [ -z "${WIRESTAMP_IN_NAMESPACE:-}" ]; then
    if [ ! -e "$build/bindings/java/wirestamp.jar" ]; then
        echo "skip maven # built without the Java binding: no JDK or no SWIG (packaging/bootstrap.sh test)"
        exit 0
    fi
    step repository cmake --build "$build" --target wirestamp_maven || exit 0
fi
. "$root/tests/interop/two_hosts.sh"

folder=$repository/org/wirestamp/wirestamp/$version
files=$(cd "$folder" && echo *.jar *.pom)
check repository_has_its_files "$([ "$files" = "wirestamp-$version-sources.jar wirestamp-$version.jar wirestamp-$version.pom" ]; echo $?)" "$files"
check checksums_are_right "$(cd "$folder" && for f in $files; do echo "$(cat "$f.sha1")  $f"; done | sha1sum --quiet -c; echo $?)" ""
cp -r "$repository" "$work/again"
cmake --build "$build" --target wirestamp_maven >/dev/null 2>&1
check packed_twice_is_the_same "$(diff -rq "$repository" "$work/again" >/dev/null; echo $?)" "$(diff -rq "$repository" "$work/again")"

there "$wirestamp" ptp -i wst-b --priority1 1 --logSyncInterval -3 --logAnnounceInterval -2 >"$work/master" 2>&1 &
python3 "$here/blocks.py" java "$work/programs" >"$work/list"
check there_were_programs "$([ "$(wc -l <"$work/list")" -ge 2 ]; echo $?)" "$(cat "$work/list")"

debian=/usr/share/maven-repo
plugin() { # GROUP-PATH NAME: the version that Debian has
    local found
    found=$(cd "$debian/$1/$2" 2>/dev/null && ls -d [0-9]* | sort -V | tail -n 1)
    echo "${found:-none}"
}
compiler=$(plugin org/apache/maven/plugins maven-compiler-plugin)
resources=$(plugin org/apache/maven/plugins maven-resources-plugin)
exec_plugin=$(plugin org/codehaus/mojo exec-maven-plugin)
if command -v mvn >/dev/null 2>&1 && [ "$compiler" != none ] && [ "$resources" != none ] && [ "$exec_plugin" != none ]; then
    cat >"$work/settings.xml" <<END
<settings>
  <localRepository>$work/local</localRepository>
  <mirrors><mirror><id>debian</id><mirrorOf>central</mirrorOf><url>file://$debian</url></mirror></mirrors>
</settings>
END
    export MAVEN_OPTS="-Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    while read -r place name arguments; do
        mkdir -p "$place/src/main/java"
        mv "$place"/*.java "$place/src/main/java"
        class=$(basename "$place"/src/main/java/*.java .java)
        cat >"$place/pom.xml" <<END
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>empty</groupId><artifactId>$class</artifactId><version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <repositories><repository><id>wirestamp</id><url>file://$repository</url></repository></repositories>
  <dependencies>
    <dependency><groupId>org.wirestamp</groupId><artifactId>wirestamp</artifactId><version>$version</version></dependency>
  </dependencies>
  <build><plugins>
    <plugin><artifactId>maven-resources-plugin</artifactId><version>$resources</version></plugin>
    <plugin><artifactId>maven-compiler-plugin</artifactId><version>$compiler</version></plugin>
    <plugin><groupId>org.codehaus.mojo</groupId><artifactId>exec-maven-plugin</artifactId><version>$exec_plugin</version></plugin>
  </plugins></build>
</project>
END
        step "${name}_by_maven" env -C "$place" timeout 180 mvn -B -q -s "$work/settings.xml" compile exec:java "-Dexec.mainClass=$class" \
            "-Dexec.args=$arguments" "-Dexec.cleanupDaemonThreads=false"
    done <"$work/list"
    check maven_resolved_the_jar "$([ -e "$work/local/org/wirestamp/wirestamp/$version/wirestamp-$version.jar" ]; echo $?)" "it did not"
else
    echo "skip by_maven # Maven and its plugins are not installed (packaging/bootstrap.sh test)"
    while read -r place name arguments; do
        # shellcheck disable=SC2086
        step "${name}_with_the_jar" timeout 120 java -cp "$folder/wirestamp-$version.jar" "$place"/*.java $arguments
    done <"$work/list"
fi
