#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What tests/simulation/defences.py takes away to see tests fail is still there, and every fault and attack is in its table.
exec python3 "${WIRESTAMP_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/simulation/defences.py" --check
