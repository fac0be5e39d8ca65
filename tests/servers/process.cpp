#include "tests/servers/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "tests/servers/waiting.hpp"

namespace fleet::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool can_listen(std::uint16_t port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int const on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto const address = loopback(port);
  bool const free =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0;
  ::close(fd);
  return free;
}

/// Whether no thread of it runs: all are stopped, or it has ended.
bool stands_still(pid_t pid) {
  std::error_code gone;
  std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", gone);
  for (; !gone && threads != std::filesystem::directory_iterator(); threads.increment(gone)) {
    std::ifstream file(threads->path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    auto const name_end = line.rfind(')');
    if (name_end + 2 < line.size() &&
        std::string_view("TtZX").find(line[name_end + 2]) == std::string_view::npos)
      return false;
  }
  return true;
}

// kill() returns before a thread on another processor has noticed. What does not stop is left to the test to
// find.
void await_standstill(pid_t pid) {
  wait_until([pid] { return stands_still(pid); });
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> full_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    std::string const text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (auto const& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

// Parent of every process, from /proc; the command in field 2 may hold anything, so parse behind its last ')'.
std::map<pid_t, pid_t> parents() {
  std::map<pid_t, pid_t> result;
  for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
    auto const name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string
        stat;  // stays empty if the process ends meanwhile, which an istreambuf_iterator would throw for
    std::ifstream in(entry.path() / "stat");
    std::getline(in, stat, '\0');
    auto const close = stat.rfind(')');
    if (close == std::string::npos) continue;
    std::istringstream fields(stat.substr(close + 1));
    std::string state;
    pid_t parent = 0;
    fields >> state >> parent;
    result[std::stoi(name)] = parent;
  }
  return result;
}

// Runs between fork and exec: only async-signal-safe calls.
struct Child {
  std::vector<char*> argv;
  std::vector<char*> envp;
  const char* output;
  const char* directory;
  const passwd* user;
  pid_t parent;

  [[noreturn]] void become() const {
    // The test framework's handlers must not run here; what was sent since the fork is still blocked.
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    int const in = ::open("/dev/null", O_RDONLY);
    int const out = ::open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (in < 0 || out < 0) ::_exit(126);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::close_range(3, ~0U, 0);
    if (user && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
      ::_exit(126);
    }
    if (*directory && ::chdir(directory) != 0) ::_exit(126);
    // After setuid, which clears it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
};

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  const char* const base = std::getenv("TMPDIR");
  std::string name = std::string(base && *base ? base : "/tmp") + "/fleet-test-XXXXXX";
  if (!::mkdtemp(name.data())) throw std::runtime_error("cannot create " + name);
  path_ = name;
  // Servers that refuse to run as root must be able to reach their own directory in it.
  std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, const std::string& text) const {
  auto const file = path_ / name;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  return file.string();
}

std::uint16_t free_port() {
  static std::mutex mutex;
  std::lock_guard const lock(mutex);
  static std::mt19937 random{std::random_device{}()};
  static std::set<std::uint16_t> given;
  std::uniform_int_distribution<int> range(12000, 31999);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    auto const port = static_cast<std::uint16_t>(range(random));
    if (!given.contains(port) && can_listen(port)) {
      given.insert(port);
      return port;
    }
  }
  throw std::runtime_error("no free port between 12000 and 31999");
}

bool accepts(std::uint16_t port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto const address = loopback(port);
  bool const result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return result;
}

Process::Process(Launch launch) : launch_(std::move(launch)) {
  auto command = launch_.command;
  auto environment = full_environment(launch_.environment);
  Child child{pointers(command),
              pointers(environment),
              launch_.output.empty() ? "/dev/null" : launch_.output.c_str(),
              launch_.directory.c_str(),
              nullptr,
              ::getpid()};
  if (!launch_.user.empty() && ::geteuid() == 0) {
    child.user = ::getpwnam(launch_.user.c_str());
    if (!child.user) throw std::runtime_error("no user " + launch_.user);
  }
  sigset_t all;
  sigset_t before_fork;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_fork);
  pid_ = ::fork();
  if (pid_ == 0) child.become();
  ::pthread_sigmask(SIG_SETMASK, &before_fork, nullptr);
  if (pid_ < 0) throw std::runtime_error("fork failed");
}

Process::~Process() { stop(); }

void Process::reap() {
  if (exit_code_) return;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::running() { return !exit_code(); }

std::optional<int> Process::exit_code() {
  reap();
  return exit_code_;
}

void Process::signal(int number) {
  if (!running()) return;
  ::kill(pid_, number);
  if (number == SIGSTOP) await_standstill(pid_);
}

void Process::signal_tree(int number) {
  if (!running()) return;
  // A killed parent's children are nobody's: the family is found while it stands still.
  bool const ends = number == SIGKILL;
  if (ends) signal_tree(SIGSTOP);
  if (!ends) ::kill(pid_, number);
  auto const all = parents();
  std::vector<pid_t> family{pid_};
  for (std::size_t i = 0; i < family.size(); ++i) {
    for (auto const& [child, parent] : all) {
      if (parent != family[i]) continue;
      if (!ends) ::kill(child, number);
      family.push_back(child);
    }
  }
  for (pid_t const member : family) {
    if (ends) ::kill(member, SIGKILL);
    if (number == SIGSTOP) await_standstill(member);
  }
}

int Process::wait(std::chrono::milliseconds limit) {
  if (!wait_until([this] { return !running(); }, limit)) {
    auto const text = output();
    throw std::runtime_error(launch_.command.at(0) + " did not end in time; its output ends with:\n" +
                             text.substr(text.size() > 2000 ? text.size() - 2000 : 0));
  }
  return *exit_code_;
}

int Process::stop(std::chrono::milliseconds patience) {
  // In this order: LeakSanitizer stops the process at its end, and a late SIGCONT would undo that stop for
  // good.
  signal(SIGCONT);
  signal(SIGTERM);
  if (!wait_until([this] { return !running(); }, patience)) kill9();
  return *exit_code_;
}

void Process::kill9() {
  signal(SIGKILL);
  wait();
}

std::string Process::output() const { return launch_.output.empty() ? "" : read_text(launch_.output); }

std::string run_command(std::vector<std::string> command, std::string user, std::chrono::milliseconds limit) {
  TemporaryDirectory directory;
  Launch launch;
  launch.command = std::move(command);
  launch.output = directory.write("output", "");
  launch.user = std::move(user);
  launch.directory = "/";
  auto const name = launch.command.at(0);
  Process process(std::move(launch));
  auto const code = process.wait(limit);
  auto text = process.output();
  if (code != 0) throw std::runtime_error(name + " ended with code " + std::to_string(code) + ":\n" + text);
  return text;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace fleet::testing
