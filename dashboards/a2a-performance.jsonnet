// Between which agents is it slow or failing, and is it the wait or the work?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local pair = 'source=~"$source", target=~"$target", @';
local latency = 'a2a_protocol_latency_ms{%s}' % pair;
local hops = 'a2a_hops_total{%s}' % pair;
local duration = 'a2a_hop_duration_seconds';
local objective = [limit.over('A2ALatencyHigh', '2', 50), limit.over('A2ALatencyHigh', '1', 200)];
local objective_in_seconds = [limit.over('A2ALatencyHigh', '2', 50, 0.001), limit.over('A2ALatencyHigh', '1', 200, 0.001) { far: true }];
local within(le) = 'sum(rate(%s_bucket{le="%s", %s}[$__rate_interval]))' % [duration, le, pair];
local all = 'sum(rate(%s_count{%s}[$__rate_interval]))' % [duration, pair];

local tiles = look.row('', [
  panel.tile(
    'Pairs above 50 ms',
    'Directed pairs of agents whose p95 of the last minute is above the objective of 50 ms. After two minutes each is A2ALatencyHigh. The matrix names them.',
    [query('count(max by (source, target) (%s) > 50) or 0 * count(%s)' % [latency, latency])],
    given=[limit.because('each pair above the objective of 50 ms breaks it', '2', 1)],
    none='no hops',
    w=3,
  ),
  panel.tile(
    'Slowest pair, p95',
    'p95 of the slowest directed pair over the last minute. Above 50 ms for two minutes is severity 2, above 200 ms severity 1.',
    [query('max(%s)' % latency)],
    unit='ms',
    given=objective,
    none='no hops',
    decimals=0,
    w=3,
  ),
  panel.tile(
    'Hops slower than 50 ms',
    'Share of all hops of the last five minutes that took longer than the objective, counted exactly: 50 ms is a bound of the histogram. One in twenty is what a p95 above 50 ms means, and A2AHopsSlow for a pair.',
    [query('1 - sum(increase(%s_bucket{le="0.05", %s}[5m])) / (sum(increase(%s_count{%s}[5m])) > 0)' % [duration, pair, duration, pair])],
    unit='percentunit',
    given=[limit.over('A2AHopsSlow', '2', 0.05)],
    none='no hops',
    decimals=1,
  ),
  panel.tile(
    'Fail, worst receiver',
    'Errors and timeouts among the hops of the last five minutes to the agent where most fail, of those with 20 hops and more. One in ten between two agents is A2AHopsFailing; the lines below name the agent.',
    [query('max(sum by (target) (increase(a2a_hops_total{outcome!="ok", %s}[5m])) / (sum by (target) (increase(%s[5m])) >= 20)) or 0 * sum(increase(%s[5m]))' % [pair, hops, hops])],
    unit='percentunit',
    given=[limit.over('A2AHopsFailing', '2', 0.1)],
    none='no hops',
    decimals=1,
  ),
  panel.tile(
    'Hops, and their stream',
    'How much the agents have to tell each other a second, beside the median of six hours, and whether the stream that tells of it is read. None while messages are begun is A2AHopsStopped: every agent is dead or deaf. A stream that is not read (FeedDown) leaves this page without news: look at Redis.',
    [
      query('sum(rate(%s[$__rate_interval]))' % hops, 'a second'),
      query('quantile_over_time(0.5, sum(rate(%s[$__rate_interval]))[6h:1m])' % hops, 'usual'),
      query('min(a2a_feed_up{@})', 'stream'),
    ],
    none='none',
    w=6,
  ) + panel.tileLimits('a second', [], decimals=0)
  + panel.tileLimits('usual', [], decimals=0)
  + panel.tileLimits('stream', [limit.down('FeedDown', '3')], words=panel.words({ '0': ['NOT READ', 'yellow'], '1': ['read', 'green'] })),
  panel.tile(
    'Hops lost in 15 minutes',
    'Of the pair that loses most: hops that began and of which no record says that they ended. Their receiver died with them, or is far behind. Above 20 is A2AHopsLost.',
    [query('clamp_min(max(delta(a2a_hops_unfinished{%s}[15m])), 0)' % pair)],
    given=[limit.over('A2AHopsLost', '3', 20)],
    none='none',
    decimals=0,
  ),
]);

