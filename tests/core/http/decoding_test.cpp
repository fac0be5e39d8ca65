#include "core/http/decoding.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "core/http/body_intake.hpp"

using namespace fleet::http;

namespace {

std::string deflated(const std::string& text, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string compressed(Compression compression, const std::string& text, bool raw = false) {
  if (compression == Compression::gzip) return deflated(text, MAX_WBITS + 16);
  if (compression == Compression::deflate) return deflated(text, raw ? -MAX_WBITS : MAX_WBITS);
  if (compression == Compression::identity) return text;
  std::string out(BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
  std::size_t length = out.size();
  BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &length,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(length);
  return out;
}

/// The text, or "malformed", fed in pieces of that size.
std::string decoded(Compression compression, std::string_view bytes, std::size_t piece) {
  BodyIntake intake(compression, std::nullopt, true);
  while (!bytes.empty()) {
    if (!intake.take(bytes.substr(0, piece))) break;
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  intake.finish();
  return intake.state() == BodyIntake::State::good ? intake.body() : "malformed";
}

std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

}  // namespace

TEST_CASE("bodies come out of every compression, however they are cut") {
  auto const compression =
      GENERATE(Compression::identity, Compression::gzip, Compression::deflate, Compression::br);
  auto const text = long_text();
  auto const bytes = compressed(compression, text);
  for (std::size_t const piece : {std::size_t(1), std::size_t(1000), bytes.size()})
    CHECK(decoded(compression, bytes, piece) == text);
  CHECK(decoded(Compression::deflate, compressed(Compression::deflate, text, true), 1) == text);
  CHECK(decoded(Compression::deflate, compressed(Compression::deflate, text, true), 100'000) == text);
}

TEST_CASE("a gzip body of several members") {
  auto const bytes = compressed(Compression::gzip, "one ") + compressed(Compression::gzip, "two");
  CHECK(decoded(Compression::gzip, bytes, 1) == "one two");
  CHECK(decoded(Compression::gzip, bytes, bytes.size()) == "one two");
  CHECK(decoded(Compression::gzip, bytes + "rubbish", bytes.size() + 7) == "malformed");
}

TEST_CASE("bodies that are not what was configured") {
  auto const compression = GENERATE(Compression::gzip, Compression::deflate, Compression::br);
  auto const bytes = compressed(compression, long_text());
  CHECK(decoded(compression, std::string_view(bytes).substr(0, bytes.size() / 2), 4096) == "malformed");
  CHECK(decoded(compression, "", 1) == "malformed");
  CHECK(decoded(compression, "\xff\xff\xff\xff<html>this is no compression at all</html>", 1) == "malformed");
  CHECK(decoded(compression, "x", 1) == "malformed");
}

TEST_CASE("a bomb ends at the limit") {
  auto const compression = GENERATE(Compression::gzip, Compression::deflate, Compression::br);
  auto const bomb = compressed(compression, std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 100'000);
  BodyIntake intake(compression, 1'000'000, true);
  CHECK_FALSE(intake.take(bomb));
  CHECK(intake.state() == BodyIntake::State::too_large);
  CHECK(intake.body().size() <= 1'000'000);
}

TEST_CASE("a body may be as long as its limit, and is held only if asked") {
  BodyIntake exact(std::nullopt, 5, true);
  CHECK(exact.take("abc"));
  CHECK(exact.take("de"));
  exact.finish();
  CHECK(exact.state() == BodyIntake::State::good);
  CHECK(exact.body() == "abcde");
  CHECK_FALSE(exact.take("f"));
  CHECK(exact.state() == BodyIntake::State::too_large);
  BodyIntake counted(std::nullopt, std::nullopt, false);
  CHECK(counted.take("abc"));
  CHECK(counted.bytes() == 3);
  CHECK(counted.body().empty());
}
