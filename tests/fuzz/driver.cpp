// A fuzzer's main() where libFuzzer is not: runs a target on every file of its corpus, and on random changes of
// them for a bounded time. In a process of its own, so that what kills or hangs it is kept.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/io/parse_number.hpp"
#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_input = 64 * 1024;
constexpr std::chrono::seconds longest_run{20};

/// What the process that runs the target is at; survives it.
struct Shared {
  std::atomic<std::uint64_t> runs{0};
  std::atomic<std::size_t> size{0};
  char input[largest_input];
};

struct Options {
  double seconds = 3;
  std::uint64_t seed = 1;
  std::vector<std::string> corpus;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  text.resize(std::min(text.size(), largest_input));
  return text;
}

/// In the order of their names, so that a seed means the same everywhere.
std::vector<std::string> read_corpus(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (auto const& path : paths) {
    if (!fs::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (auto const& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (auto const& file : files) corpus.push_back(read_file(file));
  return corpus;
}

/// Makes inputs from those of the corpus, by the kinds of change that libFuzzer makes too.
class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  std::string next() {
    std::string input = corpus_[below(corpus_.size())];
    for (auto changes = 1 + below(6); changes > 0; --changes) change(input);
    input.resize(std::min(input.size(), largest_input));
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::string piece_of(const std::string& from) {
    auto const begin = below(from.size() + 1);
    return from.substr(begin, 1 + below(32));
  }

  void change(std::string& input) {
    static constexpr std::string_view tokens[] = {"0",
                                                  "-1",
                                                  "9223372036854775807",
                                                  "18446744073709551616",
                                                  "1e999",
                                                  "NaN",
                                                  "\r\n",
                                                  "\n",
                                                  "\xFF\xFF\xFF\xFF",
                                                  std::string_view("\0\0\0\0", 4),
                                                  "\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ":",
                                                  "- ",
                                                  "&a ",
                                                  "*a",
                                                  "\xC3\x28",
                                                  "\t"};
    auto const at = below(input.size() + 1);
    auto const byte = std::min(at, input.empty() ? 0 : input.size() - 1);
    switch (below(8)) {
      case 0:
        if (!input.empty()) input[byte] = static_cast<char>(input[byte] ^ (1 << below(8)));
        break;
      case 1:
        if (!input.empty()) input[byte] = static_cast<char>(random_());
        break;
      case 2:
        input.erase(at, 1 + below(16));
        break;
      case 3:
        input.insert(at, tokens[below(std::size(tokens))]);
        break;
      case 4:
        input.insert(at, piece_of(input));
        break;
      case 5:
        input.insert(at, piece_of(corpus_[below(corpus_.size())]));
        break;
      case 6:
        input.resize(at);
        break;
      default:
        input.insert(at, 1 + below(300), static_cast<char>(random_()));
        break;
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

void run(Shared& shared, const std::string& input) {
  std::memcpy(shared.input, input.data(), input.size());
  shared.size = input.size();
  ++shared.runs;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

/// What a target throws is a find.
void run_all(Shared& shared, const std::vector<std::string>& corpus, const Options& options) noexcept {
  for (auto const& input : corpus) run(shared, input);
  Mutator mutator(corpus, options.seed);
  std::chrono::duration<double> const length(options.seconds);
  auto const end = Clock::now() + std::chrono::duration_cast<Clock::duration>(length);
  while (Clock::now() < end) run(shared, mutator.next());
}

/// Waits for the child; kills it once one input has taken too long.
int watch(pid_t child, const Shared& shared) {
  auto runs = shared.runs.load();
  auto since = Clock::now();
  for (int status = 0;;) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (auto const now = shared.runs.load(); now != runs) {
      runs = now;
      since = Clock::now();
    }
    if (Clock::now() - since > longest_run) {
      std::cerr << "one input takes more than " << longest_run.count() << " s\n";
      kill(child, SIGKILL);
    }
    usleep(20'000);
  }
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  auto const number = fleet::parse_number<Number>(text);
  if (number) out = *number;
  return number.has_value();
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    std::string_view const argument = arguments[i];
    bool good = true;
    if (argument.starts_with("--seconds=")) {
      good = read_number(argument.substr(10), options.seconds);
    } else if (argument.starts_with("--seed=")) {
      good = read_number(argument.substr(7), options.seed);
    } else {
      options.corpus.emplace_back(argument);
    }
    if (!good) throw std::runtime_error("expected a number: " + std::string(argument));
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) try {
  auto const options = read_options(count, arguments);
  auto const corpus = read_corpus(options.corpus);
  if (corpus.empty()) throw std::runtime_error("the corpus is empty");
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory");
  auto& shared = *new (memory) Shared;
  auto const child = fork();
  if (child < 0) throw std::runtime_error("no second process");
  if (child == 0) {
    run_all(shared, corpus, options);
    return 0;
  }
  auto const status = watch(child, shared);
  std::cout << shared.runs << " inputs, seed " << options.seed << '\n';
  if (status == 0) return 0;
  auto const path = fs::current_path() / (fs::path(arguments[0]).filename().string() + ".found");
  std::ofstream(path, std::ios::binary).write(shared.input, static_cast<std::streamsize>(shared.size));
  std::cerr << "the input is kept in " << path.string() << '\n';
  return 1;
} catch (const std::exception& error) {
  std::cerr << "usage: FUZZER [--seconds=N] [--seed=N] FILE_OR_FOLDER...\n" << error.what() << '\n';
  return 2;
}
