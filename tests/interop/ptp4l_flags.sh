#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The command line of ptp4l(8), flag by flag, and configuration files of Debian's linuxptp read as they are: each must have its
# effect, told by the real pmc, or be refused in words.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

add_link 1
# clock ARGUMENT...: runs as given, answers kept in $work/told
clock() {
    rm -f "$work/flags.uds"
    "$wirestamp" ptp --uds_address "$work/flags.uds" "$@" >"$work/flags.log" 2>&1 &
    local process=$!
    timeout 10 sh -c 'until [ -S "$1" ] || ! kill -0 "$2" 2>/dev/null; do sleep 0.05; done' sh "$work/flags.uds" $process
    ask flags.uds "GET PORT_DATA_SET" "GET SLAVE_ONLY" "GET PORT_PROPERTIES_NP" "GET DEFAULT_DATA_SET" "GET CLOCK_DESCRIPTION" \
        >"$work/told"
    kill -TERM $process 2>/dev/null
    wait $process
}
# tells NAME PATTERN...: the clock that just ran told lines like these
tells() {
    local name=$1 pattern
    shift
    for pattern in "$@"; do
        if ! grep -Eq -- "$pattern" "$work/told"; then
            not_ok "$name" "no $pattern: $(tr -s ' \t\n' ' ' <"$work/flags.log" | head -c 200)"
            return
        fi
    done
    ok "$name"
}
# refuses NAME PATTERN ARGUMENT...
refuses() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(timeout 20 "$wirestamp" ptp "$@" -d 0.2s 2>&1)
    status=$?
    { [ "$status" = 1 ] || [ "$status" = 2 ]; } && grep -Eq -- "$pattern" <<<"$output"
    check "$name" $? "exit $status: $(head -c 200 <<<"$output")"
}

clock -i wst-a1 -E -4 -S -s -m -q -l 7
tells E_4_S_s_m_q_l 'delayMechanism +1$' 'slaveOnly +1$' 'timestamping +SOFTWARE' 'protocolAddress +1 10.77.1.1$' 'interface +wst-a1$'
clock -iwst-a1 -P6Smq
tells P6Smq_in_one_word 'delayMechanism +2$' 'slaveOnly +0$' 'protocolAddress +2 '
clock -A -S -i wst-a1 -p /dev/ptp0
tells A_and_p 'delayMechanism +1$'
clock -S -i wst-a1 -i wst-a
tells i_twice_is_a_boundary_clock 'numberPorts +2$' 'interface +wst-a1$' 'interface +wst-a$'
clock -S -i wst-a1 --slaveOnly 1 --priority1=77 --logSyncInterval -4 --logAnnounceInterval=-6
tells long_options 'slaveOnly +1$' 'priority1 +77$' 'logSyncInterval +-4$' 'logAnnounceInterval +-6$'
refuses H_without_hardware 'hardware|stamp' -H -i wst-a1
refuses L_says_why 'legacy' -L -i wst-a1
refuses 2_says_why 'L2|Ethernet|UDP' -2 -i wst-a1
refuses unknown_interface 'no interface is called wst-nil' -S -i wst-nil
refuses no_interface 'INTERFACE' -S
"$wirestamp" ptp -S -i wst-a1 --priority1 2>&1 | grep -q 'needs a value'
check value_missing $? "not told"
refuses value_out_of_range 'priority1' -S -i wst-a1 --priority1 256
refuses unknown_option 'did you mean "priority1"' -S -i wst-a1 --priorty1 3
refuses file_missing 'does not exist' -S -f "$work/nil.conf"
[ "$("$wirestamp" ptp -v)" = "$("$wirestamp" --version | head -n 1)" ]
check v_prints_the_version $? "$("$wirestamp" ptp -v 2>&1)"
for help in -h --help; do
    "$wirestamp" ptp $help 2>&1 | grep -q -- '--interface'
    check "help$help" $? "no help"
done
"$wirestamp" ptp --help-options >"$work/options"
[ "$(grep -c '^  --' "$work/options")" -gt 120 ] && grep -q 'logSyncInterval.*default 0' "$work/options"
check help_options_lists_all $? "$(wc -l <"$work/options") lines"

# Debian's own configuration, untouched: its values are the defaults, and the command line goes before its global section.
configuration=/etc/linuxptp/ptp4l.conf
if [ -r $configuration ]; then
    clock -f $configuration -i wst-a1 -S
    tells debian_configuration 'priority1 +128$' 'clockClass +248$' 'logAnnounceInterval +1$' 'delayMechanism +1$' \
        'offsetScaledLogVariance +0xffff$' 'announceReceiptTimeout +3$'
    clock -f $configuration -i wst-a1 -S --priority1 9
    tells command_line_goes_before_the_file 'priority1 +9$'
else
    echo "skip debian_configuration # no $configuration here"
fi
samples=/usr/share/doc/linuxptp/configs
if [ -d $samples ]; then
    for sample in default UNICAST-MASTER G.8265.1 G.8275.2; do
        zcat -f $samples/$sample.cfg* >"$work/$sample.conf"
        clock -f "$work/$sample.conf" -i wst-a1 -S
        tells "sample_$sample" 'RESPONSE MANAGEMENT DEFAULT_DATA_SET'
    done
    refuses sample_of_a_transparent_clock_says_why 'E2E-TC.*clock_type' -S -i wst-a1 -f $samples/E2E-TC.cfg
    refuses sample_over_ethernet_says_why 'gPTP.*network_transport' -S -i wst-a1 -f $samples/gPTP.cfg
else
    echo "skip sample_configurations # no $samples here"
fi
