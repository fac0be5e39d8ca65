#include "core/config/document.hpp"

#include <cstdlib>
#include <filesystem>

#include "core/config/file_text.hpp"
#include "core/config/nearest.hpp"
#include "core/config/tree.hpp"

namespace fleet::config {
namespace {

constexpr std::size_t max_bytes = 16 * 1024 * 1024;

bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") ==
         std::string_view::npos;
}

template <class Range>
std::string quoted_list(const Range& words) {
  std::string out;
  for (std::string_view const word : words) {
    out += out.empty() ? "`" : ", `";
    out += word;
    out += '`';
  }
  return out;
}

}  // namespace

Value::Value(std::shared_ptr<const Source> source, std::shared_ptr<const Node> node)
    : source_(std::move(source)), node_(std::move(node)) {}

bool Value::is_null() const { return node_->kind == Node::Kind::null; }
bool Value::is_list() const { return node_->kind == Node::Kind::list; }
bool Value::is_mapping() const { return node_->kind == Node::Kind::mapping; }
bool Value::is_scalar() const { return node_->kind == Node::Kind::scalar; }
bool Value::is_plain() const {
  return is_scalar() && !node_->quoted && node_->text.find("${") == std::string::npos;
}

std::string Value::place() const {
  return source_->name + ":" + std::to_string(node_->line) + ":" + std::to_string(node_->column);
}

void Value::fail(std::string_view expected) const { throw Error(place() + ": " + std::string(expected)); }

// The value as written, never as expanded: the environment often holds secrets.
std::string Value::shown() const {
  if (is_null()) return "nothing";
  if (is_list()) return "a list";
  if (is_mapping()) return "a mapping";
  std::string text = node_->text.substr(0, 60);
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  if (text.size() < node_->text.size()) {
    while (!text.empty() && (text.back() & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && (text.back() & 0x80)) text.pop_back();
    text += "...";
  }
  return "`" + text + "`";
}

std::string Value::expanded() const {
  const std::string& raw = node_->text;
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    if (raw.compare(at, 3, "$${") == 0) {
      out += "${";
      at += 3;
    } else if (raw.compare(at, 2, "${") == 0) {
      std::size_t const end = raw.find('}', at);
      std::string const name = end == std::string::npos ? "" : raw.substr(at + 2, end - at - 2);
      if (!is_name(name))
        fail("expected ${NAME} with the name of an environment variable ($${ for a literal ${)");
      const char* const value = std::getenv(name.c_str());
      if (value == nullptr) fail("expected environment variable `" + name + "` to be set");
      out += value;
      at = end + 1;
    } else {
      out += raw[at++];
    }
  }
  return out;
}

std::string Value::text() const {
  if (!is_scalar()) fail("expected a text, got " + shown());
  return expanded();
}

std::string Value::verbatim() const {
  if (!is_scalar()) fail("expected a text, got " + shown());
  return node_->text;
}

std::string Value::non_empty_text() const {
  std::string out = text();
  if (out.empty()) fail("expected a text that is not empty");
  return out;
}

std::string Value::one_of(std::initializer_list<std::string_view> allowed) const {
  std::string const expectation = "expected one of " + quoted_list(allowed) + ", got " + shown();
  if (!is_scalar()) fail(expectation);
  std::string out = expanded();
  if (std::find(allowed.begin(), allowed.end(), out) == allowed.end()) fail(expectation);
  return out;
}

std::string Value::path() const {
  if (!is_scalar()) fail("expected a file name, got " + shown());
  std::string const name = expanded();
  if (name.empty()) fail("expected a file name, got an empty text");
  if (name[0] == '/' || source_->directory.empty()) return name;
  return (std::filesystem::path(source_->directory) / name).string();
}

std::vector<Value> Value::list() const {
  if (!is_list()) fail("expected a list with at least one entry, got " + shown());
  if (node_->items.empty()) fail("expected a list with at least one entry, got an empty one");
  return list_or_empty();
}

