"""The dashboards as Grafana loads them."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARDS = ROOT / 'dashboards'
# What Grafana puts in place of a variable, for checks without one. A regular expression for those of labels.
SUBSTITUTES = {'__rate_interval': '1m', '__interval': '15s', '__range': '1h', 'outage': '600'}


def load_all():
    """Names of files and dashboards, sorted."""
    return {file.name: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob('*.json'))}


def panels(board):
    """All but rows, those of collapsed rows too."""
    for panel in board['panels']:
        if panel['type'] == 'row':
            yield from panel['panels']
        else:
            yield panel


def variables(board):
    return board['templating']['list']


def values_query(variable):
    """Of `label_values(SELECTOR, LABEL)`."""
    return re.fullmatch(r'label_values\((.+), (\w+)\)', variable['query']['query']).groups()


def substituted(query, chosen=None):
    """The query with everything selected."""
    def value(match):
        name = match.group(1) or match.group(2)
        return (chosen or {}).get(name) or SUBSTITUTES.get(name, '.*')
    return re.sub(r'\$(?:(\w+)|\{(\w+)[^}]*\})', value, query)


def queries(board):
    """(panel, target) of every query of a panel."""
    for panel in panels(board):
        for target in panel.get('targets', []):
            yield panel, target


def all_queries(board):
    """Every PromQL of a dashboard as ("where", text): panels, annotations and variables."""
    for panel, target in queries(board):
        yield f'panel {panel["id"]} "{panel["title"]}" {target["refId"]}', target['expr']
    for annotation in board['annotations']['list']:
        if 'expr' in annotation:
            yield f'annotation "{annotation["name"]}"', annotation['expr']
    for variable in variables(board):
        if variable['type'] == 'query':
            yield f'variable {variable["name"]}', values_query(variable)[0]
