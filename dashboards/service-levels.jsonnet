// How much of each error budget is left, how fast does it burn, and what would an outage cost?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local slo = 'sloth_slo=~"$slo"';
local by = 'sum by (sloth_slo)';
local left = 'slo:period_error_budget_remaining:ratio{%s}' % slo;
local budget = 'slo:error_budget:ratio{%s}' % slo;
local days = 'slo:time_period:days{%s}' % slo;
local burn = 'slo:current_burn_rate:ratio{%s}' % slo;
// Seconds of a total outage that the whole budget pays for.
local allowance = '%s (%s) * %s (%s) * 86400' % [by, budget, by, days];
// All objectives share their factors of the burn rate; the severity is that of the interface's.
local burning = [limit.burn('InterfaceProbesSLO', '3', 1), limit.burn('InterfaceProbesSLO', '1', 14.4)];
local spent = limit.because('a budget that is left is no miss of the objective', '1', 0.0001, falling=true);

local tiles = look.row('', [
  panel.tile(
    'Objectives missed',
    'Objectives whose budget of the period is used up. Until it recovers: no risky change to what it depends on.',
    [query('count(%s <= 0) or 0 * count(%s)' % [left, left])],
    given=[limit.because('an objective without budget is missed', '1', 1)],
    none='not known yet',
  ),
  panel.tile(
    'Least budget left',
    'Of the objective that has the least. The table below names it.',
    [query('min(%s)' % left)],
    unit='percentunit',
    given=[spent],
    none='not known yet',
    decimals=1,
  ),
  panel.tile(
    'Fastest burn',
    'Of the last five minutes; 1 uses the budget up exactly by the end of the period. 14.4 for an hour pages, 1 for three days opens a ticket.',
    [query('max(%s)' % burn)],
    given=burning,
    none='not known yet',
    decimals=1,
  ),
  panel.tile(
    'Outage still allowed',
    'How long the unified interface may be away in the rest of the period before its 99.9 % is missed: 43 min 12 s of 30 days, less what is used.',
    [query('clamp_min(sum(slo:period_error_budget_remaining:ratio{sloth_slo="interface-probes"} * on (sloth_id) slo:error_budget:ratio * on (sloth_id) slo:time_period:days) * 86400, 0)')],
    unit='dtdurations',
    given=[spent { drawn: 1 }],
    none='not known yet',
  ),
  panel.tile(
    'Availability, 30 days',
    'Of the unified interface as the prober meets it. The objective is 99.9 %.',
    [query('1 - max(slo:sli_error:ratio_rate30d{sloth_slo="interface-probes"})')],
    unit='percentunit',
    given=[limit.because('the objective is 99.9 %, in slo/legalllm.yml', '1', 0.999, falling=true)],
    none='not known yet',
    decimals=3,
  ),
  panel.tile(
    'Burn alerts firing',
    'Alerts of the objectives: pages and tickets.',
    [query('count(ALERTS{alertstate="firing", sloth_slo=~"$slo", escalation="", sloth_severity="%s"}) or vector(0)' % s, s) for s in ['page', 'ticket']],
  ) + panel.tileLimits('page', [limit.because('each page of an objective is a firing alert', '1', 1)])
  + panel.tileLimits('ticket', [limit.because('each ticket of an objective is a firing alert', '3', 1)]),
]);

local budgets = look.row('Budget', [
  panel.table(
    'Objectives',
    'What is left, what burns, and what an outage costs. "Outage left" is how long everything may still fail; "an outage costs" is the share of the whole budget that a total outage of the length chosen above takes; "gone in" is when the budget is used up at the present burn.',
    [
      query('%s (slo:objective:ratio{%s})' % [by, slo]),
      query('%s (%s)' % [by, left]),
      query('clamp_min(%s (%s), 0) * %s' % [by, left, allowance]),
      query('$outage / (%s)' % allowance),
      query('%s (%s)' % [by, burn]),
      query('clamp_min(%s (%s), 0) * %s (%s) * 86400 / (%s (%s) > 0)' % [by, left, by, days, by, burn]),
    ],
    [
      panel.column('sloth_slo', 'Objective'),
      panel.column('Value #A', 'Target', unit='percentunit', decimals=1, width=80),
      panel.column('Value #B', 'Budget left', unit='percentunit', decimals=1, given=[spent], width=100),
      panel.column('Value #C', 'Outage left', unit='dtdurations', width=110),
      panel.column('Value #D', 'An outage costs', unit='percentunit', decimals=1, width=120),
      panel.column('Value #E', 'Burn now', unit='short', decimals=2, given=burning, width=85),
      panel.column('Value #F', 'Gone in', unit='dtdurations', width=110),
    ],
    w=14,
    h=9,
    sort='Budget left',
    descending=false,
  ),
  panel.gaugeBars(
    'Budget left',
    'Share of the budget of the period. Full is an untouched budget; red is none.',
    [query('%s (%s)' % [by, left], '{{sloth_slo}}')],
    'percentunit',
    [spent],
    1,
    w=10,
    h=9,
    none='not known yet',
  ),
  panel.lines(
    'Burn-down',
    'What was left of each budget over time. A step down is an incident, a slope a slow leak; a rise is an old incident that leaves the period. Choose 30 days above for the whole period. At 0 the objective is missed; what is spent beyond twice the budget is drawn at -100 %.',
    // One that is missed by far would press all others into a line.
    [query('clamp_min(%s (%s), -1)' % [by, left], '{{sloth_slo}}')],
    'percentunit',
    w=14,
    h=9,
    max=1,
    min=null,
  ) + { links: [{ title: 'The whole period', url: '/d/legalllm-service-levels?from=now-30d&to=now&${datasource:queryparam}', targetBlank: false }] },
  panel.gaugeBars(
    'What an outage costs',
    'Share of the whole budget that a total outage of the length chosen above would take. Above 100 % one such outage misses the objective.',
    [query('$outage / (%s)' % allowance, '{{sloth_slo}}')],
    'percentunit',
    [limit.because('one such outage takes more than the whole budget', '1', 1)],
    1,
    w=10,
    h=9,
  ),
]);

