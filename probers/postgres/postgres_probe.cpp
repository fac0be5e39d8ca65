#include "probers/postgres/postgres_probe.hpp"

#include <boost/asio/ip/address.hpp>
#include <cmath>

#include "core/io/parse_number.hpp"
#include "probers/connection_options.hpp"

namespace fleet::probers {

namespace {

TextTable table_of(const postgres::Rows& rows) {
  TextTable table(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows.columns(); ++column)
      table[row].emplace_back(rows.text(row, column));
  }
  return table;
}

void add_query_facts(Facts& facts, const TextTable& rows) {
  facts.set(facts::postgres_query_rows, static_cast<double>(rows.size()));
  if (rows.empty() || rows[0].empty()) return;
  auto const value = parse_number<double>(rows[0][0]);
  if (value && std::isfinite(*value)) facts.set(facts::postgres_query_value, *value);
}

}  // namespace

PostgresProbe::PostgresProbe(ServerAddress server, std::shared_ptr<const PostgresOptions> options)
    : server_(std::move(server)), options_(std::move(options)) {}

awaitable<ProbeResult> PostgresProbe::attempt(Attempt attempt) {
  ProbeResult result;
  result.phase_kind = &facts::postgres_phase_duration;
  std::string step = "connect";
  auto const begin = Deadline::Clock::now();
  try {
    co_await run(attempt, result, step);
  } catch (const std::exception& error) {
    auto trouble = trouble_of(error);
    if (!trouble) throw;
    auto const at = trouble->step.empty() ? std::string_view(step) : trouble->step;
    result.fail(trouble->reason, std::string(at), std::move(trouble->detail));
    // Until there is a session, it is this step that took the time.
    if (step == "connect") add_phase(result.phases, at, Deadline::Clock::now() - begin);
  }
  co_return result;
}

awaitable<void> PostgresProbe::run(Attempt attempt, ProbeResult& result, std::string& step) {
  // A session that asks for read-only transactions cannot tell whether the server would take writes.
  bool const read_only = !options_->role;
  auto const connected =
      co_await open_session(server_, options_->connection, read_only, attempt.deadline, attempt.deadline);
  auto const session = connected.session;
  add_phase(result.phases, "resolve", connected.resolve);
  add_phase(result.phases, "connect", connected.connect);
  result.facts.set(facts::postgres_server_version, session->server_version());
  boost::system::error_code no_address;
  auto const address = asio::ip::make_address(session->address(), no_address);
  if (!no_address) add_address_facts(result.facts, address, connected.resolve);
  if (attempt.explains()) {
    attempt.note("connected to " + session->address() + ", server version " +
                 std::to_string(session->server_version()));
  }

  auto begin = Deadline::Clock::now();
  if (options_->role) {
    step = "role";
    auto const view = co_await look_at(session, server_.label(), attempt.deadline);
    add_phase(result.phases, "role", Deadline::Clock::now() - begin);
    add_role_facts(result.facts, view);
    if (view.role != *options_->role) {
      result.fail(Reason::sql_role, step,
                  "the server is " + std::string(to_string(view.role)) + ", expected " +
                      std::string(to_string(*options_->role)));
      co_return;
    }
  }
  if (options_->sql.empty()) co_return;
  step = "query";
  begin = Deadline::Clock::now();
  if (!read_only) {
    auto const refused = co_await session->query("SET default_transaction_read_only = on", attempt.deadline);
  }
  auto const rows = co_await session->query(options_->sql, attempt.deadline);
  add_phase(result.phases, "query", Deadline::Clock::now() - begin);
  auto const table = table_of(rows);
  add_query_facts(result.facts, table);
  if (attempt.explains()) attempt.note("the query gave " + std::to_string(table.size()) + " rows");
  if (auto problem = judge_rows(options_->expected, table)) {
    result.fail(Reason::sql_value, step, std::move(*problem));
  }
}

}  // namespace fleet::probers
