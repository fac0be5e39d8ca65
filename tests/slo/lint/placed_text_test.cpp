#include "slo/lint/placed_text.hpp"

#include <catch2/catch.hpp>

using namespace fleet;

namespace {

/// Where the word stands, read through YAML and found again: "line:column".
std::string place_in(const std::string& yaml, const std::string& word) {
  auto const source = std::make_shared<const std::string>(yaml);
  auto const value = config::Document::parse(yaml, "f.yml").root().mapping({"a", "b"}).required("b");
  lint::PlacedText const text(value, source);
  lint::Place const place = text.at(text.text().find(word));
  CHECK(place.file == "f.yml");
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace

TEST_CASE("characters of a YAML text are found in the file, however it is written") {
  CHECK(place_in("a: 1\nb: one two", "two") == "2:8");
  CHECK(place_in("b: one\n  two three\n", "three") == "2:7");
  CHECK(place_in("b: >-\n  one two\n\n  three four\n", "four") == "4:9");
  CHECK(place_in("b: |\n    one\n      two\n", "two") == "3:7");
  CHECK(place_in("b: |2-\n  one\n", "one") == "2:3");
  CHECK(place_in("b: 'it''s two'", "two") == "1:11");
  CHECK(place_in("b: \"a \\\"b\\\" two\"", "two") == "1:13");
  CHECK(place_in("b: \"one\\n two\"", "two") == "1:11");
  CHECK(place_in("b: \"one \\\n   two\"", "two") == "2:4");
  CHECK(place_in("b: é two", "two") == "1:6");
  CHECK(place_in("a: ü\nb: \"ü\"", "ü") == "2:5");
}

TEST_CASE("the end of the text is a place too, and what cannot be found is at its begin") {
  std::string const yaml = "b: \"\\x41 two\"\n";
  auto const source = std::make_shared<const std::string>(yaml);
  lint::PlacedText const text(config::Document::parse(yaml, "f").root().mapping({"b"}).required("b"), source);
  CHECK(text.at(2).column == 4);
  std::string const plain = "b: one\n";
  lint::PlacedText const whole(config::Document::parse(plain, "f").root().mapping({"b"}).required("b"),
                               std::make_shared<const std::string>(plain));
  CHECK(whole.at(2).column == 6);
  CHECK(whole.at(99).line >= 1);
}
