#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The first command of README.md, as a new user runs it (the packages are there already).
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=$top/build/quickstart
rm -rf "$out"
far_hosts() { pgrep -c -f '^unshare --net --fork --kill-child sleep infinity$'; }
before=$(ip -o link | wc -l)
hosts=$(far_hosts)
text=$("$top/samples/quickstart.sh" --no-install --seconds 20 2>&1)
status=$?
if [ "$status" = 0 ]; then echo "ok quickstart"; else echo "not ok quickstart: exit $status: $(tail -n 5 <<<"$text")"; fi
if grep -q 'network namespaces to this user' <<<"$text"; then
    echo "skip quickstart_real_network # no network namespaces here"
elif grep -q 'summary: locked after' <<<"$text"; then
    echo "ok quickstart_real_network"
else
    echo "not ok quickstart_real_network: $(grep -m 3 -i 'summary\|wirestamp:' <<<"$text")"
fi
for plot in veth simulated; do
    if grep -q '<svg' "$out/$plot.svg" 2>/dev/null; then echo "ok quickstart_plot_$plot"; else echo "not ok quickstart_plot_$plot: no SVG"; fi
done
# Whatever it started is gone with it: no more processes hold a far host than before.
left=$(($(far_hosts) - hosts))
links=$(($(ip -o link | wc -l) - before))
if [ "$links" = 0 ] && [ "$left" -le 0 ]; then echo "ok quickstart_cleans_up"; else
    echo "not ok quickstart_cleans_up: $links links and $left processes are left"
fi
