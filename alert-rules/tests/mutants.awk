# One line of output for each small mistake that can be made in a line: kind, file, line number, the line with the mistake; tab-separated.
# Comments, texts for people and the order of lines are left alone.
function mutant(kind, text) { if (text != $0) print kind "\t" file "\t" NR "\t" text }
function swap(kind, from, to, text) { text = $0; if (sub(from, to, text)) mutant(kind, text) }

# Each number that stands for itself, times `factor`.
function threshold(factor, rest, done, number) {
  rest = $0; done = ""
  while (match(rest, /(>|<|>=|<=|==|!=|\*|-)( bool)? \(?[0-9.]+|vector\([0-9.]+/)) {
    number = substr(rest, RSTART, RLENGTH); sub(/^[^0-9]*/, "", number)
    done = done substr(rest, 1, RSTART + RLENGTH - 1 - length(number))
    rest = substr(rest, RSTART + RLENGTH)
    if (number == 0) { if (factor > 1) mutant("threshold", done "1" rest) }
    else mutant("threshold", done sprintf("%.10g", number * factor) rest)
    done = done number
  }
}
# Each window, twice or half as long; that of a subquery keeps its step.
function window(factor, rest, done, number, unit) {
  rest = $0; done = ""
  while (match(rest, /\[[0-9]+[smhd][]:]/)) {
    number = substr(rest, RSTART + 1, RLENGTH - 3); unit = substr(rest, RSTART + RLENGTH - 2, 1)
    done = done substr(rest, 1, RSTART)
    rest = substr(rest, RSTART + RLENGTH - 1)
    mutant("window", done (factor < 1 ? half(number, unit) : number * factor unit) rest)
    done = done number unit
  }
}
function half(number, unit) {
  if (unit == "d") return number * 12 "h"
  return unit == "s" ? number * 500 "ms" : number * 30 (unit == "m" ? "s" : "m")
}
function comparisons(i, n, rest, done, op, other) {
  rest = $0; done = ""
  while (match(rest, / (>=|<=|==|!=|>|<) /)) {
    op = substr(rest, RSTART + 1, RLENGTH - 2)
    done = done substr(rest, 1, RSTART); rest = substr(rest, RSTART + RLENGTH - 1)
    n = split(op == ">" ? ">= <" : op == "<" ? "<= >" : op == ">=" ? "> <" : op == "<=" ? "< >" : op == "==" ? "!= >" : "==", other, " ")
    for (i = 1; i <= n; ++i) mutant("comparison", done other[i] rest)
    done = done op
  }
}

/^ *#/ || /^ *$/ { next }
{ match($0, /^ */); indent = RLENGTH }

file ~ /rules\.yml$/ {
  if (/^ *- (alert|record):/) { part = ""; if (/alert:/) mutant("name", $0 "X"); next }
  if (/^ *(annotations|labels|expr|for):/) { part = $1; sub(/:.*/, "", part) }
  if (part == "annotations") next
  if (part == "labels" && !/labels:/) {
    swap("label", "sev: \"1\"", "sev: \"2\""); swap("label", "sev: \"2\"", "sev: \"3\""); swap("label", "sev: \"3\"", "sev: \"2\"")
    swap("label", "severity: warning", "severity: critical"); swap("label", "severity: critical", "severity: warning")
    swap("label", "team: platform", "team: legal"); swap("label", "team: legal", "team: platform"); swap("label", "team: documents", "team: platform")
    swap("label", "escalation: [a-z]+", "escalation: nobody")
    swap("label", "sloth_severity: page", "sloth_severity: ticket"); swap("label", "sloth_severity: ticket", "sloth_severity: page")
    swap("label", "sloth_slo: .*", "sloth_slo: nothing"); swap("label", "sloth_window: .*", "sloth_window: \"7m\"")
    next
  }
  if (part == "for") {
    number = $2; gsub(/"/, "", number); unit = substr(number, length(number)); number = substr(number, 1, length(number) - 1)
    if (number > 0) { swap("for", "for: .*", "for: " number * 2 unit); swap("for", "for: .*", "for: 0s") }
    else swap("for", "for: .*", "for: 1m")
    next
  }
  if (part == "expr") {
    comparisons(); threshold(1.2); threshold(0.8); window(2); window(0.5)
    swap("label", "=\"([a-z-]+)\"", "=\"nothing\""); swap("operator", " unless ", " and "); swap("operator", " / ", " * ")
    swap("operator", "^ +and$", "              or"); swap("operator", "^ +-$", "          +"); swap("operator", " and ", " or ")
    # Of one series, as the objectives' rules select it, the least is the greatest.
    if (file != "slo.rules.yml") swap("aggregate", "max", "min")
    swap("aggregate", "min by", "max by"); swap("aggregate", "sum by \\([a-z, _]*\\)", "sum")
  }
  next
}

# Alertmanager's: who, when, what.
/^receivers:/ { exit }
{
  swap("receiver", "receiver: page$", "receiver: slack-and-mail"); swap("receiver", "receiver: slack-and-mail", "receiver: slack")
  swap("receiver", "receiver: page-and-legal", "receiver: page"); swap("receiver", "receiver: legal-mail", "receiver: slack-and-mail")
  swap("receiver", "receiver: slack-(operations|compliance)", "receiver: slack"); swap("receiver", "receiver: page-(senior|lead)", "receiver: page-director")
  swap("receiver", "receiver: page-director", "receiver: page-lead"); swap("receiver", "receiver: (ticket|dead-man)", "receiver: slack")
  swap("receiver", "receiver: slack  #", "receiver: page  #")
  swap("matcher", "sev=\"1\"", "sev=\"2\""); swap("matcher", "sev=\"2\"", "sev=\"1\""); swap("matcher", "sev=~\"3\\|4\"", "sev=\"3\"")
  swap("matcher", "team=\"legal\"", "team=\"platform\""); swap("matcher", "sloth_severity=\"page\"", "sloth_severity=\"ticket\"")
  swap("matcher", "sloth_severity=\"ticket\"", "sloth_severity=\"page\""); swap("matcher", "alertname=\"[A-Za-z]+", "&X")
  swap("matcher", "=~\"[A-Za-z]+\\|", "=~\""); swap("matcher", "\\|[A-Za-z0-9]+\"", "\""); swap("matcher", "escalation=\"[a-z]+", "&X")
  swap("equal", ", [a-z_]+\\]$", "]"); swap("equal", "\\[cluster, ", "["); swap("equal", "\\[cluster\\]", "[]")
  swap("window", "start_time: \"0", "start_time: \"1"); swap("window", "end_time: \"04", "end_time: \"03"); swap("window", "end_time: \"05", "end_time: \"04")
  swap("window", "1:7", "1:8"); swap("window", "1:7", "2:7"); swap("window", "Brisbane", "Sydney"); swap("window", "january, ", ""); swap("window", "october", "november")
  swap("window", "sunday", "saturday"); swap("window", "mute_time_intervals: .*", "mute_time_intervals: [maintenance-monthly]")
  swap("window", "mute_time_intervals: .*", "mute_time_intervals: []")
}
