#include "server/admin_http/http_server.h"

#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "microhttpd.h"

namespace pathkb {
namespace {

constexpr unsigned kConnectionsMax = 32;
constexpr unsigned kSilentSecondsMax = 10;

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, AddressListDeleter>;

AddressList Resolve(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string bare =
      host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
  if (getaddrinfo(bare.c_str(), port.c_str(), &hints, &list) != 0) return nullptr;
  return AddressList(list);
}

MHD_Result Send(MHD_Connection* connection, const HttpAnswer& answer) {
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result Answer(void* handler, MHD_Connection* connection, const char* url, const char* method,
                  const char*, const char*, size_t* upload_bytes, void**) {
  if (std::strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
      std::strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
    *upload_bytes = 0;
    HttpAnswer refused;
    refused.status = MHD_HTTP_METHOD_NOT_ALLOWED;
    refused.body = "only GET and HEAD\n";
    return Send(connection, refused);
  }
  return Send(connection, (*static_cast<HttpServer::Handler*>(handler))(url));
}

}  // namespace

HttpServer::HttpServer(std::string host, Handler handler)
    : handler_(std::move(handler)), address_(std::move(host)) {}

HttpServer::~HttpServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              Handler handler) {
  const size_t colon = address.rfind(':');
  if (colon == address.npos) {
    return absl::InvalidArgumentError(fmt::format("{} is not HOST:PORT", address));
  }
  const std::string host = address.substr(0, colon);
  const AddressList resolved = Resolve(host, address.substr(colon + 1));
  if (resolved == nullptr) {
    return absl::InvalidArgumentError(fmt::format("{} is not HOST:PORT", address));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(host, std::move(handler)));
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
  if (resolved->ai_family == AF_INET6) flags |= MHD_USE_IPv6;
  errno = 0;
  server->daemon_ =
      MHD_start_daemon(flags, 0, nullptr, nullptr, &Answer, &server->handler_, MHD_OPTION_SOCK_ADDR,
                       resolved->ai_addr, MHD_OPTION_CONNECTION_LIMIT, kConnectionsMax,
                       MHD_OPTION_CONNECTION_TIMEOUT, kSilentSecondsMax, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {}: {}", address, std::strerror(errno)));
  }
  const MHD_DaemonInfo* info = MHD_get_daemon_info(server->daemon_, MHD_DAEMON_INFO_BIND_PORT);
  server->address_ = fmt::format("{}:{}", host, info->port);
  return server;
}

}  // namespace pathkb
