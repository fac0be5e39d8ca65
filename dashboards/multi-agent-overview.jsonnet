// Is LegalLLM healthy, and if not, where?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local users = 'job="legalllm-unified-interface", path!~"/healthz|/metrics", @';
local alerts = 'alertstate="firing", escalation=""';
local failed(span) = 'sum(increase(documents_processed_total{outcome="failed", @}[%s])) / (sum(increase(documents_processed_total{@}[%s])) > 0)' % [span, span];
local apart = 'unified-interface|agents';
// What an alert is about, in the order of its words; each has a few of these labels. "a2a document → research".
local about = ['component', 'pair', 'probe', 'target', 'agent', 'client', 'pipeline', 'framework', 'violation_severity', 'consent_type', 'server', 'datname', 'relname', 'slot_name', 'addr', 'master_name', 'stream', 'group', 'collector', 'reason', 'rule_group', 'backup', 'sloth_slo'];
local joined(expr, name, labels) =
  'label_replace(label_join(%s, "%s", " ", %s), "%s", "$1", "%s", " *(.*?) *")' % [expr, name, std.join(', ', ['"%s"' % label for label in labels]), name, name];

local tiles = look.row('', [
  panel.tile(
    'Unified interface',
    'Whether Prometheus reaches the interface, and whether the prober is served by it as a user. Both must be up: an interface that is scraped and serves nobody is an outage (SystemUnreachable).',
    [
      query('min(up{job="legalllm-unified-interface", @})', 'scraped'),
      query('min(probe_success{probe="unified-interface", @})', 'serves users'),
    ],
    given=[limit.down('SystemDown', '1')],
    words=panel.upDown,
    none='no target',
    w=5,
  ),
  panel.tile(
    'Alerts firing',
    'By severity. 1 pages at once, 2 goes to Slack and mail, 3 waits for office hours. The table below names them and links to what to do.',
    [query('count(ALERTS{%s, sev="%s"}) or vector(0)' % [alerts, sev], 'sev ' + sev) for sev in ['1', '2', '3']],
    w=4,
  ) + panel.tileLimits('sev 1', [limit.because('each firing alert of severity 1 is bad news', '1', 1)])
  + panel.tileLimits('sev 2', [limit.because('each firing alert of severity 2 is bad news', '2', 1)])
  + panel.tileLimits('sev 3', [limit.because('each firing alert of severity 3 is bad news', '3', 1)]),
  panel.tile(
    'Not answering',
    'Of the agents, and of what else is probed (databases, queues, a client\'s visit), those that give the prober no good answer now. One agent means that work which needs it waits (AgentUnreachable after a minute), the others are ProbeFailing after three. The timeline below names them.',
    [
      query('count(max by (target) (probe_success{probe="agents", @}) == 0) or 0 * count(probe_success{probe="agents", @})', 'agents'),
      query('count(max by (probe, target) (probe_success{probe!~"%s", @}) == 0) or 0 * count(probe_success{probe!~"%s", @})' % [apart, apart], 'services'),
    ],
    none='not probed',
    w=4,
  ) + panel.tileLimits('agents', [limit.anyDown('AgentUnreachable', '2')])
  + panel.tileLimits('services', [limit.anyDown('ProbeFailing', '2')]),
  panel.tile(
    'A2A p95',
    'The slowest directed pair of agents over the last minute. The objective is 50 ms; above 200 ms for two minutes is severity 1. A2A Protocol Performance has the matrix of pairs.',
    [query('max(a2a_protocol_latency_ms{@})')],
    unit='ms',
    given=[limit.over('A2ALatencyHigh', '2', 50), limit.over('A2ALatencyHigh', '1', 200)],
    none='no hops',
    w=3,
    decimals=0,
  ) + panel.more('legalllm-a2a', 'A2A Protocol Performance'),
  panel.tile(
    'Documents',
    'How long the batch that matters most now takes, if it is one of 500 documents or more: 90 s is the objective, and it breaches while it runs, not when it ends. Beside it the share of documents that failed in the last five minutes, or in the last quarter of an hour if no batch ended since.',
    [
      query('max(document_processing_time_seconds{@} and document_batch_size{@} >= 500) or 0 * max(document_processing_time_seconds{@})', 'batch of 500+'),
      query('%s or %s' % [failed('5m'), failed('15m')], 'failed'),
    ],
    none='none ended',
    w=4,
  ) + panel.tileLimits('batch of 500+', [limit.over('DocumentProcessingSLABreach', '2', 90)], unit='suffix:s', decimals=0)
  + panel.tileLimits('failed', [limit.over('DocumentFailuresHigh', '2', 0.1), limit.over('DocumentProcessingFailing', '1', 0.5)], unit='percentunit', decimals=0)
  + panel.more('legalllm-documents', 'Document Processing Pipeline'),
  panel.tile(
    'Australian law',
    'Violations in the register that nobody has resolved: any is severity 1, page and legal team. Beside it uses of clients\' data without a consent in force in the last minutes. Australian Legal Compliance says which law, and how old.',
    [
      query('sum(australian_legal_violations_total{@})', 'violations'),
      query('sum({__name__=~"consent_processing_(after_withdrawal|after_expiry|without_grant)", @}) or vector(-1)', 'unlawful uses'),
    ],
    none='not read',
    w=4,
  ) + panel.tileLimits('violations', [limit.any('AustralianLegalViolation', '1')])
  + panel.tileLimits('unlawful uses', [limit.any('ProcessingAfterWithdrawal', '2')], words=panel.notRead)
  + panel.more('legalllm-compliance', 'Australian Legal Compliance'),
]);

