// What do the probes see, at which step do they fail, and does the prober keep its timetable?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local probe = 'probe=~"$probe", target=~"$target", @';
local results = 'slo_probe_results_total{%s}' % probe;
local missed = 'sum(increase(slo_probe_missed_runs_total{reason=~"late|overlap", %s}[15m]))' % probe;

local tiles = look.row('', [
  panel.tile(
    'Targets failing',
    'Targets whose last attempt was not good. The timeline names them, the table below says at which step and why.',
    [query('count(max by (probe, target) (probe_success{%s}) == 0) or 0 * count(probe_success{%s})' % [probe, probe])],
    given=[limit.anyDown('ProbeFailing', '2')],
    none='nothing is probed',
  ),
  panel.tile(
    'Targets probed',
    'By all replicas together.',
    [query('count(count by (probe, target) (probe_success{%s}))' % probe)],
    none='none',
  ),
  panel.tile(
    'Good attempts',
    'Of those of the last five minutes that could be judged.',
    [query('sum(increase(slo_probe_results_total{result="good", %s}[5m])) / (sum(increase(slo_probe_results_total{result=~"good|bad", %s}[5m])) > 0)' % [probe, probe])],
    unit='percentunit',
    given=[limit.because('the objective of the interface is 99.9 %, in slo/legalllm.yml', '2', 0.999, falling=true)],
    none='none yet',
    decimals=1,
  ),
  panel.tile(
    'Could not be judged',
    'Attempts of the last ten minutes that ended unknown, of the target where they are most: the prober itself lacked processor, network or names. Above half is ProbesUnknown.',
    [query('max(sum by (probe, target) (increase(slo_probe_results_total{result="unknown", %s}[10m])) / (sum by (probe, target) (increase(%s[10m])) > 0)) or 0 * sum(increase(%s[10m]))' % [probe, results, results])],
    unit='percentunit',
    given=[limit.over('ProbesUnknown', '3', 0.5)],
    none='none yet',
    decimals=1,
  ),
  panel.tile(
    'Runs missed',
    'Of the last quarter of an hour, because the prober was late or earlier runs had not ended. One in five of a target is ProbesMissed.',
    [query('%s / (sum(increase(%s[15m])) + %s > 0)' % [missed, results, missed])],
    unit='percentunit',
    given=[limit.over('ProbesMissed', '3', 0.2)],
    none='none yet',
    decimals=1,
  ),
  panel.tile(
    'Prober stalled, 10 min',
    'For how long the prober\'s own thread did not get to run. Above 30 s is ProberStarved: give it processors, or --realtime.',
    [query('max(increase(slo_prober_stall_seconds_total{@}[10m]))')],
    unit='s',
    given=[limit.over('ProberStarved', '3', 30)],
    none='no prober',
    decimals=1,
  ),
]);

local seen = look.row('What the probes see', [
  panel.states(
    'Targets',
    'The last attempt of each probe and target. Many that turn red together: look for what they share, or at the prober.',
    [query('max by (probe, target) (probe_success{%s})' % probe, '{{probe}} {{target}}')],
    panel.upDown,
    w=14,
    h=14,
  ),
  panel.table(
    'Failures in the time range, by step and reason',
    'The step that failed (resolve, connect, tls, request, answer ...) and the word of the log line. Empty: no attempt failed. "slo_prober check" says the same of now.',
    // A series is born with the first failure of its kind, which increase() does not see.
    [query('topk(20, sum by (probe, target, step, reason) ((slo_probe_failures_total{%(p)s} unless slo_probe_failures_total{%(p)s} offset $__range) or increase(slo_probe_failures_total{%(p)s}[$__range])) >= 0.5)' % { p: probe })],
    [
      panel.column('probe', 'Probe', width=125),
      panel.column('target', 'Target', width=120),
      panel.column('step', 'Step', width=90),
      panel.column('reason', 'Reason'),
      panel.column('Value', 'Attempts', unit='short', decimals=0, width=85),
    ],
    w=10,
    h=7,
    sort='Attempts',
    none='no attempt failed',
  ),
  panel.lines(
    'Attempts by result',
    'Good, bad, and unknown where the prober itself could not tell. Unknown ones are in no objective.',
    [query('sum by (result) (rate(%s[$__rate_interval]))' % results, '{{result}}')],
    'ops',
    w=10,
    h=7,
    stack=true,
  ) + panel.outcomes,
]);

