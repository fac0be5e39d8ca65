// Is Australian law broken now, how badly and since when, and can the answer be trusted?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local law = 'framework=~"$framework", @';
local unlawful = [
  { metric: 'consent_processing_after_withdrawal', words: 'after withdrawal', short: 'withdrawn', alert: 'ProcessingAfterWithdrawal' },
  { metric: 'consent_processing_after_expiry', words: 'after expiry', short: 'expired', alert: 'ProcessingAfterExpiry' },
  { metric: 'consent_processing_without_grant', words: 'without a grant', short: 'no grant', alert: 'ProcessingWithoutGrant' },
];
local overdue = limit.because('the Family Law Act 1975 asks for a Form 13 of each property settlement', '3', 1);

local monitor = 'min(compliance_monitor_up{@}) * (1 + (max(compliance_monitor_stale{@}) or vector(0)))';
local sources = panel.words({ '0': ['NO', 'orange'], '1': ['yes', 'green'], '2': ['old', 'orange'] });
local unread = [limit.because('a register that is not read hides violations', '2', 1, falling=true)];

local tiles = look.row('', [
  panel.tile(
    'Violations',
    'Violations in the register that nobody has resolved: any is severity 1, page and legal team. Beside it those that nobody in the legal team has acknowledged, after an hour ViolationUnacknowledged.',
    [
      query('sum(australian_legal_violations_total{%s})' % law, 'open'),
      query('sum(compliance_violations_unacknowledged{%s}) or vector(-1)' % law, 'not acknowledged'),
    ],
    none='not read',
    w=4,
  ) + panel.tileLimits('open', [limit.any('AustralianLegalViolation', '1')])
  + panel.tileLimits('not acknowledged', [limit.any('ViolationUnacknowledged', '2')], words=panel.notRead),
  panel.tile(
    'Oldest open',
    'How long ago the oldest open violation was detected; 0 while none is open. The bars below say of which law.',
    [query('max(compliance_violation_oldest_open_age_seconds{%s})' % law)],
    unit='dtdurations',
    given=[limit.because('a violation is open, which is severity 1 at any age', '1', 1)],
    none='not read',
    w=3,
  ),
  panel.tile(
    'Unlawful uses',
    'Uses of clients\' data in the last minutes (processing_window) after the consent was withdrawn or had expired, or without one. Any is a breach of the Privacy Act 1988: stop the processing, then look whose it was. Consents, below, says of which kind.',
    [query('sum(%s{@})' % use.metric, use.short) for use in unlawful],
    none='not read',
    w=4,
  ) + std.foldl(function(all, use) all + panel.tileLimits(use.short, [limit.any(use.alert, '2')]), unlawful, {}),
  panel.tile(
    'Overdue',
    'Age of the oldest withdrawal of a consent on which nobody has acted (WithdrawalNotActedOn after a day), cases that need a Form 13 and have none or a part of one, and documents kept beyond their retention date (RetentionOverdue after an hour).',
    [
      query('max(consent_withdrawal_oldest_pending_age_seconds{@})', 'withdrawal'),
      query('sum(compliance_form13_missing_cases{@}) + sum(compliance_form13_incomplete_cases{@})', 'Form 13'),
      query('sum(compliance_retention_overdue_documents{@})', 'documents'),
    ],
    none='not read',
    w=5,
  ) + panel.tileLimits('withdrawal', [limit.over('WithdrawalNotActedOn', '3', 86400)], unit='s')
  + panel.tileLimits('Form 13', [overdue])
  + panel.tileLimits('documents', [limit.any('RetentionOverdue', '3')]),
  panel.tile(
    'Last read',
    'Age of the compliance monitor\'s last check, and of the last good reading of the older of the two registers. Above ten minutes (ComplianceCheckStale, ComplianceRegisterStale) violations are found late, and the figures of this page are of the past.',
    [
      query('time() - max(compliance_monitor_last_check_timestamp_seconds{@})', 'monitor'),
      query('time() - min({__name__=~"compliance_last_successful_check_timestamp_seconds|consent_last_successful_check_timestamp_seconds", @})', 'registers'),
    ],
    none='never',
    w=4,
  ) + panel.tileLimits('monitor', [limit.over('ComplianceCheckStale', '2', 600)], unit='s', decimals=0)
  + panel.tileLimits('registers', [limit.over('ComplianceRegisterStale', '2', 600)], unit='s', decimals=0),
  panel.tile(
    'Sources read',
    'Whether the two registers and the compliance monitor are read; the monitor is old if it has not checked for stale_after. While a register cannot be read its last figures stay on this page.',
    [
      query('min(compliance_database_up{@})', 'violations'),
      query('min(consent_database_up{@})', 'consents'),
      query(monitor, 'monitor'),
    ],
    none='not read',
    w=4,
  ) + panel.tileLimits('violations', unread, words=sources)
  + panel.tileLimits('consents', unread, words=sources)
  + panel.tileLimits('monitor', [limit.down('ComplianceMonitorDown', '2')], words=sources),
]);