local alerting = look.row('What is wrong', [
  panel.table(
    'Firing alerts',
    'The most severe first, and what each is about; of each the three that have fired longest, so that one that fires for every pair hides no other. A click on a name opens its runbook page. The Watchdog always fires: while it is here, alerting itself works.',
    [query(joined(
      joined(
        'label_replace(topk by (alertname, sev) (3, (time() - ALERTS_FOR_STATE{alertname!="Escalation"}) and ignoring (alertstate) ALERTS{%s}), "pair", "$1 →", "source", "(.+)")' % alerts,
        'where',
        about
      ),
      'seen',
      ['job', 'instance']
    ))],
    [
      panel.column('sev', 'Severity', width=80, words=[{
        type: 'value',
        options: { [sev]: { text: sev, color: limit.colour[sev], index: std.parseInt(sev) } for sev in ['1', '2', '3', '4'] },
      }]),
      panel.column('alertname', 'Alert', width=240, links=[{
        title: 'Runbook',
        url: look.runbooks + '${__value.raw}',
        targetBlank: true,
      }]),
      panel.column('where', 'Where'),
      panel.column('Value', 'For', unit='dtdurations', width=100),
      panel.column('seen', 'Seen by', width=280),
    ],
    w=16,
    h=10,
    sort='Severity',
    descending=false,
  ),
  panel.gaugeBars(
    'Error budget left',
    'What is left of each objective\'s budget of 30 days. At 0 the objective is missed for the period: risky changes wait. Service Levels says how fast it burns.',
    [query('max by (sloth_slo) (slo:period_error_budget_remaining:ratio)', '{{sloth_slo}}')],
    'percentunit',
    [limit.because('a budget that is left is no miss of the objective', '1', 0.0001, falling=true)],
    1,
    w=8,
    h=10,
    none='not known yet',
  ) + panel.more('legalllm-service-levels', 'Service Levels'),
]);

