#include "core/metrics/exposition.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/io/parse_number.hpp"

namespace fleet {

namespace {

std::string_view type_word(const Family& family, Format format) {
  bool const openmetrics = format == Format::openmetrics_1_0;
  switch (family.type()) {
    case MetricType::counter:
      return openmetrics && !family.name().ends_with("_total") ? "unknown" : "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
    case MetricType::summary:
      return "summary";
    case MetricType::untyped:
      break;
  }
  return openmetrics ? "unknown" : "untyped";
}

/// OpenMetrics escapes the quotes of a help text, text 0.0.4 leaves them.
void append_help(std::string& out, std::string_view help, Format format) {
  auto const without = [&](char special) { return help.find(special) == std::string_view::npos; };
  if (without('\\') && without('\n') && without('"')) {
    out.append(help);
    return;
  }
  for (char const c : help) {
    if (c == '\\') {
      out.append("\\\\");
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '"' && format == Format::openmetrics_1_0) {
      out.append("\\\"");
    } else {
      out.push_back(c);
    }
  }
}

void append_head(std::string& out, const Family& family, Format format) {
  std::string_view name = family.name();
  auto const type = type_word(family, format);
  if (format == Format::openmetrics_1_0 && type == "counter")
    name.remove_suffix(std::string_view("_total").size());
  out.append("# HELP ").append(name).push_back(' ');
  append_help(out, family.help(), format);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

std::string_view trim(std::string_view text) {
  auto const blank = " \t";
  auto const first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// Calls visit(value, parameters) for each element of a comma-separated header.
template <class Visit>
void for_each_element(std::string_view header, Visit visit) {
  while (!header.empty()) {
    auto const comma = header.find(',');
    auto const element = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    auto const semicolon = element.find(';');
    visit(trim(element.substr(0, semicolon)),
          semicolon == std::string_view::npos ? std::string_view() : element.substr(semicolon + 1));
  }
}

/// The value of `name=...` among `;`-separated parameters, without quotes.
std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    auto const end = parameters.find(';');
    auto const one = trim(parameters.substr(0, end));
    parameters = end == std::string_view::npos ? std::string_view() : parameters.substr(end + 1);
    auto const equals = one.find('=');
    if (equals == std::string_view::npos || trim(one.substr(0, equals)) != name) continue;
    auto value = trim(one.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

double quality(std::string_view parameters) {
  auto const text = parameter(parameters, "q");
  if (!text) return 1;
  auto const q = parse_number<double>(*text);
  return q && *q >= 0 && *q <= 1 ? *q : 0;
}

// What a deflate stream is at most longer than its input: each of the stored blocks that it falls back to has a
// head, and gzip's own head and end come to 18 (RFC 1951, 3.2.4; RFC 1952, 2.3).
constexpr std::size_t smallest_stored_block = 16384, stored_block_head = 5, around_blocks = 64;

}  // namespace

std::string_view content_type(Format format) {
  return format == Format::openmetrics_1_0 ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                           : "text/plain; version=0.0.4; charset=utf-8";
}

Format negotiate(std::string_view accept) {
  double openmetrics = 0, text = 0;
  for_each_element(accept, [&](std::string_view type, std::string_view parameters) {
    if (type == "application/openmetrics-text") {
      auto const version = parameter(parameters, "version");
      // 0.0.1 is what Prometheus asked for before 1.0.0 was final; the pages are the same.
      if (!version || *version == "1.0.0" || *version == "0.0.1") {
        openmetrics = std::max(openmetrics, quality(parameters));
      }
    } else if (type == "text/plain" || type == "text/*" || type == "*/*") {
      text = std::max(text, quality(parameters));
    }
  });
  return openmetrics > 0 && openmetrics >= text ? Format::openmetrics_1_0 : Format::text_0_0_4;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip_q, any_q;
  for_each_element(accept_encoding, [&](std::string_view coding, std::string_view parameters) {
    if (coding == "gzip" || coding == "x-gzip") gzip_q = quality(parameters);
    if (coding == "*") any_q = quality(parameters);
  });
  return gzip_q.value_or(any_q.value_or(0)) > 0;
}

std::string Exposition::render(const Families& families, Format format) {
  std::string out;
  std::size_t expected = 16;
  for (auto const& [name, family] : families.families_) {
    expected += family.text_.size() + 2 * name.size() + 64;
  }
  out.reserve(expected);
  for (auto const& [name, family] : families.families_) {
    if (family.empty()) continue;
    append_head(out, family, format);
    bool const with_marks = format == Format::openmetrics_1_0 && !family.marks_.empty();
    if (family.sorted_ && !with_marks) {
      out.append(family.lines());
      continue;
    }
    std::string_view const lines = family.text_;
    auto const key = [&](std::size_t i) {
      return lines.substr(family.groups_[i].begin, family.groups_[i].key_length);
    };
    std::vector<std::size_t> order(family.groups_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return key(a) < key(b); });
    std::optional<std::string_view> previous;
    for (auto const i : order) {
      if (previous && *previous == key(i)) continue;
      previous = key(i);
      std::size_t from = family.groups_[i].begin;
      std::size_t const end = i + 1 < family.groups_.size() ? family.groups_[i + 1].begin : lines.size();
      if (with_marks) {
        auto mark = std::lower_bound(family.marks_.begin(), family.marks_.end(), from + 1,
                                     [](auto const& m, std::size_t offset) { return m.offset < offset; });
        for (; mark != family.marks_.end() && mark->offset <= end; ++mark) {
          out.append(lines.substr(from, mark->offset - 1 - from)).append(mark->text).push_back('\n');
          from = mark->offset;
        }
      }
      out.append(lines.substr(from, end - from));
    }
  }
  if (format == Format::openmetrics_1_0) out.append("# EOF\n");
  return out;
}

std::string gzip(std::string_view page) {
  thread_local auto const compressor = std::make_unique_for_overwrite<isal_zstream>();
  auto& stream = *compressor;
  if (page.size() > std::numeric_limits<std::uint32_t>::max() / 2)
    throw std::length_error("gzip: page too large");
  // Not a string: that would touch all of a bound which is larger than the page.
  std::size_t const bound =
      page.size() + page.size() / smallest_stored_block * stored_block_head + around_blocks;
  auto const buffer = std::make_unique_for_overwrite<std::uint8_t[]>(bound);
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.level = 0;
  // It is not const for the sake of C only.
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(page.data()));
  stream.avail_in = static_cast<std::uint32_t>(page.size());
  stream.next_out = buffer.get();
  stream.avail_out = static_cast<std::uint32_t>(bound);
  stream.end_of_stream = 1;
  auto const result = isal_deflate_stateless(&stream);
  if (result != COMP_OK) throw std::runtime_error("gzip: igzip error " + std::to_string(result));
  return {reinterpret_cast<const char*>(buffer.get()), stream.total_out};
}

}  // namespace fleet
