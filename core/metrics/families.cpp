#include "core/metrics/families.hpp"

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace fleet {

namespace {

/// Length of the valid UTF-8 sequence at the front of `text`, 0 if there is none (RFC 3629, table 3-7 of
/// Unicode).
std::size_t utf8_length(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  unsigned const first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    unsigned const low = first == 0xE0 ? 0xA0 : 0x80;
    unsigned const high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    unsigned const low = first == 0xF0 ? 0x90 : 0x80;
    unsigned const high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, std::string_view value) {
  std::size_t plain = 0;  // start of the run that needs no change
  for (std::size_t i = 0; i < value.size();) {
    auto const c = static_cast<unsigned char>(value[i]);
    if (c < 0x80 && c != '\\' && c != '"' && c != '\n') {
      ++i;
      continue;
    }
    std::size_t const length = c < 0x80 ? 1 : utf8_length(value.substr(i));
    if (c >= 0x80 && length > 0) {
      i += length;
      continue;
    }
    out.append(value.substr(plain, i - plain));
    out.append(c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : "\xEF\xBF\xBD");
    plain = ++i;
  }
  out.append(value.substr(plain));
}

void append_number(std::string& out, std::uint64_t number) {
  char text[24];
  auto const end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

}  // namespace

void append_labels(std::string& out, std::span<const Label> labels) {
  if (labels.empty()) return;
  char separator = '{';
  for (auto const& [name, value] : labels) {
    out.push_back(separator);
    out.append(name);
    out.append("=\"");
    append_escaped(out, value);
    out.push_back('"');
    separator = ',';
  }
  out.push_back('}');
}

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
    return;
  }
  char text[32];
  // Most samples are whole numbers, and integers print several times faster than doubles.
  constexpr double exact = 9007199254740992;  // 2^53
  if (value >= -exact && value <= exact && value == std::trunc(value)) {
    auto const end = std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(value)).ptr;
    out.append(text, static_cast<std::size_t>(end - text));
    return;
  }
  auto const end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

Family::Family(std::string name, MetricType type, std::string help)
    : name_(std::move(name)), type_(type), help_(std::move(help)) {}

void Family::begin_group(std::size_t begin, std::size_t key_length) {
  if (sorted_ && !groups_.empty()) {
    auto const& last = groups_.back();
    std::string_view const text = lines_;
    sorted_ = text.substr(last.begin, last.key_length) < text.substr(begin, key_length);
  }
  groups_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(key_length)});
}

void Family::add(std::span<const Label> labels, double value) {
  auto const begin = lines_.size();
  lines_.append(name_);
  append_labels(lines_, labels);
  begin_group(begin, lines_.size() - begin);
  lines_.push_back(' ');
  append_value(lines_, value);
  lines_.push_back('\n');
}

void Family::add_rendered(std::string_view name_and_labels_and_space, double value) {
  auto const begin = lines_.size();
  lines_.append(name_and_labels_and_space);
  begin_group(begin, name_and_labels_and_space.size() - 1);
  append_value(lines_, value);
  lines_.push_back('\n');
}

void Family::add_histogram(std::span<const Label> labels, const HistogramData& data,
                           std::span<const Exemplar> exemplars) {
  std::string rendered;
  append_labels(rendered, labels);
  std::string const open = rendered.empty() ? "{" : rendered.substr(0, rendered.size() - 1) + ",";

  auto const begin = lines_.size();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < data.counts.size(); ++i) {
    cumulative += data.counts[i];
    lines_.append(name_).append("_bucket").append(open).append("le=\"");
    if (i < data.bounds.size()) {
      append_value(lines_, data.bounds[i]);
    } else {
      lines_.append("+Inf");
    }
    lines_.append("\"} ");
    append_number(lines_, cumulative);
    lines_.push_back('\n');
    if (i < exemplars.size() && !exemplars[i].trace_id.empty()) {
      std::string text = " # {trace_id=\"";
      append_escaped(text, exemplars[i].trace_id);
      text.append("\"} ");
      append_value(text, exemplars[i].value);
      text.push_back(' ');
      append_value(text, exemplars[i].unix_seconds);
      marks_.push_back({static_cast<std::uint32_t>(lines_.size()), std::move(text)});
    }
  }
  // The first line's name and labels (with its lowest le) order and identify the group.
  begin_group(begin, lines_.find("} ", begin) + 1 - begin);
  lines_.append(name_).append("_sum").append(rendered).push_back(' ');
  append_value(lines_, data.sum);
  lines_.append("\n").append(name_).append("_count").append(rendered).push_back(' ');
  append_number(lines_, cumulative);
  lines_.push_back('\n');
}

Family& Families::family(std::string_view name, MetricType type, std::string_view help) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family(std::string(name), type, std::string(help))).first;
  } else if (found->second.type() != type) {
    throw std::logic_error("metric " + std::string(name) + " was added with two types");
  }
  return found->second;
}

void Families::merge(Families&& other) {
  for (auto const& [name, family] : other.families_) {
    auto const found = families_.find(name);
    if (found != families_.end() && found->second.type() != family.type()) {
      throw std::logic_error("metric " + name + " was added with two types");
    }
  }
  families_.merge(other.families_);
  for (auto& [name, from] : other.families_) {  // what is left is in both
    auto& into = families_.find(name)->second;
    auto const shift = static_cast<std::uint32_t>(into.lines_.size());
    into.lines_.append(from.lines_);
    for (auto const& group : from.groups_) into.begin_group(group.begin + shift, group.key_length);
    for (auto& mark : from.marks_) into.marks_.push_back({mark.offset + shift, std::move(mark.text)});
  }
  other.families_.clear();
}

std::size_t Families::series() const {
  std::size_t count = 0;
  for (auto const& [name, family] : families_) count += family.series_groups();
  return count;
}

std::set<std::string, std::less<>> Families::names() const {
  std::set<std::string, std::less<>> out;
  for (auto const& [name, family] : families_) out.insert(name);
  return out;
}

bool Families::has_zero(std::string_view name_suffix) const {
  for (auto const& [name, family] : families_) {
    if (name.ends_with(name_suffix) && family.lines_.find(" 0\n") != std::string::npos) return true;
  }
  return false;
}

}  // namespace fleet
