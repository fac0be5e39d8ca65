# shellcheck shell=bash disable=SC2154
# Faults, and what they prove. `fault` says what is done and when; `proven` waits until the alert has reached whom it should.

declare -A rule=() fault_words=() fault_since=() proof_of=()
misses=()

# fault ID WORDS [COMMAND...]: names a fault, for the table, and causes it; but once, where two groups want the same.
fault() {
  if [[ ${fault_since[$1]:-} ]]; then return; fi
  fault_words[$1]=$2
  fault_since[$1]=$(date +%s)
  note "fault: $2"
  if (($# > 2)); then "${@:3}"; fi
}

# Fills `rule`, by key.
rules_index() {
  local key text
  while IFS=$'\t' read -r key text; do rule[$key]=$text; done < <(jq -r '[.key, tojson] | join("\t")' "$work/rules")
}

# lines_of ALERT: of the journal. A step of an escalation has its incident's name.
lines_of() { if [[ $1 == Escalation ]]; then cat "$journal"; else grep -F "\"alertname\":\"$1\"" "$journal" || true; fi; }

# of_tellings FILTER KEY FAULT NEEDLE: what receivers.jq says of who has been told since the fault began.
of_tellings() {
  lines_of "${2%/*}" | jq -rs --argjson rule "${rule[$2]}" --argjson since "${fault_since[$3]}" --arg needle "$4" -L "$here/every_alert" \
    "include \"receivers\"; tellings(\$rule; \$since; \$needle) | $1"
}
untold() { of_tellings 'map(select(.at == null).who) | join(", ")' "$@"; }

all_told() { [[ ! $(untold "$@") ]]; }

# scraped TIMES: until every target has been, so often from now on. What a counter begins with is no increase.
scraped() {
  local n newest
  for ((n = 0; n < $1; ++n)); do
    newest=$(value 'max(timestamp(up))')
    within 60 "every target is scraped" holds "min(timestamp(up)) > $newest"
  done
}

# proven KEY FAULT SECONDS [NEEDLE]: KEY is NAME/SEVERITY. A miss is noted and the run goes on, so that one run shows them all.
proven() {
  local key=$1 id=$2 patience=$3 needle=${4:-} start=$SECONDS told took
  [[ ${rule[$key]:-} ]] || fail "no rule file has $key"
  until all_told "$key" "$id" "$needle"; do
    if ((SECONDS - start >= patience)); then
      misses+=("$key: ${fault_words[$id]}: not told within $patience s: $(untold "$key" "$id" "$needle")")
      note "MISSED ${misses[-1]}"
      lines_of "${key%/*}" | tail -n 3 | jq -c '{time, channel, recipient, status, labels, text: .text[0:400]}'
      prometheus_says "${key%/*}"
      return 0
    fi
    sleep 0.5
  done
  told=$(of_tellings '"\(map(.at) | max) by \(map(.who) | join(", "))"' "$key" "$id" "$needle")
  took=$((${told%% *} - fault_since[$id]))
  proof_of[$key]="${fault_words[$id]}|${told##* by }|$took"
  note "proven $key ($took s)"
}

# What Prometheus thinks of an alert that did not arrive.
prometheus_says() {
  curl -fsS -m 5 "http://127.0.0.1:$FLEET_PORT_PROMETHEUS/api/v1/alerts" |
    jq -c --arg alert "$1" '.data.alerts[] | select(.labels.alertname == $alert) | {state, value, labels}' | head -n 3 || true
}

# proven_otherwise KEY FAULT WHO: by what the journal does not hold.
proven_otherwise() {
  proof_of[$1]="${fault_words[$2]}|$3|$(($(date +%s) - fault_since[$2]))"
  note "proven $1"
}

# audit: of all notifications, proofs or not, those that a receiver should not have got, by the severity and the addressee that they carry;
# and those that read badly.
audit() {
  jq -rs --slurpfile rules "$work/rules" -L "$here/every_alert" 'include "receivers";
    {"@senior-devops": "senior", "@technical-lead": "lead", "@legal-technology-director": "director"} as $steps |
    .[] | select(.alertname != "DeadMansSwitch" and (.text | startswith("Draft for INC-") | not)) | . as $it |
    (.labels.sev // (.text | capture("INCIDENT ALERT - SEV(?<sev>[0-9])").sev) // "?") as $sev |
    (.labels.escalation // $steps[.text | (capture("\nAssigned: (?<who>[^\n]+)").who) // ""] // "") as $step |
    [$rules[] | select(if $step != "" then .step == $step else .alert == $it.alertname and .sev == $sev end)] as $of |
    (if [$of[] | receivers[] | select(.[0] == $it.channel and .[1] == $it.recipient)] == [] then "is not for it" else empty end,
      (.text | blemishes[])) |
    "\($it.alertname)/\($sev), \($it.channel) \($it.recipient): \(.)"' "$journal" | sort | uniq -c
}

# The table, and what is missing of it.
verdict() {
  local key missing=() wrong group what who took
  printf '\n%-40s | %-70s | %-100s | %s\n' ALERT FAULT RECEIVERS SECONDS
  while read -r key group; do
    [[ " ${groups[*]} " == *" $group "* ]] || continue
    if [[ ${proof_of[$key]:-} ]]; then
      IFS='|' read -r what who took <<<"${proof_of[$key]}"
      printf '%-40s | %-70s | %-100s | %s\n' "$key" "$what" "$who" "$took"
    else
      missing+=("$key")
    fi
  done < <(jq -r '"\(.key) \(.group)"' "$work/rules" | sort -k 2)
  printf '\n%s alerts proven, %s without a proof; %s s\n' "${#proof_of[@]}" "${#missing[@]}" "$SECONDS"
  wrong=$(audit)
  if [[ $wrong ]]; then printf 'wrong among all notifications:\n%s\n' "$wrong"; fi
  if ((${#misses[@]})); then printf 'missed: %s\n' "${misses[@]}"; fi
  if ((${#missing[@]})); then printf 'without a proof: %s\n' "${missing[@]}"; fi
  if ((${#missing[@]} || ${#misses[@]})) || [[ $wrong ]]; then fail "not every alert is proven"; fi
}
