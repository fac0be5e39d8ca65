// Replies made by hand, through the decoder that real ones go through.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/redis/reply_reader.hpp"

namespace fleet::testing {

/// A reply in the making: a text is a bulk string, a number an integer, a list an array.
class Made {
 public:
  Made(const char* text) : Made(std::string(text)) {}
  Made(const std::string& text) : wire_("$" + std::to_string(text.size()) + "\r\n" + text + "\r\n") {}
  Made(std::int64_t number) : wire_(":" + std::to_string(number) + "\r\n") {}
  Made(int number) : Made(std::int64_t{number}) {}
  Made(std::initializer_list<Made> elements) : wire_("*" + std::to_string(elements.size()) + "\r\n") {
    for (auto const& element : elements) wire_ += element.wire_;
  }
  static Made error(const std::string& text) {
    Made made(0);
    made.wire_ = "-" + text + "\r\n";
    return made;
  }
  const std::string& wire() const { return wire_; }

 private:
  std::string wire_;
};

/// Owns what a Reply is a view of.
class MadeReply {
 public:
  MadeReply(const Made& made) : arena_(std::make_unique<redis::ReplyArena>()) {
    redis::ReplyReader reader;
    reader.feed(made.wire());
    if (!reader.next(*arena_)) throw std::logic_error("not a whole reply");
  }
  operator redis::Reply() const { return redis::Reply(arena_.get(), 0); }

 private:
  std::unique_ptr<redis::ReplyArena> arena_;
};

}  // namespace fleet::testing
