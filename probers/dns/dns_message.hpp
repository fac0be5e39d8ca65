// DNS messages: a query to octets, octets to a response. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "probers/dns/dns_record.hpp"

namespace fleet::probers::dns {

/// Octets that are no DNS message; what() says where.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Question {
  std::string name;  ///< wire form, see wire_name()
  std::uint16_t type = 255;
  std::uint16_t question_class = 1;
};
bool same_question(const Question& a, const Question& b);

struct Message {
  std::uint16_t id = 0;
  bool response = false, authoritative = false, truncated = false, recursion_desired = false,
       recursion_available = false;
  std::uint16_t rcode = 0;  ///< with the upper bits of an OPT record, if there is one
  std::vector<Question> questions;
  std::vector<Record> answers, authorities, additionals;
};

/// One question, opcode QUERY, no EDNS.
std::string encode_query(std::uint16_t id, const Question& question, bool recursion_desired);

/// The id that a message begins with; nullopt if it is too short to have one.
std::optional<std::uint16_t> peek_id(std::string_view octets);

/// Throws Malformed. A message that ends at the boundary of a record has the records that are there, whatever
/// its counts say (servers that truncate do that); one that ends within a record is malformed. Octets behind
/// the last record are ignored.
Message decode(std::string_view octets);

}  // namespace fleet::probers::dns
