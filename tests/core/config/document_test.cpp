#include "core/config/document.hpp"

#include <catch2/catch.hpp>

#include "core/config/nearest.hpp"
#include "tests/core/config/error_of.hpp"
#include "tests/servers/process.hpp"

using namespace fleet::config;
using fleet::testing::error_of;
using fleet::testing::load_error;
using fleet::testing::yaml;

TEST_CASE("places are 1-based lines and columns of the value, counted in characters") {
  auto const root = yaml("a: x\nb:\n  - one\n  - {k: v}\n\"é\": {ü: [ö, 7]}\n").mapping({"a", "b", "é"});
  CHECK(root.self().place() == "t.yml:1:1");
  CHECK(root.required("a").place() == "t.yml:1:4");
  auto const list = root.required("b").list();
  CHECK(list[0].place() == "t.yml:3:5");
  CHECK(list[1].place() == "t.yml:4:5");
  CHECK(list[1].mapping({"k"}).required("k").place() == "t.yml:4:9");
  auto const entries = root.required("é").entries();
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].first.place() == "t.yml:5:7");
  CHECK(entries[0].second.list()[1].place() == "t.yml:5:14");
}

TEST_CASE("carriage returns and a byte order mark do not move places") {
  CHECK(yaml("a: 1\r\nb: 2\r\n").mapping({"a", "b"}).required("b").place() == "t.yml:2:4");
  CHECK(yaml("a: 1\r\nb: 2\r\n").mapping({"a", "b"}).required("b").integer(0, 9) == 2);
  CHECK(yaml("\xEF\xBB\xBF"
             "a: 1\n")
            .mapping({"a"})
            .required("a")
            .integer(0, 9) == 1);
}

TEST_CASE("an absent value stands at its key") {
  auto const root = yaml("a:\nb: 1\n").mapping({"a", "b"});
  CHECK(root.required("a").is_null());
  CHECK(root.required("a").place() == "t.yml:1:1");
  CHECK(error_of([&] { root.required("a").text(); }) == "t.yml:1:1: expected a text, got nothing");
  CHECK(root.required("a").list_or_empty().empty());
  CHECK(error_of([&] { root.required("a").list(); }) ==
        "t.yml:1:1: expected a list with at least one entry, got nothing");
}

TEST_CASE("duplicate keys are refused at any depth") {
  CHECK(load_error("a: 1\nb: 2\na: 3\n") == "t.yml:3:1: duplicate key `a`, first given on line 1");
  CHECK(load_error("x:\n  - y: {k: 1, l: 2, k: 3}\n") ==
        "t.yml:2:21: duplicate key `k`, first given on line 2");
  CHECK(load_error("a: 1\n\"a\": 2\n") == "t.yml:2:1: duplicate key `a`, first given on line 1");
  CHECK(load_error("a: {x: 1}\nb: {x: 1}\n") == "no error");
}

TEST_CASE("what is no single well-formed document is refused") {
  CHECK(load_error("") == "t.yml:1:1: expected a configuration, got an empty file");
  CHECK(load_error("# only a comment\n\n") == "t.yml:1:1: expected a configuration, got an empty file");
  CHECK(load_error("a: 1\n---\nb: 2\n") == "t.yml:2:1: expected one document in the file, got a second one");
  CHECK(load_error("---\na: 1\n...\n") == "no error");
  CHECK(load_error("a: [1, 2\n").starts_with("t.yml:2:1: expected YAML: "));
  CHECK(load_error("b: 'it''s'\na: 'x\nc: d\n") == "t.yml:2:4: expected a closing quote for this text");
  CHECK(load_error("b: \"\\\"\"\na: \"x\n") == "t.yml:2:4: expected a closing quote for this text");
  CHECK(load_error("b: 'it''s'\na: \"\\\"x\" # it's\n") == "no error");
  CHECK(load_error("- a\nb: 1\n") ==
        "t.yml:2:1: expected the end of the document, got more at another indentation");
  CHECK(load_error("a: *nowhere\n").starts_with("t.yml:1:4: expected YAML: "));
  CHECK(load_error("a:\n\tb: 1\n") == "t.yml:2:1: expected spaces for indentation, got a tab");
  CHECK(load_error("a: x\ty\n") == "no error");
  CHECK(load_error("a: \"\xC3\x28\"\n") == "t.yml:1:5: expected UTF-8 text");
  CHECK(load_error("a: \xED\xA0\x80\n") == "t.yml:1:4: expected UTF-8 text");
  CHECK(load_error(std::string("a: x\0y\n", 7)) == "t.yml:1:5: expected text, got a control character");
  CHECK(load_error("a: !!binary aGk=\n").find("expected a value without a tag") != std::string::npos);
  CHECK(load_error("? [a, b]\n: c\n") == "t.yml:1:3: expected a text as key");
}

