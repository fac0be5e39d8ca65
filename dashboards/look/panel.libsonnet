// The panels of the family. Each takes what is its own (title, what it shows and what to do about it, queries, unit, limits) and looks
// like its neighbours. Widths are of 24 columns; dashboard.libsonnet gives places and ids.
//
// In queries `@` stands for the selectors that every panel filters by: rate(x{@, code="500"}[$__rate_interval]).
local limits = import 'limits.libsonnet';

local datasource = { type: 'prometheus', uid: '${datasource}' };
local filters = 'job=~"$job", instance=~"$instance"';
local letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

local expand(text) = std.strReplace(text, '@', filters);
local query(expr, legend='', extra={}) = { expr: expand(expr), legendFormat: legend } + extra;
local numbered(queries) = [
  { datasource: datasource, editorMode: 'code', range: true, refId: letters[i] } + queries[i]
  for i in std.range(0, std.length(queries) - 1)
];
local instant = { instant: true, range: false };

// What a panel draws of its limits. `limits` and `size` are hidden: the first is read by tests, the second by dashboard.libsonnet.
local limited(given, base=limits.good) = {
  limits:: given,
  fieldConfig+: { defaults+: { thresholds: { mode: 'absolute', steps: limits.steps(given, base) } } },
};
// What is not known is grey, whatever the limits make of nothing.
local unknown(text) = [{ type: 'special', options: { match: 'null+nan', result: { text: text, color: '#6e6e78', index: 99 } } }];
// A cell of a table that no series has.
local nothing = [{ type: 'special', options: { match: 'null+nan', result: { text: '', color: 'transparent', index: 0 } } }];
local sized(w, h) = { size:: { w: w, h: h } };

local panel(type, title, description, queries, unit) = {
  type: type,
  title: title,
  description: description,
  datasource: datasource,
  targets: numbered(queries),
  fieldConfig: { defaults: { unit: unit, mappings: [] }, overrides: [] },
  options: {},
  limits:: [],
};

local override(name, properties) = {
  matcher: { id: 'byName', options: name },
  properties: [{ id: id, value: properties[id] } for id in std.objectFields(properties)],
};

