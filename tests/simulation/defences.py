#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which line of the library carries each fault and each attack, and the proof of it: with that line changed,
the test named with it fails.

    tests/simulation/defences.py [NAME...]    changes the lines one after the other, builds, runs the tests that must
                                              fail then, and puts all back; NAME is a part of a fault's or a test's name.
                                              It takes ten minutes, and a tree that nobody else builds in.
    tests/simulation/defences.py --check      that each line is still there, once, and each test, and that no test of
                                              faults.cpp and attacks.cpp is without its line (this is run with the tests)

An entry: what is removed, the file, its text, what stands there instead, and the tests that fail then, each by program and case.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"

CLOCK, PTP, RUNTIME = "impl/clock/", "impl/ptp/", "impl/runtime/ptp/"
FAULTS, ATTACKS, RECORD = "simulation_faults ", "simulation_attacks ", "simulation_record "

DEFENCES = [
    # Clocks
    ("an offset is slewed away", CLOCK + "discipline.cpp",
     "clock.slew(raw, -apart_now,", "clock.slew(raw, 0,", FAULTS + "clock_offset"),
    ("the oscillator's rate is learnt", CLOCK + "discipline.cpp",
     "const double base = std::clamp(-e.frequency, -limit, limit);", "const double base = std::clamp(0 * e.frequency, -limit, limit);",
     FAULTS + "clock_drift"),
    ("who has lost the time begins anew", CLOCK + "adaptive.cpp",
     "if (has_lost_the_time(c, best)) {", "if (has_lost_the_time(c, best) && spacing_ < 0) {",
     "unit_clock a_rate_that_changes_at_once_is_found"),
    ("noise varies, or it is none", CLOCK + "adaptive.cpp",
     "if (noise_was_none(c, best, raw, value)) {", "if (noise_was_none(c, best, raw, value) && spacing_ < 0) {",
     "unit_clock a_master_that_ran_to_another_time_is_not_taken_for_noise"),
    ("an observation counts for what it is worth", CLOCK + "filter_bank.cpp",
     "x[i] += vx * g;", "x[i] += d * 0.5 * residual[i];", FAULTS + "clock_white_noise",
     FAULTS + "jitter_gaussian", FAULTS + "jitter_uniform", FAULTS + "jitter_pareto", FAULTS + "jitter_queue", FAULTS + "link_queueing"),
    ("an oscillator is believed to wander", CLOCK + "adaptive.cpp",
     "centre_ * centre_ * factor * factor;", "1e-12 * factor;", FAULTS + "clock_random_walk"),
    ("models of more wander are there before it is needed", CLOCK + "adaptive.cpp",
     "column_factor = {0.5, 1, 2, 64}", "column_factor = {0.5, 1, 1, 1}", FAULTS + "clock_temperature_ramp"),
    ("the step of the stamps widens the bound", CLOCK + "discipline.cpp",
     "if (common_step > 1 && common_step <= largest_step)", "if (common_step < 0)", FAULTS + "clock_granularity"),
    ("the width of a reading is part of the system clock's bound", RUNTIME + "system_follower.cpp",
     "discipline_.on_delay(before, reading.ptp, 0);", "discipline_.on_delay(after, reading.ptp, 0);",
     FAULTS + "clock_read_latency"),
    ("clocks are compared with each other", RUNTIME + "ptp_clock_steering.cpp",
     "if (!device_ || !device_comparable_ || announced_)", "if (!device_ || !device_comparable_ || !announced_)",
     FAULTS + "clock_step"),
    ("time goes on over a counter that is reset", RUNTIME + "ptp_clock.cpp",
     "step != 0 && !steered_)", "step == 1)", FAULTS + "clock_reset"),
    # Links
    ("the delay is measured", PTP + "port_delay.cpp",
     "step.out.add(measured);", "if (number_ == 0) step.out.add(measured);", FAULTS + "link_delay"),
    ("some models take noise for exponential", CLOCK + "filter_bank.cpp",
     "likelihood[i] = total;\n        trust[i] = inside;\n        residual[i] = r;\n        learning[i] = inside * (-1",
     "likelihood[i] = 0;\n        trust[i] = inside;\n        residual[i] = r;\n        learning[i] = inside * (-1",
     FAULTS + "jitter_exponential",
     FAULTS + "host_delays", ATTACKS + "packets_that_are_held_back_are_left_out"),
    ("outliers have a share of their own", CLOCK + "adaptive.cpp",
     "std::clamp(outlier_share_, 0.002, 0.2)", "1e-30", FAULTS + "jitter_trace"),
    ("neighbours that waited alike count less", CLOCK + "adaptive.cpp",
     "worth_ = (1 - like) / (1 + like);", "worth_ = 1;", "unit_clock queues_are_told_from_wander"),
    ("asymmetry_bound widens the bound", CLOCK + "discipline.cpp",
     "return config.asymmetry_bound + config.upstream.path +", "return config.upstream.path +", FAULTS + "link_asymmetry",
     ATTACKS + "a_steady_delay_attack_stays_within_the_asymmetry_bound"),
    ("delayAsymmetry is taken out", PTP + "port_sync.cpp",
     "saturating_add(header.correctionField, config_.delayAsymmetry)", "header.correctionField",
     FAULTS + "link_asymmetry"),
    ("a Sync goes with its own Follow_Up", PTP + "sync_pairing.cpp",
     "return slot && slot->sequenceId == sequenceId;", "return slot.has_value() || sequenceId == 0;", FAULTS + "link_loss"),
    ("an Announce that comes twice counts once", PTP + "foreign_masters.cpp",
     "if (record != nullptr && record->header.sequenceId == header.sequenceId)", "if (announcement.interval < 0)",
     FAULTS + "link_duplication"),
    ("a Follow_Up that comes first is kept", PTP + "sync_pairing.cpp",
     "slot_for(memory_.follow_ups, displaced) = follow_up;", "slot_for(memory_.follow_ups, displaced);",
     FAULTS + "link_reordering"),
    ("the bound grows with silence", CLOCK + "clock_view.hpp",
     "std::max(variance + growth, 0.0)", "std::max(variance, 0 * growth)", FAULTS + "link_cut"),
    # Adapters
    ("a packet without a stamp says nothing", PTP + "port.cpp",
     "    fault(FaultKind::receive_stamp_missing, step);\n    return std::nullopt;",
     "    return LocalStamp{step.now.ptp, step.now.ptp};", FAULTS + "adapter_capabilities"),
    ("a stamp that never comes is given up", PTP + "pending_stamps.hpp",
     "if (next_deadline() > now)", "if (next_deadline() != now + 1)", FAULTS + "transmit_stamps_lost"),
    ("a stamp that comes late is waited for", PTP + "port.cpp",
     "pending.expires = step.now.monotonic + config_.transmit_stamp_timeout;",
     "pending.expires = step.now.monotonic + 1;", FAULTS + "transmit_stamps_late"),
    ("a step is one only if both directions say the same", CLOCK + "adaptive.cpp",
     "std::abs(step_here - step_there) < 6 * (c[0] + c[1])", "std::abs(step_here - step_there) < 1e12 * c[0]",
     FAULTS + "stamps_that_lie"),
    ("sockets are opened anew", RUNTIME + "ptp_clock.cpp",
     "if (port->gone && port->wanted) {", "if (port->gone && port->wanted && ports_.empty()) {", FAULTS + "adapter_restart"),
    ("time goes on over the system's counter", RUNTIME + "local_timescale.cpp",
     "return remembered_device_ + (clocks_.read(platform::ClockKind::monotonic_raw) - remembered_raw_);",
     "return remembered_device_;", FAULTS + "adapter_vanishes"),
    ("an interface is known by its name", RUNTIME + "ptp_clock.cpp",
     "        if (!interface) {\n            lose_interface(", "        if (!interface) {\n            if (false) lose_interface(",
     FAULTS + "adapter_renamed"),
    ("a clock that is steered is opened for it", RUNTIME + "ptp_clock_steering.cpp",
     "steered_ = clocks.open_device_clock(*first, true);", "steered_ = clocks.open_device_clock(*first, false);",
     FAULTS + "a_clock_that_is_not_to_be_set"),
    ("a step is seen in packets", CLOCK + "adaptive.cpp",
     "    if (bank_.trust[best] >= 0.5) {\n        own.run = 0;", "    if (bank_.trust[best] >= 0) {\n        own.run = 0;",
     FAULTS + "no_cross_timestamps"),
    # Hosts
    ("requests that were not sent in time are not made up for", PTP + "port_delay.cpp",
     "delay_req_timer_.start(now - next > stall ? now + gap : next);", "delay_req_timer_.start(now < 0 * stall ? now + gap : next);",
     FAULTS + "host_stall"),
    ("messages that were not sent in time are not made up for", PTP + "schedule.hpp",
     "            at_ += (now - at_) / interval * interval;", "            at_ += 0;", FAULTS + "host_stall"),
    ("sleep is noticed", RUNTIME + "ptp_clock.cpp",
     "if (slept < noticeable)", "if (slept >= 0 || noticeable > 0)", FAULTS + "host_suspend"),
    ("stamps are taken from the clock that is set to one that is not", RUNTIME + "local_timescale.cpp",
     "    realtime_less_counter_ = relation;",
     "    realtime_less_counter_ = realtime_less_counter_ != 0 ? realtime_less_counter_ : relation;", FAULTS + "host_step"),
    ("stamps by a system clock that was set meanwhile are left out", RUNTIME + "local_timescale.cpp",
     "> allowed || step_made_;", "< 0 && allowed > 0;",
     "unit_runtime a_stamp_from_before_a_step_of_the_system_clock_is_refused"),
    ("what transparent clocks say is taken out", PTP + "sync_pairing.cpp",
     "result.pair = SyncPair{sync, t1, correction};", "result.pair = SyncPair{sync, t1, 0 * correction};",
     FAULTS + "transparent_clock"),
    # Masters and adapters that have room for one
    ("requests with an adapter's stamps leave one by one", RUNTIME + "ptp_clock.cpp",
     "port.sockets->stamps_in_software() &&", "true &&",
     "unit_runtime who_takes_packets_with_his_own_beat_measures_and_answers_as_much"),
    ("requests that nobody answers together leave one by one", RUNTIME + "ptp_clock.cpp",
     "port.one_by_one = true;", "port.one_by_one = false;",
     "unit_runtime requests_leave_one_by_one_where_a_master_does_not_answer_several"),
    # Attacks
    ("two Announces make a master", PTP + "foreign_masters.cpp",
     "(record->times_heard >= threshold && now - record->heard[0] <= window)", "record->times_heard >= 1",
     ATTACKS + "a_single_forged_announce_elects_nobody"),
    ("only acceptable masters are heard", PTP + "config_engine.cpp",
     "engine.acceptable_master_table_enabled = !engine.acceptable_masters.empty();",
     "engine.acceptable_master_table_enabled = false;", ATTACKS + "a_forged_master_is_kept_out_by_the_acceptable_masters"),
    ("a master that says nothing any more is forgotten", PTP + "port.cpp",
     "if (announce_receipt_at_ <= now) {", "if (announce_receipt_at_ < 0 * now) {",
     ATTACKS + "a_forged_master_that_leaves_is_forgotten"),
    ("one that was used is not used again", PTP + "sync_pairing.cpp",
     "return static_cast<std::uint16_t>(*memory_.last_used - sequenceId) < replay_window;", "return sequenceId == 0;",
     ATTACKS + "replayed_messages_move_nothing"),
    ("an origin that jumps is held back", PTP + "origin_watch.hpp",
     "const bool fits = !known_ || agrees(last_, Sample{t1, raw});", "const bool fits = true;",
     ATTACKS + "a_stolen_identity_is_told_and_moves_nothing"),
    ("who has most gives way", PTP + "unicast_server.cpp",
     "if (greediest == nullptr || most < own + 2)", "if (own + 2 > 0)",
     ATTACKS + "exhausted_unicast_places_are_given_to_those_who_have_none"),
    ("rates are granted up to a limit", PTP + "unicast_server.cpp",
     "while (load_ - freed + load_of(log2) > limits_.messages_per_second * load_unit)", "while (false)",
     ATTACKS + "exhausted_unicast_rates_are_given_to_those_who_have_none"),
    ("answers to management are rationed", PTP + "management_responder.cpp",
     "if (saved_ < answer_cost)", "if (answer_cost < 0)", ATTACKS + "management_is_answered_at_a_bounded_rate"),
    ("only the local socket may set and command", PTP + "management_responder.cpp",
     "    if (!may_change(request))", "    if (!may_change(request) && false)",
     ATTACKS + "management_from_the_network_changes_nothing"),
    ("a turn takes so many packets", RUNTIME + "ptp_port.cpp",
     "constexpr int rounds_per_wake = 8;", "constexpr int rounds_per_wake = 1 << 30;",
     "unit_runtime a_flood_lets_others_have_their_turn"),
    ("the table of masters keeps its size", PTP + "foreign_masters.cpp",
     "if (records_.size() < capacity_)", "if (records_.size() < capacity_ + 20000)",
     "unit_ptp a_flood_of_forged_announces_is_bounded_and_survived"),
    ("a fault is told once a second", PTP + "fault_reporter.hpp",
     "if (of_kind.silent_until > step.now.monotonic)", "if (of_kind.unreported == 0)", ATTACKS + "a_flood_at_line_rate_is_survived_in_bounded_memory"),
    # Records
    ("a replay draws the same random numbers", RUNTIME + "ptp_clock.cpp",
     "seed = replay_->identity()->seed;", "seed = replay_->identity()->seed + 1;", RECORD + "hardware_stamps"),
]


