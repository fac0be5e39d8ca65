// One synthetic batch on its way through the pipeline, as the pipeline's own records tell it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/redis/reply.hpp"

namespace fleet::probers {

/// How a batch ended.
struct BatchEnd {
  std::uint32_t succeeded = 0, failed = 0;
  std::string sha256;  ///< of what came out, lower-case hex; empty if the pipeline does not tell
};

/// Follows the stream of batch records: events `started` and `finished` with batch_id, size, succeeded, failed, and as an addition to
/// them `sha256`. Plain state.
class BatchWatch {
 public:
  /// `after`: the id of the record behind which to read.
  BatchWatch(std::string batch_id, std::string after) : batch_id_(std::move(batch_id)), last_id_(std::move(after)) {}

  /// Takes one record, `[id, [name, value, ...]]`. Others' batches and malformed records are passed over.
  void take(const redis::Reply& record);
  /// Where to read on.
  const std::string& last_id() const { return last_id_; }
  const std::optional<BatchEnd>& end() const { return end_; }

 private:
  std::string batch_id_, last_id_;
  std::optional<BatchEnd> end_;
};

}  // namespace fleet::probers
