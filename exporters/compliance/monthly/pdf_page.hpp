// Text and shapes on the pages of a PDF, by libharu.
#pragma once

#include <hpdf.h>

#include <string>
#include <vector>

#include "exporters/compliance/monthly/canvas.hpp"

namespace fleet::exporters::compliance::monthly {

/// A PDF under way: A4 pages, drawn on from top to bottom, y downwards. The fonts are the standard Helvetica
/// that every reader has. libharu's errors are remembered and thrown by finish().
class Pdf {
 public:
  static constexpr double page_width = 595.28, page_height = 841.89, margin = 54;
  static constexpr double width = page_width - 2 * margin, bottom = page_height - 64;

  Pdf();
  ~Pdf();
  Pdf(const Pdf&) = delete;

  void set_title(const std::string& title);
  void add_page();
  /// On the page of that index, counted from 0.
  void go_to(std::size_t page) { page_ = pages_[page]; }
  std::size_t pages() const { return pages_.size(); }

  void rectangle(double x, double y, double w, double h, Color fill);
  void line(const std::vector<std::pair<double, double>>& points, double line_width, Color color, bool dashed);
  void text(double x, double baseline, const std::string& text, double size, Anchor anchor, Color color,
            bool bold = false);
  double text_width(const std::string& text, double size, bool bold = false);
  /// `text` broken at blanks into lines no wider than `most`; a word that is wider stands alone.
  std::vector<std::string> wrapped(const std::string& text, double size, double most);

  /// The bytes of the file. Throws std::runtime_error.
  std::string finish();

 private:
  static void on_error(HPDF_STATUS code, HPDF_STATUS detail, void* self);
  void set_font(double size, bool bold);

  HPDF_Doc document_;
  HPDF_Font plain_, bold_;
  HPDF_Page page_ = nullptr;
  std::vector<HPDF_Page> pages_;
  HPDF_STATUS error_ = 0;
};

}  // namespace fleet::exporters::compliance::monthly
