#include "exporters/compliance/monthly/pdf_page.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "core/config/utf8.hpp"

namespace fleet::exporters::compliance::monthly {

namespace {

/// UTF-8 as WinAnsiEncoding, the encoding of the standard fonts; '?' for what that does not have.
std::string win_ansi(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 4> others{
      {{"\u2013", '\x96'}, {"\u2014", '\x97'}, {"\u2026", '\x85'}, {"\u2019", '\x92'}}};
  std::string out;
  while (!text.empty()) {
    auto const length = std::max<std::size_t>(config::utf8_length(text), 1);
    auto const piece = text.substr(0, length);
    text.remove_prefix(length);
    auto const lead = static_cast<unsigned char>(piece[0]);
    char letter = '?';
    if (length == 1 && lead >= 0x20 && lead < 0x7F) letter = piece[0];
    if (length == 2 && (lead == 0xC2 || lead == 0xC3)) {
      auto const code = (lead & 3U) << 6 | (static_cast<unsigned char>(piece[1]) & 0x3FU);
      if (code >= 0xA0) letter = static_cast<char>(code);
    }
    for (auto const& [sequence, code] : others)
      if (piece == sequence) letter = code;
    out.push_back(letter);
  }
  return out;
}

struct Rgb {
  explicit Rgb(Color color)
      : red(static_cast<float>(color >> 16 & 255U) / 255),
        green(static_cast<float>(color >> 8 & 255U) / 255),
        blue(static_cast<float>(color & 255U) / 255) {}
  float red, green, blue;
};

float flipped(double y) { return static_cast<float>(Pdf::page_height - y); }

}  // namespace

void Pdf::on_error(HPDF_STATUS code, HPDF_STATUS, void* self) {
  auto& error = static_cast<Pdf*>(self)->error_;
  if (error == 0) error = code;
}

Pdf::Pdf() : document_(HPDF_New(on_error, this)) {
  if (!document_) throw std::runtime_error("libharu does not start");
  HPDF_SetCompressionMode(document_, HPDF_COMP_ALL);
  plain_ = HPDF_GetFont(document_, "Helvetica", "WinAnsiEncoding");
  bold_ = HPDF_GetFont(document_, "Helvetica-Bold", "WinAnsiEncoding");
}

Pdf::~Pdf() { HPDF_Free(document_); }

void Pdf::set_title(const std::string& title) {
  HPDF_SetInfoAttr(document_, HPDF_INFO_TITLE, win_ansi(title).c_str());
  HPDF_SetInfoAttr(document_, HPDF_INFO_CREATOR, "compliance_exporter");
}

void Pdf::add_page() {
  page_ = HPDF_AddPage(document_);
  HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
  pages_.push_back(page_);
}

void Pdf::rectangle(double x, double y, double w, double h, Color fill) {
  Rgb const rgb(fill);
  HPDF_Page_SetRGBFill(page_, rgb.red, rgb.green, rgb.blue);
  HPDF_Page_Rectangle(page_, static_cast<float>(x), flipped(y + h), static_cast<float>(w),
                      static_cast<float>(h));
  HPDF_Page_Fill(page_);
}

void Pdf::line(const std::vector<std::pair<double, double>>& points, double line_width, Color color,
               bool dashed) {
  if (points.size() < 2) return;
  Rgb const rgb(color);
  HPDF_Page_SetRGBStroke(page_, rgb.red, rgb.green, rgb.blue);
  HPDF_Page_SetLineWidth(page_, static_cast<float>(line_width));
  HPDF_UINT16 const dashes[] = {4, 3};
  HPDF_Page_SetDash(page_, dashed ? dashes : nullptr, dashed ? 2 : 0, 0);
  HPDF_Page_MoveTo(page_, static_cast<float>(points[0].first), flipped(points[0].second));
  for (std::size_t i = 1; i < points.size(); ++i)
    HPDF_Page_LineTo(page_, static_cast<float>(points[i].first), flipped(points[i].second));
  HPDF_Page_Stroke(page_);
}

void Pdf::set_font(double size, bool bold) {
  HPDF_Page_SetFontAndSize(page_, bold ? bold_ : plain_, static_cast<float>(size));
}

void Pdf::text(double x, double baseline, const std::string& text, double size, Anchor anchor, Color color,
               bool bold) {
  auto const letters = win_ansi(text);
  set_font(size, bold);
  auto const wide = static_cast<double>(HPDF_Page_TextWidth(page_, letters.c_str()));
  if (anchor == Anchor::middle) x -= wide / 2;
  if (anchor == Anchor::end) x -= wide;
  Rgb const rgb(color);
  HPDF_Page_SetRGBFill(page_, rgb.red, rgb.green, rgb.blue);
  HPDF_Page_BeginText(page_);
  HPDF_Page_TextOut(page_, static_cast<float>(x), flipped(baseline), letters.c_str());
  HPDF_Page_EndText(page_);
}

double Pdf::text_width(const std::string& text, double size, bool bold) {
  set_font(size, bold);
  return static_cast<double>(HPDF_Page_TextWidth(page_, win_ansi(text).c_str()));
}

std::vector<std::string> Pdf::wrapped(const std::string& text, double size, double most) {
  std::vector<std::string> lines{""};
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find(' ', at), text.size());
    auto const word = text.substr(at, end - at);
    at = end + 1;
    auto& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (text_width(line + " " + word, size) <= most) {
      line += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

std::string Pdf::finish() {
  if (error_ == 0) HPDF_SaveToStream(document_);
  std::string bytes;
  if (error_ == 0) {
    HPDF_ResetStream(document_);
    bytes.resize(HPDF_GetStreamSize(document_));
    auto size = static_cast<HPDF_UINT32>(bytes.size());
    HPDF_ReadFromStream(document_, reinterpret_cast<HPDF_BYTE*>(bytes.data()), &size);
    bytes.resize(size);
  }
  if (error_ == 0) return bytes;
  char code[sizeof "0x" + 2 * sizeof(unsigned long)];
  std::snprintf(code, sizeof code, "0x%04lX", static_cast<unsigned long>(error_));
  throw std::runtime_error(std::string("libharu cannot make the PDF, its error is ") + code);
}

}  // namespace fleet::exporters::compliance::monthly
