#!/usr/bin/python3
"""Every metric that a dashboard asks for exists: on a golden page, as a record of alert-rules/, as a name in the programs' sources, or as one
of another exporter that foreign.yml names. And every query is PromQL: promtool reads it.

usage: metrics.py PROMTOOL
"""
import json
import re
import subprocess
import sys
import tempfile

import yaml

import board
import promql

SOURCES = ['core', 'exporters', 'probers', 'demo/interface.cpp']


def golden_names():
    names = set()
    for page in sorted(board.ROOT.glob('tests/golden/**/*')):
        if page.suffix in ('.txt', '.prom'):
            for name, kind in re.findall(r'^# TYPE (\S+) (\w+)$', page.read_text(), re.MULTILINE):
                names |= {name} if kind != 'histogram' else {name + end for end in ('_bucket', '_sum', '_count')}
    return names


def recorded_names():
    return {name for file in board.ROOT.glob('alert-rules/*.rules.yml')
            for name in re.findall(r'record: "?([\w:]+)', file.read_text())}


def literals():
    """Quoted words of the sources: what has no golden page is written there in full, names of Redis without their first word."""
    words = set()
    for source in SOURCES:
        path = board.ROOT / source
        for file in [path] if path.is_file() else sorted(path.rglob('*.[ch]pp')):
            words |= set(re.findall(r'"([a-z][a-z0-9_]+)"', file.read_text()))
    return words


def asked(boards):
    """{metric: where}"""
    names = {}
    for file, dashboard in boards.items():
        for where, query in board.all_queries(dashboard):
            for selector in promql.selectors(query):
                for name in selector.names():
                    names.setdefault(name, f'{file}: {where}')
    return names


def known(name, golden, words, foreign):
    without = re.sub(r'_(bucket|sum|count)$', '', name)
    return (name in golden or name in foreign or {name, without} & words
            or name.startswith('redis_') and {name[6:], without[6:]} & words)


def parse_problems(promtool, boards):
    """Each query as a rule of its own, so that promtool names the one that is no PromQL."""
    wheres, rules = [], []
    for file, dashboard in boards.items():
        for where, query in board.all_queries(dashboard):
            wheres.append(f'{file}: {where}')
            rules.append({'record': f'dashboard:query_{len(wheres)}', 'expr': board.substituted(query)})
    with tempfile.NamedTemporaryFile('w', suffix='.yml') as file:
        json.dump({'groups': [{'name': 'dashboards', 'rules': rules}]}, file)
        file.flush()
        answer = subprocess.run([promtool, 'check', 'rules', file.name], capture_output=True, text=True)
    if answer.returncode == 0:
        if f'{len(rules)} rules found' not in answer.stdout:
            yield f'promtool read other than {len(rules)} rules: {answer.stdout}'
        return
    for place, line in re.findall(r'"dashboard:query_(\d+)"?,? ?(.*)', answer.stdout + answer.stderr) or [(0, answer.stderr)]:
        yield f'{wheres[int(place) - 1]}: {line}'


def main():
    boards = board.load_all()
    foreign = {name for names in yaml.safe_load((board.DASHBOARDS / 'tests/foreign.yml').read_text()).values() for name in names}
    golden, words, names = golden_names() | recorded_names(), literals(), asked(boards)
    failed = [f'{where}: no exporter has {name}' for name, where in sorted(names.items()) if not known(name, golden, words, foreign)]
    failed += [f'foreign.yml: no dashboard asks for {name}' for name in sorted(foreign - set(names))]
    failed += parse_problems(sys.argv[1], boards)
    if not list(parse_problems(sys.argv[1], {'a': {'panels': [{'type': 'stat', 'id': 1, 'title': '', 'targets': [{'refId': 'A', 'expr': 'sum(up'}]}],
                                                   'annotations': {'list': []}, 'templating': {'list': []}}})):
        failed.append('promtool takes what is no PromQL')
    if known('a2a_hops_totals', golden, words, foreign) or known('redis_upp', golden, words, foreign):
        failed.append('a name that nobody exports is taken')
    print('\n'.join(failed) or f'{len(names)} metrics, each exported by somebody; every query is PromQL')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
