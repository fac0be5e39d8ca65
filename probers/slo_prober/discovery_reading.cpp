#include "probers/slo_prober/discovery_reading.hpp"

#include <array>

#include "probers/discovery/http_server.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;

constexpr auto shortest_refresh = 1s;

std::string read_pattern(const Value& value) {
  auto const path = value.path();
  auto const slash = path.rfind('/');
  auto const folder = slash == path.npos ? std::string() : path.substr(0, slash);
  if (folder.find_first_of("*?[") != folder.npos) {
    value.fail("expected a pattern only after the last slash");
  }
  static constexpr std::array<std::string_view, 3> endings{".json", ".yml", ".yaml"};
  for (auto const ending : endings)
    if (path.ends_with(ending)) return path;
  value.fail("expected the name of a .json, .yml or .yaml file");
}

FileDiscovery read_files(const Value& value) {
  auto const mapping = value.mapping({"files", "refresh_interval"});
  FileDiscovery source;
  for (auto const& file : mapping.required("files").list()) source.files.push_back(read_pattern(file));
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  return source;
}

HttpDiscovery read_http(const Value& value) {
  auto const mapping = value.mapping({"url", "refresh_interval", "basic_auth", "authorization", "tls_config"});
  auto server = read_http_server(mapping);
  HttpDiscovery source;
  source.url = std::move(server.url);
  source.client = std::move(server.client);
  source.headers = std::move(server.headers);
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  return source;
}

SrvDiscovery read_srv(const Value& value) {
  auto const mapping = value.mapping({"names", "type", "refresh_interval"});
  if (auto const type = mapping.optional("type")) type->one_of({"SRV"});
  SrvDiscovery source;
  for (auto const& name : mapping.required("names").list()) source.names.push_back(name.non_empty_text());
  source.refresh_interval = mapping.duration_or("refresh_interval", source.refresh_interval, shortest_refresh);
  return source;
}

template <class Source>
void read_all(const Mapping& probe, std::string_view key, Source (*read)(const Value&),
              std::vector<Source>& into) {
  if (auto const list = probe.optional(key)) {
    for (auto const& entry : list->list()) into.push_back(read(entry));
  }
}

}  // namespace

Discoveries read_discoveries(const Mapping& probe) {
  Discoveries sources;
  read_all(probe, "file_sd_configs", read_files, sources.files);
  read_all(probe, "http_sd_configs", read_http, sources.http);
  read_all(probe, "dns_sd_configs", read_srv, sources.srv);
  return sources;
}

}  // namespace fleet::probers
