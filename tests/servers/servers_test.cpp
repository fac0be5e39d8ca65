#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/servers/http_get.hpp"
#include "tests/servers/liar.hpp"
#include "tests/servers/process.hpp"
#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

using namespace std::chrono_literals;

Launch shell(const std::string& script, const std::filesystem::path& output = {}) {
  Launch launch;
  launch.command = {"sh", "-c", script};
  launch.output = output;
  return launch;
}

// False for a process that is gone, or dead and merely not reaped by whoever inherited it.
bool lives(pid_t pid) {
  auto const stat = read_text("/proc/" + std::to_string(pid) + "/stat");
  auto const close = stat.rfind(')');
  return close != std::string::npos && stat[close + 2] != 'Z' && stat[close + 2] != 'X';
}

TEST_CASE("a process: exit code, output, environment, the signal that ended it") {
  TemporaryDirectory directory;
  auto launch = shell("echo $GREETING; echo oops >&2; exit 7", directory.path() / "out");
  launch.environment["GREETING"] = "hello";
  Process process(std::move(launch));
  CHECK(process.wait() == 7);
  CHECK(process.output() == "hello\noops\n");
  Process killed(shell("exec sleep 60"));
  CHECK(killed.running());
  killed.kill9();
  CHECK(killed.exit_code() == 128 + SIGKILL);
  Launch none;
  none.command = {"no-such-program-here"};
  CHECK(Process(std::move(none)).wait() == 127);
}

TEST_CASE("a process that ignores SIGTERM is killed, one that is stopped as well") {
  Process stopped(shell("exec sleep 60"));
  stopped.signal(SIGSTOP);
  CHECK(stopped.stop(2s) == 128 + SIGTERM);
  TemporaryDirectory directory;
  Process ready(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done", directory.path() / "out"));
  REQUIRE(wait_until([&] { return ready.output() == "ready\n"; }));
  CHECK(ready.stop(200ms) == 128 + SIGKILL);
}

TEST_CASE("a tree of processes is stopped and continued as one") {
  TemporaryDirectory directory;
  Process tree(shell("sh -c 'while :; do echo x; sleep 0.02; done' & wait", directory.path() / "out"));
  auto const grows = [&] {
    auto const size = tree.output().size();
    return wait_until([&] { return tree.output().size() > size; }, 300ms);
  };
  REQUIRE(wait_until(grows));
  tree.signal_tree(SIGSTOP);
  CHECK(wait_until([&] { return !grows(); }, 3s));
  tree.signal_tree(SIGCONT);
  CHECK(wait_until(grows));
  tree.signal_tree(SIGKILL);
}

TEST_CASE("a process does not survive the test that started it") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const test = ::fork();
  if (test == 0) {
    Process process(shell("exec sleep 60"));
    pid_t const started = process.pid();
    if (::write(ends[1], &started, sizeof started) < 0) ::_exit(1);
    ::raise(SIGKILL);
  }
  pid_t started = 0;
  REQUIRE(::read(ends[0], &started, sizeof started) == sizeof started);
  ::waitpid(test, nullptr, 0);
  CHECK(wait_until([&] { return !lives(started); }));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a failing command says what it wrote") {
  CHECK(run_command({"echo", "fine"}) == "fine\n");
  CHECK_THROWS_WITH(run_command({"sh", "-c", "echo why; exit 3"}), "sh ended with code 3:\nwhy\n");
}

TEST_CASE("a temporary directory goes with what is in it") {
  std::filesystem::path path;
  {
    TemporaryDirectory directory;
    path = directory.path();
    CHECK(read_text(directory.write("a", "text")) == "text");
    std::filesystem::create_directories(path / "b" / "c");
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("free ports are free and differ") {
  auto const port = free_port();
  CHECK(port != free_port());
  CHECK_FALSE(accepts(port));
  CHECK(accepts(SilentServer().port()));
}

TEST_CASE("http_get reads what a server sends, and refuses what is no answer") {
  using Then = GarbageServer::Then;
  GarbageServer plain("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi",
                      Then::close);
  auto const answer = http_get(plain.port(), "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "text/plain");
  CHECK(answer.body == "hi");
  GarbageServer chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                        Then::close);
  CHECK(http_get(chunked.port(), "/").body == "abcde");
  GarbageServer cut("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhi", Then::close);
  CHECK_THROWS(http_get(cut.port(), "/"));
  GarbageServer other("220 mail.example\r\n\r\n", Then::close);
  CHECK_THROWS(http_get(other.port(), "/"));
  SilentServer silent;
  CHECK_THROWS(http_get(silent.port(), "/", {}, 100ms));
  CHECK_THROWS(http_get(free_port(), "/"));
}

}  // namespace
}  // namespace fleet::testing
