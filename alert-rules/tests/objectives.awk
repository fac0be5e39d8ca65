# How a test for promtool is written down. Input: a line an objective, objectives.sh has the columns.
function labels(slo, more) { return "sloth_id=\"legalllm-" slo "\", sloth_service=\"legalllm\", sloth_slo=\"" slo "\", " more "system=\"legalllm\"" }
function ratio_record(window, slo) { return "slo:sli_error:ratio_rate" window "{" labels(slo, "sloth_window=\"" window "\", ") "}" }
function record(name, slo) { return name "{" labels(slo, "") "}" }

function begin_test(step, evaluation) {
  print "rule_files: [\"" rules "\"]\nevaluation_interval: " evaluation "\ntests:\n  - interval: " step "\n    input_series:"
}
function series(name, values) { print "      - {series: '" name "', values: \"" values "\"}" }
function begin_questions() { print "    promql_expr_test:" }
function question(expr, at) { print "      - expr: '" expr "'\n        eval_time: " at "\n        exp_samples:"; answers = 0 }
function answer(label_set, value) { print "          - {labels: '{" label_set "}', value: " value "}"; ++answers }
function end_question() { if (!answers) print "          []" }

# So many digits that promtool reads the very same number.
function exact(value) { return value == int(value) ? sprintf("%d", value) : sprintf("%.25f", value) }

{
  slo[NR] = $1; percent[NR] = $2; needed[NR] = $3; unit[NR] = $4; weighs[NR] = $5
  alert[NR] = $6; page_sev[NR] = $7; page_severity[NR] = $8; team[NR] = $9; component[NR] = $10
}
