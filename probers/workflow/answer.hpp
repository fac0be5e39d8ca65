// The response to a step's request, as its expectations and extractions look at it.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fleet::probers::workflow {

/// Plain data; the body is parsed as JSON once, when somebody first asks for it.
class Answer {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  Answer(int status, Headers headers, std::string body)
      : status_(status), headers_(std::move(headers)), body_(std::move(body)) {}

  int status() const { return status_; }
  const std::string& body() const { return body_; }
  const Headers& headers() const { return headers_; }
  /// The values of every header of that name, case-insensitive, in order. They live as long as the answer.
  std::vector<const std::string*> header_values(std::string_view name) const;
  /// Null if the body is no JSON document.
  const boost::json::value* json() const;

 private:
  int status_;
  Headers headers_;
  std::string body_;
  mutable std::optional<std::optional<boost::json::value>> json_;
};

/// Whether two JSON values are equal, 1 and 1.0 being the same number.
bool same_json(const boost::json::value& a, const boost::json::value& b);
/// "a string", "an object": what a value is, without its content.
std::string_view kind_name(const boost::json::value& value);
/// Whether `pointer` is a JSON pointer (RFC 6901): empty or beginning with a slash, "~" only in "~0" and "~1".
bool is_json_pointer(std::string_view pointer);
/// What a JSON pointer points to, or null.
const boost::json::value* at_pointer(const boost::json::value& document, std::string_view pointer);

}  // namespace fleet::probers::workflow