std::vector<Value> Value::list_or_empty() const {
  std::vector<Value> out;
  if (is_null()) return out;
  if (!is_list()) fail("expected a list, got " + shown());
  out.reserve(node_->items.size());
  for (const auto& item : node_->items) out.push_back(Value(source_, item));
  return out;
}

Mapping Value::mapping(std::initializer_list<std::string_view> known) const {
  return mapping(std::span<const std::string_view>(known.begin(), known.size()));
}

Mapping Value::mapping(std::span<const std::string_view> known) const {
  if (!is_mapping()) fail("expected a mapping, got " + shown());
  for (const auto& [key, value] : node_->members) {
    if (std::find(known.begin(), known.end(), key->text) != known.end()) continue;
    Value const at(source_, key);
    std::string const unknown = "unknown key " + at.shown();
    std::string_view const near = nearest(key->text, known);
    if (!near.empty()) at.fail(unknown + ", did you mean `" + std::string(near) + "`?");
    at.fail(unknown + ", expected one of " + quoted_list(known));
  }
  return Mapping(*this);
}

std::vector<std::pair<Value, Value>> Value::entries() const {
  if (!is_mapping()) fail("expected a mapping, got " + shown());
  std::vector<std::pair<Value, Value>> out;
  out.reserve(node_->members.size());
  for (const auto& [key, value] : node_->members) out.emplace_back(Value(source_, key), Value(source_, value));
  return out;
}

std::optional<Value> Mapping::optional(std::string_view key) const {
  for (const auto& [name, value] : self_.node_->members) {
    if (name->text == key) return Value(self_.source_, value);
  }
  return std::nullopt;
}

Value Mapping::required(std::string_view key) const {
  std::optional<Value> found = optional(key);
  if (!found) self_.fail("missing key `" + std::string(key) + "`");
  return *std::move(found);
}

std::string Mapping::text_or(std::string_view key, std::string fallback) const {
  auto const found = optional(key);
  return found ? found->text() : fallback;
}

bool Mapping::boolean_or(std::string_view key, bool fallback) const {
  auto const found = optional(key);
  return found ? found->boolean() : fallback;
}

std::int64_t Mapping::integer_or(std::string_view key, std::int64_t fallback, std::int64_t min,
                                 std::int64_t max) const {
  auto const found = optional(key);
  return found ? found->integer(min, max) : fallback;
}

double Mapping::number_or(std::string_view key, double fallback, double min, double max) const {
  auto const found = optional(key);
  return found ? found->number(min, max) : fallback;
}

std::chrono::milliseconds Mapping::duration_or(std::string_view key, std::chrono::milliseconds fallback,
                                               std::chrono::milliseconds min) const {
  auto const found = optional(key);
  return found ? found->duration(min) : fallback;
}

namespace {

std::string text_of(const std::string& path) {
  std::string text;
  if (auto const problem = read_file(path, max_bytes, text))
    throw Error(path + ": cannot be read: " + *problem);
  return text;
}

}  // namespace

std::shared_ptr<const Value::Source> Value::source_of(std::string name) {
  auto source = std::make_shared<Source>();
  source->directory = std::filesystem::path(name).parent_path().string();
  source->name = std::move(name);
  return source;
}

Document Document::load(const std::string& path) { return parse(text_of(path), path); }

Document Document::parse(std::string text, std::string name) {
  auto tree = parse_tree(text, name);
  return Document(Value(Value::source_of(std::move(name)), std::move(tree)));
}

std::vector<Document> Document::load_all(const std::string& path) { return parse_all(text_of(path), path); }

std::vector<Document> Document::parse_all(std::string text, std::string name) {
  auto trees = parse_trees(text, name);
  auto const source = Value::source_of(std::move(name));
  std::vector<Document> out;
  out.reserve(trees.size());
  for (auto& tree : trees) out.push_back(Document(Value(source, std::move(tree))));
  return out;
}

Value Document::root() const { return root_; }

}  // namespace fleet::config
