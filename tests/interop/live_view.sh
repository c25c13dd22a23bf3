#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `wirestamp ptp` between two hosts as a person watches it (a terminal that pyte plays), as Prometheus scrapes it and as systemd
# starts it: an ordinary account with one capability.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"

python=/usr/bin/python3
port_of() { sed -n 's#.*metrics at http://[^:]*:\([0-9]*\)/metrics.*#\1#p' "$1"; }

there "$wirestamp" ptp -i wst-b -S --logSyncInterval -3 --priority1 100 >"$work/master.log" 2>&1 &
await_line "$work/master.log" MASTER 60
check master_up $? "$(tail -n 3 "$work/master.log")"

client=(ptp -i wst-a -S -s --logSyncInterval -3 --logMinDelayReqInterval -3)
if "$python" -c 'import pyte' 2>/dev/null; then
    "$python" "$here_dir/live_view.py" "$work/screen.txt" "$wirestamp" "${client[@]}" --metrics 0
else
    echo "skip live_view # python3-pyte is not installed"
fi

# As the unit starts it. Without the capability the reason is told.
as_service=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs)
if command -v setpriv >/dev/null && "${as_service[@]}" "$wirestamp" --version >/dev/null 2>&1; then
    output=$("${as_service[@]}" --bounding-set=-all --inh-caps=-all "$wirestamp" "${client[@]}" -d 1s 2>&1)
    [ $? = 1 ] && grep -q net_bind_service <<<"${output,,}"
    check without_the_capability_says_so $? "$output"
    "${as_service[@]}" --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
        --bounding-set=-all,+net_bind_service "$wirestamp" "${client[@]}" --json --metrics 0 \
        >"$work/run.jsonl" 2>"$work/service.err" &
    service=$!
    await_line "$work/run.jsonl" '"to":"LOCKED"' 90
    check locks_with_one_capability $? "$(tail -n 3 "$work/run.jsonl" "$work/service.err")"
    if "$python" -c 'import prometheus_client, yaml' 2>/dev/null; then
        "$python" "$here_dir/metrics.py" "http://127.0.0.1:$(port_of "$work/service.err")/metrics" "$WIRESTAMP_ROOT/packaging/monitoring"
    else
        echo "skip metrics # python3-prometheus-client or python3-yaml is not installed"
    fi
    kill -TERM "$service"
    wait "$service"
    status=$?
    check service_ends_on_term "$status" "exit $status"
else
    echo "skip locks_with_one_capability # setpriv is missing, or another account may not run the command where it lies"
fi

"$python" - "$WIRESTAMP_ROOT/docs/wirestamp.schema.json" "$work/run.jsonl" <<'END'
import json, sys
try:
    import jsonschema
except ImportError:
    print("skip json_of_ptp # python3-jsonschema is not installed")
    sys.exit()
schema = json.load(open(sys.argv[1]))
lines = [json.loads(line) for line in open(sys.argv[2])]
wrong = [line for line in lines
         if not jsonschema.Draft202012Validator(schema["$defs"].get(line["event"], {"not": {}})).is_valid(line)]
kinds = {line["event"] for line in lines}
good = not wrong and {"offset", "summary", "clock_state", "port_state", "best_master"} <= kinds
print("ok json_of_ptp_is_as_the_schema_says" if good else f"not ok json_of_ptp_is_as_the_schema_says: {wrong[:1]} {kinds}")
END
"$wirestamp" report "$work/run.jsonl" -o "$work/run.html" 2>"$work/report.err" && grep -q 'until lock' "$work/run.html"
check report_of_ptp $? "$(cat "$work/report.err")"
