#include "core/http/decoding.hpp"

#include <brotli/decode.h>
#include <zlib.h>

#include <new>
#include <optional>

namespace fleet::http {

using Fed = BodyDecoder::Fed;

struct BodyDecoder::Codec {
  virtual ~Codec() = default;
  virtual Fed feed(std::string_view bytes, const Sink& sink) = 0;
  virtual bool is_complete() const = 0;
};

namespace {

constexpr std::size_t kPieceBytes = 16 * 1024;

class Identity : public BodyDecoder::Codec {
 public:
  Fed feed(std::string_view bytes, const BodyDecoder::Sink& sink) override {
    return sink(bytes) ? Fed::more : Fed::stopped;
  }
  bool is_complete() const override { return true; }
};

class Inflation : public BodyDecoder::Codec {
 public:
  explicit Inflation(bool gzip) : gzip_(gzip), piece_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {
    if (gzip) begin(MAX_WBITS + 16);
  }
  ~Inflation() override {
    if (begun_) inflateEnd(&stream_);
  }

  Fed feed(std::string_view bytes, const BodyDecoder::Sink& sink) override {
    std::string held;
    if (!begun_) {
      if (!first_ && bytes.size() == 1) {
        first_ = bytes[0];
        return Fed::more;
      }
      // Two bytes tell the formats apart (RFC 1950 section 2.2).
      if (first_) bytes = held.assign(1, *first_).append(bytes);
      auto const a = static_cast<unsigned char>(bytes[0]), b = static_cast<unsigned char>(bytes[1]);
      bool const zlib = (a & 0x0f) == Z_DEFLATED && (a * 256 + b) % 31 == 0;
      begin(zlib ? MAX_WBITS : -MAX_WBITS);
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
      if (ended_) {
        if (!gzip_ || stream_.avail_in == 0) return Fed::more;
        // A gzip file may consist of several (RFC 1952 section 2.2).
        if (inflateReset(&stream_) != Z_OK) return Fed::malformed;
        ended_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.get());
      stream_.avail_out = kPieceBytes;
      int const result = inflate(&stream_, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Fed::malformed;
      auto const count = kPieceBytes - stream_.avail_out;
      if (count > 0 && !sink({piece_.get(), count})) return Fed::stopped;
      ended_ = result == Z_STREAM_END;
      if (!ended_ && stream_.avail_in == 0 && count < kPieceBytes) return Fed::more;
    }
  }
  bool is_complete() const override { return ended_; }

 private:
  void begin(int window_bits) {
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
    begun_ = true;
  }

  bool gzip_;
  std::unique_ptr<char[]> piece_;
  std::optional<char> first_;
  bool begun_ = false, ended_ = false;
  z_stream stream_{};
};

class Brotli : public BodyDecoder::Codec {
 public:
  Brotli()
      : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance),
        piece_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {
    if (!state_) throw std::bad_alloc();
  }

  Fed feed(std::string_view bytes, const BodyDecoder::Sink& sink) override {
    auto const* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    auto left = bytes.size();
    for (;;) {
      if (is_complete()) return Fed::more;
      auto* out = reinterpret_cast<std::uint8_t*>(piece_.get());
      std::size_t space = kPieceBytes;
      auto const result = BrotliDecoderDecompressStream(state_.get(), &left, &next, &space, &out, nullptr);
      if (result == BROTLI_DECODER_RESULT_ERROR) return Fed::malformed;
      if (space < kPieceBytes && !sink({piece_.get(), kPieceBytes - space})) return Fed::stopped;
      if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return Fed::more;
    }
  }
  bool is_complete() const override { return BrotliDecoderIsFinished(state_.get()) != 0; }

 private:
  std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state_;
  std::unique_ptr<char[]> piece_;
};

std::unique_ptr<BodyDecoder::Codec> make_codec(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<Inflation>(true);
    case Compression::deflate:
      return std::make_unique<Inflation>(false);
    case Compression::br:
      return std::make_unique<Brotli>();
    case Compression::identity:
      break;
  }
  return std::make_unique<Identity>();
}

}  // namespace

BodyDecoder::BodyDecoder(Compression compression) : codec_(make_codec(compression)) {}
BodyDecoder::~BodyDecoder() = default;

Fed BodyDecoder::feed(std::string_view bytes, const Sink& sink) {
  return bytes.empty() ? Fed::more : codec_->feed(bytes, sink);
}

bool BodyDecoder::is_complete() const { return codec_->is_complete(); }

}  // namespace fleet::http