def sources_of(program):
    kind, name = program.split("_")
    if kind == "unit":
        return list((ROOT / "tests" / "unit" / name).rglob("*.cpp"))
    return [ROOT / "tests" / kind / f"{name}.cpp"]


def cases_of(program):
    texts = [source.read_text() for source in sources_of(program)]
    return {case for text in texts
            for case in re.findall(r'^(?:        (?:CASE\(|\{")|BOOST_AUTO_TEST_CASE\()(\w+)', text, re.M)}


def command_of(test):
    program, case = test.split()
    if program.startswith("unit_"):
        return [str(BUILD / "tests" / program), f"--run_test=*/{case}"]
    return [str(BUILD / "tests" / "simulation" / program), case]


def check():
    failures = []
    for what, file, text, instead, *tests in DEFENCES:
        count = (ROOT / file).read_text().count(text)
        if count != 1:
            failures.append(f"{what}: {file} has its text {count} times")
        if text == instead or not tests:
            failures.append(f"{what}: nothing is changed, or no test is named")
        for program, case in map(str.split, tests):
            if case not in cases_of(program):
                failures.append(f"{what}: {program} has no case {case}")
    named = {test for entry in DEFENCES for test in entry[4:]}
    for program in (FAULTS, ATTACKS):
        for case in cases_of(program.strip()):
            if program + case not in named:
                failures.append(f"{program}{case}: nobody has seen it fail")
    print("ok defences" if not failures else f"not ok defences: {'; '.join(failures)}")
    return 0 if not failures else 1


