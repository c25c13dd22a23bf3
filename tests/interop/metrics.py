# SPDX-License-Identifier: Apache-2.0
"""Scrapes a running clock and lets Prometheus' own parser judge; dashboard and alerts may only ask for what is served."""
import json
import re
import sys
import urllib.request
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

UNITS = ("_seconds", "_ratio", "_total", "_info", "_state", "_class", "_priority1", "_removed", "_bytes")


def verdict(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {str(why)[:400]}", flush=True)


def main():
    url, folder = sys.argv[1], Path(sys.argv[2])
    with urllib.request.urlopen(url, timeout=20) as answer:
        text = answer.read().decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    ours = {name: family for name, family in families.items() if name.startswith("wirestamp_")}
    samples = {sample.name for family in families.values() for sample in family.samples}
    verdict("metrics_are_read_by_prometheus_parser", len(ours) > 15, sorted(families))
    verdict("metrics_have_help", all(family.documentation for family in ours.values()))
    verdict("metrics_end_in_their_unit", all(sample.endswith(UNITS) for sample in samples if sample.startswith("wirestamp_")),
            sorted(samples))
    counters = [sample.name for family in ours.values() if family.type == "counter" for sample in family.samples]
    verdict("counters_end_in_total", counters and all(name.endswith("_total") for name in counters), counters)

    def value(name, **labels):
        return next((sample.value for family in ours.values() for sample in family.samples
                     if sample.name == name and labels.items() <= sample.labels.items()), None)

    verdict("metrics_tell_the_lock", value("wirestamp_ptp_clock_state", state="LOCKED") == 1 and
            value("wirestamp_ptp_clock_state", state="HOLDOVER") == 0)
    verdict("metrics_tell_the_port", value("wirestamp_ptp_port_state", interface="wst-a", state="SLAVE") == 1)
    bound, offset = value("wirestamp_ptp_error_bound_seconds"), value("wirestamp_ptp_offset_from_master_seconds")
    verdict("metrics_are_seconds", bound is not None and 0 < bound < 0.1 and abs(offset) < 0.1, f"{bound} {offset}")
    verdict("metrics_count_messages", (value("wirestamp_ptp_port_messages_received_total", type="sync") or 0) > 10)

    asked = re.compile(r"\bwirestamp_\w+")
    alerts = yaml.safe_load((folder / "alerts.yml").read_text(encoding="utf-8"))
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    strangers = {name for rule in rules for name in asked.findall(rule["expr"])} - samples
    verdict("alerts_ask_for_what_is_served", len(rules) >= 5 and not strangers, strangers)
    verdict("alerts_say_what_is_wrong", all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules))
    dashboard = json.loads((folder / "grafana-dashboard.json").read_text(encoding="utf-8"))
    targets = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    strangers = {name for expression in targets for name in asked.findall(expression)} - samples
    verdict("dashboard_asks_for_what_is_served", len(targets) >= 10 and not strangers, strangers)
    states = {match for rule in rules for words in re.findall(r'state=~?"([^"]+)"', rule["expr"]) for match in words.split("|")}
    known = {sample.labels["state"] for sample in ours["wirestamp_ptp_clock_state"].samples}
    verdict("alerts_name_states_that_exist", states <= known, states - known)


main()