TEST_CASE("aliases share a value; cycles and alias bombs are harmless") {
  auto const root = yaml("a: &x {k: 1}\nb: *x\n").mapping({"a", "b"});
  CHECK(root.required("b").mapping({"k"}).required("k").integer(0, 9) == 1);
  CHECK(load_error("a: &x [*x]\n").starts_with("t.yml:1:8: expected"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    std::string const before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += before + (n < 9 ? ", " : "]\n");
  }
  CHECK(load_error(bomb) == "no error");
}

TEST_CASE("values nested without end are refused, and by name") {
  std::string const expected = "expected values that are nested less deeply";
  CHECK(load_error("a: " + std::string(100'000, '[')).find(expected) != std::string::npos);
  std::string mappings = "a: ";
  for (int n = 0; n < 10'000; ++n) mappings += "{b: ";
  CHECK(load_error(mappings).find(expected) != std::string::npos);
}

TEST_CASE("unknown keys are refused at their place, with the nearest known one") {
  auto const root = yaml("interval: 1s\nintervl: 2s\n");
  CHECK(error_of([&] {
          root.mapping({"interval", "timeout"});
        }) == "t.yml:2:1: unknown key `intervl`, did you mean `interval`?");
  CHECK(error_of([&] {
          yaml("zzz: 1\n").mapping({"interval", "timeout"});
        }) == "t.yml:1:1: unknown key `zzz`, expected one of `interval`, `timeout`");
  CHECK(error_of([&] { yaml("[a]\n").mapping({"a"}); }) == "t.yml:1:1: expected a mapping, got a list");
  CHECK(error_of([&] {
          yaml("a: {b: 1}\n").mapping({"a"}).required("a").mapping({"b", "c"}).required("c");
        }) == "t.yml:1:4: missing key `c`");
}

TEST_CASE("the nearest word is one that a typing error explains") {
  std::string_view const words[] = {"interval", "timeout", "path"};
  CHECK(nearest("intervall", words) == "interval");
  CHECK(nearest("timeuot", words) == "timeout");
  CHECK(nearest("pth", words) == "path");
  CHECK(nearest("inter", words) == "interval");
  CHECK(nearest("in", words).empty());
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("", words).empty());
}

TEST_CASE("entries keep the file's order") {
  auto const entries = yaml("z: 1\na: 2\nm: 3\n").entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].first.text() == "z");
  CHECK(entries[1].first.text() == "a");
  CHECK(entries[2].second.integer(0, 9) == 3);
}

TEST_CASE("a file that cannot be read is named with the reason") {
  fleet::testing::TemporaryDirectory const directory;
  std::string const missing = directory.path() / "none.yml";
  CHECK(error_of([&] { Document::load(missing); }) == missing + ": cannot be read: No such file or directory");
  std::string const folder = directory.path();
  CHECK(error_of([&] { Document::load(folder); }) == folder + ": cannot be read: Is a directory");
  CHECK(error_of([] { Document::load("/dev/zero"); }) ==
        "/dev/zero: cannot be read: larger than 16777216 bytes");
  std::string const good = directory.write("good.yml", "f: x.txt\ng: /abs/y.txt\n");
  auto const root = Document::load(good).root().mapping({"f", "g"});
  CHECK(root.required("f").path() == (directory.path() / "x.txt").string());
  CHECK(root.required("g").path() == "/abs/y.txt");
}

TEST_CASE("a file may hold several documents where that is asked for") {
  auto const documents = Document::parse_all("---\na: 1\n---\n---\nb: [2]\n", "t.yml");
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].root().mapping({"a"}).required("a").place() == "t.yml:2:4");
  CHECK(documents[1].root().mapping({"b"}).required("b").list()[0].place() == "t.yml:5:5");
  CHECK_THROWS_WITH(Document::parse_all("a: 1\n---\na: 1\na: 2\n", "t.yml"),
                    "t.yml:4:1: duplicate key `a`, first given on line 3");
  CHECK_THROWS_WITH(Document::parse_all("a: &x 1\n---\nb: *x\n", "t.yml"), Catch::StartsWith("t.yml:3:"));
  CHECK_THROWS_WITH(Document::parse_all("---\n---\n", "t.yml"),
                    "t.yml:1:1: expected a configuration, got only empty documents");
}
