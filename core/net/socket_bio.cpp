#include "core/net/socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace fleet::net {
namespace {

int descriptor_of(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

bool try_again() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int write(BIO* bio, const char* bytes, int length) {
  BIO_clear_retry_flags(bio);
  auto const count = send(descriptor_of(bio), bytes, static_cast<std::size_t>(length), MSG_NOSIGNAL);
  if (count < 0 && try_again()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int read(BIO* bio, char* into, int length) {
  BIO_clear_retry_flags(bio);
  auto const count = recv(descriptor_of(bio), into, static_cast<std::size_t>(length), 0);
  if (count < 0 && try_again()) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
      return 0;
  }
}

BIO_METHOD* make_method() {
  auto* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fleet socket");
  if (!method) return nullptr;
  BIO_meth_set_write(method, write);
  BIO_meth_set_read(method, read);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

BIO* make_socket_bio(const int* descriptor) {
  static BIO_METHOD* const method = make_method();  // lives as long as the process
  auto* const bio = method ? BIO_new(method) : nullptr;
  if (!bio) return nullptr;
  BIO_set_data(bio, const_cast<int*>(descriptor));
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace fleet::net
