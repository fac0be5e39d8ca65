#include <algorithm>

#include "exporters/compliance/monthly/chart.hpp"
#include "exporters/compliance/monthly/document.hpp"
#include "exporters/compliance/monthly/pdf_page.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

constexpr Color ink = 0x222222, grey = 0x666666, shade = 0xEEF1F5, rule = 0xCCCCCC, alarm = 0xA50026,
                alarm_shade = 0xFDF0EF;

class PdfCanvas : public Canvas {
 public:
  PdfCanvas(Pdf& pdf, double top) : pdf_(pdf), top_(top) {}
  void rectangle(double x, double y, double width, double height, Color fill) override {
    pdf_.rectangle(Pdf::margin + x, top_ + y, width, height, fill);
  }
  void line(const std::vector<std::pair<double, double>>& points, double width, Color color,
            bool dashed) override {
    auto moved = points;
    for (auto& [x, y] : moved) {
      x += Pdf::margin;
      y += top_;
    }
    pdf_.line(moved, width, color, dashed);
  }
  void text(double x, double baseline, const std::string& text, double size, Anchor anchor,
            Color color) override {
    pdf_.text(Pdf::margin + x, top_ + baseline, text, size, anchor, color);
  }

 private:
  Pdf& pdf_;
  double top_;
};

/// Lays blocks out one below the other; begins a page where one does not fit.
class Layout {
 public:
  explicit Layout(Pdf& pdf) : pdf_(pdf) { begin_page(); }

  void title(const Document& document) {
    pdf_.text(Pdf::margin, y_ + 18, document.title, 20, Anchor::start, ink, true);
    y_ += 28;
    for (auto const& line : pdf_.wrapped(document.subtitle, 9.5, Pdf::width)) {
      pdf_.text(Pdf::margin, y_ + 8, line, 9.5, Anchor::start, grey);
      y_ += 13;
    }
    y_ += 8;
  }

  /// `following` is kept on the heading's page.
  void place(const Heading& heading, double following) {
    need(34 + following);
    if (y_ > Pdf::margin) y_ += 12;
    pdf_.text(Pdf::margin, y_ + 12, heading.text, 13, Anchor::start, ink, true);
    y_ += 18;
    pdf_.line({{Pdf::margin, y_}, {Pdf::margin + Pdf::width, y_}}, 0.6, rule, false);
    y_ += 8;
  }

  void place(const Paragraph& paragraph) {
    double const size = 9.5, leading = 13, indent = paragraph.warning ? 10 : 0;
    auto const lines = pdf_.wrapped(paragraph.text, size, Pdf::width - 2 * indent);
    need(leading * static_cast<double>(std::min<std::size_t>(lines.size(), 3)) + 8);
    for (auto const& line : lines) {
      need(leading);
      if (paragraph.warning) {
        pdf_.rectangle(Pdf::margin, y_, Pdf::width, leading, alarm_shade);
        pdf_.rectangle(Pdf::margin, y_, 3, leading, alarm);
      }
      pdf_.text(Pdf::margin + indent, y_ + 9.5, line, size, Anchor::start, ink);
      y_ += leading;
    }
    y_ += 6;
  }

  void place(const Table& table) {
    auto const widths = widths_of(table);
    need(row_height * static_cast<double>(std::min<std::size_t>(table.rows.size() + 1, 4)));
    head(table, widths);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      if (y_ + row_height > Pdf::bottom) {
        begin_page();
        head(table, widths);
      }
      row(table.rows[i], widths, table.last_is_total && i + 1 == table.rows.size());
    }
    y_ += 10;
  }

  void place(const Chart& chart) {
    auto const height = chart_height(chart, Pdf::width);
    need(height);
    PdfCanvas canvas(pdf_, y_);
    draw(chart, Pdf::width, canvas);
    y_ += height + 8;
  }

 private:
  static constexpr double row_height = 15, text_size = 8.5;

  void begin_page() {
    pdf_.add_page();
    y_ = Pdf::margin;
  }
  void need(double height) {
    if (y_ + height > Pdf::bottom && y_ > Pdf::margin) begin_page();
  }

  /// As wide as their texts; what is left over goes to the first, which is shortened if there is too little.
  std::vector<double> widths_of(const Table& table) {
    std::vector<double> widths(table.head.size());
    auto const widen = [&](const std::vector<std::string>& cells, bool bold) {
      for (std::size_t i = 0; i < widths.size() && i < cells.size(); ++i)
        widths[i] = std::max(widths[i], pdf_.text_width(cells[i], text_size, bold) + 14);
    };
    widen(table.head, true);
    for (auto const& cells : table.rows) widen(cells, true);
    double others = 0;
    for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i];
    widths[0] = std::min(std::max(widths[0], 150.0), Pdf::width - others);
    auto const spare = Pdf::width - others - widths[0];
    for (std::size_t i = 1; i < widths.size(); ++i) widths[i] += spare / static_cast<double>(widths.size() - 1);
    return widths;
  }

  void cells(const std::vector<std::string>& texts, const std::vector<double>& widths, bool bold) {
    double x = Pdf::margin;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i == 0) pdf_.text(x + 5, y_ + 10.5, texts[i], text_size, Anchor::start, ink, bold);
      x += widths[i];
      if (i > 0) pdf_.text(x - 5, y_ + 10.5, texts[i], text_size, Anchor::end, ink, bold);
    }
    y_ += row_height;
  }
  void head(const Table& table, const std::vector<double>& widths) {
    pdf_.rectangle(Pdf::margin, y_, Pdf::width, row_height, shade);
    cells(table.head, widths, true);
  }
  void row(const std::vector<std::string>& texts, const std::vector<double>& widths, bool total) {
    if (total) pdf_.line({{Pdf::margin, y_}, {Pdf::margin + Pdf::width, y_}}, 0.8, grey, false);
    cells(texts, widths, total);
    if (!total) pdf_.line({{Pdf::margin, y_}, {Pdf::margin + Pdf::width, y_}}, 0.4, rule, false);
  }

  Pdf& pdf_;
  double y_ = 0;
};

double least_height(const Block* block) {
  if (!block) return 0;
  if (auto const* const chart = std::get_if<Chart>(block)) return chart_height(*chart, Pdf::width);
  return 60;
}

}  // namespace

std::string render_pdf(const Document& document) {
  Pdf pdf;
  pdf.set_title(document.title);
  Layout layout(pdf);
  layout.title(document);
  for (std::size_t i = 0; i < document.blocks.size(); ++i) {
    auto const& block = document.blocks[i];
    if (auto const* const heading = std::get_if<Heading>(&block)) {
      layout.place(*heading, least_height(i + 1 < document.blocks.size() ? &document.blocks[i + 1] : nullptr));
    } else if (auto const* const paragraph = std::get_if<Paragraph>(&block)) {
      layout.place(*paragraph);
    } else if (auto const* const table = std::get_if<Table>(&block)) {
      layout.place(*table);
    } else {
      layout.place(std::get<Chart>(block));
    }
  }
  for (std::size_t page = 0; page < pdf.pages(); ++page) {
    pdf.go_to(page);
    auto const y = Pdf::page_height - 36;
    pdf.text(Pdf::margin, y, document.footer, 8, Anchor::start, grey);
    pdf.text(Pdf::margin + Pdf::width, y,
             "Page " + std::to_string(page + 1) + " of " + std::to_string(pdf.pages()), 8, Anchor::end, grey);
  }
  return pdf.finish();
}

}  // namespace fleet::exporters::compliance::monthly