local users_row = look.row('What users feel', [
  panel.lines(
    'Requests of users',
    'Requests to the unified interface by status, health checks left out. 5xx are the system\'s errors, 4xx the clients\'. A fall to nothing in office hours is an outage in front of the interface.',
    [query('sum by (code) (rate(legalllm_requests_total{%s}[$__rate_interval]))' % users, '{{code}}')],
    'reqps',
    w=8,
    stack=true,
  ) + panel.coloured({ '200': 'green', '404': 'yellow', '500': 'red', '502': 'red', '503': 'red', '504': 'red' }),
  panel.lines(
    'Share of errors',
    'Server errors among users\' requests, and bad ones among the prober\'s. The objective of both is 99.9 %; Service Levels shows what the errors cost.',
    [
      query('(sum(rate(legalllm_requests_total{%s, code=~"5.."}[$__rate_interval])) or vector(0)) / (sum(rate(legalllm_requests_total{%s}[$__rate_interval])) > 0)' % [users, users], 'users'),
      query('sum(rate(slo_probe_results_total{probe="unified-interface", result="bad", @}[$__rate_interval])) / (sum(rate(slo_probe_results_total{probe="unified-interface", result=~"good|bad", @}[$__rate_interval])) > 0)', 'prober'),
    ],
    'percentunit',
    w=8,
    max=1,
  ),
  panel.percentiles(
    'What a user waits',
    'Requests of the prober to the interface, from when each was due. A quarter of them above a second for two minutes is InterfaceSlow.',
    'slo_probe_scheduled_duration_seconds_bucket{probe="unified-interface", @}',
    given=[limit.bound('InterfaceSlow', '2', 1)],
    w=8,
  ),
]);

local agents = look.row('Agents and data', [
  panel.states(
    'What the prober meets',
    'Each agent\'s answers to the prober, and the worst of every other probe\'s targets. A red stretch is one that refuses, times out or answers wrongly; Prober Fleet has the step and the reason.',
    [
      query('min by (probe) (max by (probe, target) (probe_success{probe!="agents", @}))', '{{probe}}'),
      query('max by (target) (probe_success{probe="agents", @})', 'agent {{target}}'),
    ],
    panel.upDown,
    w=12,
    h=11,
  ) + panel.more('legalllm-prober', 'Prober Fleet'),
  panel.states(
    'Targets of Prometheus',
    'Whether each exporter, prober and server is scraped. What is down here is blind: the alerts that rest on it cannot fire.',
    [query('min by (job) (up{@})', '{{job}}')],
    panel.upDown,
    w=12,
    h=11,
  ),
  panel.lines(
    'A2A hops',
    'Hops between agents by outcome. Errors and timeouts should be none; no hops at all while messages are sent is A2AHopsStopped.',
    [query('sum by (outcome) (rate(a2a_hops_total{@}[$__rate_interval]))', '{{outcome}}')],
    'ops',
    w=8,
    stack=true,
  ) + panel.outcomes + panel.more('legalllm-a2a', 'A2A Protocol Performance'),
  panel.lines(
    'Documents waiting',
    'Entries of the queue. Above 1,000 and rising for a quarter of an hour is DocumentQueueGrowing: scale the document agents.',
    [query('sum(document_queue_depth{@})', 'waiting')],
    'short',
    [limit.over('DocumentQueueGrowing', '3', 1000)],
    w=8,
  ) + panel.more('legalllm-documents', 'Document Processing Pipeline'),
  panel.lines(
    'Databases: age of what a failover would lose',
    'Age of the oldest work that would be lost if PostgreSQL\'s primary died now. The recovery point objective is one minute.',
    [query('max by (server) (pg_replication_rpo_seconds{@})', '{{server}}')],
    's',
    [limit.over('PostgresRecoveryPoint', '2', 60)],
    w=8,
  ) + panel.more('legalllm-postgresql', 'PostgreSQL'),
]);

look.dashboard(
  uid='legalllm-overview',
  title='Multi-Agent System Overview',
  description='Is LegalLLM healthy, and if not, where? The first row answers, the table names what fires and links to the runbook, the rest goes from what users feel to what may cause it.',
  jobs='up{job!=""}',
  rows=[tiles, alerting, users_row, agents],
  tags=['overview'],
)