local violations = look.row('Violations', [
  panel.matrix(
    'Open violations, law by severity',
    'Rows are laws, columns the severity that the register gives. Any figure but 0 is red.',
    'sum by (framework, severity) (australian_legal_violations_total{%s})' % law,
    'framework',
    'severity',
    'short',
    [limit.any('AustralianLegalViolation', '1')],
    w=9,
    h=8,
    order=['critical', 'high', 'medium', 'low'],
    head=220,
    heading='law ↓ severity →',
  ),
  panel.gaugeBars(
    'Open violations by age',
    'How long ago the oldest open violation of each law was detected; the bar is full at a day. A long bar is one that nobody works on.',
    [query('max by (framework) (compliance_violation_oldest_open_age_seconds{%s})' % law, '{{framework}}')],
    'dtdurations',
    [limit.because('a violation is open, which is severity 1 at any age', '1', 1)],
    86400,
    w=8,
    h=8,
    none='register not read',
  ),
  panel.lines(
    'Not acknowledged, by law',
    'Open violations that nobody has acknowledged. A line that stays for an hour is ViolationUnacknowledged: call the Legal Compliance Officer.',
    [query('sum by (framework) (compliance_violations_unacknowledged{%s})' % law, '{{framework}}')],
    'short',
    [limit.any('ViolationUnacknowledged', '2')],
    w=7,
    h=8,
    stack=true,
  ),
  panel.lines(
    'Open violations over time',
    'By law. A step up is a violation that was recorded, a step down one that was resolved.',
    [query('sum by (framework) (australian_legal_violations_total{%s})' % law, '{{framework}}')],
    'short',
    [limit.any('AustralianLegalViolation', '1')],
    w=12,
    stack=true,
  ),
  panel.bars(
    'Violations recorded',
    'By law, when they were recorded. A second one while another is open pages again (AustralianLegalViolationAgain).',
    [query('sum by (framework) (increase(compliance_violations_recorded_total{%s}[$__rate_interval]))' % law, '{{framework}}')],
    w=12,
  ),
]);

local privacy = look.row('Privacy Act 1988: consents', [
  panel.lines(
    'Uses of data without a consent in force',
    'Within the last minutes, by what is wrong. Each is severity 2 after a minute (ProcessingAfterWithdrawal, ProcessingAfterExpiry, ProcessingWithoutGrant).',
    [query('sum(%s{@})' % use.metric, use.words) for use in unlawful],
    'short',
    [limit.any('ProcessingAfterWithdrawal', '2')],
    w=6,
  ),
  panel.lines(
    'Withdrawals not acted on, oldest',
    'Age of the oldest withdrawal by kind of consent. After a day it is WithdrawalNotActedOn.',
    [query('max by (consent_type) (consent_withdrawal_oldest_pending_age_seconds{@})', '{{consent_type}}')],
    's',
    [limit.over('WithdrawalNotActedOn', '3', 86400) { far: true }],
    w=6,
  ),
  panel.table(
    'Consents',
    'By kind: uses without a consent in force within the last minutes, consents in force, expiring and withdrawn, and withdrawals that wait for somebody to act.',
    [
      query('sum by (consent_type) ({__name__=~"%s", @})' % std.join('|', [use.metric for use in unlawful])),
      query('sum by (consent_type) (consent_active{@})'),
      query('sum by (consent_type) (consent_expiring_soon{@})'),
      query('sum by (consent_type) (consent_withdrawn{@})'),
      query('sum by (consent_type) (consent_withdrawals_pending{@})'),
      query('max by (consent_type) (consent_withdrawal_oldest_pending_age_seconds{@})'),
    ],
    [
      panel.column('consent_type', 'Consent'),
      panel.column('Value #A', 'Unlawful', unit='short', given=[limit.any('ProcessingAfterWithdrawal', '2')], width=85),
      panel.column('Value #B', 'In force', unit='short', width=70),
      panel.column('Value #C', 'Expiring', unit='short', width=70),
      panel.column('Value #D', 'Withdrawn', unit='short', width=85),
      panel.column('Value #E', 'Waiting', unit='short', width=70),
      panel.column('Value #F', 'Oldest', unit='dtdurations', given=[limit.over('WithdrawalNotActedOn', '3', 86400)], width=95),
    ],
    w=12,
    sort='Unlawful',
    none='register not read',
  ),
]);

