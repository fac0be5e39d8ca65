#include "core/redis/server/clients.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/redis/server/info_text.hpp"

namespace fleet::redis {
namespace {

struct Sums {
  double connections = 0, blocked = 0, oldest = 0, longest_idle = 0, output = 0, largest_output = 0, memory = 0;
};

struct ListedClient {
  std::string_view flags, user;
  double age = 0, idle = 0, output = 0, memory = 0;
};

/// Of "id=11 addr=127.0.0.1:63508 name= age=6321 idle=6320 flags=N ...".
ListedClient read_client(std::string_view line) {
  ListedClient client;
  while (!line.empty()) {
    auto const part = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), part.size() + 1));
    auto const equals = std::min(part.find('='), part.size());
    auto const name = part.substr(0, equals), value = part.substr(std::min(equals + 1, part.size()));
    auto const number = [value] { return number_in(value).value_or(0); };
    if (name == "flags") client.flags = value;
    if (name == "user") client.user = value;
    if (name == "age") client.age = number();
    if (name == "idle") client.idle = number();
    if (name == "omem") client.output = number();
    if (name == "tot-mem") client.memory = number();
  }
  return client;
}

std::string_view kind_of(std::string_view flags) {
  auto const has = [flags](char flag) { return flags.find(flag) != std::string_view::npos; };
  if (has('O')) return "monitor";
  if (has('S')) return "replica";
  if (has('M')) return "master";
  return has('P') ? "pubsub" : "normal";
}

}  // namespace

void add_clients(std::string_view list, ServerPage& page) {
  std::map<std::pair<std::string_view, std::string_view>, Sums> all;
  while (!list.empty()) {
    auto const line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    if (!line.starts_with("id=")) continue;
    auto const client = read_client(line);
    auto& sums = all[{kind_of(client.flags), client.user}];
    ++sums.connections;
    if (client.flags.find('b') != std::string_view::npos) ++sums.blocked;
    sums.oldest = std::max(sums.oldest, client.age);
    sums.longest_idle = std::max(sums.longest_idle, client.idle);
    sums.output += client.output;
    sums.largest_output = std::max(sums.largest_output, client.output);
    sums.memory += client.memory;
  }
  auto const add = [&](std::string_view name, std::string_view help, double Sums::*member) {
    auto series = page.gauge(name, help);
    for (auto const& [key, sums] : all) series.add({{"kind", key.first}, {"user", key.second}}, sums.*member);
  };
  add("client_connections", "Connections by kind of client and ACL user.", &Sums::connections);
  add("client_blocked_connections", "Connections that wait in a blocking command.", &Sums::blocked);
  add("client_oldest_seconds", "Age of the oldest connection.", &Sums::oldest);
  add("client_longest_idle_seconds", "How long the connection that is idle longest has been so.",
      &Sums::longest_idle);
  add("client_output_buffers_bytes", "Memory of all output buffers.", &Sums::output);
  add("client_largest_output_buffer_bytes", "Memory of the largest output buffer.", &Sums::largest_output);
  add("client_memory_bytes", "Memory of the connections, buffers included.", &Sums::memory);
}

}  // namespace fleet::redis
