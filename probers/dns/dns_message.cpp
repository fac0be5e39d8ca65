#include "probers/dns/dns_message.hpp"

#include <algorithm>

#include "probers/dns/dns_numbers.hpp"
#include "probers/dns/wire_reader.hpp"

namespace fleet::probers::dns {

namespace {

void append_u16(std::string& octets, unsigned value) {
  octets += static_cast<char>(value >> 8 & 0xFF);
  octets += static_cast<char>(value & 0xFF);
}

Record read_record(std::string_view octets, WireReader& reader) {
  Record record;
  record.owner = reader.name();
  record.type = reader.u16();
  record.record_class = reader.u16();
  record.ttl = reader.u32();
  std::size_t const length = reader.u16();
  auto const begin = reader.position();
  auto const data = reader.bytes(length);
  record.data = render_data(record.type, octets, begin, length);
  if (record.type == type::SOA && length >= 20) {
    // The serial is the first of the five numbers that end the data.
    record.soa_serial = WireReader(data, length - 20, 4).u32();
  }
  return record;
}

std::vector<Record> read_section(std::string_view octets, WireReader& reader, std::size_t count) {
  std::vector<Record> records;
  while (count-- > 0 && reader.left() != 0) records.push_back(read_record(octets, reader));
  return records;
}

}  // namespace

bool same_question(const Question& a, const Question& b) {
  return a.type == b.type && a.question_class == b.question_class && same_name(a.name, b.name);
}

std::string encode_query(std::uint16_t id, const Question& question, bool recursion_desired) {
  std::string octets;
  append_u16(octets, id);
  append_u16(octets, recursion_desired ? 0x0100 : 0);
  append_u16(octets, 1);
  for (int section = 0; section < 3; ++section) append_u16(octets, 0);
  octets += question.name;
  append_u16(octets, question.type);
  append_u16(octets, question.question_class);
  return octets;
}

std::optional<std::uint16_t> peek_id(std::string_view octets) {
  if (octets.size() < 2) return std::nullopt;
  return WireReader(octets, 0, 2).u16();
}

Message decode(std::string_view octets) {
  if (octets.size() < 12) throw Malformed("shorter than a header");
  try {
    WireReader reader(octets, 0, octets.size());
    Message message;
    message.id = reader.u16();
    auto const flags = reader.u16();
    message.response = (flags & 0x8000) != 0;
    message.authoritative = (flags & 0x0400) != 0;
    message.truncated = (flags & 0x0200) != 0;
    message.recursion_desired = (flags & 0x0100) != 0;
    message.recursion_available = (flags & 0x0080) != 0;
    message.rcode = flags & 0x000F;
    std::size_t questions = reader.u16();
    std::size_t const answers = reader.u16(), authorities = reader.u16(), additionals = reader.u16();
    while (questions-- > 0 && reader.left() != 0) {
      Question question;
      question.name = reader.raw_name();
      question.type = reader.u16();
      question.question_class = reader.u16();
      message.questions.push_back(std::move(question));
    }
    message.answers = read_section(octets, reader, answers);
    message.authorities = read_section(octets, reader, authorities);
    message.additionals = read_section(octets, reader, additionals);
    for (auto const& record : message.additionals) {
      if (record.type == type::OPT) message.rcode |= static_cast<std::uint16_t>(record.ttl >> 24 << 4);
    }
    return message;
  } catch (const std::out_of_range& error) {
    throw Malformed(error.what());
  }
}

}  // namespace fleet::probers::dns
