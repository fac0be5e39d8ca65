#!/usr/bin/python3
"""Rules for dashboards: those of grafana/dashboard-linter under their names, and the family's own.

usage: lint.py          every dashboard; what is found must be in exceptions.yml, with a reason, and what is there must be found
"""
import re
import sys

import yaml

import board
import promql

FAMILY = 'LegalLLM / '
TILES = (4, 6)
MOST_OPEN_PANELS = 25
# Units that Grafana knows. Only those in use, so that a typing error is found.
UNITS = {'short', 's', 'ms', 'percentunit', 'ops', 'reqps', 'Bps', 'bytes', 'dtdurations', 'suffix:cores', 'suffix:s'}
PROMETHEUS_UID = '${datasource}'
GREEN_RED = [None, 80]
# Of the narrowest screen that a dashboard must fit: its grid, and what a column of a table needs.
SCREEN, SIDES, GAP, LEAST_COLUMN = 1280, 32, 8, 60


class Findings:
    def __init__(self, file, dashboard):
        self.file, self.dashboard, self.list = file, dashboard, []

    def add(self, rule, text, panel=None, metric=None):
        self.list.append({'file': self.file, 'rule': rule, 'text': text, 'metric': metric,
                          'title': panel and panel['title'], 'panel': panel and f'{panel["id"]} "{panel["title"]}"'})

    def require(self, condition, rule, text, panel=None, metric=None):
        if not condition:
            self.add(rule, text, panel, metric)


def is_set(value):
    return value not in (None, '', [], {})


def check_identity(found):
    d = found.dashboard
    found.require(0 < len(d.get('uid') or '') <= 40, 'uid', 'needs a fixed uid of at most 40 characters')
    found.require(d.get('id') is None, 'no-id', 'a numeric id belongs to one Grafana only')
    found.require(d.get('editable') is False, 'uneditable-dashboard', 'what is edited in Grafana is lost: editable must be false')
    found.require(d.get('title', '').startswith(FAMILY), 'title', f'the title begins with "{FAMILY}"')
    found.require('legalllm' in d.get('tags', []), 'tags', 'needs the tag of the family')
    found.require(is_set(d.get('description')), 'description', 'says nowhere what question it answers')
    found.require(d.get('graphTooltip') == 1, 'crosshair', 'panels share a crosshair')
    found.require(is_set(d.get('time', {}).get('from')), 'time', 'needs a time range')
    refresh = d.get('refresh') or ''
    seconds = {'s': 1, 'm': 60, 'h': 3600}.get(refresh[-1:], 0) * int(refresh[:-1] or 0) if refresh[:-1].isdigit() else 0
    found.require(seconds >= 30, 'refresh', f'refreshes every "{refresh}": 30 s at least')


def check_variables(found):
    listed = {variable['name']: variable for variable in board.variables(found.dashboard)}
    source = listed.get('datasource', {})
    found.require(source.get('type') == 'datasource' and source.get('query') == 'prometheus', 'template-datasource-rule',
                  'needs a variable "datasource" of Prometheus')
    found.require(source.get('label') == 'Data source', 'template-datasource-rule', 'its label is "Data source"')
    for name in ('job', 'instance'):
        variable = listed.get(name, {})
        rule = f'template-{name}-rule'
        found.require(variable.get('type') == 'query', rule, f'needs a variable "{name}" of label values')
        found.require(variable.get('label') == name.capitalize(), rule, f'its label is "{name.capitalize()}"')
        found.require(variable.get('multi') and variable.get('includeAll'), rule, 'several, or all, can be chosen')
        found.require(variable.get('allValue') == '.+', rule, 'All is .+')
    if 'instance' in listed:
        found.require('$job' in listed['instance']['query']['query'], 'chained', 'instance depends on job')
    text = str({key: value for key, value in found.dashboard.items() if key != 'templating'}) + str(
        [variable.get('query') for variable in listed.values()])
    for name, variable in listed.items():
        if variable['type'] == 'query':
            found.require(variable.get('refresh') == 2, 'template-on-time-change-reload-rule', f'{name} is read anew with the time range')
            found.require(variable['datasource']['uid'] == PROMETHEUS_UID, 'template-label-promql-rule', f'{name} asks another data source')
            query = variable['query']['query']
            found.require(query.startswith('label_values(') and query.endswith(')'), 'template-label-promql-rule', f'{name}: {query}')
        found.require(f'${name}' in text or f'${{{name}' in text, 'unused-variable', f'{name} is used nowhere')


def check_annotations_and_links(found):
    names = {annotation['name'] for annotation in found.dashboard.get('annotations', {}).get('list', [])}
    for name in ('Firing alerts', 'Restarts', 'Deployments'):
        found.require(name in names, 'annotations', f'needs the annotation "{name}"')
    links = found.dashboard.get('links', [])
    found.require(any(link['type'] == 'dashboards' and link['asDropdown'] and link['includeVars'] and link['keepTime'] for link in links),
                  'links', 'needs the dropdown of the family, with variables and time')
    found.require(any('runbooks' in link['url'] for link in links), 'links', 'needs a link to the runbooks')


