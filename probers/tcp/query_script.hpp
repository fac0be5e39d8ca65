// What a TCP probe says and what it expects to hear.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/net/stream.hpp"
#include "probers/probe.hpp"
#include "probers/tcp/capture_template.hpp"

namespace fleet::probers {

inline constexpr FactKind tcp_expect_info{"probe_expect_info",
                                          "Labels from what an expression of the script matched."};
inline constexpr FactKind tcp_failed_due_to_bytes{
    "probe_failed_due_to_bytes", "Whether the attempt failed because of bytes that were not expected."};

/// One entry of `query_response`; its parts are done in this order.
struct Query {
  std::shared_ptr<const re2::RE2> expect;  ///< lines are read until one matches; null: none is read
  std::vector<std::pair<std::string, CaptureTemplate>>
      labels;                           ///< of tcp_expect_info, from what `expect` captured
  std::string expect_bytes;             ///< exactly these come next; empty: none are read
  std::optional<CaptureTemplate> send;  ///< followed by a newline; nothing if it expands to nothing
  bool starttls = false;
};

/// The longest line that is waited for, and the most that all of a script's answers may be.
inline constexpr std::size_t longest_line = 64 * 1024;
inline constexpr std::size_t longest_answers = 16 * 1024 * 1024;

/// Bytes that have come and have not been used. Pure.
class Received {
 public:
  void append(std::string_view bytes);
  /// The next line without its end ("\n" or "\r\n"); valid until the next call. Nothing if it is not whole yet,
  /// unless `at_end`, where the rest is a line.
  std::optional<std::string_view> next_line(bool at_end = false);
  /// The next `count` bytes; valid until the next call. Nothing if there are fewer.
  std::optional<std::string_view> next_bytes(std::size_t count);
  std::size_t unused() const { return bytes_.size() - used_; }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
  std::size_t searched_ = 0;  ///< no line ends before here
};

/// What a line's match amounts to.
struct Matched {
  std::vector<std::pair<std::string, std::string>> labels;
  std::string send;
};
/// Nothing if the line does not match. Bytes that are not UTF-8 are matched and captured as U+FFFD, as Go does.
/// Pure.
std::optional<Matched> match_line(const Query& query, std::string_view line);

/// What starting TLS takes, and how long it took.
struct TlsUpgrade {
  const net::TlsContext* context = nullptr;  ///< null if no query asks for it
  std::string host;
  std::optional<net::TlsFacts> facts;
  std::chrono::nanoseconds spent{0};
};

/// Runs the script over a connection; failures and facts go into `result`, with steps "query 1" and so on. The
/// arguments must outlive it.
awaitable<void> run_script(const std::vector<Query>& script, net::Stream& stream, TlsUpgrade& upgrade,
                           const Attempt& attempt, ProbeResult& result);

}  // namespace fleet::probers
