#include "probers/slo_prober/config.hpp"

#include <unistd.h>

#include <set>

#include "probers/a2a/a2a_probe.hpp"
#include "probers/http/http_probe.hpp"

namespace fleet::probers {

namespace {

using namespace std::chrono_literals;
using config::Mapping;
using config::Value;

http::Url read_url(const Value& value) {
  auto url = http::Url::parse(value.http_url());
  if (!url) value.fail("expected a URL without credentials, like http://host:8080/healthz");
  return *url;
}

http::TlsOptions read_tls(const Mapping& module) {
  http::TlsOptions tls;
  auto const value = module.optional("tls_config");
  if (!value) return tls;
  auto const mapping = value->mapping({"ca_file", "server_name", "insecure_skip_verify"});
  if (auto const file = mapping.optional("ca_file")) {
    tls.ca_file = file->path();
    if (::access(tls.ca_file.c_str(), R_OK) != 0) file->fail("expected a readable file, got " + tls.ca_file);
  }
  tls.server_name = mapping.text_or("server_name", "");
  tls.insecure_skip_verify = mapping.boolean_or("insecure_skip_verify", false);
  return tls;
}

HttpOptions read_http(const Mapping& module) {
  HttpOptions options;
  if (auto const method = module.optional("method")) {
    options.method = method->one_of({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"});
  }
  if (auto const headers = module.optional("headers")) {
    for (auto const& [name, value] : headers->entries()) {
      auto const text = value.text();
      if (text.find_first_of("\r\n") != std::string::npos)
        value.fail("expected a header value without line breaks");
      options.headers.emplace_back(name.non_empty_text(), text);
    }
  }
  options.body = module.text_or("body", "");
  if (auto const codes = module.optional("valid_status_codes")) {
    for (auto const& code : codes->list())
      options.valid_status_codes.push_back(static_cast<int>(code.integer(100, 599)));
  }
  options.follow_redirects = module.boolean_or("follow_redirects", true);
  if (auto const list = module.optional("fail_if_body_matches_regexp")) {
    for (auto const& regex : list->list()) options.fail_if_body_matches.push_back(regex.regex());
  }
  if (auto const list = module.optional("fail_if_body_not_matches_regexp")) {
    for (auto const& regex : list->list()) options.fail_if_body_not_matches.push_back(regex.regex());
  }
  options.body_size_limit =
      static_cast<std::size_t>(module.integer_or("body_size_limit", 4 * 1024 * 1024, 1, 1024 * 1024 * 1024));
  return options;
}

/// Makes the probe of one target; the module's options were read once.
using MakeProbe = std::function<std::shared_ptr<Probe>(http::Url)>;

MakeProbe read_module(const Mapping& probe, const std::string& type) {
  auto const module = probe.optional(type);
  if (type == "http") {
    HttpOptions options;
    http::TlsOptions tls;
    if (module) {
      auto const keys = module->mapping({"method", "headers", "body", "valid_status_codes", "follow_redirects",
                                         "fail_if_body_matches_regexp", "fail_if_body_not_matches_regexp",
                                         "body_size_limit", "tls_config"});
      options = read_http(keys);
      tls = read_tls(keys);
    }
    auto const client = std::make_shared<http::Client>(tls);
    return [client, options](http::Url url) {
      return std::make_shared<HttpProbe>(client, std::move(url), options);
    };
  }
  A2aOptions options;
  http::TlsOptions tls;
  if (module) {
    auto const keys = module->mapping({"text", "discovery_interval", "tls_config"});
    options.text = keys.text_or("text", options.text);
    options.discovery_interval = keys.duration_or("discovery_interval", options.discovery_interval, 0ms);
    tls = read_tls(keys);
  }
  auto const client = std::make_shared<http::Client>(tls);
  return
      [client, options](http::Url url) { return std::make_shared<A2aProbe>(client, std::move(url), options); };
}

void read_probe(const Value& value, std::vector<ScheduledProbe>& probes, std::set<std::string>& names,
                std::set<std::string>& agents) {
  auto const probe = value.mapping({"name", "type", "interval", "timeout", "targets", "http", "a2a"});
  auto const name_value = probe.required("name");
  auto const name = name_value.non_empty_text();
  if (!names.insert(name).second)
    name_value.fail("expected a probe name used once, `" + name + "` is used twice");
  auto const type = probe.required("type").one_of({"http", "a2a"});
  auto const other = type == "http" ? "a2a" : "http";
  if (auto const wrong = probe.optional(other)) {
    wrong->fail("expected options of type " + type + ", this probe is no " + other + " probe");
  }
  auto const interval = probe.duration_or("interval", 10s, 100ms);
  auto const timeout = probe.duration_or("timeout", std::min(interval, std::chrono::milliseconds(5s)), 1ms);
  if (timeout > 8 * interval) probe.required("timeout").fail("expected a timeout of at most 8 intervals");
  auto const make = read_module(probe, type);

  std::set<std::string> targets;
  for (auto const& entry : probe.required("targets").list()) {
    auto const target = entry.mapping({"name", "url"});
    auto const url_value = target.required("url");
    auto url = read_url(url_value);
    auto const label = target.text_or("name", url.to_string());
    if (label.empty()) target.required("name").fail("expected a name");
    if (!targets.insert(label).second) {
      target.optional("name").value_or(url_value).fail("expected a target used once, `" + label +
                                                       "` is used twice");
    }
    if (type == "a2a" && !agents.insert(label).second) {
      target.optional("name").value_or(url_value).fail("expected an agent probed once, `" + label +
                                                       "` is the target of two a2a probes");
    }
    ScheduledProbe scheduled;
    scheduled.identity = {name, label};
    scheduled.interval = interval;
    scheduled.timeout = timeout;
    scheduled.probe = make(std::move(url));
    if (type == "a2a") scheduled.agent = label;
    probes.push_back(std::move(scheduled));
  }
}

}  // namespace

FleetConfig read_fleet(const config::Document& document) {
  auto const root = document.root().mapping({"a2a_latency", "probes"});
  FleetConfig fleet;
  if (auto const latency = root.optional("a2a_latency")) {
    auto const keys = latency->mapping({"window", "quantile"});
    fleet.latency.window = keys.duration_or("window", fleet.latency.window, 1s);
    fleet.latency.quantile = keys.number_or("quantile", fleet.latency.quantile, 0.01, 1);
  }
  std::set<std::string> names, agents;
  for (auto const& probe : root.required("probes").list()) read_probe(probe, fleet.probes, names, agents);
  return fleet;
}

}  // namespace fleet::probers
