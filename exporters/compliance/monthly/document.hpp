// A document of headings, text, tables and charts, before anybody has laid it out. Plain data.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fleet::exporters::compliance::monthly {

struct Heading {
  std::string text;
};

struct Paragraph {
  std::string text;
  bool warning = false;  ///< something could not be measured, or is a breach
};

struct Table {
  std::vector<std::string> head;  ///< the first column is text, the others are numbers
  std::vector<std::vector<std::string>> rows;
  bool last_is_total = false;
};

struct Chart {
  enum class Kind { stacked_bars, bars_side_by_side, lines };
  enum class Unit { count, ratio };
  struct Series {
    std::string name;
    std::vector<std::optional<double>> values;  ///< one for each slot
  };
  Kind kind = Kind::stacked_bars;
  Unit unit = Unit::count;
  std::string title;
  std::vector<std::string> slots;  ///< labels below
  std::vector<Series> series;
  std::optional<std::pair<double, std::string>> line;  ///< an objective
};

using Block = std::variant<Heading, Paragraph, Table, Chart>;

struct Document {
  std::string title, subtitle, footer;
  std::vector<Block> blocks;
};

/// A page of HTML 5 on its own, charts as SVG inside.
std::string render_html(const Document& document);
/// PDF, A4, numbered pages. Throws std::runtime_error if the library cannot make it.
std::string render_pdf(const Document& document);

}  // namespace fleet::exporters::compliance::monthly