def check_layout(found):
    shown = found.dashboard['panels']
    ids = [panel['id'] for panel in shown] + [inner['id'] for row in shown for inner in row.get('panels', [])]
    found.require(len(set(ids)) == len(ids), 'unique-ids', 'two panels have one id')
    cells = set()
    for panel in shown:
        place = panel['gridPos']
        own = {(x, y) for x in range(place['x'], place['x'] + place['w']) for y in range(place['y'], place['y'] + place['h'])}
        found.require(place['x'] + place['w'] <= 24 and not own & cells, 'grid', 'overlaps another, or leaves the 24 columns', panel)
        cells |= own
    first_row = next((i for i, panel in enumerate(shown) if panel['type'] == 'row'), len(shown))
    tiles = shown[:first_row]
    found.require(TILES[0] <= len(tiles) <= TILES[1] and all(tile['type'] == 'stat' for tile in tiles), 'tiles',
                  f'begins with {TILES[0]} to {TILES[1]} tiles, not {len(tiles)}')
    found.require(sum(panel['type'] != 'row' for panel in shown) <= MOST_OPEN_PANELS, 'panel-count', f'shows more than {MOST_OPEN_PANELS} panels')


def check_field(found, panel):
    defaults = panel['fieldConfig']['defaults']
    steps = defaults.get('thresholds', {}).get('steps', [])
    if panel['type'] != 'heatmap':
        found.require(is_set(steps) and [step['value'] for step in steps] != GREEN_RED, 'thresholds',
                      'needs thresholds of its own: Grafana\'s are green and red at 80', panel)
    units = [defaults.get('unit') if panel['type'] != 'heatmap' else panel['options']['yAxis']['unit']] + [
        item['value'] for override in panel['fieldConfig']['overrides'] for item in override['properties'] if item['id'] == 'unit']
    found.require(all(unit in UNITS for unit in units), 'panel-units-rule', f'unit {units}: one of {sorted(UNITS)}', panel)
    if panel['type'] == 'bargauge':
        found.require(defaults.get('max') is not None, 'max', 'bars need a maximum', panel)
    if panel['type'] in ('bargauge', 'timeseries') and defaults.get('unit') != 'percentunit':
        found.require(defaults.get('min') == 0, 'min', 'quantities begin at 0', panel)
    if panel['type'] == 'stat':
        found.require(is_set(defaults.get('noValue')), 'no-value', 'says what an empty answer means', panel)
    if panel['type'] == 'state-timeline':
        found.require(is_set(defaults.get('mappings')), 'words', 'states have words, not colours alone', panel)


def check_timeseries(found, panel):
    custom = panel['fieldConfig']['defaults']['custom']
    found.require(custom['showPoints'] == 'never', 'points', 'draws points', panel)
    stacked = custom['stacking']['mode'] != 'none'
    found.require(stacked or custom['fillOpacity'] <= 20, 'fill', 'fills what is not stacked', panel)
    tooltip = panel['options']['tooltip']
    found.require(tooltip == {'mode': 'multi', 'sort': 'desc'}, 'tooltip', 'the tooltip shows all, the highest first', panel)
    for target in panel['targets']:
        found.require(is_set(target.get('legendFormat')), 'legend', f'{target["refId"]} has no legend', panel)


def check_table(found, panel):
    targets = panel['targets']
    found.require(all(target.get('instant') and target.get('format') == 'table' for target in targets), 'table', 'tables are of now', panel)
    used = [item['id'] for item in panel.get('transformations', [])]
    found.require(len(targets) == 1 or 'merge' in used, 'table', 'several queries and no merge', panel)
    found.require('organize' in used, 'table', 'columns have no order', panel)
    columns = [column for item in panel.get('transformations', []) if item['id'] == 'filterFieldsByName' for column in item['options']['include']['names']]
    widths = [item['value'] for override in panel['fieldConfig']['overrides'] for item in override['properties'] if item['id'] == 'custom.width']
    least = panel['fieldConfig']['defaults']['custom'].get('minWidth', 150)
    found.require(least <= LEAST_COLUMN, 'columns', f'columns of at least {least}: the last are out of sight', panel)
    room = panel['gridPos']['w'] * (SCREEN - SIDES + GAP) / 24 - GAP
    found.require(sum(widths) + (len(columns) - len(widths)) * LEAST_COLUMN <= room or not columns, 'columns', f'columns of {sum(widths)} and more in {room:.0f}', panel)


