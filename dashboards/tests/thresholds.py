#!/usr/bin/python3
"""A threshold that is drawn is one that fires: every step of every panel is a limit of look/limits.libsonnet, and each limit's alert has that
comparison and that severity in alert-rules/*.rules.yml. What has no alert has a reason."""
import json
import re
import subprocess
import sys

import yaml

import board

COLOUR = {'1': 'red', '2': 'orange', '3': 'yellow', '4': 'blue'}
NUMBER = r'(\d+(?:\.\d+)?(?:e-?\d+)?)'
# What the JSON does not carry: the limits that each panel was made of.
LIMITS = '''
local limits(dashboard) = { [std.toString(panel.id)]: panel.limits for row in dashboard.panels for panel in
  (if row.type == 'row' then row.panels else [row]) };
{ %s }
'''


def limits_of_all(files):
    sources = ', '.join(f"'{file}': limits(import '{file[:-5]}.jsonnet')" for file in files)
    answer = subprocess.run(['jsonnet', '-e', LIMITS % sources], cwd=board.DASHBOARDS, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def rules():
    for file in sorted(board.ROOT.glob('alert-rules/*.rules.yml')):
        for group in yaml.safe_load(file.read_text())['groups']:
            for rule in group['rules']:
                if 'alert' in rule:
                    yield rule


def compared(limit, expression):
    """Whether the expression compares as the limit says."""
    if limit['op'] == 'le':
        found = re.findall(r'le="%s"' % NUMBER, expression)
    elif limit['op'] == 'burn':
        found = re.findall(r'> \(%s \*' % NUMBER, expression)
    else:
        found = re.findall(r'(?<![<>=!])%s\s*%s' % (re.escape(limit['op']), NUMBER), expression)
    return any(float(number) == float(limit['value']) for number in found)


def limit_problem(limit, all_rules):
    if 'reason' in limit:
        return None if len(limit['reason']) > 15 else 'a limit without an alert needs a reason'
    own = [rule for rule in all_rules if rule['alert'] == limit['alert'] and rule['labels']['sev'] == limit['sev']]
    if not own:
        return f'no rule {limit["alert"]} of severity {limit["sev"]}'
    if not any(compared(limit, rule['expr']) for rule in own):
        return f'{limit["alert"]} (severity {limit["sev"]}) does not compare {limit["op"]} {limit["value"]}'
    drawn = limit['value'] * limit.get('scale', 1) if 'scale' in limit else limit['drawn']
    if abs(drawn - limit['drawn']) > 1e-12:
        return f'{limit["alert"]}: {limit["value"]} is drawn at {limit["drawn"]}'
    return None


def ladders(panel):
    """The steps of the panel and of each of its columns."""
    yield panel['fieldConfig']['defaults'].get('thresholds', {}).get('steps', [])
    for override in panel['fieldConfig']['overrides']:
        for item in override['properties']:
            if item['id'] == 'thresholds':
                yield item['value']['steps']


def step_problems(panel, limits):
    drawn = set()
    for steps in ladders(panel):
        for before, step in zip(steps, steps[1:]):
            drawn.add(step['value'])
            fits = [limit for limit in limits if limit['drawn'] == step['value']
                    and COLOUR[limit['sev']] == (before if limit.get('falling') else step)['color']]
            if not fits:
                yield f'the step at {step["value"]} ({step["color"]}) is no limit of the panel'
    for limit in limits:
        if limit['drawn'] not in drawn:
            yield f'{limit.get("alert", limit.get("reason"))}: {limit["drawn"]} is drawn nowhere'


def main():
    boards, all_rules, failed, alerts, reasons = board.load_all(), list(rules()), [], set(), set()
    of_all = limits_of_all(boards)
    for file, dashboard in boards.items():
        for panel in board.panels(dashboard):
            limits = of_all[file][str(panel['id'])]
            alerts |= {limit['alert'] for limit in limits if 'alert' in limit}
            reasons |= {limit['reason'] for limit in limits if 'reason' in limit}
            problems = [limit_problem(limit, all_rules) for limit in limits] + list(step_problems(panel, limits))
            failed += [f'{file}: panel {panel["id"]} "{panel["title"]}": {problem}' for problem in problems if problem]
    # A comparison that cannot fail would prove nothing.
    moved = {'alert': 'A2ALatencyHigh', 'sev': '2', 'op': '>', 'value': 51, 'drawn': 51, 'scale': 1}
    if not limit_problem(moved, all_rules) or limit_problem(dict(moved, value=50, drawn=50), all_rules):
        failed.append('a limit that was moved is not noticed')
    print('\n'.join(failed) or f'limits of {len(alerts)} alerts as drawn are those of the rules; without an alert, for a reason: {len(reasons)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