local who = look.row('Who is slow, who fails', [
  panel.matrix(
    'p95 from agent to agent',
    'Rows send, columns receive; p95 of the last minute. An orange or red column is a receiver that is slow for everybody, a row a sender whose network is; a single cell is that pair. An empty cell had no hop. slo_prober is the prober\'s own message to each agent.',
    'max by (source, target) (%s)' % latency,
    'source',
    'target',
    'ms',
    objective,
    w=24,
    h=13,
  ),
  panel.lines(
    'p95 by receiver',
    'The slowest sender\'s view of each receiver. Dashed: the objective of 50 ms and severity 1 from 200 ms; each line of the scale is ten times the one below. A receiver that stands out: restart or scale it.',
    [query('max by (target) (%s)' % latency, '{{target}}')],
    'ms',
    objective,
    w=12,
    h=9,
    table=true,
  ) + panel.logarithmic,
  panel.lines(
    'Share that fails, by receiver',
    'Errors and timeouts over all hops to a receiver. 10 % between two agents is A2AHopsFailing; the codes are in the last row.',
    [query('sum by (target) (rate(a2a_hops_total{outcome!="ok", %s}[$__rate_interval])) / (sum by (target) (rate(%s[$__rate_interval])) > 0)' % [pair, hops], '{{target}}')],
    'percentunit',
    [limit.over('A2AHopsFailing', '2', 0.1)],
    w=12,
    h=9,
    max=1,
  ),
]);

local red = look.row('All hops', [
  panel.lines(
    'Hops by outcome',
    'Rate of hops that ended, by outcome. Anything that is not ok is work that fails or is tried again.',
    [query('sum by (outcome) (rate(%s[$__rate_interval]))' % hops, '{{outcome}}')],
    'ops',
    w=12,
    stack=true,
  ) + panel.outcomes,
  panel.percentiles(
    'Duration of a hop',
    'From enqueued to finished, all pairs together. Dashed: 50 ms and 200 ms. If p50 rises with p99 everything is slow (Redis, the machine); if only p99 rises, look for one receiver above.',
    '%s_bucket{%s}' % [duration, pair],
    given=objective_in_seconds,
    w=12,
  ) + panel.logarithmic,
]);

local spread = look.row('On both sides of the 50 ms line', [
  panel.heat(
    'Slower than 50 ms',
    'Above the line: where the slow hops lie, by time. The lower edge is 50 ms. Empty is well.',
    'sum by (le) (increase(%s_bucket{le=~"0.1|0.2|0.5|1|2.5|5|\\\\+Inf", %s}[$__rate_interval])) - on () group_left () sum(increase(%s_bucket{le="0.05", %s}[$__rate_interval]))' % [duration, pair, duration, pair],
    scheme='YlOrRd',
    w=14,
    h=6,
  ),
  panel.lines(
    'Share of hops, by what they took',
    'Exact shares: 50 and 200 ms are bounds of the histogram. More than 5 % above the green is a p95 above 50 ms.',
    [
      query('%s / (%s > 0)' % [within('0.05'), all], 'within 50 ms'),
      query('(%s - %s) / (%s > 0)' % [within('0.2'), within('0.05'), all], '50 to 200 ms'),
      query('(%s - %s) / (%s > 0)' % [all, within('0.2'), all], 'above 200 ms'),
    ],
    'percentunit',
    w=10,
    h=12,
    max=1,
    stack=true,
  ) + panel.coloured({ 'within 50 ms': 'green', '50 to 200 ms': 'orange', 'above 200 ms': 'red' }),
  panel.heat(
    'Within 50 ms',
    'Below the line: the hops that meet the objective. The upper edge is 50 ms. A cloud that climbs towards it is a warning.',
    'sum by (le) (increase(%s_bucket{le=~"0.001|0.0025|0.005|0.01|0.025|0.05", %s}[$__rate_interval]))' % [duration, pair],
    scheme='Blues',
    w=14,
    h=6,
  ),
]);

