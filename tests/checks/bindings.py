#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""C++, C#, Java and Go reach the whole C interface: every exported function is called, every field of a structure is read or written,
every constant of an enumeration has its own. What is left out on purpose is named here with the reason; anything new that a
language does not reach fails, and so does an exception that is not needed any more."""
import os
import re
import sys
from pathlib import Path

ROOT = Path(os.environ.get("WIRESTAMP_ROOT", Path(__file__).resolve().parents[2]))
SOURCES = {
    "cpp": ["api/wirestamp/cpp/*.hpp"],
    "csharp": ["bindings/csharp/src/*.cs"],
    "java": ["bindings/java/src/org/wirestamp/*.java"],
    "go": ["bindings/go/*.go", "bindings/swig/go.i"],
}

IPHELPER = "the names of Windows' IP Helper, for C programs that are ported"
OWN_NAMES = "its enumerations have names of their own"
IN_PLACE = "its payload is read where it lies"
# Regular expressions of functions, "structure.field" and constants, by language or for all.
LEFT_OUT = {
    "all": {
        r"wst_iphelper_\w+": IPHELPER,
        r"wst_version": "wst_version_string tells the same",
        r"wst_status_at": "for who makes a table of statuses; each language has one, and C#'s tests compare it",
        r".*\.reserved\d?": "room for later",
        r".*\.struct_size": "sizes are set by each language's own means",
        r"wst_error\.status": "the same as what the call returns",
        r"WST_(CAP_HW|CAP_SW|CHANGE|EVENT|SIMULATION_JITTER)_(ALL|NONE)|WST_FAMILY_NONE|WST_INTERFACE_CHANGE_SIZE|WST_ADDRESS_TEXT_SIZE":
            "no value of an enumeration",
    },
    "cpp": {
        r"wst_\w+_name": "they are called as they are: a number in, text that stays out",
    },
    "csharp": {
        r"wst_(clock|correlation_reason|correlation_state|cross_method|interface_kind|ptp_clock_state|ptp_fault|ptp_reason|ptp_state|"
        r"ptp_support|source)_name": OWN_NAMES,
    },
    "java": {
        r"wst_(clock|correlation_state|cross_method|ptp_clock_state|ptp_state|ptp_support|source)_name": OWN_NAMES,
        r"wst_interface_change_get": IN_PLACE,
        r"wst_(context|event|socket)_handle": "Java has no way to wait for a descriptor",
    },
    "go": {
        r"wst_address_text": "net/netip writes addresses",
        r"wst_interface_change_get": IN_PLACE,
    },
}

# The enumerations: prefix of the constants, and which type has them in C# and Java. None: told by the library's own words.
ENUMERATIONS = {
    "WST_E_": ("Status", "Status"),
    "WST_CLOCK_": ("Clock", "Clock"),
    "WST_SOURCE_": ("StampSource", "Source"),
    "WST_EVENT_": ("EventType", "EventType"),
    "WST_LINK_": ("LinkState", "LinkState"),
    "WST_INTERFACE_KIND_": ("InterfaceKind", None),
    "WST_STAMP_LEVEL_": ("StampLevel", "StampLevel"),
    "WST_STAMPS_": ("StampKinds", "Stamps"),
    "WST_CHANGE_": ("ChangeReasons", None),
    "WST_CROSS_": ("CrossMethod", "CrossMethod"),
    "WST_CORRELATION_REASON_": ("CorrelationReason", None),
    "WST_CORRELATION_": ("CorrelationState", "CorrelationState"),
    "WST_PTP_STATE_": ("PtpPortState", "PtpPortState"),
    "WST_PTP_REASON_": ("PtpReason", None),
    "WST_PTP_SERVO_": ("PtpServoState", "ServoState"),
    "WST_PTP_CLOCK_": ("PtpClockState", "PtpClockState"),
    "WST_PTP_FAULT_": ("PtpFaultKind", None),
    "WST_PTP_TIME_": ("PtpTimeFlags", None),
    "WST_PTP_VERDICT_": ("PtpVerdict", "Verdict"),
    "WST_SIMULATION_JITTER_": ("JitterKind", "Jitter"),
}
# Go's kinds of interfaces and the reasons of a change have names of the library's, too.
GO_BY_NAME = ("WST_INTERFACE_KIND_",)
# Where C#, for its readers, says it otherwise.
OTHER_WORDS = {("csharp", "WST_CLOCK_QPC"): "PerformanceCounter", ("csharp", "WST_CHANGE_SUPPORTED"): "SupportedCapabilities",
               ("csharp", "WST_CHANGE_ACTIVE"): "ActiveCapabilities"}


# C#'s tests compare these structures with C's byte by byte.
MIRRORED = dict(re.findall(r'\["(wst_\w+)"\] = typeof\((\w+)\)',
                           (ROOT / "bindings/csharp/tests/ValueTests.cs").read_text(encoding="utf-8")))


def plain(name):
    return name.replace("_", "").lower()


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def read(patterns):
    return "\n".join(path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def body(text, kind):
    found = re.search(rf"\b(?:enum|class|record|struct)\s+{kind}\b[^{{]*{{", text)
    if not found:
        return ""
    depth, at = 1, found.end()
    while depth and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return text[found.end():at]


def calls(language, text, function):
    return re.search(rf"\b{function[0].upper() + function[1:] if language == 'go' else function}\b|\b{function}\b", text)


def about(text, structure):
    """The functions of Go that have to do with a structure."""
    chunks = re.split(r"^(?=func |type |var |static |%inline)", text, flags=re.M)
    return "\n".join(chunk for chunk in chunks if re.search(rf"\b(sizeof_)?{structure}\b", chunk))


DECLARED = r"\b(?:internal|private)(?: readonly| unsafe| fixed)* \w+ [^;=({]*;"


def uses(language, text, structure, field, offset):
    if language == "java":
        # What lies at the beginning is read there, without an offset.
        return offset == 0 or re.search(rf"\bAbi\.{structure}\.{field}_?\b", text)
    if language == "go":
        return re.search(rf"\._?{field}\b|\b_?{field}:", about(text, structure))
    kind, name = MIRRORED.get(structure), camel(field)
    if kind is None:
        return len(re.findall(rf"\b{name}\b", text, re.I)) >= 2
    inside = body(text, kind)
    if re.search(rf"\bpublic (?:readonly )?\w+ {name};", inside, re.I) or \
            re.search(rf"\b{name}\b", re.sub(DECLARED, "", inside), re.I):
        return True
    # Without members of its own: what fills it, or what reads it.
    filled = re.findall(rf"new {kind}\s*{{(.*?)}};", text, re.S)
    return any(re.search(rf"\b{name} =", one) for one in filled) or re.search(rf"(?:\.|->){name}\b", text)


def has(language, text, constant):
    group = max((prefix for prefix in ENUMERATIONS if constant.startswith(prefix)), key=len, default=None)
    if group is None or group == "WST_CORRELATION_" and constant[len(group):] not in ("STARTING", "VALID", "LOST"):
        return True
    if language == "go":
        return group in GO_BY_NAME or re.search(rf"\bC\.{constant}\b", text)
    kind = ENUMERATIONS[group][language == "java"]
    if kind is None:
        return True
    word = plain(OTHER_WORDS.get((language, constant), constant[len(group):]))
    return word in {plain(name) for name in re.findall(r"\w+", body(text, kind))}


def interface():
    """Pairs of a name and how to look whether a language has it."""
    for function in (ROOT / "packaging/exports.txt").read_text(encoding="utf-8").split():
        yield function, lambda language, text, name=function: calls(language, text, name)
    for line in (ROOT / "tests/abi/layout-lp64.txt").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"field (\w+)\.(\w+) at (\d+) ", line):
            structure, field, offset = match[1], match[2], int(match[3])
            if not structure.startswith("wst_iphelper"):
                yield f"{structure}.{field}", lambda l, t, s=structure, f=field, o=offset: uses(l, t, s, f, o)
        elif match := re.match(r"constant (\w+) = ", line):
            yield match[1], lambda language, text, name=match[1]: has(language, text, name)


def main():
    for language, patterns in SOURCES.items():
        text = without_comments(read(patterns))
        # Its structures and constants are C's own.
        names = [pair for pair in interface() if language != "cpp" or re.fullmatch(r"wst_\w+", pair[0])]
        excused = {pattern: False for pattern in (*LEFT_OUT["all"], *LEFT_OUT[language])}
        missing = []
        for name, reached in names:
            excuses = [pattern for pattern in excused if re.fullmatch(pattern, name)]
            if reached(language, text):
                continue
            if excuses:
                for pattern in excuses:
                    excused[pattern] = True
            else:
                missing.append(name)
        if missing:
            print(f"not ok {language}_reaches_the_whole_interface: not {', '.join(missing)}; add it to bindings/{language}, or to "
                  "what tests/checks/bindings.py leaves out, with the reason")
        else:
            print(f"ok {language}_reaches_the_whole_interface")
        stale = [pattern for pattern in LEFT_OUT[language] if not excused[pattern]]
        if stale:
            print(f"not ok {language}_leaves_out_no_more: {', '.join(stale)} is reached")
        else:
            print(f"ok {language}_leaves_out_no_more")
    return 0


sys.exit(main())
