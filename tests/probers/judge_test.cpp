#include <catch2/catch.hpp>

#include "probers/a2a/a2a_probe.hpp"
#include "probers/http/http_probe.hpp"
#include "probers/once.hpp"

using namespace fleet::probers;

TEST_CASE("HTTP status: 2xx unless listed") {
  HttpOptions options;
  CHECK_FALSE(judge(options, 200, ""));
  CHECK_FALSE(judge(options, 299, ""));
  CHECK(judge(options, 300, "")->reason == Reason::status);
  CHECK(judge(options, 199, "")->reason == Reason::status);
  options.valid_status_codes = {404};
  CHECK_FALSE(judge(options, 404, ""));
  CHECK(judge(options, 200, "")->detail == "HTTP status 200");
}

TEST_CASE("HTTP body expressions") {
  HttpOptions options;
  options.fail_if_body_matches.push_back(std::make_shared<re2::RE2>("mainten.nce"));
  options.fail_if_body_not_matches.push_back(std::make_shared<re2::RE2>("(?i)legalllm"));
  CHECK_FALSE(judge(options, 200, "welcome to LegalLLM"));
  CHECK(judge(options, 200, "LegalLLM maintenance")->reason == Reason::body);
  CHECK(judge(options, 200, "nginx")->detail == "body does not match (?i)legalllm");
}

TEST_CASE("an A2A answer decides outcome and reason") {
  auto const verdict = [](a2a::Answer answer, int status = 200) {
    a2a::AnswerReading reading;
    reading.answer = answer;
    ProbeResult result;
    judge(reading, status, result);
    return result;
  };
  CHECK(verdict(a2a::Answer::message).outcome == Outcome::good);
  CHECK(verdict(a2a::Answer::completed).outcome == Outcome::good);
  CHECK(verdict(a2a::Answer::failed).reason == Reason::a2a_state);
  CHECK(verdict(a2a::Answer::interrupted).reason == Reason::a2a_interrupted);
  CHECK(verdict(a2a::Answer::error, 500).reason == Reason::a2a_error);
  CHECK(verdict(a2a::Answer::invalid, 200).reason == Reason::a2a_answer);
  CHECK(verdict(a2a::Answer::invalid, 503).reason == Reason::status);
}

TEST_CASE("every reason has a word of its own") {
  std::vector<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Reason::internal); ++i)
    words.push_back(to_string(static_cast<Reason>(i)));
  auto sorted = words;
  std::sort(sorted.begin(), sorted.end());
  CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
  CHECK(to_string(Reason::too_large) == "too_large");
  CHECK(to_string(Reason::a2a_interrupted) == "a2a_interrupted");
}

TEST_CASE("the one-shot table and its exit status") {
  OnceRow good{{"web", "healthz"}, {}};
  good.result.duration = std::chrono::microseconds(12340);
  OnceRow bad{{"agents", "financial"}, ProbeResult::bad(Reason::timeout, "send", "timed out")};
  OnceRow unknown{{"x", "y"}, {}};
  unknown.result.outcome = Outcome::unknown;
  CHECK(render_table({good, bad}) ==
        "PROBE   TARGET     RESULT  REASON   STEP  MS    DETAIL\n"
        "web     healthz    good    -        -     12.3\n"
        "agents  financial  bad     timeout  send  0.0   timed out\n");
  CHECK(exit_status({good}) == 0);
  CHECK(exit_status({good, bad, unknown}) == 1);
  CHECK(exit_status({good, unknown}) == 3);
}
