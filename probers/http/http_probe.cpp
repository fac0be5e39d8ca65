#include "probers/http/http_probe.hpp"

#include "probers/http/request_chain.hpp"

namespace fleet::probers {

void add_phases(PhaseSeconds& phases, const http::Phases& spent) {
  add_phase(phases, "resolve", spent.resolve);
  add_phase(phases, "connect", spent.connect);
  add_phase(phases, "tls", spent.tls);
  add_phase(phases, "processing", spent.processing);
  add_phase(phases, "transfer", spent.transfer);
}

HttpSetup::HttpSetup(HttpOptions given) : options_(std::move(given)) {}

http::Client& HttpSetup::client(const http::Proxy* proxy) {
  auto const found = clients_.find(proxy);
  if (found != clients_.end()) return found->second;
  auto options = options_.client;
  if (proxy) {
    options.proxy = *proxy;
    // The way to the proxy is the operator's choice; the allow-list is about targets.
    options.dial.address.allowed = nullptr;
  }
  return clients_.try_emplace(proxy, std::move(options)).first->second;
}

HttpProbe::HttpProbe(std::shared_ptr<HttpSetup> setup, http::Url url, std::string hostname)
    : setup_(std::move(setup)), url_(std::move(url)), hostname_(std::move(hostname)) {}

awaitable<ProbeResult> HttpProbe::attempt(Attempt attempt) {
  RequestChain chain(setup_, url_, hostname_, attempt);
  co_await chain.run();
  co_return std::move(chain).result();
}

}  // namespace fleet::probers
