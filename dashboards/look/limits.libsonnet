// Where colours change, and which alert says so. A limit names its alert; tests/thresholds.py compares it with alert-rules/*.rules.yml, so
// a threshold that is drawn is one that fires.
//
//   op, value   the comparison as it stands in the alert's expression
//   drawn       where the panel changes colour, in the panel's unit: value * scale, or for counts the first that fires
local colour = { '1': 'red', '2': 'orange', '3': 'yellow', '4': 'blue' };
local good = 'green';

{
  colour: colour,
  good: good,

  // The alert fires above `value`.
  over(alert, sev, value, scale=1):: { alert: alert, sev: sev, op: '>', value: value, drawn: value * scale, scale: scale },
  // ... at `value` and above.
  atLeast(alert, sev, value, scale=1):: self.over(alert, sev, value, scale) { op: '>=' },
  // ... of something that is counted, above none: 1 is the first that fires.
  any(alert, sev):: { alert: alert, sev: sev, op: '>', value: 0, drawn: 1, counted: true },
  // ... of each thing whose state is 0; the panel counts these.
  anyDown(alert, sev):: { alert: alert, sev: sev, op: '==', value: 0, drawn: 1, counted: true },
  // The alert counts what is above a bound of the histogram: the bound is in its selector.
  bound(alert, sev, le, scale=1):: { alert: alert, sev: sev, op: 'le', value: le, drawn: le * scale, scale: scale },
  // The alert fires below `value`, or of a state, at 0.
  under(alert, sev, value):: { alert: alert, sev: sev, op: '<', value: value, drawn: value, falling: true },
  down(alert, sev):: { alert: alert, sev: sev, op: '==', value: 0, drawn: 1, falling: true },
  // A factor of the budget in an alert of a generated objective.
  burn(alert, sev, factor):: { alert: alert, sev: sev, op: 'burn', value: factor, drawn: factor },
  // No alert: the reason is a sentence.
  because(reason, sev, drawn, falling=false):: { reason: reason, sev: sev, drawn: drawn, falling: falling },

  // Grafana's steps. Rising limits begin well and get worse, falling ones the other way; the two are not mixed in a panel.
  steps(limits, base=good)::
    local sorted = std.sort(limits, function(limit) limit.drawn);
    local falling = [limit for limit in sorted if std.get(limit, 'falling', false)];
    assert std.length(falling) == 0 || std.length(falling) == std.length(sorted) : 'limits that rise and fall in one panel';
    if std.length(falling) > 0 then
      [{ value: null, color: colour[falling[0].sev] }] + [
        { value: falling[i].drawn, color: if i + 1 < std.length(falling) then colour[falling[i + 1].sev] else good }
        for i in std.range(0, std.length(falling) - 1)
      ]
    else
      [{ value: null, color: base }] + [{ value: limit.drawn, color: colour[limit.sev] } for limit in sorted],
}
