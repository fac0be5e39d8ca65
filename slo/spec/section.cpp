#include "slo/spec/section.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <vector>

#include "slo/query_template.hpp"

namespace fleet::slo {

namespace {

std::string camel(std::string_view snake) {
  std::string out;
  bool upper = false;
  for (char const c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(c - 'a' + 'A') : c;
      upper = false;
    }
  }
  return out;
}

config::Mapping either_spelling(const config::Value& value, std::initializer_list<std::string_view> keys) {
  std::vector<std::string> camels;
  for (auto const key : keys) camels.push_back(camel(key));
  std::vector<std::string_view> known(keys);
  for (std::size_t i = 0; i < camels.size(); ++i) {
    if (camels[i] != known[i]) known.push_back(camels[i]);
  }
  return value.mapping(known);
}

using Check = void (*)(const config::Value& name, const config::Value& value, std::string_view text);

Labels read_pairs(const Section& section, std::string_view key, Check check) {
  Labels out;
  auto const at = section.optional(key);
  if (!at || at->is_null()) return out;
  for (const auto& [name, value] : at->entries()) {
    static const re2::RE2 label_name("[a-zA-Z_][a-zA-Z0-9_]*");
    std::string const text = name.verbatim();
    if (!re2::RE2::FullMatch(text, label_name))
      name.fail("expected a label name (letters, digits and _, no digit first), got `" + text + "`");
    std::string const content = value.verbatim();
    check(name, value, content);
    out.emplace(text, content);
  }
  return out;
}

/// What this program sets itself; another value would cut the alerts off from their series.
void refuse_reserved(const config::Value& name) {
  static constexpr std::array<std::string_view, 7> reserved{
      "__name__", "alertname", "sloth_id", "sloth_service", "sloth_slo", "sloth_window", "sloth_severity"};
  std::string const text = name.verbatim();
  if (std::find(reserved.begin(), reserved.end(), text) != reserved.end())
    name.fail("expected another label: `" + text + "` is set by the rules themselves");
}

}  // namespace

Section::Section(const config::Value& value, std::initializer_list<std::string_view> keys)
    : mapping_(either_spelling(value, keys)) {}

std::optional<config::Value> Section::optional(std::string_view key) const {
  auto snake = mapping_.optional(key);
  std::string const other = camel(key);
  if (other == key) return snake;
  auto found = mapping_.optional(other);
  if (snake && found) found->fail("expected `" + std::string(key) + "` or `" + other + "`, got both");
  return snake ? snake : found;
}

config::Value Section::required(std::string_view key) const {
  auto found = optional(key);
  if (!found) self().fail("missing key `" + std::string(key) + "`");
  return *std::move(found);
}

bool Section::boolean_or(std::string_view key, bool fallback) const {
  auto const found = optional(key);
  return found ? found->boolean() : fallback;
}

std::chrono::milliseconds Section::duration_or(std::string_view key, std::chrono::milliseconds fallback) const {
  auto const found = optional(key);
  return found ? found->duration(std::chrono::milliseconds(0)) : fallback;
}

Labels read_labels(const Section& section, std::string_view key) {
  return read_pairs(section, key,
                    [](const config::Value& name, const config::Value& value, std::string_view text) {
                      refuse_reserved(name);
                      if (text.find("{{") != std::string_view::npos)
                        value.fail("expected a fixed label value: templates work in alerts only");
                    });
}

Labels read_alert_labels(const Section& section, std::string_view key) {
  return read_pairs(section, key,
                    [](const config::Value& name, const config::Value& value, std::string_view text) {
                      refuse_reserved(name);
                      check_alert_template(value, text);
                    });
}

Labels read_annotations(const Section& section, std::string_view key) {
  return read_pairs(section, key, [](const config::Value&, const config::Value& value, std::string_view text) {
    check_alert_template(value, text);
  });
}

Labels read_metadata(const std::optional<config::Value>& value) {
  Labels out;
  if (!value || value->is_null()) return out;
  for (const auto& [name, content] : value->entries()) out.emplace(name.verbatim(), content.verbatim());
  return out;
}

std::string read_name(const config::Value& at) {
  static const re2::RE2 pattern("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
  std::string text = at.verbatim();
  if (!re2::RE2::FullMatch(text, pattern))
    at.fail("expected a name of letters, digits, `.`, `_` and `-` with a letter or digit at both ends, got `" +
            text + "`");
  return text;
}

}  // namespace fleet::slo
