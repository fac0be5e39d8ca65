#include "exporters/compliance/monthly/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace fleet::exporters::compliance::monthly {

namespace {

constexpr double title_height = 16, legend_height = 13, plot_height = 110, labels_height = 14, left_margin = 40;
constexpr Color ink = 0x222222, faint = 0xDDDDDD, grey = 0x666666;
// Okabe and Ito's colours, which people who see few colours can tell apart.
constexpr std::array<Color, 8> palette{0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7,
                                       0xE69F00, 0x56B4E9, 0x999999, 0x000000};

Color color_of(const std::string& name, std::size_t index) {
  static const std::array<std::pair<std::string_view, Color>, 4> severities{
      {{"critical", 0xA50026}, {"high", 0xE8601C}, {"medium", 0xF6C141}, {"low", 0x7BAFDE}}};
  for (auto const& [severity, color] : severities)
    if (name == severity) return color;
  return palette[index % palette.size()];
}

/// Good enough to place a legend: Helvetica's letters are half their size wide on average.
double width_of(const std::string& text, double size) { return static_cast<double>(text.size()) * size * 0.52; }

std::size_t legend_lines(const Chart& chart, double width) {
  std::size_t lines = 1;
  double x = left_margin;
  for (auto const& series : chart.series) {
    auto const needed = 22 + width_of(series.name, 8);
    if (x + needed > width && x > left_margin) {
      ++lines;
      x = left_margin;
    }
    x += needed;
  }
  return lines;
}

double high_of(const Chart& chart) {
  double high = chart.unit == Chart::Unit::ratio ? 1 : 0;
  for (std::size_t slot = 0; slot < chart.slots.size(); ++slot) {
    double sum = 0;
    for (auto const& series : chart.series) {
      auto const value = series.values[slot].value_or(0);
      sum = chart.kind == Chart::Kind::stacked_bars ? sum + value : std::max(sum, value);
    }
    high = std::max(high, sum);
  }
  return high;
}

/// Ratios near 1 are told apart only if the axis does not begin at 0.
double low_of(const Chart& chart) {
  if (chart.unit != Chart::Unit::ratio) return 0;
  double low = chart.line ? chart.line->first : 1;
  for (auto const& series : chart.series)
    for (auto const& value : series.values) low = std::min(low, value.value_or(1));
  auto const below = 1 - low;
  if (below <= 0) return 0.99;
  for (double const room : {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5})
    if (below <= room * 0.9) return 1 - room;
  return 0;
}

std::string mark(double value, Chart::Unit unit, double step) {
  char text[32];
  if (unit == Chart::Unit::ratio) {
    int const decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step * 100) - 1e-9)), 0, 3);
    std::snprintf(text, sizeof text, "%.*f %%", decimals, value * 100);
  } else {
    std::snprintf(text, sizeof text, "%.10g", value);
  }
  return text;
}

struct Plot {
  double left, top, width, low, high;
  double x(double slot, std::size_t slots) const { return left + width * slot / static_cast<double>(slots); }
  double y(double value) const { return top + plot_height * (1 - (value - low) / (high - low)); }
};

void draw_legend(const Chart& chart, double width, Canvas& canvas) {
  double x = left_margin, y = title_height + 8;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    auto const& name = chart.series[i].name;
    auto const needed = 22 + width_of(name, 8);
    if (x + needed > width && x > left_margin) {
      x = left_margin;
      y += legend_height;
    }
    canvas.rectangle(x, y - 6.5, 8, 7, color_of(name, i));
    canvas.text(x + 11, y, name, 8, Anchor::start, ink);
    x += needed;
  }
}

void draw_axes(const Chart& chart, const Plot& plot, double step, Canvas& canvas) {
  for (int i = 0; plot.low + i * step <= plot.high + step / 1e6; ++i) {
    auto const value = plot.low + i * step, y = plot.y(value);
    canvas.line({{plot.left, y}, {plot.left + plot.width, y}}, 0.5, i == 0 ? grey : faint, false);
    canvas.text(plot.left - 4, y + 2.5, mark(value, chart.unit, step), 7, Anchor::end, grey);
  }
  auto const slots = chart.slots.size();
  for (std::size_t slot = 0; slot < slots; ++slot) {
    canvas.text(plot.x(static_cast<double>(slot) + 0.5, slots), plot.top + plot_height + 10, chart.slots[slot],
                7, Anchor::middle, grey);
  }
}

