// The text of INFO taken apart.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace fleet::redis {

/// The fields of INFO or CLUSTER INFO, in the server's order. Views into the text, which must outlive it.
class InfoText {
 public:
  struct Field {
    std::string_view name, value;
  };

  /// Lines that are no `name:value` are passed over.
  explicit InfoText(std::string_view text);

  const std::vector<Field>& fields() const { return fields_; }
  /// "" if there is no such field.
  std::string_view value(std::string_view name) const;

 private:
  std::vector<Field> fields_;
};

/// The value of `name` in "ip=10.0.0.1,port=6379,state=online"; "" if it is missing.
std::string_view part_of(std::string_view list, std::string_view name);
/// The whole text as a number.
std::optional<double> number_in(std::string_view text);
/// Whether `text` is `prefix` and digits behind it: "db0", "slave12".
bool is_numbered(std::string_view text, std::string_view prefix);

}  // namespace fleet::redis
