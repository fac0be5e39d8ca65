#include "tests/core/web/gated_site.hpp"

#include <crypt.h>

#include <chrono>
#include <filesystem>

namespace fleet::testing {

namespace {

awaitable<web::Response> hello(const web::Request&) {
  web::Response response;
  response.body = "hello\n";
  co_return response;
}

Identity named(const std::string& name, const std::string& names, const Identity* issuer) {
  CertificateWish wish;
  wish.common_name = name;
  wish.names = names;
  wish.authority = issuer == nullptr;
  return make_identity(wish, issuer);
}

}  // namespace

GatedSite::GatedSite(const std::string& text)
    : file_(write_files(text)), gate_(std::make_shared<web::Gate>(file_)), server_([this](web::Server& to) {
        to.set_gate(gate_);
        to.route("GET", "/hello", hello);
        to.route("GET", "/-/healthy", hello);
      }) {}

GatedSite::~GatedSite() {
  server_.call([this] {
    server_.server.reset();
    return 0;
  });
  server_.halt();
  gate_->close();
}

std::string GatedSite::get(std::vector<std::string> options, const std::string& scheme,
                           const std::string& path) const {
  auto const output = directory_.path() / "curl.txt";
  std::filesystem::remove(output);
  std::vector<std::string> command{"curl",       "-sS",
                                   "--noproxy",  "*",
                                   "--max-time", "10",
                                   "--cacert",   this->path("ca.crt"),
                                   "--resolve",  "localhost:" + std::to_string(port()) + ":127.0.0.1",
                                   "-w",         "%{http_code}"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(scheme + "://localhost:" + std::to_string(port()) + path);
  Process curl({.command = command, .output = output, .environment = {}, .user = {}, .directory = {}});
  auto const code = curl.wait(std::chrono::seconds(20));
  return code == 0 ? read_text(output) : "curl " + std::to_string(code) + ": " + read_text(output);
}

std::string GatedSite::write_files(const std::string& text) {
  authority = named("test authority", "", nullptr);
  server = named("localhost", "DNS:localhost,IP:127.0.0.1", &authority);
  renewed = named("renewed", "DNS:localhost", &authority);
  known = named("scraper",
                "DNS:scraper.legalllm.test,email:ops@legalllm.test,IP:10.1.2.3,URI:spiffe://legalllm/scraper",
                &authority);
  stranger = named("stranger", "DNS:stranger.test", nullptr);
  write("ca.crt", authority.pem());
  write("server.crt", server.pem());
  write("server.key", server.key_pem());
  write("known.crt", known.pem());
  write("known.key", known.key_pem());
  write("stranger.crt", stranger.pem());
  write("stranger.key", stranger.key_pem());
  return directory_.write("web.yml", text);
}

std::vector<std::string> with_certificate(const GatedSite& site, const std::string& name) {
  return {"--cert", site.path(name + ".crt"), "--key", site.path(name + ".key")};
}

std::string bcrypt(const std::string& password) {
  crypt_data data{};
  return crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", &data);
}

}  // namespace fleet::testing
