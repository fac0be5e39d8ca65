#include "probers/documents/batch_watch.hpp"

#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

std::optional<std::uint32_t> count_of(const std::map<std::string, std::string, std::less<>>& fields,
                                      std::string_view name) {
  auto const field = fields.find(name);
  if (field == fields.end()) return std::nullopt;
  return parse_number<std::uint32_t>(field->second);
}

}  // namespace

void BatchWatch::take(const redis::Reply& record) {
  last_id_ = record[0].text();
  std::map<std::string, std::string, std::less<>> fields;
  redis::each_field(record[1], [&](std::string_view name, const redis::Reply& value) {
    fields.insert_or_assign(std::string(name), std::string(value.text()));
  });
  if (end_ || fields["batch_id"] != batch_id_ || fields["event"] != "finished") return;
  auto const succeeded = count_of(fields, "succeeded"), failed = count_of(fields, "failed");
  if (!succeeded || !failed) return;
  end_ = BatchEnd{*succeeded, *failed, fields["sha256"]};
}

}  // namespace fleet::probers
