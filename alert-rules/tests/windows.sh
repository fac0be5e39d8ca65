#!/usr/bin/env bash
# The maintenance windows as the configuration has them, at instants around each edge, the daylight-saving weekends among them; and
# which routes they mute. Alertmanager's own reading of a window is tested in tests/e2e/maintenance_test.sh; here the numbers are.
# usage: windows.sh ALERTMANAGER_CONFIG
set -euo pipefail
config=$1
failed=0

# field WINDOW FIELD: its value in the configuration.
field() {
  awk -v window="$1" -v field="$2" '
    /^  - name: / { on = ($3 == window) }
    /^[a-z]/ { on = 0 }
    on && index($0, field ":") { sub(/^[^:]*: */, ""); sub(/^- */, ""); print; exit }' "$config"
}

declare -A weekdays=() days=() months=() start=() end=() zone=()
windows=(maintenance-monthly maintenance-quarterly)
for window in "${windows[@]}"; do
  times=$(field "$window" times)
  weekdays[$window]=$(field "$window" weekdays)
  days[$window]=$(field "$window" days_of_month | tr -d '[]"')
  months[$window]=$(field "$window" months)
  start[$window]=$(sed -n 's/.*start_time: "\([0-9:]*\)".*/\1/p' <<<"$times")
  end[$window]=$(sed -n 's/.*end_time: "\([0-9:]*\)".*/\1/p' <<<"$times")
  zone[$window]=$(field "$window" location)
done

# inside WINDOW INSTANT: Alertmanager's rule: everything that the window says holds on its location's clock.
inside() {
  local window=$1 weekday day month hour
  read -r weekday day month hour < <(TZ=${zone[$window]} date -d "$2" '+%A %-d %B %H:%M')
  [[ ${weekdays[$window]} == "[${weekday,,}]" ]] && ((day >= ${days[$window]%%:*} && day <= ${days[$window]##*:})) &&
    [[ ! ${months[$window]} || ${months[$window]} == *"${month,,}"* ]] &&
    [[ ! $hour < ${start[$window]} && $hour < ${end[$window]} ]]
}

# at INSTANT WINDOW...: exactly these windows are open then.
at() {
  local instant=$1 window open=()
  shift
  for window in "${windows[@]}"; do
    if inside "$window" "$instant"; then open+=("$window"); fi
  done
  if [[ ${open[*]:-} != "$*" ]]; then
    echo "$instant: open: ${open[*]:-none}, expected: ${*:-none}"
    failed=$((failed + 1))
  fi
}

# An ordinary month: 2 to 4 on the first Sunday, nothing on the second, nothing on another day.
at '2026-02-01 01:59 +10'
at '2026-02-01 02:00 +10' maintenance-monthly
at '2026-02-01 03:59 +10' maintenance-monthly
at '2026-02-01 04:00 +10'
at '2026-02-08 03:00 +10'
at '2026-02-07 03:00 +10'
at '2026-03-01 03:00 +10' maintenance-monthly
# The first Sunday at its latest, the 7th, and the 8th after it.
at '2026-06-07 03:00 +10' maintenance-monthly
at '2026-06-14 03:00 +10'
at '2026-11-08 03:00 +10'
# The beginning of a quarter: 1 to 5. The runbook's own example is of January 2024, 02:00 AEST.
at '2024-01-07 02:00 +10' "${windows[@]}"
at '2024-01-07 00:59 +10'
at '2024-01-07 01:00 +10' maintenance-quarterly
at '2024-01-07 04:59 +10' maintenance-quarterly
at '2024-01-07 05:00 +10'
at '2026-07-05 04:30 +10' maintenance-quarterly
at '2026-05-03 04:30 +10'
# July 2029 begins with its first Sunday.
at '2029-07-08 03:00 +10'
# Every month has the one, four months the other.
for month in {1..12}; do
  for day in {1..7}; do
    instant="2027-$month-$day 03:00 +10"
    if [[ $(TZ=Australia/Brisbane date -d "$instant" +%u) != 7 ]]; then continue; fi
    if ((month % 3 == 1)); then at "$instant" "${windows[@]}"; else at "$instant" maintenance-monthly; fi
  done
done
# Daylight saving ends on 5 April 2026 and begins on 4 October 2026, both first Sundays, within the window by Sydney's clock. By AEST
# the window begins at 16:00 UTC (15:00 at a quarter's beginning) and is as long as ever.
at '2026-04-04 14:59 UTC'
at '2026-04-04 15:00 UTC' maintenance-quarterly
at '2026-04-04 16:00 UTC' "${windows[@]}"
at '2026-04-04 17:59 UTC' "${windows[@]}"
at '2026-04-04 18:00 UTC' maintenance-quarterly
at '2026-04-04 19:00 UTC'
at '2026-10-03 14:59 UTC'
at '2026-10-03 15:00 UTC' maintenance-quarterly
at '2026-10-03 16:00 UTC' "${windows[@]}"
at '2026-10-03 17:59 UTC' "${windows[@]}"
at '2026-10-03 18:00 UTC' maintenance-quarterly
at '2026-10-03 19:00 UTC'

# Muted are severities 3 and 4 and tickets, by both windows; nothing else is.
muted=$(awk '/^  routes:/ { on = 1 } /^inhibit_rules:/ { on = 0 }
  on && /- matchers:/ { route = $0; sub(/.*matchers: /, "", route) }
  on && /mute_time_intervals: \[maintenance-monthly, maintenance-quarterly\]/ { print route; next }
  on && /mute_time_intervals/ { print route " by something else" }' "$config")
if [[ $muted != '[sloth_severity="ticket"]
[sev=~"3|4", team="legal"]
[sev=~"3|4"]' ]]; then
  printf 'muted in maintenance:\n%s\n' "$muted"
  failed=$((failed + 1))
fi
echo "windows: $failed wrong"
((failed == 0))
