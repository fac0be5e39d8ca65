# Who hears of an alert (docs/alerting.md, "Who hears"), written down apart from Alertmanager's routes: [channel, recipient] each.
def receivers:
  if .step == "senior" then [["page", "page-senior"], ["slack", "#legalllm-incidents"]]
  elif .step == "lead" then [["page", "page-lead"], ["slack", "#legalllm-incidents"], ["mail", "technical-lead@legalllm.com.au"]]
  elif .step == "director" then
    [["page", "page-director"], ["slack", "#legalllm-incidents"], ["mail", "legal-technology-director@legalllm.com.au"]]
  elif .alert == "Watchdog" then []
  elif .ticket then [["slack", "#legalllm-ops"], ["mail", "tickets@legalllm.com.au"]]
  elif .sev == "1" and .team == "legal" then
    [["page", "page-and-legal"], ["legal", "page-and-legal"], ["slack", "#legalllm-compliance"]]
  elif .sev == "1" then [["page", "page"], ["slack", "#legalllm-incidents"]]
  elif .sev == "2" and .team == "legal" then [["slack", "#legalllm-compliance"], ["mail", "legal-compliance@legalllm.com.au"]]
  elif .sev == "2" then [["slack", "#legalllm-incidents"], ["mail", "oncall@legalllm.com.au"]]
  elif .team == "legal" then [["slack", "#legalllm-compliance"]]
  else [["slack", "#legalllm-ops"]] end;

def assigned: {senior: "@senior-devops", lead: "@technical-lead", director: "@legal-technology-director"}[.step]
  // (if .team == "legal" then "@legal-compliance" else "@devops-oncall" end);

# What is wrong with a text: a template that was not rendered, a label that was not there, a line that says nothing.
def blemishes:
  [if test("\\{\\{|\\}\\}|<no value>|%!|\\bNaN\\b") then "not rendered" else empty end,
   if test("(?m)^(Service|Issue|Impact|Status|Assigned|Time|Incident ID|Runbook):\\s*$") then "a line is empty" else empty end,
   if test("  |(^|\n) | [.,;:]([ \n]|$)|\"\"") then "a label is empty" else empty end];

# Whether this notification ($it, of the rule `.`) is what the rule and the template promise. $needle is of the faulty thing's labels.
def promised($it; $needle):
  . as $rule | ($it.text | blemishes) == [] and $it.status == "firing" and
  if $it.channel == "page" or $it.channel == "legal" then
    ($rule.step != "" or $it.alertname == $rule.alert) and ($rule.step != "" or $it.labels.sev == $rule.sev) and
    ($it.labels.escalation // "") == $rule.step and $it.summary == $rule.summary and ($it.text | contains($needle))
  else
    ($rule.step != "" or $it.alertname == $rule.alert) and ($it.text | contains($needle)) and
    ($it.text | startswith($rule.summary + "\n")) and ($it.text | contains("\nAssigned: " + ($rule | assigned) + "\n")) and
    ($rule.step != "" or ($it.text | contains("INCIDENT ALERT - SEV" + $rule.sev + "\n") and contains("\nRunbook: " + $rule.runbook)))
  end;

# The letter to clients comes to lead and director in place of the incident message.
def letter($it): $it.channel == "mail" and .step != "" and ($it.text | startswith("Draft for INC-") and contains("Dear [Client/Practice Name]"));

# Input: the journal's lines, slurped. When each receiver of $rule was first told after $since, null where it was not.
def tellings($rule; $since; $needle):
  . as $journal | [$rule | receivers[] as $who | {who: ($who | join(" ")), at: ([$journal[] | . as $it |
    select(.channel == $who[0] and .recipient == $who[1]) | select($rule | promised($it; $needle) or letter($it)) |
    .time | fromdate | select(. >= $since)] | min)}];
