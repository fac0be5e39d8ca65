// Compressed bodies that servers answer with; the first byte chooses the coding.
#include "core/http/decoding.hpp"
#include "tests/fuzz/target.hpp"

using namespace fleet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr http::Compression codings[] = {http::Compression::identity, http::Compression::gzip,
                                           http::Compression::deflate, http::Compression::br};
  http::BodyDecoder decoder(codings[data[0] % std::size(codings)]);
  constexpr std::size_t most = 1 << 20;
  std::size_t decoded = 0;
  bool over = false;
  auto const sink = [&](std::string_view piece) {
    fuzz::require(!over, "who said stop is given no more");
    fuzz::require(piece.size() <= 16384, "pieces are small");
    decoded += piece.size();
    over = decoded > most;
    return !over;
  };
  bool ended = false;
  fuzz::in_pieces(fuzz::text_of(data + 1, size - 1), [&](std::string_view piece) {
    if (!ended) ended = decoder.feed(piece, sink) != http::BodyDecoder::Fed::more;
  });
  decoder.is_complete();
  return 0;
}
