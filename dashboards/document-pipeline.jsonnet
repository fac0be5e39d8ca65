// Are batches done within 90 s, and if not, what holds them up?
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local pipeline = 'pipeline=~"$pipeline", @';
local breach = limit.over('DocumentProcessingSLABreach', '2', 90);
local failing = [limit.over('DocumentFailuresHigh', '2', 0.1), limit.over('DocumentProcessingFailing', '1', 0.5)];
local failed(span) = 'sum(increase(documents_processed_total{outcome="failed", %s}[%s])) / (sum(increase(documents_processed_total{%s}[%s])) > 0)' % [pipeline, span, pipeline, span];
local large = 'size_class="large", %s' % pipeline;

local tiles = look.row('', [
  panel.tile(
    'Batch of 500+ in flight',
    'The batch that matters most now, if it has 500 documents or more: the oldest in flight, else the last that ended, for five minutes. Above 90 s for a minute is DocumentProcessingSLABreach.',
    [query('max(document_processing_time_seconds{%s} and document_batch_size{%s} >= 500)' % [pipeline, pipeline])],
    unit='suffix:s',
    given=[breach],
    none='no large batch',
    w=4,
    decimals=0,
  ),
  panel.tile(
    'Late batches',
    'Of those of 500 and more that ended in the last half hour, the share that took longer than 90 s. One in ten is DocumentBatchesSlow.',
    [query('1 - sum(increase(document_batch_duration_seconds_bucket{le="90", %s}[30m])) / (sum(increase(document_batch_duration_seconds_count{%s}[30m])) > 0)' % [large, large])],
    unit='percentunit',
    given=[limit.over('DocumentBatchesSlow', '3', 0.1)],
    none='none ended',
    w=3,
    decimals=0,
  ),
  panel.tile(
    'Failed',
    'Of the documents of the batches that ended in the last five minutes, or in the last quarter of an hour if none did. One in ten is DocumentFailuresHigh, more than half is severity 1.',
    [query('%s or %s' % [failed('5m'), failed('15m')])],
    unit='percentunit',
    given=failing,
    none='none ended',
    w=3,
    decimals=0,
  ),
  panel.tile(
    'To work off the queue',
    'At the pace of the last two minutes. Above ten minutes is DocumentQueueSlow; never means that nothing leaves the queue.',
    [query('max(document_queue_drain_seconds{@})')],
    unit='s',
    given=[limit.over('DocumentQueueSlow', '3', 600)],
    // Grafana says "∞ years".
    words=[{ type: 'range', options: { from: 1e10, to: null, result: { text: 'never', color: 'yellow', index: 0 } } }],
    none='not known',
    w=4,
    decimals=0,
  ),
  panel.tile(
    'Stuck',
    'Batches in flight for longer than ten minutes, entries of the queue that have waited for more than five, and poison: entries that no worker will get done, unreadable or tried too often. Look at the stages below and at the document agents.',
    [
      query('sum(document_batches_stuck{%s})' % pipeline, 'batches'),
      query('sum(document_queue_stuck_entries{@})', 'entries'),
      query('sum(document_queue_poison_entries{@})', 'poison'),
    ],
    none='not known',
    w=5,
  ) + panel.tileLimits('batches', [limit.any('DocumentBatchStuck', '2')])
  + panel.tileLimits('entries', [limit.any('DocumentQueueStuck', '2')])
  + panel.tileLimits('poison', [limit.any('DocumentQueuePoison', '3')]),
  panel.tile(
    'Read',
    'Whether the exporter reads the queue and the stream of batches. While it does not, the other figures of this page stand still or are missing: look at Redis.',
    [
      query('clamp_max(count(document_queue_depth{@}), 1) or vector(0)', 'queue'),
      query('min(document_feed_up{@})', 'batches'),
    ],
    none='no exporter',
    w=5,
  ) + panel.tileLimits('queue', [limit.down('RedisDown', '2')], words=panel.words({ '0': ['NO', 'orange'], '1': ['yes', 'green'] }))
  + panel.tileLimits('batches', [limit.down('FeedDown', '3')], words=panel.words({ '0': ['NO', 'yellow'], '1': ['yes', 'green'] })),
]);

