// The A2A protocol as a client speaks it: cards, requests, answers. Plain text in, plain data out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleet::probers::a2a {

/// Wire versions (Major.Minor): https://a2a-protocol.org, 0.2.x, 0.3.0 and 1.0.
enum class Version : std::uint8_t { v0_2, v0_3, v1_0 };
std::string_view to_string(Version version);

/// Where and how an agent wants to be spoken to, taken from its card.
struct Endpoint {
  std::string url;
  Version version = Version::v0_3;
  std::string tenant;  ///< 1.0: copied into every request; empty if none
};

struct CardReading {
  std::optional<Endpoint> endpoint;
  std::string problem;            ///< why there is none
  bool version_mismatch = false;  ///< the card is good but offers no version or binding spoken here
};

/// Reads an agent card: `supportedInterfaces[]` in its order if present (1.0), else `url`,
/// `preferredTransport`, `additionalInterfaces[]` and `protocolVersion` (0.2, 0.3). Takes the first JSONRPC
/// interface whose version is known. A relative or missing interface URL is a problem.
CardReading read_card(std::string_view body);

/// The JSON-RPC text that sends one text message and waits for the outcome. `id` is the request's, unique on
/// its connection; `message_id` must be new to the agent, which may take a known one for a repetition.
std::string send_request(const Endpoint& endpoint, std::string_view id, std::string_view message_id,
                         std::string_view text);

enum class Answer : std::uint8_t {
  message,      ///< a direct reply
  completed,    ///< a task that ended well
  working,      ///< a task not yet ended
  interrupted,  ///< input-required, auth-required
  failed,       ///< failed, canceled, rejected
  error,        ///< a JSON-RPC error member
  invalid,      ///< none of these: bad JSON, another id, no result
};

struct AnswerReading {
  Answer answer = Answer::invalid;
  std::int64_t error_code = 0;
  std::string state;   ///< as the agent wrote it
  std::string detail;  ///< one line for people; no message content
};

/// Reads the answer to a JSON-RPC request with this id; all versions.
AnswerReading read_answer(std::string_view body, std::string_view id);

}  // namespace fleet::probers::a2a
