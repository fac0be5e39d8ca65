# A pair of windows answers when both are above factor * budget and the long one holds enough events: tried a tenth above, a tenth below,
# and at the very thresholds. The records themselves are given, a step a minute; whatever a step does not name is quiet.
function budget(n) { return (100 - percent[n]) / 100 }
function threshold(n, pair) { return share[pair] / 100 * period_hours / hours[pair] * budget(n) }

# The fewest that the rule takes for enough, whose comparison multiplies a rate by the window's seconds.
function enough(n, pair, seconds, amount) {
  if (unit[n] == "look") return needed[n]
  seconds = hours[pair] * 3600
  for (amount = needed[n] / seconds; amount * seconds < needed[n]; amount *= 1 + 2.5e-16) { }
  return amount
}

# A step: how far above their thresholds the short and the long window are, how many of the needed events there are, who answers.
function step(pair, above_short, above_long, events, answers_it, n, w) {
  ++steps
  who[steps] = answers_it ? kind[pair] : ""
  for (n = 1; n <= NR; ++n) {
    for (w = 1; w <= windows; ++w) ratio[n, window[w], steps] = 0
    for (w = 1; w <= pairs; ++w) total[n, long[w], steps] = 2 * enough(n, w)
    if (!pair) continue
    ratio[n, short[pair], steps] = threshold(n, pair) * above_short
    ratio[n, long[pair], steps] = threshold(n, pair) * above_long
    total[n, long[pair], steps] = enough(n, pair) * events
  }
}

function values_of(table, n, window, i, out) {
  for (i = 1; i <= steps; ++i) out = out (i > 1 ? " " : "") exact(table == "ratio" ? ratio[n, window, i] : total[n, window, i])
  return out
}

END {
  period_hours = 720
  windows = split("5m 30m 1h 2h 6h 1d 3d", window, " ")
  pairs = split("5m 30m 2h 6h", short, " "); split("1h 6h 1d 3d", long, " "); split("1 6 24 72", hours, " ")
  split("2 9 10 10", share, " "); split("page page ticket ticket", kind, " ")

  step(0)
  for (pair = 1; pair <= pairs; ++pair) {
    step(pair, 1.1, 1.1, 1, 1)
    step(pair, 1, 1.1, 1, 0)
    step(pair, 1.1, 1, 1, 0)
    step(pair, 0.9, 1.1, 1, 0)
    step(pair, 1.1, 0.9, 1, 0)
    step(pair, 1.1, 1.1, 0.9, 0)
  }

  begin_test("1m", "1m")
  for (n = 1; n <= NR; ++n) {
    for (w = 1; w <= windows; ++w) series(ratio_record(window[w], slo[n]), values_of("ratio", n, window[w]))
    for (w = 1; w <= pairs; ++w) series(record("slo:sli_total:amount" long[w], slo[n]), values_of("total", n, long[w]))
  }
  begin_questions()
  for (i = 1; i <= steps; ++i) {
    question("count by (alertname, sloth_slo, sloth_severity, sev, severity, team, component) (ALERTS{alertstate=\"firing\"})", i - 1 "m")
    for (n = 1; who[i] != "" && n <= NR; ++n) {
      page = who[i] == "page"
      answer("alertname=\"" alert[n] "\", sloth_slo=\"" slo[n] "\", sloth_severity=\"" who[i] "\", sev=\"" (page ? page_sev[n] : 3) \
        "\", severity=\"" (page ? page_severity[n] : "warning") "\", team=\"" team[n] "\", component=\"" component[n] "\"", 1)
    }
    end_question()
  }
}
