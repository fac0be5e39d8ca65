#include "core/report/json_text.hpp"

#include <algorithm>
#include <cmath>

#include "core/config/utf8.hpp"
#include "core/metrics/families.hpp"

namespace fleet::report {

namespace json = boost::json;

namespace {

void append(std::string& out, const json::value& value, std::size_t depth);

/// `open`, items each on a line of its own, `close`; just the brackets if there are none.
template <class Items, class AppendItem>
void append_items(std::string& out, const Items& items, char open, char close, std::size_t depth,
                  AppendItem append_item) {
  out += open;
  bool first = true;
  for (auto const& item : items) {
    if (!first) out += ',';
    first = false;
    out += '\n';
    out.append(2 * (depth + 1), ' ');
    append_item(item);
  }
  if (!first) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += close;
}

/// json::serialize() writes 0.5 as 5E-1 and all on one line.
void append(std::string& out, const json::value& value, std::size_t depth) {
  if (value.is_double()) {
    append_value(out, value.get_double());
  } else if (value.is_object()) {
    append_items(out, value.get_object(), '{', '}', depth, [&](const json::key_value_pair& item) {
      out += json::serialize(item.key()) + ": ";
      append(out, item.value(), depth + 1);
    });
  } else if (value.is_array()) {
    append_items(out, value.get_array(), '[', ']', depth,
                 [&](const json::value& item) { append(out, item, depth + 1); });
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

json::value number(double value) { return std::isfinite(value) ? json::value(value) : json::value(nullptr); }

json::string text(std::string_view raw) {
  json::string out;
  while (!raw.empty()) {
    auto const length = config::utf8_length(raw);
    out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : raw.substr(0, length));
    raw.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string pretty(const json::value& value) {
  std::string page;
  append(page, value, 0);
  return page + "\n";
}

}  // namespace fleet::report
