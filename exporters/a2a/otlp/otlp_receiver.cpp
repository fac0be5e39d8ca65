#include "exporters/a2a/otlp/otlp_receiver.hpp"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <thread>

#include "core/app/logging.hpp"
#include "core/web/server.hpp"
#include "exporters/a2a/otlp/export_answer.hpp"
#include "exporters/a2a/otlp/trace_export.hpp"

namespace fleet::exporters::a2a {
namespace {

awaitable<web::Response> at_once(web::Response response) { co_return response; }

web::Limits limits_of(const OtlpSettings& settings) {
  web::Limits limits;
  limits.body_bytes = settings.max_body;
  // Those above max_connections are told to come back later; only twice as many are not even told.
  limits.connections = 2 * settings.max_connections;
  return limits;
}

}  // namespace

struct OtlpReceiver::Impl {
  Impl(const OtlpSettings& given, std::shared_ptr<SpanIngest> target)
      : addresses(given.listen_addresses), settings(given), ingest(std::move(target)) {}

  void run();
  web::Response answer(const web::Request& request);

  std::vector<std::string> addresses,
      bound;  // of the worker's side; the rest belongs to the thread once it runs
  OtlpSettings settings;
  std::shared_ptr<SpanIngest> ingest;
  asio::io_context io{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{io.get_executor()};
  std::optional<web::Server> server;
  std::thread thread;
};

void OtlpReceiver::Impl::run() {
  pthread_setname_np(pthread_self(), "otlp");
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& error) {
      logging::error("exception on an io thread", {{"thread", "otlp"}, {"err", error.what()}});
    }
  }
}

web::Response OtlpReceiver::Impl::answer(const web::Request& request) {
  auto encoding = OtlpEncoding::json;
  read_otlp_encoding(request.header("Content-Type"), encoding);
  std::string_view busy;
  if (server->open_connections() > settings.max_connections) busy = "too many connections";
  try {
    if (busy.empty()) return export_traces(request, settings, *ingest);
  } catch (const std::bad_alloc&) {
    busy = "out of memory";
  }
  ingest->note_answer(503);
  return refused(encoding, 503, RpcCode::unavailable, busy);
}

OtlpReceiver::OtlpReceiver(const OtlpSettings& settings, std::shared_ptr<SpanIngest> ingest)
    : impl_(std::make_unique<Impl>(settings, std::move(ingest))) {
  auto& impl = *impl_;
  auto& server = impl.server.emplace(impl.io, limits_of(settings));
  server.route("POST", "/v1/traces",
               [&impl](const web::Request& request) { return at_once(impl.answer(request)); });
  server.on_refusal(
      [&impl](int status, const web::Request& head) { return refuse_unread(status, head, *impl.ingest); });
  for (auto const& address : settings.listen_addresses) server.listen(address);
  impl.bound = server.addresses();
  for (auto const& address : impl.bound) {
    logging::info("listening for spans", {{"address", address}});
  }
  impl.thread = std::thread([&impl] { impl.run(); });
}

OtlpReceiver::~OtlpReceiver() {
  if (!impl_->thread.joinable()) return;
  // Sessions hold on to the context: they must have ended before it does.
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->server.reset();
    impl->work.reset();
  });
  impl_->thread.join();
}

void OtlpReceiver::set_settings(const OtlpSettings& settings) {
  impl_->ingest->set_settings(settings);
  asio::post(impl_->io, [impl = impl_.get(), settings] {
    impl->settings = settings;
    impl->server->set_limits(limits_of(settings));
  });
}

const std::shared_ptr<SpanIngest>& OtlpReceiver::ingest() const { return impl_->ingest; }

const std::vector<std::string>& OtlpReceiver::listen_addresses() const { return impl_->addresses; }

const std::vector<std::string>& OtlpReceiver::bound_addresses() const { return impl_->bound; }

}  // namespace fleet::exporters::a2a