local flight = look.row('The batch in flight against its 90 s', [
  panel.lines(
    'Time of the batch that matters now',
    'It climbs while the batch runs. Dashed: 90 s, which hold for batches of 500 documents and more; smaller ones may cross it. A line that crosses it and goes on climbing does not wait for the end to breach.',
    [query('document_processing_time_seconds{%s}' % pipeline, '{{pipeline}}')],
    'suffix:s',
    [breach],
    w=14,
    h=9,
  ),
  panel.gaugeBars(
    'Large batches, of 90 s',
    'Batches of 500 and more. A bar that turns orange is late now.',
    [query('max by (pipeline) (document_processing_time_seconds{%s} and document_batch_size{%s} >= 500)' % [pipeline, pipeline], '{{pipeline}}')],
    'suffix:s',
    [breach],
    120,
    w=10,
    h=4,
    none='no large batch',
  ),
  panel.table(
    'Pipelines now',
    'The batch that matters now, and the last ten batches of each pipeline. A pace below 1 misses 500 documents in 90 s (DocumentThroughputLow).',
    [
      query('max by (pipeline) (document_processing_time_seconds{%s})' % pipeline),
      query('max by (pipeline) (document_batch_size{%s})' % pipeline),
      query('sum by (pipeline) (document_batches_in_flight{%s})' % pipeline),
      query('max by (pipeline) (document_recent_failed_ratio{%s})' % pipeline),
      query('min by (pipeline) (document_throughput_objective_ratio{%s})' % pipeline),
    ],
    [
      panel.column('pipeline', 'Pipeline'),
      panel.column('Value #A', 'Batch', unit='suffix:s', decimals=0, width=80),
      panel.column('Value #B', 'Documents', unit='short', width=95),
      panel.column('Value #C', 'In flight', unit='short', width=80),
      panel.column('Value #D', 'Failed', unit='percentunit', decimals=1, given=[limit.over('DocumentProcessingFailing', '1', 0.5)], width=80),
      panel.column('Value #E', 'Pace', unit='short', decimals=2, width=70),
    ],
    w=10,
    h=5,
    sort='Batch',
  ),
]);

local ended = look.row('Batches that ended', [
  panel.bars(
    'Large batches, in time and late',
    'Batches of 500 and more by when they ended. Late is longer than 90 s, exactly: it is a bound of the histogram.',
    [
      query('sum(increase(document_batch_duration_seconds_bucket{le="90", %s}[$__rate_interval]))' % large, 'in time'),
      query('sum(increase(document_batch_duration_seconds_count{%s}[$__rate_interval])) - sum(increase(document_batch_duration_seconds_bucket{le="90", %s}[$__rate_interval]))' % [large, large], 'late'),
    ],
    w=8,
  ) + panel.coloured({ 'in time': 'green', late: 'orange' }),
  panel.heat(
    'How long large batches took',
    'Batches of 500 and more by duration. The edge between the rows 90 and 120 is the objective: what lies above it was late.',
    'sum by (le) (increase(document_batch_duration_seconds_bucket{le=~"10|20|30|60|90|120|300|\\\\+Inf", %s}[$__rate_interval]))' % large,
    w=8,
    h=8,
  ),
  panel.percentiles(
    'Duration of large batches',
    'p50, p95 and p99 of the batches that ended; gaps where none did. Dashed: 90 s.',
    'document_batch_duration_seconds_bucket{%s}' % large,
    unit='suffix:s',
    given=[limit.bound('DocumentBatchesSlow', '3', 90)],
    w=8,
  ),
  panel.lines(
    'Documents of batches that ended',
    'By outcome. What fails must be uploaded or processed again.',
    [query('sum by (outcome) (rate(documents_processed_total{%s}[$__rate_interval]))' % pipeline, '{{outcome}}')],
    'ops',
    w=8,
    stack=true,
  ) + panel.outcomes,
  panel.lines(
    'Share of documents that fail',
    'Of the last ten batches of each pipeline, half an hour at most. Dashed: 10 % is severity 2, half of them severity 1.',
    [query('max by (pipeline) (document_recent_failed_ratio{%s})' % pipeline, '{{pipeline}}')],
    'percentunit',
    failing,
    w=8,
    max=1,
  ),
  panel.lines(
    'Pace against the objective',
    'Documents a second of the last large batches over 500 in 90 s. Below 1 the objective is missed (DocumentThroughputLow): scale the document agents.',
    [query('min by (pipeline) (document_throughput_objective_ratio{%s})' % pipeline, '{{pipeline}}')],
    'short',
    [limit.under('DocumentThroughputLow', '3', 1)],
    w=8,
  ),
]);

