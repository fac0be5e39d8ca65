# shellcheck shell=bash disable=SC2154
# The document pipeline. What another worker would have written into the stream and the queue is written back-dated; each fault has a
# pipeline of its own, so that none hides another (DocumentProcessingFailing holds DocumentFailuresHigh of its pipeline back).

# batch PIPELINE ID SIZE FAILED SECONDS: a batch that took so long and has just ended.
batch() {
  local now
  now=$(date +%s)
  queue XADD documents:batches '*' event started pipeline "$1" batch_id "$2" size "$3" succeeded 0 failed 0 at_us $(((now - $5) * 1000000))
  queue XADD documents:batches '*' event finished pipeline "$1" batch_id "$2" size "$3" succeeded $(($3 - $4)) failed "$4" at_us "${now}000000"
}
batches() { # PIPELINE COUNT SIZE FAILED SECONDS
  local n
  for ((n = 0; n < $2; ++n)); do batch "$1" "$1-$n-$RANDOM" "${@:3}"; done
}
unfinished() { # PIPELINE ID SECONDS
  queue XADD documents:batches '*' event started pipeline "$1" batch_id "$2" size 600 succeeded 0 failed 0 at_us $((($(date +%s) - $3) * 1000000))
}
# queued PUSH COUNT SECONDS [ATTEMPT]: entries that have waited for so long, at the end (RPUSH) or the head (LPUSH), where the oldest are.
queued() {
  local n at=$((($(date +%s) - $3) * 1000000)) entries=()
  for ((n = 0; n < $2; ++n)); do entries+=("{\"batch_id\": \"B-$3\", \"document_id\": \"D-$3-$n\", \"enqueued_at_us\": $at, \"attempt\": ${4:-1}}"); done
  queue "$1" document_processing_queue "${entries[@]}"
}
seen() { holds "document_batches_finished_total{pipeline=\"$1\", outcome=\"ok\"}"; }

# Three large batches of 28 are late. The exporter must have seen those that are not: what a counter begins with is no increase.
batches_slow() {
  batches court_bundle 25 600 0 60
  within 60 "the exporter has the early batches" holds 'document_batches_finished_total{pipeline="court_bundle", outcome="ok"} >= 25'
  scraped 2
  batches court_bundle 3 600 0 400
}

delay_batches() { fault batches-slow "three large batches of 28 take 400 s" batches_slow; }

documents_begin() {
  stall_batch
  batches evidence_scan 1 30 0 5
  batches client_letters 1 30 0 5
  unfinished court_bundle begun-yesterday 90000
  batch court_bundle first 600 0 60
  within 60 "the exporter has the pipelines" seen court_bundle
  scraped 2
  fault documents-failing "two batches of which 70 % fail" batches evidence_scan 2 30 21 5
  fault documents-high "four batches of which 20 % fail" batches client_letters 4 30 6 5
  delay_batches
  fault batch-stuck "a batch has been in flight for 11 minutes" unfinished matter_import stuck 660
  fault batch-abandoned "a batch of yesterday is given up" unfinished court_bundle begun-yesterday-too 90000
  fault queue-stuck "entries have waited in the queue for 10 minutes" queued LPUSH 30 600
  fault queue-poison "an entry is at its ninth attempt" queued LPUSH 1 1 9
  fault queue-growing "1500 documents are queued and nobody takes them" queued RPUSH 1500 2
}

documents_prove() {
  proven DocumentBatchStuck/2 batch-stuck 60 matter_import
  proven DocumentBatchAbandoned/2 batch-abandoned 60 court_bundle
  proven DocumentProcessingFailing/1 documents-failing 60 evidence_scan
  proven DocumentFailuresHigh/2 documents-high 60 client_letters
  proven DocumentBatchesSlow/3 batches-slow 60 court_bundle
  proven DocumentThroughputLow/3 batches-slow 60 court_bundle
  proven DocumentQueueStuck/2 queue-stuck 60
  proven DocumentQueuePoison/3 queue-poison 60
  proven DocumentQueueGrowing/3 queue-growing 90
}

documents_late() { proven DocumentQueueSlow/3 queue-growing 180; }
