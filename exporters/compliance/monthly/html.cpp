#include <cstdio>

#include "core/report/xml.hpp"
#include "exporters/compliance/monthly/chart.hpp"
#include "exporters/compliance/monthly/document.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

using report::xml;
using report::xml_attribute;

constexpr double chart_width = 640;

constexpr auto style = R"(
body{font:15px/1.45 system-ui,Helvetica,Arial,sans-serif;color:#222;max-width:50rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}h2{margin-top:2.2rem;border-bottom:1px solid #ccc}p.sub{color:#666;margin-top:.2rem}
table{border-collapse:collapse;margin:1rem 0;font-size:14px}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}th{background:#f0f2f5}tr.total td{font-weight:600;border-top:1px solid #888}
p.warning{background:#fdf0ef;border-left:4px solid #a50026;padding:.5rem .8rem}svg{max-width:100%;height:auto;margin:.6rem 0}
footer{color:#666;margin-top:3rem;font-size:13px}@page{size:A4;margin:18mm}@media print{h2,svg,tr{break-inside:avoid}h2{break-after:avoid}}
)";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string hex(Color color) {
  char text[8];
  std::snprintf(text, sizeof text, "#%06X", static_cast<unsigned>(color));
  return text;
}

class Svg : public Canvas {
 public:
  void rectangle(double x, double y, double width, double height, Color fill) override {
    out_ += "<rect" + xml_attribute("x", number(x)) + xml_attribute("y", number(y)) +
            xml_attribute("width", number(width)) + xml_attribute("height", number(height)) +
            xml_attribute("fill", hex(fill)) + "/>";
  }
  void line(const std::vector<std::pair<double, double>>& points, double width, Color color,
            bool dashed) override {
    std::string list;
    for (auto const& [x, y] : points) list += (list.empty() ? "" : " ") + number(x) + "," + number(y);
    out_ += "<polyline fill=\"none\"" + xml_attribute("points", list) + xml_attribute("stroke", hex(color)) +
            xml_attribute("stroke-width", number(width)) + (dashed ? " stroke-dasharray=\"4 3\"" : "") + "/>";
  }
  void text(double x, double baseline, const std::string& text, double size, Anchor anchor,
            Color color) override {
    out_ += "<text" + xml_attribute("x", number(x)) + xml_attribute("y", number(baseline)) +
            xml_attribute("font-size", number(size)) +
            (anchor == Anchor::start    ? ""
             : anchor == Anchor::middle ? " text-anchor=\"middle\""
                                        : " text-anchor=\"end\"") +
            xml_attribute("fill", hex(color)) + ">" + xml(text) + "</text>";
  }
  const std::string& elements() const { return out_; }

 private:
  std::string out_;
};

std::string html_of(const Heading& heading) { return "<h2>" + xml(heading.text) + "</h2>\n"; }

std::string html_of(const Paragraph& paragraph) {
  return (paragraph.warning ? "<p class=\"warning\">" : "<p>") + xml(paragraph.text) + "</p>\n";
}

std::string html_of(const Table& table) {
  std::string out = "<table>\n<tr>";
  for (auto const& cell : table.head) out += "<th>" + xml(cell) + "</th>";
  out += "</tr>\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    out += table.last_is_total && row + 1 == table.rows.size() ? "<tr class=\"total\">" : "<tr>";
    for (auto const& cell : table.rows[row]) out += "<td>" + xml(cell) + "</td>";
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

std::string html_of(const Chart& chart) {
  Svg canvas;
  draw(chart, chart_width, canvas);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"" + xml_attribute("aria-label", chart.title) +
         xml_attribute("width", number(chart_width)) +
         xml_attribute("viewBox",
                       "0 0 " + number(chart_width) + " " + number(chart_height(chart, chart_width))) +
         " font-family=\"Helvetica,Arial,sans-serif\">" + canvas.elements() + "</svg>\n";
}

}  // namespace

std::string render_html(const Document& document) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en-AU\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
                    xml(document.title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" +
                    xml(document.title) + "</h1>\n<p class=\"sub\">" + xml(document.subtitle) + "</p>\n";
  for (auto const& block : document.blocks)
    out += std::visit([](auto const& one) { return html_of(one); }, block);
  return out + "<footer>" + xml(document.footer) + "</footer>\n</body>\n</html>\n";
}

}  // namespace fleet::exporters::compliance::monthly
