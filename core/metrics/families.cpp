#include "core/metrics/families.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <stdexcept>
#include <tuple>

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

template <class Out>
void append_escaped(Out& out, std::string_view value) {
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

bool needs_escape(const Label& label) {
  return std::any_of(label.second.begin(), label.second.end(), [](char c) {
    return static_cast<signed char>(c) < 0 || c == '\\' || c == '"' || c == '\n';
  });
}

/// `name{a="x",b="y"}` of labels that need no escape, with one look at the room for it.
template <class Out>
void write_plain(Out& out, std::string_view name, std::span<const Label> labels) {
  constexpr std::size_t around = 4;  // of a label: separator, equals sign, quotes
  auto size = name.size() + (labels.empty() ? 0 : 1);
  for (auto const& [label, value] : labels) size += label.size() + value.size() + around;
  auto const begin = out.size();
  out.resize(begin + size);
  auto at = std::copy(name.begin(), name.end(), out.begin() + static_cast<std::ptrdiff_t>(begin));
  char separator = '{';
  for (auto const& [label, value] : labels) {
    *at++ = separator;
    at = std::copy(label.begin(), label.end(), at);
    *at++ = '=';
    *at++ = '"';
    at = std::copy(value.begin(), value.end(), at);
    *at++ = '"';
    separator = ',';
  }
  if (!labels.empty()) *at = '}';
}

template <class Out>
void append_number(Out& out, std::uint64_t number) {
  char text[24];
  auto const end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

template <class Out>
void write_labels(Out& out, std::span<const Label> labels) {
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

/// What is a whole number of millionths, as seconds from microseconds are, several times faster than by
/// std::to_chars, with the same digits: decimals of up to 15 digits are all different doubles, so the one that
/// reads back equal is the shortest too. Below a thousandth to_chars may prefer an exponent.
template <class Out>
bool write_millionths(Out& out, double value) {
  constexpr double million = 1e6, fewest = 1e-3, most = 1e9;
  double const magnitude = std::abs(value);
  if (!(magnitude >= fewest && magnitude < most)) return false;
  auto const scaled = static_cast<std::uint64_t>(magnitude * million + 0.5);
  if (static_cast<double>(scaled) / million != magnitude) return false;
  char text[32];
  auto* at = text;
  if (value < 0) *at++ = '-';
  constexpr std::uint64_t in_one = 1'000'000;
  at = std::to_chars(at, text + sizeof text, scaled / in_one).ptr;
  *at++ = '.';
  auto rest = scaled % in_one;
  for (std::uint64_t place = in_one / 10; rest > 0; place /= 10) {
    *at++ = static_cast<char>('0' + rest / place);
    rest %= place;
  }
  out.append(text, static_cast<std::size_t>(at - text));
  return true;
}

template <class Out>
void write_value(Out& out, double value) {
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
  if (write_millionths(out, value)) return;
  auto const end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

}  // namespace

void append_labels(std::string& out, std::span<const Label> labels) { write_labels(out, labels); }
void append_value(std::string& out, double value) { write_value(out, value); }

Family::Family(Arena& arena, MetricType type, std::string_view name, std::string_view constant,
               std::string_view help)
    : name_(name),
      constant_(constant),
      text_(ArenaAllocator<char>(arena)),
      groups_(ArenaAllocator<Group>(arena)),
      help_size_(static_cast<std::uint32_t>(help.size())),
      type_(type) {
  constexpr std::size_t labels_and_value = 48;
  text_.reserve(help.size() + name.size() + labels_and_value);
  text_.append(help);
}

void Family::expect(std::span<const Label> labels, std::size_t lines) {
  if (!groups_.empty()) return;
  constexpr std::size_t braces_and_value = 32, quotes = 4;
  auto bytes = name_.size() + constant_.size() + braces_and_value;
  for (auto const& [name, value] : labels) bytes += name.size() + value.size() + quotes;
  text_.reserve(text_.size() + bytes * lines);
}

void Family::begin_group(std::size_t begin, std::size_t key_length) {
  if (sorted_ && !groups_.empty()) {
    auto const& last = groups_.back();
    std::string_view const text = text_;
    sorted_ = text.substr(last.begin, last.key_length) < text.substr(begin, key_length);
  }
  groups_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(key_length)});
}

template <class Out>
void Family::append_label_set(Out& out, std::span<const Label> labels) const {
  auto const begin = out.size();
  write_labels(out, labels);
  if (constant_.empty()) return;
  if (labels.empty()) {
    out.append("{").append(constant_).append("}");
  } else {
    out.insert(begin + 1, ",").insert(begin + 1, constant_);
  }
}

void Family::add(std::span<const Label> labels, double value) {
  expect(labels, 1);
  auto const begin = text_.size();
  if (constant_.empty() && std::none_of(labels.begin(), labels.end(), needs_escape)) {
    write_plain(text_, name_, labels);
  } else {
    text_.append(name_);
    append_label_set(text_, labels);
  }
  begin_group(begin, text_.size() - begin);
  text_.push_back(' ');
  write_value(text_, value);
  text_.push_back('\n');
}

void Family::add_rendered(std::string_view name_and_labels_and_space, double value) {
  auto const begin = text_.size();
  text_.append(name_and_labels_and_space);
  if (!constant_.empty()) {
    auto const brace = text_.find('{', begin);
    if (brace == text_.npos) {
      text_.pop_back();
      text_.append("{").append(constant_).append("} ");
    } else {
      text_.insert(brace + 1, ",").insert(brace + 1, constant_);
    }
  }
  begin_group(begin, text_.size() - begin - 1);
  write_value(text_, value);
  text_.push_back('\n');
}

void Family::add_histogram(std::span<const Label> labels, const HistogramData& data,
                           std::span<const Exemplar> exemplars) {
  std::string rendered;
  append_label_set(rendered, labels);
  std::string const open = rendered.empty() ? "{" : rendered.substr(0, rendered.size() - 1) + ",";
  constexpr std::size_t sum_and_count = 2;
  expect(labels, data.counts.size() + sum_and_count);

  auto const begin = text_.size();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < data.counts.size(); ++i) {
    cumulative += data.counts[i];
    text_.append(name_).append("_bucket").append(open).append("le=\"");
    if (i < data.bounds.size()) {
      write_value(text_, data.bounds[i]);
    } else {
      text_.append("+Inf");
    }
    text_.append("\"} ");
    append_number(text_, cumulative);
    text_.push_back('\n');
    if (i < exemplars.size() && !exemplars[i].trace_id.empty()) {
      std::string text = " # {trace_id=\"";
      append_escaped(text, exemplars[i].trace_id);
      text.append("\"} ");
      append_value(text, exemplars[i].value);
      text.push_back(' ');
      append_value(text, exemplars[i].unix_seconds);
      marks_.push_back({static_cast<std::uint32_t>(text_.size()), std::move(text)});
    }
  }
  // The first line's name and labels (with its lowest le) order and identify the group.
  begin_group(begin, text_.find("} ", begin) + 1 - begin);
  add_sum_and_count(rendered, data.sum, cumulative);
}

