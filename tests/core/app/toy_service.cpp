// An exporter whose one collector does what its configuration says, so that every way of going wrong can be had
// on demand.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

#include "exporters/run_exporter.hpp"

namespace {

using fleet::awaitable;
using fleet::Deadline;
using fleet::Families;
namespace asio = fleet::asio;
using std::chrono::milliseconds;

/// What a run of the collector does, in this order.
struct Behaviour {
  std::string name, target;
  std::string trace_file;  // a line is appended when a run begins
  milliseconds block{0};   // the whole io thread
  milliseconds sleep{0};   // suspended, until cancelled
  bool ignore_cancellation = false;
  std::string fail;  // thrown, if not empty
  double value = 0;
  bool up = true;
};

awaitable<void> pause(milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

class Toy : public fleet::exporters::Collector {
 public:
  explicit Toy(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}
  std::string_view name() const override { return behaviour_.name; }
  std::string_view target() const override { return behaviour_.target; }
  awaitable<void> collect(Deadline, Families& out) override {
    if (!behaviour_.trace_file.empty()) std::ofstream(behaviour_.trace_file, std::ios::app) << "run\n";
    if (behaviour_.ignore_cancellation) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    }
    out.gauge("toy_begun", "Added before anything can fail.").add({{"name", behaviour_.name}}, 1);
    if (behaviour_.block.count() > 0) std::this_thread::sleep_for(behaviour_.block);
    if (behaviour_.sleep.count() > 0) co_await pause(behaviour_.sleep);
    if (!behaviour_.fail.empty()) throw std::runtime_error(behaviour_.fail);
    out.gauge("toy_value", "The configuration's value.").add({{"name", behaviour_.name}}, behaviour_.value);
    out.gauge("toy_up", "Whether the toy is well.").add({{"name", behaviour_.name}}, behaviour_.up ? 1 : 0);
  }

 private:
  Behaviour behaviour_;
};

Behaviour parse_toy(const fleet::config::Value& value) {
  auto const map = value.mapping(
      {"name", "target", "trace_file", "block", "sleep", "ignore_cancellation", "fail", "value", "up"});
  Behaviour toy;
  toy.name = map.text_or("name", "toy");
  toy.target = map.text_or("target", "");
  if (auto const file = map.optional("trace_file")) toy.trace_file = file->path();
  toy.block = map.duration_or("block", milliseconds(0), milliseconds(0));
  toy.sleep = map.duration_or("sleep", milliseconds(0), milliseconds(0));
  toy.ignore_cancellation = map.boolean_or("ignore_cancellation", false);
  toy.fail = map.text_or("fail", "");
  toy.value = map.number_or("value", 0, -1e9, 1e9);
  toy.up = map.boolean_or("up", true);
  return toy;
}

fleet::exporters::Build parse(const fleet::config::Document& document) {
  std::vector<Behaviour> toys;
  for (const auto& entry : document.root().mapping({"toys"}).required("toys").list())
    toys.push_back(parse_toy(entry));
  return [toys](asio::any_io_executor, fleet::exporters::Purpose) {
    std::vector<std::unique_ptr<fleet::exporters::Collector>> out;
    for (const auto& toy : toys) out.push_back(std::make_unique<Toy>(toy));
    return out;
  };
}

}  // namespace

int main(int argc, char** argv) {
  return fleet::exporters::run_exporter(argc, argv,
                                        {.program = "toy_exporter",
                                         .summary = "Does <what> it is told.",
                                         .default_config = "toy.yml",
                                         .default_listen = "127.0.0.1:0",
                                         .parse = parse});
}
