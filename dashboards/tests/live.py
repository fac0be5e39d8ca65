#!/usr/bin/python3
"""Asks a running Prometheus every query of every panel. Each must return data, or be in empty.yml as one that a healthy demo leaves empty.

usage: live.py PROMETHEUS_URL              a healthy system
       live.py PROMETHEUS_URL --fault NAME what that fault fills (empty.yml) has data now
"""
import json
import math
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

import board

RANGE_SECONDS, STEP_SECONDS = 300, 15


class Prometheus:
    def __init__(self, url):
        self.url = url.rstrip('/')

    def get(self, path, **parameters):
        text = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f'{self.url}/api/v1/{path}?{text}', timeout=20) as answer:
                return json.load(answer)['data']
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)['error']) from error

    def has_data(self, target, query):
        """Whether there is a figure among what the panel would get."""
        now = time.time()
        if target.get('instant'):
            result = self.get('query', query=query, time=now)['result']
            values = [sample['value'][1] for sample in result]
        else:
            start = (now - RANGE_SECONDS) // STEP_SECONDS * STEP_SECONDS
            result = self.get('query_range', query=query, start=start, end=now, step=STEP_SECONDS)['result']
            values = [value for series in result for _, value in series['values']]
        return any(not math.isnan(float(value)) for value in values)


def entry_of(entries, file, panel, target):
    for entry in entries:
        if entry['dashboard'] == file and entry['panel'] == panel['title'] and entry.get('query', target['refId']) == target['refId']:
            return entry
    return None


def unlisted_values(prometheus, file, dashboard):
    """Variables that would offer nothing."""
    for variable in board.variables(dashboard):
        if variable['type'] == 'query':
            selector, label = board.values_query(variable)
            if not prometheus.get(f'label/{label}/values', **{'match[]': board.substituted(selector)}):
                yield f'{file}: variable {variable["name"]} has no value'


def check_healthy(prometheus, boards, entries):
    for file, dashboard in boards.items():
        yield from unlisted_values(prometheus, file, dashboard)
        for panel, target in board.queries(dashboard):
            entry = entry_of(entries, file, panel, target)
            query = board.substituted(target['expr'])
            where = f'{file}: panel "{panel["title"]}" {target["refId"]}'
            try:
                filled = prometheus.has_data(target, query)
            except ValueError as error:
                yield f'{where}: {error}: {query}'
                continue
            if not filled and not entry:
                yield f'{where} is empty: {query}'


def check_fault(prometheus, boards, entries, fault):
    own = [entry for entry in entries if entry.get('fault') == fault]
    if not own:
        yield f'empty.yml: no panel is filled by {fault}'
    for entry in own:
        targets = [target for panel, target in board.queries(boards[entry['dashboard']]) if panel['title'] == entry['panel']
                   and entry.get('query', target['refId']) == target['refId']]
        if not any(prometheus.has_data(target, board.substituted(target['expr'])) for target in targets):
            yield f'{entry["dashboard"]}: panel "{entry["panel"]}" is still empty under {fault}'


def main():
    prometheus, boards = Prometheus(sys.argv[1]), board.load_all()
    entries = yaml.safe_load((board.DASHBOARDS / 'tests/empty.yml').read_text())
    known = {(file, panel['title']) for file, dashboard in boards.items() for panel in board.panels(dashboard)}
    failed = [f'empty.yml: {entry} names no panel, or has no reason' for entry in entries
              if (entry['dashboard'], entry['panel']) not in known or not (entry.get('fault') or entry.get('reason'))]
    if sys.argv[2:3] == ['--fault']:
        failed += check_fault(prometheus, boards, entries, sys.argv[3])
    else:
        failed += check_healthy(prometheus, boards, entries)
    print('\n'.join(failed) or 'every panel has data, or is listed as one that need not')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
