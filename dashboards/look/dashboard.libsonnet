// A dashboard of the family: variables, annotations, links and the places of panels are the same everywhere.
local panel = import 'panel.libsonnet';

local tag = 'legalllm';
local runbooks = 'https://monitoring.legalllm.com.au/runbooks/';

local datasource_variable = {
  type: 'datasource',
  name: 'datasource',
  label: 'Data source',
  description: 'The Prometheus that scrapes the fleet.',
  query: 'prometheus',
  regex: '',
  hide: 0,
  includeAll: false,
  multi: false,
  refresh: 1,
  options: [],
  skipUrlSync: false,
  current: {},
};

// A variable of label values: several at once, All is whatever has the label.
local variable(name, label, values, all='.+', chosen=null) = {
  type: 'query',
  name: name,
  label: label,
  datasource: panel.datasource,
  definition: values,
  query: { query: values, refId: 'Variable-' + name, qryType: 5 },
  regex: '',
  refresh: 2,  // when the time range changes
  sort: 1,
  hide: 0,
  multi: true,
  includeAll: true,
  allValue: all,
  options: [],
  skipUrlSync: false,
  current: if chosen == null
  then { selected: true, text: ['All'], value: ['$__all'] }
  else { selected: true, text: [chosen], value: [chosen] },
};

local annotation(name, expr, title, colour, text='') = {
  name: name,
  datasource: panel.datasource,
  enable: true,
  hide: false,
  expr: panel.expand(expr),
  titleFormat: title,
  textFormat: text,
  tagKeys: '',
  iconColor: colour,
  useValueForTime: false,
};

// `components`: a regular expression of the alerts' label `component`, for those that belong to the dashboard's question.
local annotations(components) = {
  list: [
    {
      builtIn: 1,
      datasource: { type: 'grafana', uid: '-- Grafana --' },
      enable: true,
      hide: true,
      iconColor: 'rgba(0, 211, 255, 1)',
      name: 'Annotations & Alerts',
      type: 'dashboard',
    },
    annotation(
      'Firing alerts',
      'max by (alertname, sev) (ALERTS{alertstate="firing", sev=~"1|2", escalation="", component=~"%s"})' % components,
      '{{alertname}} (severity {{sev}})',
      'red'
    ),
    annotation('Restarts', 'changes(process_start_time_seconds{@}[1m]) > 0', 'Restart of {{job}} {{instance}}', 'purple'),
    // The blue-green switch is two of these: one slot is rolled out, then the other is scaled down.
    annotation(
      'Deployments',
      'changes(kube_deployment_status_observed_generation{deployment=~"legalllm-.+"}[2m]) > 0',
      'Deployment of {{deployment}}',
      'blue'
    ),
  ],
};

local links = [
  {
    type: 'dashboards',
    title: 'LegalLLM dashboards',
    tags: [tag],
    asDropdown: true,
    icon: 'external link',
    includeVars: true,
    keepTime: true,
    targetBlank: false,
    tooltip: '',
    url: '',
  },
  {
    type: 'link',
    title: 'Runbooks',
    tags: [],
    asDropdown: false,
    icon: 'doc',
    includeVars: false,
    keepTime: false,
    targetBlank: true,
    tooltip: 'What each alert asks you to do',
    url: runbooks,
  },
];

// Each panel goes to the highest place that is wide enough, the leftmost of these: `skyline` is how far each column is filled.
local place(panels, top) =
  std.foldl(function(state, next)
    local width = next.size.w;
    local depth(x) = std.foldl(std.max, state.skyline[x:x + width], 0);
    local x = std.foldl(function(best, x) if depth(x) < depth(best) then x else best, std.range(1, 24 - width), 0);
    local y = depth(x);
    {
      skyline: [if column >= x && column < x + width then y + next.size.h else state.skyline[column] for column in std.range(0, 23)],
      placed: state.placed + [next { gridPos: { x: x, y: y, w: width, h: next.size.h } }],
    }, panels, { skyline: std.makeArray(24, function(_) top), placed: [] });

// Rows, one below the other; `id` goes on from row to row, a row's own is before those of its panels.
local arrange(rows) =
  std.foldl(function(state, row)
    local headed = row.title != '';
    local inside = place(row.panels, state.y + (if headed then 1 else 0));
    local numbered = [
      inside.placed[i] { id: state.id + (if headed then 1 else 0) + i }
      for i in std.range(0, std.length(inside.placed) - 1)
    ];
    local head = {
      type: 'row',
      id: state.id,
      title: row.title,
      collapsed: row.collapsed,
      gridPos: { x: 0, y: state.y, w: 24, h: 1 },
      panels: if row.collapsed then numbered else [],
    };
    {
      id: state.id + std.length(numbered) + (if headed then 1 else 0),
      y: if row.collapsed then state.y + 1 else std.foldl(std.max, inside.skyline, 0),
      panels: state.panels + (if headed then [head] else []) + (if row.collapsed then [] else numbered),
    }, rows, { id: 1, y: 0, panels: [] }).panels;

{
  variable: variable,
  runbooks: runbooks,

  // The first row has no title; those that are looked at when something is wrong are collapsed.
  row(title, panels, collapsed=false):: { title: title, panels: panels, collapsed: collapsed },

  // `jobs`: a selector of what the dashboard is about, of which job and instance are offered.
  dashboard(uid, title, description, jobs, rows, components='.+', variables=[], tags=[], range='now-1h', refresh='30s', job=null):: {
    uid: uid,
    title: 'LegalLLM / ' + title,
    description: description,
    tags: [tag] + tags,
    editable: false,
    graphTooltip: 1,  // a crosshair for all panels
    schemaVersion: 39,
    version: 1,
    timezone: 'browser',
    weekStart: '',
    fiscalYearStartMonth: 0,
    liveNow: false,
    refresh: refresh,
    time: { from: range, to: 'now' },
    timepicker: {},
    templating: { list: [
      datasource_variable,
      variable('job', 'Job', 'label_values(%s, job)' % jobs, chosen=job),
      variable('instance', 'Instance', 'label_values(%s, instance)' % panel.expand(std.strReplace(jobs, '}', ', job=~"$job"}'))),
    ] + variables },
    annotations: annotations(components),
    links: links,
    panels: arrange(rows),
  },
}
