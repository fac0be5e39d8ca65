// Reading of metrics pages into the catalogue.
#include <algorithm>

#include "core/config/document.hpp"
#include "core/config/file_text.hpp"
#include "core/io/parse_number.hpp"
#include "slo/lint/catalogue.hpp"

namespace fleet::lint {
namespace {

constexpr std::size_t max_bytes = 64 * 1024 * 1024;

bool is_name_character(char c) {
  return c == '_' || c == ':' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view word(std::string_view& line) {
  std::size_t const begin = std::min(line.find_first_not_of(" \t"), line.size());
  std::size_t const end = std::min(line.find_first_of(" \t\r", begin), line.size());
  std::string_view const out = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return out;
}

}  // namespace

class PageReader {
 public:
  PageReader(Catalogue& catalogue, const std::string& name) : catalogue_(catalogue), name_(name) {}

  void run(std::string_view text) {
    while (!text.empty()) {
      ++line_number_;
      std::size_t const end = std::min(text.find('\n'), text.size());
      read(text.substr(0, end));
      text.remove_prefix(std::min(text.size(), end + 1));
    }
    for (const auto& [family, type] : types_) finish(family, type);
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& expected) const {
    throw config::Error(name_ + ":" + std::to_string(line_number_) + ":" + std::to_string(at + 1) + ": " +
                        expected);
  }

  void read(std::string_view line) {
    if (line.starts_with('#')) {
      line.remove_prefix(1);
      std::string_view const kind = word(line);
      std::string const family(word(line));
      if (kind == "TYPE") types_[family] = word(line);
      if (kind == "HELP") boolean_[family] = word(line) == "Whether";
    } else if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      sample(line);
    }
  }

  void sample(std::string_view line) {
    std::size_t at = 0;
    while (at < line.size() && is_name_character(line[at])) ++at;
    if (at == 0) fail(0, "expected the name of a metric or a comment");
    std::string const metric(line.substr(0, at));
    std::set<std::string> shape = catalogue_.target_labels_;
    KnownMetric& known = catalogue_.entry(metric);
    if (at < line.size() && line[at] == '{') at = labels(line, at + 1, known, shape);
    known.shapes.insert(std::move(shape));
    std::string_view rest = line.substr(at);
    std::string_view const number = word(rest);
    // Golden pages leave out what differs from run to run, but not the space before it.
    if (number.empty() && at == line.size()) fail(at, "expected a value");
    auto const value = parse_number<double>(number);
    if (value && (*value < 0 || *value > 1)) beyond_.insert(metric);
  }

  std::size_t labels(std::string_view line, std::size_t at, KnownMetric& known, std::set<std::string>& shape) {
    auto const peek = [&] { return at < line.size() ? line[at] : '\0'; };
    while (peek() != '}') {
      std::size_t const begin = at;
      while (is_name_character(peek())) ++at;
      std::string const label(line.substr(begin, at - begin));
      if (label.empty()) fail(at, "expected the name of a label or `}`");
      if (line.substr(at, 2) != "=\"") fail(at, "expected `=\"`");
      at += 2;
      std::string value;
      while (peek() != '"') {
        if (at >= line.size()) fail(at, "expected a closing quote");
        bool const escaped = peek() == '\\';
        if (escaped) ++at;
        value += escaped && peek() == 'n' ? '\n' : peek();
        ++at;
      }
      ++at;
      if (peek() == ',') ++at;
      if (!value.empty()) {
        shape.insert(label);
        known.values[label].insert(std::move(value));
      }
    }
    return at + 1;
  }

  void finish(const std::string& family, const std::string& type) {
    auto const settle = [&](const std::string& name, MetricType kind) {
      bool const seen = catalogue_.find(name) != nullptr;
      KnownMetric& known = catalogue_.entry(name);
      known.type = kind;
      if (!seen) known.open = true;
      if (kind == MetricType::counter) known.least = 0;
      return &known;
    };
    if (type == "histogram" || type == "summary") {
      for (const char* const part : {"_sum", "_count"}) settle(family + part, MetricType::counter);
      if (type == "histogram") settle(family + "_bucket", MetricType::counter);
      if (type == "summary") settle(family, MetricType::gauge);
    } else if (type == "counter") {
      bool const suffix = catalogue_.find(family) == nullptr && !family.ends_with("_total");
      settle(suffix ? family + "_total" : family, MetricType::counter);
    } else {
      bool const gauge = type == "gauge";
      KnownMetric* const known = settle(family, gauge ? MetricType::gauge : MetricType::unknown);
      bool const unit = boolean_[family] || family.ends_with("_ratio");
      if (gauge && unit && !beyond_.contains(family)) known->least = 0, known->most = 1;
      if (family.ends_with("_bytes") || family.ends_with("_timestamp_seconds")) known->least = 0;
    }
  }

  Catalogue& catalogue_;
  const std::string& name_;
  std::size_t line_number_ = 0;
  std::map<std::string, std::string> types_;
  std::map<std::string, bool> boolean_;
  std::set<std::string> beyond_;  // metrics with a value that is no share
};

void Catalogue::add_page_text(const std::string& text, const std::string& name) {
  PageReader(*this, name).run(text);
}

void Catalogue::add_page(const std::string& path) {
  std::string text;
  if (auto const problem = config::read_file(path, max_bytes, text)) {
    throw config::Error(path + ": cannot be read: " + *problem);
  }
  add_page_text(text, path);
}

}  // namespace fleet::lint
