# shellcheck shell=bash disable=SC2154
# A copy of the source whose demo runs with time scaled: waits of rules and routes only. Windows and thresholds of expressions stay as
# they are shipped, but for the table of substitutions below.

# scaled_tree SOURCE TREE
scaled_tree() {
  local entry
  mkdir "$2"
  for entry in "$1"/*; do ln -s "$entry" "$2/"; done
  rm "$2/demo" "$2/alert-rules" "$2/fleet"
  cp -R "$1/demo" "$1/alert-rules" "$1/fleet" "$2/"
  tree=$2
  scale_rules
  scale_judges
  substitute_all
}

# An hour of `for` is a minute, but at least 4 seconds, more than one scrape: what lasts for one look still does not fire. The groups that
# are evaluated every 30 s are so every 5 s.
scale_rules() {
  local file
  for file in "$tree"/alert-rules/*.rules.yml; do
    awk '/^ +for: "?[0-9]+[smh]"?$/ {
           gsub(/"/, "", $2); unit = substr($2, length($2)); seconds = substr($2, 1, length($2) - 1) * (unit == "h" ? 3600 : unit == "m" ? 60 : 1)
           if (seconds > 0) { seconds = int(seconds / 60); if (seconds < 4) seconds = 4 }
           $0 = "        for: " seconds "s"
         }
         { sub(/^    interval: "30s"$/, "    interval: \"5s\""); print }' "$file" >"$file.scaled"
    mv "$file.scaled" "$file"
    if grep -E '^ +for: .*([mh]|[0-9]{3}s)"?$' "$file"; then fail "$file: a \`for\` is not scaled"; fi
  done
}

# Prometheus looks every 3 s and judges every 2 s. Waits of groups become a second, none stays none; no window of maintenance mutes.
# A dead man's switch misses the beat after 20 s.
scale_judges() {
  replace demo/prometheus.yml.in 'scrape_interval: 5s' 'scrape_interval: 3s'
  replace demo/prometheus.yml.in 'scrape_timeout: 4s' 'scrape_timeout: 3s'
  replace demo/prometheus.yml.in 'evaluation_interval: 5s' 'evaluation_interval: 2s'
  sed -i -E -e 's/(group_wait: ).*[1-9].*/\11s/; s/(group_interval: ).*/\12s/; s/(repeat_interval: )50s/\12s/' \
    -e 's/mute_time_intervals: .*/mute_time_intervals: []/' "$tree/alert-rules/alertmanager/alertmanager.yml.in"
  # shellcheck disable=SC2016  # not a variable of ours
  replace demo/fleet.d/components.sh '--smtp-listen "127.0.0.1:$FLEET_PORT_RECEIVER_SMTP"' \
    '--smtp-listen "127.0.0.1:$FLEET_PORT_RECEIVER_SMTP" --dead-man-after 20'
}

# Ages that no fault can have at once. FILE|FROM|TO|why
substitutions() {
  cat <<'TABLE'
alert-rules/escalation.rules.yml|<= time() - 900|<= time() - 18|an incident of 15 minutes
alert-rules/escalation.rules.yml|<= time() - 1800|<= time() - 36|an incident of 30 minutes
alert-rules/escalation.rules.yml|<= time() - 3600|<= time() - 72|an incident of an hour
alert-rules/database.rules.yml|pg_long_running_transactions_oldest_timestamp_seconds > 1800|pg_long_running_transactions_oldest_timestamp_seconds > 90|PostgreSQL's own clock says when a transaction began
alert-rules/database.rules.yml|pg_prepared_transactions_max_age_seconds > 3600|pg_prepared_transactions_max_age_seconds > 90|PostgreSQL's own clock says when it was prepared
TABLE
}

substitute_all() {
  local file from to why
  while IFS='|' read -r file from to why; do
    replace "$file" "$from" "$to"
    note "substituted in $file: \"$from\" by \"$to\" ($why)"
  done < <(substitutions)
}

# replace FILE FROM TO: the text must be there exactly once.
replace() {
  local text rest
  text=$(<"$tree/$1")
  rest=${text/"$2"/}
  [[ $text != "$rest" ]] || fail "$1 has no \"$2\" any more"
  [[ $rest != *"$2"* ]] || fail "$1 has \"$2\" more than once"
  printf '%s\n' "${text/"$2"/"$3"}" >"$tree/$1"
}
