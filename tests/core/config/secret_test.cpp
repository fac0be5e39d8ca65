#include "core/config/secret.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ostream>

#include "tests/core/config/error_of.hpp"
#include "tests/servers/process.hpp"

using namespace fleet::config;
using fleet::testing::error_of;
using fleet::testing::yaml;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

Secret read(const Value& root) { return read_secret(root.mapping({"password", "password_file"}), "password"); }

}  // namespace

TEST_CASE("a secret is inline, from the environment, in a file, or not there") {
  fleet::testing::TemporaryDirectory const directory;
  directory.write("one", "hunter2\n");
  directory.write("two", "with space \r\n");
  directory.write("bare", "x");
  auto const load = [&](const std::string& text) {
    return read(Document::load(directory.write("c.yml", text)).root()).reveal();
  };
  ::setenv("FLEET_TEST_PASSWORD", "from-env", 1);
  CHECK(load("password: abc\n") == "abc");
  CHECK(load("password: ${FLEET_TEST_PASSWORD}\n") == "from-env");
  CHECK(load("password_file: one\n") == "hunter2");
  CHECK(load("password_file: two\n") == "with space ");
  CHECK(load("password_file: bare\n") == "x");
  CHECK(load("{}\n").empty());
}

TEST_CASE("unusable secrets are refused at their key and not shown") {
  fleet::testing::TemporaryDirectory const directory;
  directory.write("empty", "\n");
  std::string const file = directory.path() / "c.yml";
  auto const refusal = [&](const std::string& text) {
    auto const root = Document::load(directory.write("c.yml", text)).root();
    return error_of([&] { read(root); });
  };
  std::string const folder = directory.path().string();
  CHECK(refusal("password_file: none\n") ==
        file + ":1:16: expected a readable file, got `" + folder + "/none`: No such file or directory");
  CHECK(refusal("password_file: .\n") ==
        file + ":1:16: expected a readable file, got `" + folder + "/.`: Is a directory");
  CHECK(refusal("password_file: empty\n") ==
        file + ":1:16: expected a file with a secret, but `" + folder + "/empty` is empty");
  CHECK(refusal("password: abc\npassword_file: one\n") ==
        file + ":2:16: expected either `password` or `password_file`, got both");
  CHECK(refusal("password: [hunter2]\n") == file + ":1:11: expected a text, got a list");
  CHECK(refusal("password: ''\n") == file + ":1:11: expected a text that is not empty");
}
