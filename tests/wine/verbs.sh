#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every verb of wirestamp.exe as a user of Windows calls it: text, JSON lines, files of Windows' line ends and names of other
# alphabets, and mistakes.
set -u
exe=${WIRESTAMP_COMMAND:?set WIRESTAMP_COMMAND to wirestamp.exe}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
wirestamp() { timeout 120 "$WINE" "$exe" "$@"; }
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(head -c 400 <<<"$2" | tr '\r\n' '  ')"; }

# says NAME PATTERN WORD...: succeeds and prints a line with this pattern.
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(wirestamp "$@" 2>&1)
    status=$?
    if [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"; then ok "$name"; else not_ok "$name" "exit $status: $output"; fi
}
# json NAME WORD...: every line is an object.
json() {
    local name=$1
    shift
    if wirestamp "$@" 2>"$work/err" | python3 -c 'import json, sys
lines = [json.loads(line) for line in sys.stdin]
sys.exit(0 if lines and all(isinstance(line, dict) for line in lines) else 1)'; then ok "$name"; else
        not_ok "$name" "not JSON lines; $(cat "$work/err")"
    fi
}
# refuses NAME WORDS-OF-THE-ERROR WORD...: ends with exit code 1 or 2, says so, and does not crash.
refuses() {
    local name=$1 words=$2 output status
    shift 2
    output=$(wirestamp "$@" 2>&1)
    status=$?
    if { [ "$status" = 1 ] || [ "$status" = 2 ]; } && grep -qi -- "$words" <<<"$output"; then ok "$name"; else
        not_ok "$name" "exit $status, said: $output"
    fi
}

says version 'windows' --version
says help 'Exit codes' --help
says help_of_a_verb 'clientOnly\|interface' ptp --help
says options_are_listed 'domainNumber' ptp --help-options
says list 'lo' list
json list_json list --json
says latency 'send call to transmit stamp  *p50 *[0-9]\{1,9\} ns' latency --count 20
json latency_json latency --count 20 --json
says latency_ipv6 'p50' latency --count 20 --address ::1
says simulate 'rms' simulate -d 100s
json simulate_json simulate -d 50s --every --json
says watch 'watching' watch -d 1s

wirestamp simulate -d 100s --every --json >run.json 2>/dev/null
if command -v gnuplot >/dev/null 2>&1; then
    # A Windows without gnuplot says what is missing.
    refuses report_without_gnuplot 'gnuplot' report run.json -o report.html
fi
refuses pictures_without_gnuplot 'gnuplot' simulate -d 100s --plot picture.svg

refuses no_stamps_to_speak_of 'Windows 11 and Server 2022' cross 1
refuses no_verb 'subcommand' --json
refuses unknown_verb 'ptpp' ptpp
refuses no_interface 'interface' ptp
refuses missing_interface 'nosuch0' ptp -i nosuch0
refuses caps_of_nothing 'nosuch0' caps nosuch0
refuses unknown_option_names_the_nearest 'domainNumber' ptp -i 1 --domainNumbr 3
refuses range_is_told '255' ptp -i 1 --priority1 300
refuses word_is_told 'E2E' ptp -i 1 --delay_mechanism E3E
refuses option_without_value 'value' ptp -i 1 --priority1
refuses missing_file 'missing.conf' ptp -f missing.conf
refuses hardware_is_not_there 'SIO_TIMESTAMPING\|Windows 11' ptp -i 1 -4 -H --event_port 10319 --general_port 10320 -d 1s
refuses an_adapters_clock_is_not_steered 'clock_discipline virtual\|hardware' \
    ptp -i 1 -4 --clock_discipline device --event_port 10319 --general_port 10320 -d 1s

# A ptp4l.conf as an editor of Windows writes it, under a name that is in no code page of the West.
printf '[global]\r\npriority1\t77\r\n# a comment\r\n[1]\r\nlogSyncInterval -2\r\n' >'часы.conf'
says config_with_windows_line_ends 'MASTER' ptp -f 'часы.conf' -4 -S --event_port 10319 --general_port 10320 -d 8s
printf '[global]\r\npriority1 128\r\nnosuchoption 1\r\n' >bad.conf
refuses file_and_line 'bad.conf.*3' ptp -i 1 -f bad.conf
head -c 5000 /dev/urandom >random.conf
refuses rubbish_file 'random.conf' ptp -i 1 -f random.conf
refuses a_name_of_another_alphabet_is_told_back 'Überträger-接口' caps 'Überträger-接口'

# The ports of PTP are another program's.
python3 -c 'import socket, sys
held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
held[0].bind(("0.0.0.0", 10321)); held[1].bind(("0.0.0.0", 10322))
print("held", flush=True); sys.stdin.read()' < <(sleep 60) >held &
holder=$!
timeout 20 sh -c 'until grep -q held held; do sleep 0.1; done'
refuses a_port_in_use '10321' ptp -i 1 -4 -S --event_port 10321 --general_port 10322 -d 1s
kill "$holder"
