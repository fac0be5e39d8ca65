#include "probers/workflow/extraction.hpp"

#include <boost/json/serialize.hpp>
#include <vector>

namespace fleet::probers::workflow {

namespace json = boost::json;

namespace {

constexpr std::size_t max_value_bytes = 64 * 1024;

Extracted problem(const Extraction& extraction, const std::string& what) {
  return {std::nullopt, extraction.variable + ": " + what};
}

Extracted from_json(const Extraction& extraction, const Answer& answer) {
  auto const* const document = answer.json();
  if (!document) return problem(extraction, "the body is not JSON");
  auto const* const value = at_pointer(*document, *extraction.json);
  if (!value) return problem(extraction, "json " + *extraction.json + " is missing");
  if (value->is_null()) return problem(extraction, "json " + *extraction.json + " is null");
  return {value->is_string() ? std::string(value->get_string()) : json::serialize(*value), ""};
}

std::optional<std::string> first_group(const re2::RE2& regexp, const std::string& text) {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regexp.NumberOfCapturingGroups()) + 1);
  if (!regexp.Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                    static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].data()) return std::string(groups[i]);
  }
  return std::string(groups[0]);
}

}  // namespace

Extracted extract(const Extraction& extraction, const Answer& answer) {
  Extracted found;
  if (extraction.json) {
    found = from_json(extraction, answer);
  } else if (!extraction.header.empty()) {
    auto const values = answer.header_values(extraction.header);
    if (values.empty()) return problem(extraction, "header " + extraction.header + " is missing");
    found.value = *values.front();
  } else {
    found.value = answer.body();
  }
  if (!found.value) return found;
  if (extraction.regexp) {
    auto part = first_group(*extraction.regexp, *found.value);
    if (!part) return problem(extraction, "nothing matches " + extraction.regexp->pattern());
    found.value = std::move(part);
  }
  if (found.value->empty()) return problem(extraction, "the value is empty");
  if (found.value->size() > max_value_bytes) return problem(extraction, "the value is larger than 64 KiB");
  return found;
}

}  // namespace fleet::probers::workflow
