#include "probers/tcp/query_script.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "core/config/utf8.hpp"

namespace fleet::probers {
namespace {

constexpr std::size_t kReadSize = 1024;  // held by each probe that waits
constexpr std::size_t kNotedLines = 20;

std::string as_utf8(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    auto const length = config::utf8_length(bytes);
    text += length > 0 ? bytes.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

/// A query that came to nothing.
struct Wrong {
  Reason reason;
  std::string what;
};

/// Adds its own lifetime to `total`.
struct Timing {
  std::chrono::nanoseconds& total;
  Deadline::Clock::time_point began = Deadline::Clock::now();
  ~Timing() { total += Deadline::Clock::now() - began; }
};

/// One run of a script: the connection, what has come over it, and where it stands.
class Run {
 public:
  Run(net::Stream& stream, TlsUpgrade& upgrade, const Attempt& attempt, ProbeResult& result)
      : stream_(stream), upgrade_(upgrade), attempt_(attempt), result_(result) {}

  awaitable<void> perform(const Query& query, std::string step);
  /// For a query that ended while it waited for a line.
  std::string waited_for() const {
    return lines_ > 0 ? " after " + std::to_string(lines_) + " lines, none of which matches" : "";
  }

 private:
  /// False at the end of the stream.
  awaitable<bool> read_more();
  awaitable<Matched> await_match(const Query& query);
  awaitable<void> await_bytes(const Query& query);
  void note(const std::string& text) { attempt_.note(step_ + ": " + text); }
  void note_line(std::size_t length, bool matches);

  net::Stream& stream_;
  TlsUpgrade& upgrade_;
  const Attempt& attempt_;
  ProbeResult& result_;
  std::string step_;
  Received received_;
  std::size_t total_ = 0;
  std::size_t lines_ = 0;  ///< read by the query that runs
};

awaitable<bool> Run::read_more() {
  char bytes[kReadSize];
  auto const count = co_await stream_.read_some(asio::buffer(bytes));
  received_.append({bytes, count});
  total_ += count;
  if (total_ > longest_answers) throw Wrong{Reason::too_large, "answers of more than 16 MiB"};
  co_return count > 0;
}

void Run::note_line(std::size_t length, bool matches) {
  if (!attempt_.explains() || (lines_ > kNotedLines && !matches)) return;
  note("line " + std::to_string(lines_) + ", of " + std::to_string(length) + " bytes, " +
       (matches ? "matches" : "does not match"));
}

awaitable<Matched> Run::await_match(const Query& query) {
  bool more = true;
  for (;;) {
    while (auto const line = received_.next_line(!more)) {
      ++lines_;
      if (auto matched = match_line(query, *line)) {
        note_line(line->size(), true);
        result_.facts.set(facts::failed_due_to_regex, 0);
        lines_ = 0;
        co_return std::move(*matched);
      }
      note_line(line->size(), false);
    }
    if (!more) break;
    if (received_.unused() > longest_line)
      throw Wrong{Reason::too_large, "a line of more than " + std::to_string(longest_line) + " bytes"};
    more = co_await read_more();
  }
  result_.facts.set(facts::failed_due_to_regex, 1);
  if (lines_ == 0) throw Wrong{Reason::reset, "the connection was closed before an answer"};
  throw Wrong{Reason::expect, "the connection was closed, and none of " + std::to_string(lines_) +
                                  " lines matches `" + query.expect->pattern() + "`"};
}

awaitable<void> Run::await_bytes(const Query& query) {
  auto const& wanted = query.expect_bytes;
  bool more = true;
  while (more && received_.unused() < wanted.size()) more = co_await read_more();
  auto const got = received_.next_bytes(std::min(wanted.size(), received_.unused()));
  bool const same = *got == wanted;
  result_.facts.set(tcp_failed_due_to_bytes, same ? 0 : 1);
  if (same) {
    if (attempt_.explains()) note("the " + std::to_string(wanted.size()) + " bytes expected have come");
    co_return;
  }
  if (got->empty()) throw Wrong{Reason::reset, "the connection was closed before an answer"};
  auto const differ = static_cast<std::size_t>(std::ranges::mismatch(*got, wanted).in1 - got->begin());
  throw Wrong{Reason::expect, differ == got->size()
                                  ? "the connection was closed after " + std::to_string(differ) + " of " +
                                        std::to_string(wanted.size()) + " bytes"
                                  : "byte " + std::to_string(differ + 1) + " is not the one expected"};
}

awaitable<void> Run::perform(const Query& query, std::string step) {
  step_ = std::move(step);
  lines_ = 0;
  std::string line;
  if (query.expect) {
    auto matched = co_await await_match(query);
    if (!matched.labels.empty()) result_.facts.set(tcp_expect_info, std::move(matched.labels), 1);
    line = std::move(matched.send);
  } else if (query.send) {
    line = query.send->expand({});
  }
  if (!query.expect_bytes.empty()) co_await await_bytes(query);
  if (!line.empty()) {
    line += '\n';
    co_await stream_.write(line);
    if (attempt_.explains()) note("sent " + std::to_string(line.size()) + " bytes");
  }
  if (!query.starttls) co_return;
  Timing const timing{upgrade_.spent};
  received_ = Received();  // what came in clear text is not part of the conversation under TLS
  co_await stream_.start_tls(*upgrade_.context, upgrade_.host);
  upgrade_.facts = net::tls_facts(stream_.ssl());
  if (attempt_.explains()) note("started TLS");
}

}  // namespace

void Received::append(std::string_view bytes) {
  // Used bytes are dropped when they are most of what is held: each byte moves a bounded number of times.
  if (used_ > bytes_.size() / 2) {
    bytes_.erase(0, used_);
    searched_ -= std::min(searched_, used_);
    used_ = 0;
  }
  bytes_ += bytes;
}

std::optional<std::string_view> Received::next_line(bool at_end) {
  auto const end = bytes_.find('\n', std::max(searched_, used_));
  std::string_view line;
  if (end != std::string::npos) {
    line = std::string_view(bytes_).substr(used_, end - used_);
    used_ = searched_ = end + 1;
  } else if (at_end && unused() > 0) {
    line = std::string_view(bytes_).substr(used_);
    used_ = searched_ = bytes_.size();
  } else {
    searched_ = bytes_.size();
    return {};
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string_view> Received::next_bytes(std::size_t count) {
  if (unused() < count) return {};
  auto const bytes = std::string_view(bytes_).substr(used_, count);
  used_ += count;
  return bytes;
}

std::optional<Matched> match_line(const Query& query, std::string_view line) {
  auto const text = as_utf8(line);
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(query.expect->NumberOfCapturingGroups()) + 1);
  if (!query.expect->Match(text, 0, text.size(), re2::RE2::UNANCHORED, found.data(),
                           static_cast<int>(found.size())))
    return {};
  std::vector<std::string_view> groups;
  for (auto const& group : found) groups.emplace_back(group.data() ? group.data() : "", group.size());
  Matched matched;
  for (auto const& [name, value] : query.labels) matched.labels.emplace_back(name, value.expand(groups));
  if (query.send) matched.send = query.send->expand(groups);
  return matched;
}

awaitable<void> run_script(const std::vector<Query>& script, net::Stream& stream, TlsUpgrade& upgrade,
                           const Attempt& attempt, ProbeResult& result) {
  Run run(stream, upgrade, attempt, result);
  for (std::size_t i = 0; i < script.size(); ++i) {
    auto const step = "query " + std::to_string(i + 1);
    try {
      co_await run.perform(script[i], step);
    } catch (const Wrong& wrong) {
      result.fail(wrong.reason, step, step + ": " + wrong.what);
    } catch (const net::Failure& failure) {
      result.fail(reason_of(failure.kind), step, step + ": " + failure.what());
    } catch (const Timeout&) {
      result.fail(Reason::timeout, step, step + ": timed out" + run.waited_for());
    } catch (const boost::system::system_error& error) {
      result.fail(reason_of(net::kind_of(error.code(), net::Step::transfer)), step,
                  step + ": " + error.code().message());
    }
    if (result.outcome != Outcome::good) co_return;
  }
}

}  // namespace fleet::probers