local rates = look.row('Burn', [
  panel.matrix(
    'Burn rate by window',
    'Rows are objectives, columns how far back. 1 uses the budget up exactly by the end of the period; an alert needs a long and a short window together: 1h and 5m above 14.4, 6h and 30m above 10.8, 1d and 2h above 3, 3d and 6h above 1.',
    'sum by (sloth_slo, sloth_window) ({__name__=~"slo:sli_error:ratio_rate(5m|30m|1h|2h|6h|1d|3d)", %s} / on (sloth_id) group_left () slo:error_budget:ratio)' % slo,
    'sloth_slo',
    'sloth_window',
    'short',
    burning,
    w=12,
    h=9,
    decimals=2,
    order=['5m', '30m', '1h', '2h', '6h', '1d', '3d'],
    head=190,
    heading='objective ↓ window →',
  ),
  panel.lines(
    'Burn rate of the last five minutes',
    'Dashed: 1 (ticket, if it stays) and 14.4 (page, if it stays).',
    // Nothing of nothing is NaN, and one NaN takes the whole axis with it.
    [query('%s (%s >= 0)' % [by, burn], '{{sloth_slo}}')],
    'short',
    [limit.burn('InterfaceProbesSLO', '3', 1), limit.burn('InterfaceProbesSLO', '1', 14.4) { far: true }],
    w=12,
    h=9,
  ),
]);

local behind = look.row('What is counted', [
  panel.lines(
    'Requests of users',
    'The events of interface-traffic: by status, health checks left out.',
    [query('sum by (code) (rate(legalllm_requests_total{path!~"/healthz|/metrics", @}[$__rate_interval]))', '{{code}}')],
    'reqps',
    w=8,
    stack=true,
  ) + panel.coloured({ '200': 'green', '404': 'yellow', '500': 'red', '502': 'red', '503': 'red', '504': 'red' }),
  panel.lines(
    'Probes of the interface',
    'The events of interface-probes. Unknown ones are in no ratio: the prober itself could not tell.',
    [query('sum by (result) (rate(slo_probe_results_total{probe="unified-interface", @}[$__rate_interval]))', '{{result}}')],
    'ops',
    w=8,
    stack=true,
  ) + panel.outcomes,
  panel.lines(
    'Events of each objective',
    'How many events a second each ratio is made of, over an hour. Few events make a nervous burn rate: the alerts wait for enough of them.',
    [query('%s (slo:sli_total:amount1h{%s})' % [by, slo], '{{sloth_slo}}')],
    'short',
    w=8,
  ),
]);

look.dashboard(
  uid='legalllm-service-levels',
  title='Service Levels',
  description='How much of each error budget is left, how fast does it burn, and what would an outage cost? Objectives are those of slo/legalllm.yml.',
  jobs='{__name__=~"legalllm_requests_total|slo_probe_results_total"}',
  rows=[tiles, budgets, rates, behind],
  components='unified-interface|a2a|documents|postgresql|compliance',
  variables=[
    look.variable('slo', 'Objective', 'label_values(slo:objective:ratio, sloth_slo)'),
    {
      type: 'custom',
      name: 'outage',
      label: 'Outage of',
      description: 'The length of outage whose cost is shown.',
      query: '1 minute : 60, 5 minutes : 300, 10 minutes : 600, 30 minutes : 1800, 1 hour : 3600, 4 hours : 14400',
      hide: 0,
      multi: false,
      includeAll: false,
      skipUrlSync: false,
      options: [],
      current: { selected: true, text: '10 minutes', value: '600' },
    },
  ],
  tags=['slo'],
  range='now-24h',
  refresh='1m',
)
