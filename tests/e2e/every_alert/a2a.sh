# shellcheck shell=bash disable=SC2154
# Hops between agents. What shows in the gauge hides what shows in the histogram of the same pair, so slow hops that only the histogram
# may tell are records that come late: too old for the gauge's minute. They have pairs of their own.

# hops COUNT SOURCE TARGET MILLISECONDS AGE: records of hops that took so long and ended AGE seconds ago.
hops() {
  coordinator EVAL "for n = 1, ARGV[1] do
      local done = ARGV[5] * 1000000 + n
      local queued = string.format('%.0f', done - ARGV[4] * 1000)
      redis.call('XADD', KEYS[1], '*', 'v', '1', 't_done_us', string.format('%.0f', done), 'hop_id', ARGV[2] .. ARGV[3] .. ARGV[4] .. '-' .. ARGV[5] .. '-' .. n,
        'attempt', '1', 'src', ARGV[2], 'dst', ARGV[3], 'op', 'message/send', 't_enq_us', queued, 't_deq_us', queued, 'outcome', 'ok')
    end" 1 a2a:hops "$1" "$2" "$3" "$4" $(($(date +%s) - $5))
}

# spans COUNT: calls of an agent whose callee never tells its side.
spans() {
  local n now span list=()
  now=$(date +%s)
  for ((n = 0; n < $1; ++n)); do
    printf -v span '{"traceId":"%08x%08x%016x","spanId":"%04x%04x%08x","name":"SendMessage","kind":3,"startTimeUnixNano":"%s","endTimeUnixNano":"%s"}' \
      $((RANDOM * RANDOM)) "$SECONDS" "$n" "$RANDOM" "$RANDOM" "$n" "${now}000000000" "${now}030000000"
    list+=("$span")
  done
  curl -fsS -m 10 -o /dev/null -H 'Content-Type: application/json' --data-binary @- "http://127.0.0.1:$FLEET_PORT_SPANS/v1/traces" <<JSON
{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"registry"}}]},"scopeSpans":[{"scope":{"name":"test"},
"spans":[$(IFS=, && echo "${list[*]}")]}]}]}
JSON
}

a2a_begin() {
  local pair
  for pair in archivist barrister; do hops 5 intake "$pair" 5 150; done
  spans 5
  within 30 "the exporter knows the pairs" holds 'a2a_hop_duration_seconds_count{target="barrister"}'
  within 30 "and the agent that sends spans" holds 'traces_service_graph_unpaired_spans_total{client="registry"}'
  scraped 2
  fault hops-slow "hops that took 90 ms are told late" hops 40 intake archivist 90 150
  fault hops-very-slow "hops that took 400 ms are told late" hops 40 intake barrister 400 150
  stop_agent
  # The demo sends in the name of an agent that is down, too; this one nobody speaks for.
  fault agent-silent "an agent that was busy sends and finishes nothing any more" hops 5 intake notary 5 0
  delay_agent
  fault hops-lost "an agent dies with 40 hops in its hands" coordinator HINCRBY a2a:hops:started 'intake|scheduling' 40
  fault spans-unpaired "of 60 calls the callee tells nothing" spans 60
}

a2a_prove() {
  proven A2AHopsSlow/1 hops-very-slow 60 barrister
  proven A2AHopsSlow/2 hops-slow 60 archivist
  proven A2ALatencyHigh/1 agent-very-slow 90 compliance
  proven A2AHopsLost/3 hops-lost 60 scheduling
  proven A2AHopsFailing/2 agent-down 90 scheduling
  proven A2AHopsUnpaired/3 spans-unpaired 90 registry
  proven AgentSilent/3 agent-silent 60 notary
}

# No record is written for five minutes, while messages are sent: the agents' Redis user may add to no stream any more. Whatever else writes
# into streams of that Redis has been proven by then.
a2a_late() {
  demo_mend agent-down
  demo_mend agent-delay
  fault records-refused "the agents may not write their records" coordinator ACL SETUSER default -xadd
}

a2a_last() {
  proven A2AHopsStopped/1 records-refused 420
  coordinator ACL SETUSER default +xadd
}
