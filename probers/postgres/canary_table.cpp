#include "probers/postgres/canary_table.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/io/parse_number.hpp"

namespace fleet::probers {

namespace {

// Names that need no quotes, so that what is written in the configuration is what psql shows.
bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > 63 || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::int64_t number(std::string_view text) { return parse_number<std::int64_t>(text).value_or(0); }

}  // namespace

awaitable<void> end_waiting_commits(std::shared_ptr<postgres::Session> session, std::vector<int> backends,
                                    Deadline deadline) {
  std::string list = "{";
  for (auto const backend : backends) list += (list.size() > 1 ? "," : "") + std::to_string(backend);
  std::vector<std::string> values;
  values.push_back(list + "}");
  // The rest of the condition is for a process number that somebody else has got meanwhile.
  auto const done = co_await session->query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1::int[]) AND usename = "
      "current_user AND "
      "application_name = 'slo_prober' AND wait_event = 'SyncRep'",
      std::move(values), deadline);
}

CanaryTable::CanaryTable(std::string_view name) {
  auto const dot = name.find('.');
  auto const schema = dot == name.npos ? std::string_view() : name.substr(0, dot);
  auto const table = dot == name.npos ? name : name.substr(dot + 1);
  if (!is_identifier(table) || (dot != name.npos && !is_identifier(schema))) {
    throw std::invalid_argument("expected a table's name of lower-case letters, digits and underscores");
  }
  if (dot != name.npos) quoted_ = "\"" + std::string(schema) + "\".";
  quoted_ += "\"" + std::string(table) + "\"";
}

awaitable<void> CanaryTable::create(std::shared_ptr<postgres::Session> session, Deadline deadline) const {
  auto sql = "CREATE TABLE IF NOT EXISTS " + quoted_ +
             " (prober text NOT NULL, run text NOT NULL, sequence bigint NOT NULL, token text NOT NULL, "
             "written_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (prober, run, sequence))";
  auto const done = co_await session->query(std::move(sql), deadline);
}

awaitable<CanaryTable::Written> CanaryTable::write(std::shared_ptr<postgres::Session> session,
                                                   CanaryOwner owner, Canary canary,
                                                   std::optional<std::int64_t> previous,
                                                   Deadline deadline) const {
  // The look at the one before costs one index lookup: a server that lost its tail is found out by the next
  // write.
  auto sql =
      "INSERT INTO " + quoted_ +
      " (prober, run, sequence, token) VALUES ($1, $2, $3::bigint, $4) RETURNING EXISTS (SELECT 1 FROM " +
      quoted_ + " AS c WHERE c.prober = $1 AND c.run = $2 AND c.sequence = $5::bigint)";
  std::vector<std::string> values;
  values.push_back(std::move(owner.prober));
  values.push_back(std::move(owner.run));
  values.push_back(std::to_string(canary.sequence));
  values.push_back(std::move(canary.token));
  values.push_back(std::to_string(previous.value_or(0)));
  auto const rows = co_await session->query(std::move(sql), std::move(values), deadline);
  Written written{previous && rows.text(0, 0) == "f"};
  co_return written;
}

awaitable<std::optional<std::string>> CanaryTable::read(std::shared_ptr<postgres::Session> session,
                                                        CanaryOwner owner, std::int64_t sequence,
                                                        Deadline deadline) const {
  auto sql = "SELECT token FROM " + quoted_ + " WHERE prober = $1 AND run = $2 AND sequence = $3::bigint";
  std::vector<std::string> values;
  values.push_back(std::move(owner.prober));
  values.push_back(std::move(owner.run));
  values.push_back(std::to_string(sequence));
  auto const rows = co_await session->query(std::move(sql), std::move(values), deadline);
  std::optional<std::string> token;
  if (rows.size() > 0) token = rows.text(0, 0);
  co_return token;
}

awaitable<std::vector<std::int64_t>> CanaryTable::present(std::shared_ptr<postgres::Session> session,
                                                          CanaryOwner owner,
                                                          std::vector<std::int64_t> sequences,
                                                          Deadline deadline) const {
  auto sql = "SELECT sequence FROM " + quoted_ +
             " WHERE prober = $1 AND run = $2 AND sequence BETWEEN $3::bigint AND $4::bigint ORDER BY sequence";
  std::vector<std::string> values;
  values.push_back(std::move(owner.prober));
  values.push_back(std::move(owner.run));
  values.push_back(std::to_string(sequences.front()));
  values.push_back(std::to_string(sequences.back()));
  auto const rows = co_await session->query(std::move(sql), std::move(values), deadline);
  std::vector<std::int64_t> found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto const sequence = number(rows.text(row, 0));
    if (std::binary_search(sequences.begin(), sequences.end(), sequence)) found.push_back(sequence);
  }
  co_return found;
}

awaitable<void> CanaryTable::clean(std::shared_ptr<postgres::Session> session, CanaryOwner owner,
                                   std::int64_t oldest, Deadline deadline) const {
  auto sql = "DELETE FROM " + quoted_ +
             " WHERE prober = $1 AND (run = $2 AND sequence < $3::bigint OR run <> $2 AND written_at < now() - "
             "interval '7 days')";
  std::vector<std::string> values;
  values.push_back(std::move(owner.prober));
  values.push_back(std::move(owner.run));
  values.push_back(std::to_string(oldest));
  auto const done = co_await session->query(std::move(sql), std::move(values), deadline);
}

}  // namespace fleet::probers
