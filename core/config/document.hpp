// Strict YAML: every error says file:line:column and what was expected there.
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::config {

/// A configuration that cannot be used. what() is "file:line:column: message", or "file: message" if the file
/// as a whole cannot be read. Programs print it and exit 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Mapping;
struct Node;

/// One YAML value and its place. Cheap to copy; keeps its document alive. Every accessor throws Error naming
/// this value's place if the value is not what was asked for. In scalars `${NAME}` is replaced by the
/// environment variable NAME (an unset one is an Error; `$${` stands for a literal `${`).
class Value {
 public:
  std::string text() const;  ///< any scalar; may be empty
  /// The same with `${NAME}` as it stands, for texts in which that means something of their own.
  std::string verbatim() const;
  std::string non_empty_text() const;  ///< a scalar with at least one character
  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  double number(double min, double max) const;
  bool boolean() const;  ///< exactly `true` or `false`
  /// Prometheus notation: "1h30m", "90s", "50ms", "1.5s" is refused, units ms s m h d w y in falling order,
  /// each once. Plain "0" is zero; min is inclusive.
  std::chrono::milliseconds duration(std::chrono::milliseconds min,
                                     std::chrono::milliseconds max = std::chrono::hours(24 * 3650)) const;
  /// An RE2 (Go) regular expression; matches anywhere unless anchored.
  std::shared_ptr<const re2::RE2> regex() const;
  /// One of `allowed`; the error lists them.
  std::string one_of(std::initializer_list<std::string_view> allowed) const;
  /// "http://" or "https://" URL with a host.
  std::string http_url() const;
  /// A file name; relative ones are taken from the configuration file's directory. Does not open it.
  std::string path() const;

  /// A list with at least one entry.
  std::vector<Value> list() const;
  std::vector<Value> list_or_empty() const;
  /// A mapping whose keys are all among `known`; any other key is an Error at that key, with the nearest known
  /// one.
  Mapping mapping(std::initializer_list<std::string_view> known) const;
  Mapping mapping(std::span<const std::string_view> known) const;
  /// A mapping with free keys (labels, names), in file order.
  std::vector<std::pair<Value, Value>> entries() const;

  bool is_null() const;
  bool is_list() const;
  bool is_mapping() const;
  bool is_scalar() const;
  /// A scalar written without quotes and without `${NAME}`: YAML takes `5` and `true` for more than text there.
  bool is_plain() const;

  /// Throws Error at this value's place.
  [[noreturn]] void fail(std::string_view expected) const;
  /// "file:line:column".
  std::string place() const;

 private:
  friend class Document;
  friend class Mapping;
  struct Source;
  Value(std::shared_ptr<const Source> source, std::shared_ptr<const Node> node);
  static std::shared_ptr<const Source> source_of(std::string name);
  std::string expanded() const;
  std::string shown() const;
  std::shared_ptr<const Source> source_;
  std::shared_ptr<const Node> node_;
};

/// A mapping whose keys were checked. The `_or` forms return the fallback when the key is absent.
class Mapping {
 public:
  std::optional<Value> optional(std::string_view key) const;
  /// Throws Error at the mapping: "missing key `x`".
  Value required(std::string_view key) const;
  const Value& self() const { return self_; }

  std::string text_or(std::string_view key, std::string fallback) const;
  bool boolean_or(std::string_view key, bool fallback) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t min,
                          std::int64_t max) const;
  double number_or(std::string_view key, double fallback, double min, double max) const;
  std::chrono::milliseconds duration_or(std::string_view key, std::chrono::milliseconds fallback,
                                        std::chrono::milliseconds min) const;

 private:
  friend class Value;
  explicit Mapping(Value self) : self_(std::move(self)) {}
  Value self_;
};

/// A parsed document, as a rule the only one of its file. Duplicate keys, alias cycles, tags, tabs as
/// indentation and text that is not UTF-8 are refused while loading.
class Document {
 public:
  /// Reads and parses `path`; throws Error if the file cannot be read, is not YAML or holds several documents.
  /// An empty file is an Error.
  static Document load(const std::string& path);
  /// The same from memory; `name` stands for the file in errors.
  static Document parse(std::string text, std::string name);
  /// Every document of a file that may hold several, separated by `---`; at least one. Empty ones are left out.
  static std::vector<Document> load_all(const std::string& path);
  static std::vector<Document> parse_all(std::string text, std::string name);
  Value root() const;

 private:
  explicit Document(Value root) : root_(std::move(root)) {}
  Value root_;
};

/// Prometheus duration notation without a place, for flags. nullopt if malformed.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "1m30s", the inverse.
std::string format_duration(std::chrono::milliseconds length);

}  // namespace fleet::config
