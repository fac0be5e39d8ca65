#include "demo/control.hpp"

#include "core/app/logging.hpp"

namespace fleet::demo {

namespace {

constexpr std::string_view fault_prefix = "/fault/";

web::Response plain(int status, std::string_view text) {
  web::Response response;
  response.status = status;
  response.body = std::string(text) + "\n";
  return response;
}

}  // namespace

Control::Control(asio::io_context& io, std::string address, Faults& faults, Cluster& cluster,
                 std::function<bool()> ready)
    : faults_(faults),
      cluster_(cluster),
      ready_(std::move(ready)),
      server_(io, std::move(address), [this](web::Server& server) { configure(server); }) {}

void Control::configure(web::Server& server) {
  for (auto const& kind : Faults::kinds()) {
    server.route("POST", std::string(fault_prefix).append(kind.name),
                 [this](const web::Request& request) { return serve(set_fault(request)); });
  }
  cluster_.add_pages(server);
  server.route("POST", "/clear", [this](const web::Request& request) { return serve(clear(request)); });
  server.route("GET", "/faults", [this](const web::Request&) { return serve(list()); });
  server.route("GET", "/-/healthy", [](const web::Request&) { return serve(plain(200, "healthy")); });
  server.route("GET", "/-/ready", [this](const web::Request&) {
    return serve(ready_() ? plain(200, "ready") : plain(503, "not yet connected to Redis and PostgreSQL"));
  });
  server.fallback([this](const web::Request& request) {
    bool const fault = request.method == "POST" && request.path.starts_with(fault_prefix);
    return serve(fault ? set_fault(request)
                       : plain(404, "not found; there are /faults, /fault/NAME and /clear"));
  });
}

web::Response Control::set_fault(const web::Request& request) {
  std::string const name = request.path.substr(fault_prefix.size());
  std::string const value(request.parameter("value"));
  try {
    faults_.set(name, value);
  } catch (const UnknownFault& e) {
    return plain(404, e.what());
  } catch (const BadFaultValue& e) {
    return plain(400, e.what());
  }
  logging::info("fault set", {{"fault", name}, {"value", faults_.value(name)}});
  return list();
}

web::Response Control::clear(const web::Request& request) {
  std::string const name(request.parameter("name"));
  try {
    if (name.empty()) {
      faults_.clear_all();
    } else {
      faults_.clear(name);
    }
  } catch (const UnknownFault& e) {
    return plain(404, e.what());
  }
  logging::info("faults cleared", {{"fault", name.empty() ? "all" : name}});
  return list();
}

web::Response Control::list() const {
  web::Response response;
  response.content_type = "application/json";
  response.body = faults_.to_json() + "\n";
  return response;
}

awaitable<web::Response> Control::serve(web::Response response) { co_return response; }

}  // namespace fleet::demo