def check_queries(found, panel):
    for target in panel['targets']:
        query = target['expr']
        names = [variable['name'] for variable in board.variables(found.dashboard)]
        for name in re.findall(r'\$\{?([a-zA-Z_]\w*)', query):
            found.require(name in names or name.startswith('__'), 'undefined-variable', f'${name} in {query}', panel)
        if 'histogram_quantile' in query:
            found.require('le' in query.split('histogram_quantile', 1)[1].split('rate(')[0].split('increase(')[0], 'quantile-le',
                          f'a quantile needs "by (le)": {query}', panel)
            found.require('>= 0' in query, 'quantile-nan', f'a quantile of nothing is NaN, which takes the axis with it: {query}', panel)
        for selector in promql.selectors(query):
            metric = selector.name or next((value for label, _, value in selector.matchers if label == '__name__'), '')
            for label in ('job', 'instance'):
                found.require(selector.has(label, '=~', '$' + label), f'target-{label}-rule', f'{metric} does not filter by ${label}', panel, metric)
            if selector.function in ('rate', 'irate'):
                found.require(selector.range == '$__rate_interval', 'target-rate-interval-rule', f'{metric}[{selector.range}]', panel, metric)
            if metric.endswith('_total'):
                found.require(selector.function in ('rate', 'irate', 'increase'), 'target-counter-agg-rule', f'{metric} is shown raw', panel, metric)
            if metric.endswith('_bucket') and panel['type'] == 'timeseries' and 'histogram_quantile' not in query:
                found.require(any(label == 'le' for label, _, _ in selector.matchers), 'raw-bucket', f'{metric} as lines', panel, metric)


def check_panel(found, panel):
    found.require(is_set(panel.get('title')) and is_set(panel.get('description')), 'panel-title-description-rule',
                  'needs a title, and a description that says what it means and what to do', panel)
    found.require(len(panel.get('description', '')) >= 20, 'panel-title-description-rule', 'its description says too little', panel)
    found.require(panel.get('datasource', {}).get('uid') == PROMETHEUS_UID, 'panel-datasource-rule', 'names a data source of its own', panel)
    if not is_set(panel.get('targets')):
        found.add('panel-no-targets-rule', 'asks nothing', panel)
        return
    for target in panel['targets']:
        found.require(target.get('datasource', {}).get('uid') == PROMETHEUS_UID, 'panel-datasource-rule', 'a query names its data source', panel)
    check_field(found, panel)
    if panel['type'] == 'timeseries':
        check_timeseries(found, panel)
    if panel['type'] == 'table':
        check_table(found, panel)
    check_queries(found, panel)


def lint(file, dashboard):
    found = Findings(file, dashboard)
    check_identity(found)
    check_variables(found)
    check_annotations_and_links(found)
    check_layout(found)
    for panel in board.panels(dashboard):
        check_panel(found, panel)
    return found.list


def excused(finding, exceptions):
    """Marks the exception that holds for it as used."""
    for exception in exceptions:
        if (exception['rule'] == finding['rule'] and exception.get('dashboard', finding['file']) == finding['file']
                and exception.get('panel', finding['title']) == finding['title']
                and (not exception.get('metric') or re.fullmatch(exception['metric'], finding['metric'] or ''))):
            exception['used'] = True
            return True
    return False


def unexplained(dashboards, entries):
    """Panels that may be empty and do not say why themselves."""
    for entry in entries:
        for panel in board.panels(dashboards[entry['dashboard']]):
            if panel['title'] == entry['panel'] and not entry.get('query') and not panel['fieldConfig']['defaults'].get('noValue'):
                yield f'{entry["dashboard"]}: empty-panel: panel {panel["id"]} "{panel["title"]}": may be empty and does not say why'


def lint_all(dashboards, exceptions):
    """Lines of what is wrong. Uids are one for each dashboard."""
    lines = []
    for file, dashboard in dashboards.items():
        for finding in lint(file, dashboard):
            if not excused(finding, exceptions):
                lines.append(f'{file}: {finding["rule"]}: {"panel " + finding["panel"] + ": " if finding["panel"] else ""}{finding["text"]}')
    uids = [dashboard['uid'] for dashboard in dashboards.values()]
    lines += [f'two dashboards have the uid {uid}' for uid in set(uids) if uids.count(uid) > 1]
    return lines


def main():
    exceptions = yaml.safe_load((board.DASHBOARDS / 'tests/exceptions.yml').read_text())
    lines = [f'exceptions.yml: {exception} has no reason' for exception in exceptions if not exception.get('reason')]
    lines += lint_all(board.load_all(), exceptions)
    lines += unexplained(board.load_all(), yaml.safe_load((board.DASHBOARDS / 'tests/empty.yml').read_text()))
    lines += [f'exceptions.yml: nothing is found that {exception} excuses' for exception in exceptions if not exception.get('used')]
    print('\n'.join(lines) or f'{len(board.load_all())} dashboards, no findings, {len(exceptions)} exceptions')
    return 1 if lines else 0


if __name__ == '__main__':
    sys.exit(main())
