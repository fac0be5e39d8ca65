#!/usr/bin/env python3
"""The records of slo.rules.yml, next to what the objectives promise: which there are, with which labels and constants; and that the windows
of one objective differ in nothing but their length.

usage: objectives_records.py RULES OBJECTIVES
OBJECTIVES: a line an objective, objectives.sh has the columns. Exit code 1 and a line for each difference.
"""
import re
import sys

import yaml

WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]
LONG_WINDOWS = ["1h", "6h", "1d", "3d"]
PERIOD_DAYS = 30

differences = []


def equal(what, found, expected):
    if found != expected:
        differences.append(f"{what}: found {found!r}, expected {expected!r}")


def plain(expr):
    """On one line, without the parentheses around all of it."""
    expr = " ".join(expr.split())
    while expr.startswith("(") and matching(expr) == len(expr) - 1:
        expr = expr[1:-1].strip()
    return expr


def matching(expr):
    depth = 0
    for at, character in enumerate(expr):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at
    return -1


def of_window(expr, window):
    """With W for the window: of the looks' subqueries, whose own selectors have windows that stay, or of the selectors."""
    looks = expr.replace(f"[{window}:30s]", "[W:30s]")
    return looks if looks != expr else expr.replace(f"[{window}]", "[W]")


def number(expr):
    """Of vector(x), where x may be a difference."""
    inside = re.fullmatch(r"vector\(([0-9.]+)(?:-([0-9.]+))?\)", plain(expr))
    return float(inside[1]) - float(inside[2] or 0) if inside else expr


def check(name, percent, weighs, records):
    ids = f'sloth_id="legalllm-{name}", sloth_service="legalllm", sloth_slo="{name}"'
    labels = {"sloth_id": f"legalllm-{name}", "sloth_service": "legalllm", "sloth_slo": name, "system": "legalllm"}
    amounts = ["5m"] * (weighs == "events") + LONG_WINDOWS
    equal(f"{name}: records", sorted(records), sorted(
        [f"slo:sli_error:ratio_rate{window}" for window in WINDOWS + [f"{PERIOD_DAYS}d"]] +
        [f"slo:sli_total:amount{window}" for window in amounts] +
        ["slo:sli_error:amount5m"] * (weighs == "events") +
        ["slo:objective:ratio", "slo:error_budget:ratio", "slo:time_period:days", "slo:current_burn_rate:ratio", "slo:period_burn_rate:ratio",
         "slo:period_error_budget_remaining:ratio", "sloth_slo_info"]))

    def expr(record):
        return plain(records.get(record, {"expr": ""})["expr"])

    for record, rule in records.items():
        own = re.fullmatch(r"slo:sli_error:ratio_rate(.+)", record)
        more = {"sloth_window": own[1]} if own else {}
        if record == "sloth_slo_info":
            more = {"sloth_mode": "cli-gen-prom", "sloth_spec": "prometheus/v1", "sloth_objective": percent, "sloth_version": rule["labels"].get("sloth_version")}
        equal(f"{name}: labels of {record}", rule["labels"], labels | more)

    ratio = of_window(expr("slo:sli_error:ratio_rate5m"), "5m")
    bad, slash, total = ratio.partition(" / ")
    equal(f"{name}: parts of a ratio", slash, " / ")
    for window in WINDOWS:
        record = f"slo:sli_error:ratio_rate{window}"
        equal(f"{name}: {record}, but for its window", of_window(expr(record), window), ratio)
    for window in amounts:
        record = f"slo:sli_total:amount{window}"
        equal(f"{name}: {record} is what the ratio divides by", of_window(expr(record), window), plain(total))

    if weighs == "events":
        equal(f"{name}: slo:sli_error:amount5m is what the ratio divides", of_window(expr("slo:sli_error:amount5m"), "5m"), f"{bad} or 0 * {total}")
        period = (f"sum_over_time(slo:sli_error:amount5m{{{ids}}}[{PERIOD_DAYS}d]) / "
                  f"(sum_over_time(slo:sli_total:amount5m{{{ids}}}[{PERIOD_DAYS}d]) > 0)")
    else:
        period = (f"sum_over_time(slo:sli_error:ratio_rate5m{{{ids}}}[{PERIOD_DAYS}d]) / ignoring (sloth_window) "
                  f"count_over_time(slo:sli_error:ratio_rate5m{{{ids}}}[{PERIOD_DAYS}d])")
    equal(f"{name}: the period's ratio", expr(f"slo:sli_error:ratio_rate{PERIOD_DAYS}d"), period)

    promised = float(percent) / 100
    for record, value in [("slo:objective:ratio", promised), ("slo:error_budget:ratio", 1 - promised), ("slo:time_period:days", PERIOD_DAYS), ("sloth_slo_info", 1)]:
        found = number(expr(record))
        equal(f"{name}: {record}", found if isinstance(found, str) else round(found, 9), round(value, 9))
    for record, window in [("slo:current_burn_rate:ratio", "5m"), ("slo:period_burn_rate:ratio", f"{PERIOD_DAYS}d")]:
        equal(f"{name}: {record}", expr(record),
              f"slo:sli_error:ratio_rate{window}{{{ids}}} / on(sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio{{{ids}}}")
    equal(f"{name}: what is left", expr("slo:period_error_budget_remaining:ratio"), f"1 - slo:period_burn_rate:ratio{{{ids}}}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        groups = {group["name"]: group["rules"] for group in yaml.safe_load(file)["groups"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        objectives = [line.split() for line in file]
    seen = set()
    for name, percent, _needed, _unit, weighs, *_ in objectives:
        records = {}
        for part in ["sli", "meta"]:
            group = f"sloth-slo-{part}-recordings-legalllm-{name}"
            seen.add(group)
            for rule in groups.get(group, []):
                if rule["record"] in records:
                    differences.append(f"{name}: {rule['record']} twice")
                records[rule["record"]] = rule
        check(name, percent, weighs, records)
    equal("groups of records", sorted(name for name in groups if "-recordings-" in name), sorted(seen))
    for difference in differences:
        print(f"{sys.argv[1]}: {difference}", file=sys.stderr)
    return 1 if differences else 0


sys.exit(main())