def run(*command, seconds=900):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None


def build(tests):
    built = run("ninja", "-C", str(BUILD), "wirestamp", *sorted({test.split()[0] for test in tests}))
    return built is not None and built.returncode == 0


def passes(test):
    result = run(*command_of(test), seconds=120)
    return result is not None and result.returncode == 0  # one that hangs has failed, too


def prove(entry):
    """Each test that ought to fail without this line, with what became of it."""
    _, file, text, instead, *tests = entry
    path = ROOT / file
    before = path.read_text()
    try:
        path.write_text(before.replace(text, instead))
        if not build(tests):
            return [(test, "was not built") for test in tests]
        return [(test, "passes all the same" if passes(test) else "fails") for test in tests]
    finally:
        path.write_text(before)


def main():
    words = sys.argv[1:]
    if words == ["--check"]:
        return check()
    wanted = [entry for entry in DEFENCES if not words or any(word in part for word in words for part in (entry[0], *entry[4:]))]
    tests = sorted({test for entry in wanted for test in entry[4:]})
    if not build(tests):
        sys.exit("the tests do not compile as they are")
    for test in tests:
        if not passes(test):
            sys.exit(f"{test} fails with all lines there")
    unproven = 0
    for entry in wanted:
        for test, outcome in prove(entry):
            unproven += outcome != "fails"
            print(f"{outcome}: {test}, without: {entry[0]} ({entry[1]})", flush=True)
    build(tests)
    return 0 if unproven == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