void Family::add_summary(std::span<const Label> labels, std::span<const Quantile> quantiles, double sum,
                         std::uint64_t count) {
  std::string rendered;
  append_label_set(rendered, labels);
  std::string const open = rendered.empty() ? "{" : rendered.substr(0, rendered.size() - 1) + ",";
  auto const begin = text_.size();
  // The first line's name and labels order and identify the group.
  auto key_length = name_.size() + std::string_view("_sum").size() + rendered.size();
  for (auto const& quantile : quantiles) {
    text_.append(name_).append(open).append("quantile=\"").append(quantile.label).append("\"}");
    if (&quantile == quantiles.data()) key_length = text_.size() - begin;
    text_.push_back(' ');
    write_value(text_, quantile.value);
    text_.push_back('\n');
  }
  add_sum_and_count(rendered, sum, count);
  begin_group(begin, key_length);
}

void Family::add_sum_and_count(std::string_view rendered_labels, double sum, std::uint64_t count) {
  text_.append(name_).append("_sum").append(rendered_labels).push_back(' ');
  write_value(text_, sum);
  text_.append("\n").append(name_).append("_count").append(rendered_labels).push_back(' ');
  append_number(text_, count);
  text_.push_back('\n');
}

Families::Families(std::string_view constant)
    : families_([this] {
        arenas_.push_back(std::make_unique<Arena>());
        return Map::allocator_type(*arenas_.front());
      }()) {
  constant_ = keep(constant);
}

Families::Families(Label constant) : Families(std::string_view()) {
  std::string rendered;
  append_labels(rendered, std::span(&constant, 1));
  constant_ = keep(std::string_view(rendered).substr(1, rendered.size() - 2));
}

std::string_view Families::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* const kept = static_cast<char*>(arenas_.front()->take(text.size()));
  std::copy(text.begin(), text.end(), kept);
  return {kept, text.size()};
}

Family& Families::family(std::string_view name, MetricType type, std::string_view help) {
  auto found = families_.lower_bound(name);
  if (found == families_.end() || found->first != name) {
    auto const kept = keep(name);
    found = families_.emplace_hint(found, std::piecewise_construct, std::forward_as_tuple(kept),
                                   std::forward_as_tuple(*arenas_.front(), type, kept, constant_, help));
  } else if (found->second.type() != type) {
    throw std::logic_error("metric " + std::string(name) + " was added with two types");
  }
  return found->second;
}

void Families::merge(Families&& other) {
  if (families_.empty() && constant_ == other.constant_) {
    swap(other);
    return;
  }
  for (auto const& [name, family] : other.families_) {
    auto const found = families_.find(name);
    if (found != families_.end() && found->second.type() != family.type()) {
      throw std::logic_error("metric " + std::string(name) + " was added with two types");
    }
  }
  // First, so that no node is ever here without the arena that it lies in.
  arenas_.reserve(arenas_.size() + other.arenas_.size());
  std::move(other.arenas_.begin(), other.arenas_.end(), std::back_inserter(arenas_));
  families_.merge(other.families_);
  if (constant_ != other.constant_) {
    for (auto& [name, family] : families_) family.constant_ = constant_;
  }
  for (auto& [name, from] : other.families_) {  // what is left is in both
    auto& into = families_.find(name)->second;
    // From offsets in one text to offsets in the other, modulo 2^32 like these.
    auto const shift = static_cast<std::uint32_t>(into.text_.size()) - from.help_size_;
    into.text_.append(from.lines());
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
  for (auto const& [name, family] : families_) out.emplace(name);
  return out;
}

bool Families::has_zero(std::string_view name_suffix) const {
  for (auto const& [name, family] : families_) {
    if (name.ends_with(name_suffix) && family.lines().find(" 0\n") != std::string::npos) return true;
  }
  return false;
}

}  // namespace fleet