local family = look.row('Family Law Act 1975: Form 13, and retention', [
  panel.gaugeBars(
    'Cases with a Form 13',
    'Share of the cases of each type that have Form 13 data. Property settlements need one.',
    [query('avg by (case_type) (compliance_form13_completion_ratio{@})', '{{case_type}}')],
    'percentunit',
    [],
    1,
    w=8,
    none='register not read',
  ),
  panel.lines(
    'Form 13 overdue',
    'Cases old enough to need a Form 13 that have none, or one that lacks a section.',
    [
      query('sum(compliance_form13_missing_cases{@})', 'missing'),
      query('sum(compliance_form13_incomplete_cases{@})', 'incomplete'),
    ],
    'short',
    [overdue],
    w=8,
    stack=true,
  ),
  panel.lines(
    'Documents kept too long',
    'Documents past their retention date that are not deleted. After an hour it is RetentionOverdue: run the deletion.',
    [query('sum(compliance_retention_overdue_documents{@})', 'overdue')],
    'short',
    [limit.any('RetentionOverdue', '3')],
    w=8,
  ),
]);

local trust = look.row('Can this be trusted?', [
  panel.states(
    'Sources read over time',
    'The registers and the compliance monitor. While a register cannot be read its last figures stay on this page.',
    [
      query('min(compliance_database_up{@})', 'violations register'),
      query('min(consent_database_up{@})', 'consents register'),
      query(monitor, 'compliance monitor'),
    ],
    sources,
    w=8,
  ),
  panel.states(
    'The monitor\'s own verdict',
    'What the compliance monitor finds of each law. What it finds and the register does not hold is ComplianceFinding.',
    [query('min by (framework) (compliance_monitor_framework_compliant{%s})' % law, '{{framework}}')],
    panel.words({ '0': ['not complied with', 'orange'], '1': ['complied with', 'green'] }),
    w=8,
  ),
  panel.table(
    'Monitor and register',
    'Open violations as each counts them. A difference that stays for a quarter of an hour is ComplianceCountsDiffer: one of the two is wrong.',
    [
      query('sum by (framework) (compliance_violations_open{%s})' % law),
      query('max by (framework) (compliance_monitor_open_violations{%s})' % law),
      query('abs(sum by (framework) (compliance_violations_open{%s}) - max by (framework) (compliance_monitor_open_violations{%s}))' % [law, law]),
    ],
    [
      panel.column('framework', 'Law'),
      panel.column('Value #A', 'Register', unit='short', width=80),
      panel.column('Value #B', 'Monitor', unit='short', width=80),
      panel.column('Value #C', 'Difference', unit='short', given=[limit.because('ComplianceCountsDiffer fires on any difference', '3', 1)], width=95),
    ],
    w=8,
    sort='Difference',
  ),
]);

local pace = look.row('How fast the legal team works', [
  panel.lines(
    'Until acknowledged, p50 and p95',
    'Of violations acknowledged within the time range. ViolationUnacknowledged waits for an hour. Empty if none was.',
    [query(panel.quantile(q[0], 'sum by (le) (increase(compliance_violation_acknowledge_seconds_bucket{@}[$__range]))'), q[1]) for q in [['0.5', 'p50'], ['0.95', 'p95']]],
    's',
    w=12,
    none='none was acknowledged',
  ) + panel.quantiles,
  panel.lines(
    'Until resolved, p50 and p95',
    'Of violations resolved within the time range. Empty if none was.',
    [query(panel.quantile(q[0], 'sum by (le) (increase(compliance_violation_resolve_seconds_bucket{@}[$__range]))'), q[1]) for q in [['0.5', 'p50'], ['0.95', 'p95']]],
    's',
    w=12,
    none='none was resolved',
  ) + panel.quantiles,
], collapsed=true);

look.dashboard(
  uid='legalllm-compliance',
  title='Australian Legal Compliance',
  description='Is Australian law broken now, how badly and since when, and can the answer be trusted? Counts and ages only: nothing here names a client or a case.',
  jobs='{__name__=~"compliance_database_up|consent_database_up"}',
  rows=[tiles, violations, privacy, family, trust, pace],
  components='compliance|consent',
  variables=[
    look.variable('framework', 'Law', 'label_values(australian_legal_violations_total{job=~"$job", instance=~"$instance"}, framework)'),
  ],
  tags=['compliance'],
  range='now-6h',
)