local times = look.row('How long it takes', [
  panel.percentiles(
    'Wait, from when each attempt was due',
    'What a user would have felt, failures and timeouts included. A batch of documents takes seconds when all is well: choose a probe above.',
    'slo_probe_scheduled_duration_seconds_bucket{%s}' % probe,
    w=8,
  ),
  panel.heat(
    'Where attempts lie',
    'All probes together. Two bands are two kinds of target; a band that climbs is a target that becomes slow.',
    'sum by (le) (increase(slo_probe_duration_seconds_bucket{%s}[$__rate_interval]))' % probe,
    w=8,
    h=8,
  ),
  panel.lines(
    'p95 by target',
    'The ten slowest, from when each attempt began; each line of the scale is ten times the one below. A target that stands out is slow itself; if all rise, look at the prober.',
    [query('topk(10, %s)' % panel.quantile('0.95', 'sum by (le, probe, target) (rate(slo_probe_duration_seconds_bucket{%s}[$__rate_interval]))' % probe), '{{probe}} {{target}}')],
    's',
    w=8,
  ) + panel.logarithmic + panel.ranked,
]);

local prober = look.row('The prober itself', [
  panel.lines(
    'Lateness, p99',
    'How long after it was due an attempt began, by worker. Milliseconds are well; a second makes results doubtful.',
    [query(panel.quantile('0.99', 'sum by (le, instance, worker) (rate(slo_probe_schedule_lag_seconds_bucket{@}[$__rate_interval]))'), '{{instance}} worker {{worker}}')],
    's',
    w=8,
  ),
  panel.bars(
    'Runs that did not take place',
    'late and overlap are the prober\'s fault, window and lease are as configured.',
    [query('sum by (reason) (increase(slo_probe_missed_runs_total{%s}[$__rate_interval]))' % probe, '{{reason}}')],
    w=8,
  ) + panel.coloured({ late: 'orange', overlap: 'yellow', window: 'blue', lease: 'purple' }),
  panel.lines(
    'Targets by replica',
    'How the targets are shared. A replica that falls to none has lost its lease or is gone; the others take over within seconds.',
    [query('sum by (instance) (slo_prober_targets{@})', '{{instance}}')],
    'short',
    w=8,
    stack=true,
  ),
]);

local more = look.row('Phases, certificates and replicas', [
  panel.lines(
    'Phases of the last attempt',
    'By kind of probe: where the time goes (resolve, connect, tls, processing, transfer).',
    [query('avg by (probe, phase) ({__name__=~"probe_(http|redis|postgres|udp|grpc|dns|icmp)_duration_seconds|slo_probe_phase_duration_seconds", %s})' % probe, '{{probe}} {{phase}}')],
    's',
    w=12,
  ),
  panel.table(
    'Certificates',
    'When the first certificate of each chain expires. Two weeks before it is a ticket, two days before severity 2 (CertificateExpiring). Empty where nothing is probed over TLS.',
    [query('min by (probe, target) (probe_ssl_earliest_cert_expiry{%s}) - time()' % probe)],
    [
      panel.column('probe', 'Probe'),
      panel.column('target', 'Target'),
      panel.column('Value', 'Expires in', unit='dtdurations', given=[limit.under('CertificateExpiring', '2', 172800), limit.under('CertificateExpiring', '3', 1209600)], width=160),
    ],
    w=12,
    sort='Expires in',
    descending=false,
    none='nothing is probed over TLS',
  ),
  panel.lines(
    'Replicas and leases',
    'Replicas that share the targets, and leases of exclusive probes. Empty without --shard auto.',
    [
      query('max(slo_prober_members{@})', 'replicas'),
      query('sum(slo_prober_leases_held{@})', 'leases'),
    ],
    'short',
    w=12,
    none='the prober has no replicas',
  ),
  panel.states(
    'Cut off from the others',
    'A replica that cannot reach the Redis where replicas meet goes on with the share it knew (ProberIsolated after five minutes). Empty without --shard auto.',
    [query('max by (instance) (slo_prober_isolated{@})', '{{instance}}')],
    panel.words({ '0': ['in touch', 'green'], '1': ['cut off', 'yellow'] }),
    w=12,
    none='the prober has no replicas',
  ),
], collapsed=true);

look.dashboard(
  uid='legalllm-prober',
  title='Prober Fleet',
  description='What do the probes see, at which step do they fail, and does the prober keep its timetable?',
  jobs='slo_probe_results_total{probe!=""}',
  rows=[tiles, seen, times, prober, more],
  components='slo-prober|services|unified-interface|certificates',
  variables=[
    look.variable('probe', 'Probe', 'label_values(probe_success{job=~"$job", instance=~"$instance"}, probe)'),
    look.variable('target', 'Target', 'label_values(probe_success{job=~"$job", instance=~"$instance", probe=~"$probe"}, target)'),
  ],
  tags=['prober', 'red'],
)