local parts = look.row('Wait or work', [
  panel.lines(
    'p95 until taken, by receiver',
    'From enqueued until the receiver took the message. High here: the receiver is busy or too few of them run; scale it.',
    [query(panel.quantile('0.95', 'sum by (le, target) (rate(a2a_hop_queue_duration_seconds_bucket{target=~"$target", @}[$__rate_interval]))'), '{{target}}')],
    's',
    w=8,
  ),
  panel.lines(
    'p95 of the work, by receiver',
    'From taken until finished. High here: the agent itself, its model or its database is slow.',
    [query(panel.quantile('0.95', 'sum by (le, target) (rate(a2a_hop_processing_duration_seconds_bucket{target=~"$target", @}[$__rate_interval]))'), '{{target}}')],
    's',
    w=8,
  ),
  panel.states(
    'Agents seen in hops',
    'Whether each agent sent or finished a hop within five minutes. An idle agent is not well or unwell: whether it answers, the overview says. Silent while others talk is AgentSilent.',
    [query('max by (agent) (a2a_agent_up{@})', '{{agent}}')],
    panel.words({ '0': ['silent', 'yellow'], '1': ['seen', 'green'] }),
    w=8,
  ),
]);

local sources = look.row('Codes, feeds and spans', [
  panel.lines(
    'Errors by A2A code',
    'Codes of the A2A protocol and of JSON-RPC. -32001 is an unknown task, -32603 an internal error of the agent.',
    [query('sum by (code) (rate(a2a_hop_errors_total{@}[$__rate_interval])) > 0', '{{code}}')],
    'ops',
    w=8,
    none='no errors',
  ),
  panel.lines(
    'Records that are not read yet',
    'How far the exporter is behind the stream of hops. Above 10,000 is FeedBehind: what the panels above show is old.',
    [query('max by (instance, feed) (a2a_feed_lag_records{@})', '{{instance}} {{feed}}')],
    'short',
    [limit.over('FeedBehind', '3', 10000) { far: true }],
    w=8,
  ),
  panel.bars(
    'Records not counted',
    'Records of hops that were lost before they were read, or that were not as agreed. Each is a hop that no panel shows.',
    [
      query('sum by (reason) (increase(a2a_hop_records_skipped_total{@}[$__rate_interval]))', '{{reason}}'),
      query('sum(increase(a2a_feed_lost_records_total{@}[$__rate_interval]))', 'trimmed before they were read'),
    ],
    w=8,
  ),
  panel.lines(
    'Spans received',
    'Spans that agents send over OTLP, by what became of them. Empty where no agent sends spans.',
    [query('sum by (result) (rate(a2a_otlp_spans_total{@}[$__rate_interval]))', '{{result}}')],
    'ops',
    w=8,
    stack=true,
    none='no agent sends spans',
  ),
  panel.lines(
    'Network and queues, p95 from spans',
    'The caller\'s span less the receiver\'s: what is neither agent\'s work. Empty where no agent sends spans.',
    [query(panel.quantile('0.95', 'sum by (le, target) (rate(a2a_hop_transport_duration_seconds_bucket{%s}[$__rate_interval]))' % pair), '{{target}}')],
    's',
    w=8,
    none='no agent sends spans',
  ),
  panel.lines(
    'Calls without the other side\'s span',
    'Share of each caller\'s requests of which the other agent\'s span never came: it is not instrumented, samples differently, or died. 20 % is A2AHopsUnpaired. Empty where no agent sends spans.',
    [query('sum by (client) (rate(traces_service_graph_unpaired_spans_total{server="", @}[$__rate_interval])) / (sum by (client) (rate(traces_service_graph_request_total{@}[$__rate_interval])) + sum by (client) (rate(traces_service_graph_unpaired_spans_total{server="", @}[$__rate_interval])) > 0)', '{{client}}')],
    'percentunit',
    [limit.over('A2AHopsUnpaired', '3', 0.2)],
    w=8,
    max=1,
    none='no agent sends spans',
  ),
], collapsed=true);

look.dashboard(
  uid='legalllm-a2a',
  title='A2A Protocol Performance',
  description='Between which agents is it slow or failing, and is it the wait or the work? The objective is 50 ms a hop (p95); above 200 ms it is severity 1.',
  jobs='a2a_protocol_latency_ms{source!=""}',
  rows=[tiles, who, red, spread, parts, sources],
  components='a2a|unified-interface',
  variables=[
    look.variable('source', 'From agent', 'label_values(a2a_protocol_latency_ms{job=~"$job", instance=~"$instance"}, source)'),
    look.variable('target', 'To agent', 'label_values(a2a_protocol_latency_ms{job=~"$job", instance=~"$instance", source=~"$source"}, target)'),
  ],
  tags=['a2a', 'red'],
)
