#!/usr/bin/python3
"""lint.py finds what it says: each rule against a dashboard that was good and was spoiled in one place."""
import copy
import sys

import board
import lint

GOOD = board.load_all()['postgresql.json']


def first(dashboard, kind):
    return next(panel for panel in board.panels(dashboard) if panel['type'] == kind)


def spoil_query(old, new, kind='timeseries'):
    def change(dashboard):
        target = next(target for panel, target in board.queries(dashboard) if panel['type'] == kind and old in target['expr'])
        target['expr'] = target['expr'].replace(old, new)
    return change


def variable(dashboard, name):
    return next(item for item in board.variables(dashboard) if item['name'] == name)


def spoil(path, value, kind=None):
    """Sets what `path` leads to in the dashboard, or in the first panel of a kind; None takes it away."""
    def change(dashboard):
        place = first(dashboard, kind) if kind else dashboard
        *way, last = path.split('.')
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return change


SPOILED = [
    ('uid', spoil('uid', 'x' * 41)),
    ('no-id', spoil('id', 7)),
    ('uneditable-dashboard', spoil('editable', True)),
    ('title', spoil('title', 'PostgreSQL')),
    ('tags', spoil('tags', ['database'])),
    ('description', spoil('description', '')),
    ('crosshair', spoil('graphTooltip', 0)),
    ('time', spoil('time', {})),
    ('refresh', spoil('refresh', '5s')),
    ('refresh', spoil('refresh', '')),
    ('template-datasource-rule', spoil('templating.list', [])),
    ('template-job-rule', lambda d: variable(d, 'job').update(allValue='.*')),
    ('template-instance-rule', lambda d: variable(d, 'instance').update(multi=False)),
    ('chained', lambda d: variable(d, 'instance')['query'].update(query='label_values(pg_up, instance)')),
    ('template-on-time-change-reload-rule', lambda d: variable(d, 'server').update(refresh=1)),
    ('template-label-promql-rule', lambda d: variable(d, 'server')['query'].update(query='query_result(pg_up)')),
    ('unused-variable', lambda d: d['templating']['list'].append(dict(variable(d, 'server'), name='idle'))),
    ('undefined-variable', spoil_query('$server', '$sever')),
    ('annotations', spoil('annotations.list', [])),
    ('links', spoil('links', [])),
    ('unique-ids', spoil('panels.3.id', 1)),
    ('grid', lambda d: d['panels'][1].update(gridPos=d['panels'][0]['gridPos'])),
    ('tiles', lambda d: d['panels'].pop(0) and d['panels'].pop(0) and d['panels'].pop(0)),
    ('panel-count', lambda d: d['panels'].extend(dict(d['panels'][0], id=100 + i, gridPos={'x': 0, 'y': 200 + i, 'w': 1, 'h': 1}) for i in range(9))),
    ('panel-title-description-rule', spoil('description', '', 'timeseries')),
    ('panel-title-description-rule', spoil('title', '', 'stat')),
    ('panel-datasource-rule', spoil('datasource', {'type': 'prometheus', 'uid': 'prod'}, 'timeseries')),
    ('panel-datasource-rule', lambda d: first(d, 'stat')['targets'][0].update(datasource={'uid': 'prod'})),
    ('panel-no-targets-rule', spoil('targets', [], 'stat')),
    ('panel-units-rule', spoil('fieldConfig.defaults.unit', None, 'timeseries')),
    ('panel-units-rule', spoil('fieldConfig.defaults.unit', 'second', 'stat')),
    ('thresholds', spoil('fieldConfig.defaults.thresholds', None, 'stat')),
    ('thresholds', spoil('fieldConfig.defaults.thresholds.steps', [{'value': None, 'color': 'green'}, {'value': 80, 'color': 'red'}], 'stat')),
    ('max', spoil('fieldConfig.defaults.max', None, 'bargauge')),
    ('min', spoil('fieldConfig.defaults.min', None, 'timeseries')),
    ('no-value', spoil('fieldConfig.defaults.noValue', None, 'stat')),
    ('words', spoil('fieldConfig.defaults.mappings', [], 'state-timeline')),
    ('points', spoil('fieldConfig.defaults.custom.showPoints', 'auto', 'timeseries')),
    ('fill', spoil('fieldConfig.defaults.custom.fillOpacity', 80, 'timeseries')),
    ('tooltip', spoil('options.tooltip.mode', 'single', 'timeseries')),
    ('legend', lambda d: first(d, 'timeseries')['targets'][0].pop('legendFormat')),
    ('table', lambda d: first(d, 'table')['targets'][0].update(instant=False)),
    ('table', lambda d: first(d, 'table').update(transformations=[])),
    ('columns', spoil('fieldConfig.defaults.custom.minWidth', None, 'table')),
    ('columns', lambda d: first(d, 'table')['gridPos'].update(w=12)),
    ('quantile-nan', spoil_query('max by (server) (pg_replication_lag_seconds', 'histogram_quantile(0.5, sum by (le) (pg_replication_lag_seconds')),
    ('target-job-rule', spoil_query('job=~"$job", ', '')),
    ('target-job-rule', spoil_query('job=~"$job"', 'job="$job"')),
    ('target-instance-rule', spoil_query('instance=~"$instance"', 'instance=~".+"')),
    ('target-rate-interval-rule', spoil_query('$__rate_interval', '5m')),
    ('target-counter-agg-rule', spoil_query('rate(pg_stat_wal_bytes_total', 'max_over_time(pg_stat_wal_bytes_total')),
    ('quantile-le', spoil_query('max by (server) (pg_replication_lag_seconds', 'histogram_quantile(0.5, sum by (server) (pg_replication_lag_seconds')),
    ('raw-bucket', spoil_query('pg_replication_lag_seconds', 'pg_replication_lag_seconds_bucket')),
]


def main():
    failed = [f'on the good dashboard: {finding}' for finding in lint.lint('good', GOOD)]
    for rule, change in SPOILED:
        spoiled = copy.deepcopy(GOOD)
        change(spoiled)
        found = {finding['rule'] for finding in lint.lint('spoiled', spoiled)}
        if rule not in found:
            failed.append(f'{rule}: not found, but {sorted(found)}')
    twins = lint.lint_all({'a': GOOD, 'b': GOOD}, [])
    if not any('two dashboards' in line for line in twins):
        failed.append('two dashboards with one uid are not found')
    silent = {'pg': copy.deepcopy(GOOD)}
    first(silent['pg'], 'table')['fieldConfig']['defaults'].pop('noValue')
    entry = {'dashboard': 'pg', 'panel': first(GOOD, 'table')['title']}
    if len(list(lint.unexplained(silent, [entry]))) != 1 or list(lint.unexplained({'pg': GOOD}, [entry])):
        failed.append('an empty panel that does not say why is not found')
    print('\n'.join(failed) or f'{len(SPOILED)} spoiled dashboards, each found out')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