local waiting = look.row('The queue', [
  panel.lines(
    'Documents waiting',
    'Length of document_processing_queue. Above 1,000 and rising for a quarter of an hour is DocumentQueueGrowing.',
    [query('sum by (instance) (document_queue_depth{@})', '{{instance}}')],
    'short',
    [limit.over('DocumentQueueGrowing', '3', 1000)],
    w=8,
  ),
  panel.lines(
    'Oldest entry, and time to work off',
    'Age of the oldest entry, and how long what waits takes at the present pace. Dashed: ten minutes, DocumentQueueSlow.',
    [
      query('max(document_queue_oldest_age_seconds{@})', 'age of the oldest'),
      query('max(document_queue_drain_seconds{@} < Inf)', 'to work off'),
    ],
    's',
    [limit.over('DocumentQueueSlow', '3', 600) { far: true }],
    w=8,
  ),
  panel.lines(
    'In and out',
    'Documents of batches that start, and documents taken from the queue. In above out for long: the queue grows.',
    [
      query('sum(rate(documents_started_total{%s}[$__rate_interval]))' % pipeline, 'in'),
      query('sum(document_queue_taken_per_second{@})', 'out'),
    ],
    'ops',
    w=8,
  ),
]);

local stages = look.row('Where a batch spends its time', [
  panel.lines(
    'p95 of each stage',
    'From the begin to the end of one stage of a batch. The stage that grows is the one to scale. Empty where no producer tells of stages.',
    [query(panel.quantile('0.95', 'sum by (le, stage) (rate(document_stage_duration_seconds_bucket{%s}[$__rate_interval]))' % pipeline), '{{stage}}')],
    's',
    w=12,
  ),
  panel.lines(
    'Share of documents that fail, by stage',
    'Where documents fail: an OCR that chokes, an index that refuses. Empty where no stage counts its documents.',
    [query('sum by (stage) (rate(document_stage_documents_total{outcome="failed", %s}[$__rate_interval])) / (sum by (stage) (rate(document_stage_documents_total{%s}[$__rate_interval])) > 0)' % [pipeline, pipeline], '{{stage}}')],
    'percentunit',
    w=12,
    max=1,
  ),
], collapsed=true);

local trust = look.row('The prober\'s batch, and the reader of the stream', [
  panel.lines(
    'The prober\'s own batch',
    'A synthetic batch through the whole pipeline, from the first entry to the last. It is there when no client uploads.',
    [query('max by (target) (probe_documents_batch_seconds{@})', '{{target}}')],
    's',
    w=8,
  ),
  panel.states(
    'Stream of batches read',
    'Whether the exporter reads documents:batches. While it is down the panels above stand still (FeedDown).',
    [query('min by (instance) (document_feed_up{@})', '{{instance}}')],
    panel.upDown,
    w=8,
  ),
  panel.bars(
    'Records not counted',
    'Records of batches that were lost, sent twice or not as agreed. Each of the first two kinds is a batch that no panel shows.',
    [query('sum by (reason) (increase(document_records_skipped_total{@}[$__rate_interval]))', '{{reason}}')],
    w=8,
  ),
], collapsed=true);

look.dashboard(
  uid='legalllm-documents',
  title='Document Processing Pipeline',
  description='Are batches of 500 documents done within 90 seconds, and if not, what holds them up: the queue, a stage, or failures?',
  jobs='{__name__=~"document_queue_depth|probe_documents_batch_seconds"}',
  rows=[tiles, flight, ended, waiting, stages, trust],
  components='documents|redis',
  variables=[
    look.variable('pipeline', 'Pipeline', 'label_values(document_batches_started_total{job=~"$job", instance=~"$instance"}, pipeline)'),
  ],
  tags=['documents'],
)