{
  query: query,
  expand: expand,
  filters: filters,
  datasource: datasource,
  override: override,
  sized: sized,

  // Words for states, so that colour is not all there is: { '0': ['down', 'red'], ... }.
  words(states):: [{
    type: 'value',
    options: { [state]: { text: states[state][0], color: states[state][1], index: std.parseInt(state) } for state in std.objectFields(states) },
  }],
  // A figure that is `or vector(-1)`, so that it does not vanish from beside another.
  notRead: [{ type: 'value', options: { '-1': { text: 'not read', color: '#6e6e78', index: 0 } } }],
  upDown: self.words({ '0': ['DOWN', 'red'], '1': ['up', 'green'] }),

  // A tile of the first row. Coloured by its limits; without limits it is a plain blue figure.
  tile(title, description, queries, unit='short', given=[], w=4, h=4, none='none', words=[], decimals=null)::
    panel('stat', title, description, [q + instant for q in queries], unit) + sized(w, h) {
      fieldConfig+: { defaults+: {
        mappings: words + unknown(none),
        noValue: none,
        [if decimals != null then 'decimals']: decimals,
        color: { mode: 'thresholds' },
      } },
      options: {
        colorMode: if given == [] && words == [] then 'value' else 'background',
        graphMode: 'none',
        justifyMode: 'center',
        orientation: 'auto',
        percentChangeColorMode: 'standard',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showPercentChange: false,
        textMode: if std.length(queries) > 1 then 'value_and_name' else 'value',
        wideLayout: true,
      },
    } + limited(given, if given == [] then 'blue' else limits.good),

  // One of several figures in a tile has limits of its own, and may have its unit and words.
  tileLimits(name, given, unit=null, words=null, decimals=null, none='none'):: {
    limits+:: given,
    fieldConfig+: { overrides+: [override(name, {
      thresholds: { mode: 'absolute', steps: limits.steps(given, if given == [] then 'blue' else limits.good) },
      [if unit != null then 'unit']: unit,
      [if words != null then 'mappings']: words + unknown(none),
      [if decimals != null then 'decimals']: decimals,
    })] },
    options+: { colorMode: 'background' },
  },

  // Lines over time. `given` limits are dashed lines in the colour of their severity.
  lines(title, description, queries, unit, given=[], w=12, h=8, max=null, stack=false, table=false, min=0, none=null)::
    panel('timeseries', title, description, queries, unit) + sized(w, h) {
      fieldConfig+: { defaults+: {
        color: { mode: 'palette-classic' },
        [if min != null then 'min']: min,
        [if max != null then 'max']: max,
        [if none != null then 'noValue']: none,
        custom: {
          axisBorderShow: false,
          axisLabel: '',
          axisPlacement: 'auto',
          // Of nothing but zeros Grafana makes an axis to 100, which no ratio has and no count that is well.
          axisSoftMax: if max != null then max / 100 else if unit == 'short' then 1 else 0,
          drawStyle: 'line',
          fillOpacity: if stack then 40 else 10,
          gradientMode: 'none',
          lineInterpolation: 'linear',
          lineWidth: if stack then 1 else 2,
          showPoints: 'never',
          spanNulls: false,
          stacking: { group: 'A', mode: if stack then 'normal' else 'none' },
          thresholdsStyle: { mode: if given == [] then 'off' else 'dashed' },
        } + (
          // A limit just above the lines stays in sight.
          if given == [] then {} else { axisSoftMax: std.foldl(std.max, [limit.drawn for limit in given if !std.get(limit, 'far', false)], 0) * 1.1 }
        ),
      } },
      options: {
        legend: if table
        then { calcs: ['lastNotNull', 'mean', 'max'], displayMode: 'table', placement: 'right', showLegend: true, sortBy: 'Last *', sortDesc: true }
        else { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
    } + limited(given, 'transparent'),

  // Of many lines with long names: the highest now is named first.
  ranked:: { options+: { legend: { calcs: ['lastNotNull'], displayMode: 'table', placement: 'bottom', showLegend: true, sortBy: 'Last *', sortDesc: true } } },

  // A scale on which milliseconds are seen beside the seconds of an outage.
  logarithmic:: { fieldConfig+: { defaults+: { custom+: { scaleDistribution: { type: 'log', log: 10 }, fillOpacity: 0 } } } },

  // Series whose names carry a meaning keep one colour everywhere.
  coloured(colours):: {
    fieldConfig+: { overrides+: [
      override(name, { color: { mode: 'fixed', fixedColor: colours[name] } })
      for name in std.objectFields(colours)
    ] },
  },
  outcomes:: self.coloured({ ok: 'green', good: 'green', succeeded: 'green', partial: 'yellow', unknown: 'purple', 'error': 'red', bad: 'red', failed: 'red', timeout: 'orange', abandoned: 'dark-red' }),
  quantiles:: self.coloured({ p50: 'blue', p95: 'purple', p99: 'dark-purple' }),

  // Bars over time, of what happens rarely enough to be counted.
  bars(title, description, queries, unit='short', given=[], w=12, h=8)::
    self.lines(title, description, queries, unit, given, w, h, stack=true) {
      fieldConfig+: { defaults+: { decimals: 0, custom+: { drawStyle: 'bars', fillOpacity: 80, lineWidth: 0 } } },
    },

  // Without events a quantile is NaN, and one NaN takes the whole axis with it.
  quantile(ratio, buckets):: 'histogram_quantile(%s, %s) >= 0' % [ratio, buckets],

  // Median and tails of one histogram together.
  percentiles(title, description, buckets, by='', unit='s', given=[], w=12, h=8)::
    self.lines(title, description, [
      query(self.quantile(quantile[0], 'sum by (le%s) (rate(%s[$__rate_interval]))' % [by, buckets]), quantile[1])
      for quantile in [['0.5', 'p50'], ['0.95', 'p95'], ['0.99', 'p99']]
    ], unit, given, w, h) + self.quantiles,

  // Where the requests lie. Grafana's heatmap draws no lines, so an objective is the edge between two of these: `beyond` counts only what is
  // slower, `within` only what is not.
  heat(title, description, expr, unit='s', scheme='Blues', w=12, h=6)::
    panel('heatmap', title, description, [query(expr, '{{le}}', { format: 'heatmap' })], unit) + sized(w, h) {
      maxDataPoints: 80,
      fieldConfig: { defaults: { custom: { hideFrom: { legend: false, tooltip: false, viz: false }, scaleDistribution: { type: 'linear' } } }, overrides: [] },
      options: {
        calculate: false,
        cellGap: 1,
        cellValues: { unit: 'short', decimals: 1 },
        color: { exponent: 0.5, fill: 'dark-orange', mode: 'scheme', reverse: false, scale: 'exponential', scheme: scheme, steps: 64 },
        exemplars: { color: 'rgba(255,0,255,0.7)' },
        filterValues: { le: 1e-9 },
        legend: { show: true },
        rowsFrame: { layout: 'auto' },
        tooltip: { mode: 'single', yHistogram: false },
        yAxis: { axisPlacement: 'left', reverse: false, unit: unit },
      },
    },

  // States over time, a line for each thing.
  states(title, description, queries, words, w=12, h=8, none=null)::
    panel('state-timeline', title, description, queries, 'short') + sized(w, h) {
      fieldConfig+: { defaults+: {
        [if none != null then 'noValue']: none,
        color: { mode: 'thresholds' },
        mappings: words,
        custom: { fillOpacity: 80, hideFrom: { legend: false, tooltip: false, viz: false }, insertNulls: false, lineWidth: 0, spanNulls: false },
        thresholds: { mode: 'absolute', steps: [{ value: null, color: 'text' }] },
      } },
      options: {
        alignValue: 'left',
        legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
        mergeValues: true,
        rowHeight: 0.85,
        showValue: 'never',
        tooltip: { mode: 'multi', sort: 'none' },
      },
    },

  // A bar for each thing, against a maximum.
  gaugeBars(title, description, queries, unit, given, max, w=8, h=8, none=null)::
    panel('bargauge', title, description, [q + instant for q in queries], unit) + sized(w, h) {
      fieldConfig+: { defaults+: {
        min: 0,
        max: max,
        color: { mode: 'thresholds' },
        [if none != null then 'noValue']: none,
        [if none != null then 'mappings']: unknown(none),
      } },
      options: {
        displayMode: 'basic',
        legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: false },
        maxVizHeight: 40,
        minVizHeight: 16,
        minVizWidth: 8,
        namePlacement: 'left',
        orientation: 'horizontal',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showUnfilled: true,
        sizing: 'auto',
        valueMode: 'color',
      },
    } + limited(given, if given == [] then 'blue' else limits.good),

  // A column of a table: the field it shows, its heading, and how.
  column(field, heading, unit=null, given=null, words=null, width=null, decimals=null, links=null):: {
    field: field,
    heading: heading,
    limits: if given == null then [] else given,
    properties: {
      [if unit != null then 'unit']: unit,
      [if decimals != null then 'decimals']: decimals,
      // Without a value a cell would have the colour of the lowest step, which may be red.
      [if words != null || given != null then 'mappings']: (if words == null then [] else words) + nothing,
      [if width != null then 'custom.width']: width,
      [if links != null then 'links']: links,
      [if given != null || words != null then 'custom.cellOptions']: { type: 'color-background', mode: 'basic' },
      [if given != null then 'thresholds']: { mode: 'absolute', steps: limits.steps(given, 'transparent') },
    },
  },

  // Now, side by side. Several queries are merged by the labels that they share; only the columns that are named are shown, in their order.
  table(title, description, queries, columns, w=24, h=8, sort=null, descending=true, none=null)::
    panel('table', title, description, [q + instant + { format: 'table' } for q in queries], 'short') + sized(w, h) {
      limits:: std.flattenArrays([column.limits for column in columns]),
      fieldConfig+: {
        defaults+: {
          color: { mode: 'thresholds' },
          [if none != null then 'noValue']: none,
          // Grafana's columns are 150 wide at least, and what has no room is out of sight.
          custom: { align: 'auto', cellOptions: { type: 'auto' }, filterable: false, inspect: false, minWidth: 60 },
          thresholds: { mode: 'absolute', steps: [{ value: null, color: 'transparent' }] },
        },
        overrides: [override(column.heading, column.properties) for column in columns if column.properties != {}],
      },
      options: {
        cellHeight: 'sm',
        showHeader: true,
        sortBy: if sort == null then [] else [{ displayName: sort, desc: descending }],
      },
      transformations:
        (if std.length(queries) > 1 then [{ id: 'merge', options: {} }] else []) + [
          { id: 'filterFieldsByName', options: { include: { names: [column.field for column in columns] } } },
          { id: 'organize', options: {
            excludeByName: {},
            includeByName: {},
            indexByName: { [columns[i].field]: i for i in std.range(0, std.length(columns) - 1) },
            renameByName: { [column.field]: column.heading for column in columns },
          } },
        ],
    },

  // Two labels as rows and columns, both in alphabetical order, or the columns in the order given.
  matrix(title, description, expr, rows, columns, unit, given, w=12, h=10, decimals=0, order=[], head=130, heading='from ↓ to →')::
    panel('table', title, description, [query(expr) + instant + { format: 'table' }], unit) + sized(w, h) {
      fieldConfig+: {
        defaults+: {
          color: { mode: 'thresholds' },
          custom: { align: 'center', cellOptions: { type: 'color-background', mode: 'basic' }, filterable: false, inspect: false, minWidth: 50 },
          decimals: decimals,
          mappings: nothing,
        },
        overrides: [{
          matcher: { id: 'byType', options: 'string' },
          properties: [{ id: 'custom.cellOptions', value: { type: 'auto' } }, { id: 'custom.align', value: 'left' }, { id: 'custom.width', value: head }],
        }],
      },
      options: { cellHeight: 'sm', showHeader: true, sortBy: [] },
      transformations:
        local corner = rows + '\\' + columns;
        [
          { id: 'sortBy', options: { fields: {}, sort: [{ field: columns }] } },
          { id: 'groupingToMatrix', options: { columnField: columns, emptyValue: 'null', rowField: rows, valueField: 'Value' } },
          { id: 'sortBy', options: { fields: {}, sort: [{ field: corner }] } },
          { id: 'organize', options: {
            excludeByName: {},
            includeByName: {},
            indexByName: if order == [] then {} else { [corner]: 0 } + { [order[i]]: i + 1 for i in std.range(0, std.length(order) - 1) },
            renameByName: { [corner]: heading },
          } },
        ],
    } + limited(given),

  // A link from a panel to the dashboard that says more.
  more(dashboard, title):: {
    links: [{ title: title, url: '/d/%s?${__url_time_range}&${datasource:queryparam}' % dashboard, targetBlank: false }],
  },
}
