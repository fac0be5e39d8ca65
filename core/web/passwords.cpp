#include "core/web/passwords.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <new>
#include <stdexcept>

namespace fleet::web {
namespace {

constexpr std::string_view alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t hash_length = 60;

bool computed(const std::string& hash, const std::string& password) {
  // crypt() would end at it, and so take "right\0anything" for "right".
  if (password.find('\0') != std::string::npos) return false;
  auto const data = std::make_unique<crypt_data>();
  auto const* const result = crypt_r(password.c_str(), hash.c_str(), data.get());
  if (result == nullptr || std::string_view(result).size() != hash.size()) return false;
  return CRYPTO_memcmp(result, hash.data(), hash.size()) == 0;
}

awaitable<bool> compute(config::Secret hash, config::Secret password) {
  co_return computed(hash.reveal(), password.reveal());
}

}  // namespace

bool is_bcrypt(std::string_view hash) {
  if (hash.size() != hash_length || hash.substr(0, 2) != "$2" || hash[3] != '$' || hash[6] != '$') return false;
  if (std::string_view("abxy").find(hash[2]) == std::string_view::npos) return false;
  auto const digit = [&](std::size_t at) { return hash[at] >= '0' && hash[at] <= '9'; };
  if (!digit(4) || !digit(5)) return false;
  int const cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  return cost >= 4 && cost <= 31 && hash.substr(7).find_first_not_of(alphabet) == std::string_view::npos;
}

Passwords::Passwords() : thread_(std::make_unique<asio::thread_pool>(1)) {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
    throw std::runtime_error("no random bytes from OpenSSL");
}

void Passwords::close() {
  if (!thread_) return;
  thread_->stop();
  thread_->join();
  thread_.reset();
}

Passwords::Digest Passwords::digest(const config::Secret& hash, const config::Secret& password) const {
  auto const text = hash.reveal() + password.reveal();  // the hash has always the same length
  Digest out;
  unsigned length = 0;
  auto const* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes, text.size(), out.data(), &length))
    throw std::bad_alloc();
  return out;
}

void Passwords::remember(const Digest& key, bool answer) {
  if (!answers_.emplace(key, answer).second) return;
  order_.push_back(key);
  if (order_.size() <= remembered) return;
  answers_.erase(order_.front());
  order_.pop_front();
}

awaitable<std::optional<bool>> Passwords::match(config::Secret hash, config::Secret password) {
  auto const key = digest(hash, password);
  if (auto const known = answers_.find(key); known != answers_.end()) co_return known->second;
  if (waiting_ >= most_waiting) co_return std::nullopt;
  struct Waiting {
    explicit Waiting(std::size_t& waiting) : count(waiting) { ++count; }
    ~Waiting() { --count; }
    std::size_t& count;
  } const waiting(waiting_);
  awaitable<bool> work = compute(std::move(hash), std::move(password));
  bool const answer = co_await asio::co_spawn(thread_->get_executor(), std::move(work), asio::use_awaitable);
  remember(key, answer);
  co_return answer;
}

}  // namespace fleet::web