void draw_stacks(const Chart& chart, const Plot& plot, Canvas& canvas) {
  auto const slots = chart.slots.size();
  auto const room = std::min(plot.width / static_cast<double>(slots) * 0.7, 40.0);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    double below = 0;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
      auto const value = chart.series[i].values[slot].value_or(0);
      if (value <= 0) continue;
      auto const top = plot.y(below + value), bottom = plot.y(below);
      canvas.rectangle(plot.x(static_cast<double>(slot) + 0.5, slots) - room / 2, top, room, bottom - top,
                       color_of(chart.series[i].name, i));
      below += value;
    }
  }
}

void draw_side_by_side(const Chart& chart, const Plot& plot, Canvas& canvas) {
  auto const slots = chart.slots.size(), bars = chart.series.size();
  auto const room = std::min(plot.width / static_cast<double>(slots) * 0.7, 34.0 * static_cast<double>(bars));
  auto const width = room / static_cast<double>(bars);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    for (std::size_t i = 0; i < bars; ++i) {
      auto const value = chart.series[i].values[slot].value_or(0);
      auto const left =
          plot.x(static_cast<double>(slot) + 0.5, slots) - room / 2 + static_cast<double>(i) * width;
      if (value > 0)
        canvas.rectangle(left, plot.y(value), width - 1, plot.y(0) - plot.y(value),
                         color_of(chart.series[i].name, i));
    }
  }
}

void draw_lines(const Chart& chart, const Plot& plot, Canvas& canvas) {
  auto const slots = chart.slots.size();
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    auto const& series = chart.series[i];
    auto const color = color_of(series.name, i);
    std::vector<std::pair<double, double>> run;
    auto const finish = [&] {
      if (run.size() == 1) canvas.rectangle(run[0].first - 1.5, run[0].second - 1.5, 3, 3, color);
      if (run.size() > 1) canvas.line(run, 1.3, color, false);
      run.clear();
    };
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (auto const& value = series.values[slot]) {
        run.emplace_back(plot.x(static_cast<double>(slot) + 0.5, slots), plot.y(*value));
      } else {
        finish();
      }
    }
    finish();
  }
}

}  // namespace

std::pair<double, double> axis_of(double low, double high, bool whole) {
  auto const span = std::max(high - low, whole ? 1.0 : 1e-9);
  auto const power = std::pow(10, std::floor(std::log10(span / 4)));
  double step = power * 10;
  for (double const factor : {1.0, 2.0, 5.0}) {
    if (span / (power * factor) <= 5) {
      step = power * factor;
      break;
    }
  }
  if (whole) step = std::max(1.0, std::round(step));
  return {low + step * std::max(1.0, std::ceil(span / step - 1e-6)), step};
}

double chart_height(const Chart& chart, double width) {
  return title_height + legend_height * static_cast<double>(legend_lines(chart, width)) + plot_height +
         labels_height + 8;
}

void draw(const Chart& chart, double width, Canvas& canvas) {
  canvas.text(0, 10, chart.title, 9.5, Anchor::start, ink);
  draw_legend(chart, width, canvas);
  Plot plot{};
  plot.left = left_margin;
  plot.width = width - left_margin;
  plot.top = title_height + legend_height * static_cast<double>(legend_lines(chart, width)) + 4;
  plot.low = low_of(chart);
  bool const ratio = chart.unit == Chart::Unit::ratio;
  auto const [high, step] = axis_of(plot.low, high_of(chart), !ratio);
  plot.high = ratio ? 1 : high;
  draw_axes(chart, plot, ratio ? (1 - plot.low) / 5 : step, canvas);
  switch (chart.kind) {
    case Chart::Kind::stacked_bars:
      draw_stacks(chart, plot, canvas);
      break;
    case Chart::Kind::bars_side_by_side:
      draw_side_by_side(chart, plot, canvas);
      break;
    case Chart::Kind::lines:
      draw_lines(chart, plot, canvas);
      break;
  }
  if (!chart.line) return;
  auto const y = plot.y(chart.line->first);
  canvas.line({{plot.left, y}, {plot.left + plot.width, y}}, 0.8, 0xA50026, true);
  canvas.text(plot.left + plot.width, y + 8, chart.line->second, 7, Anchor::end, 0xA50026);
}

}  // namespace fleet::exporters::compliance::monthly
