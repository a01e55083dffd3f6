// The HTTP port for operators and for what watches over them: a few pages of text that are read
// with GET, on a loopback address.
//
//   curl http://127.0.0.1:7421/readyz --> thread --Handler("/readyz")--> 200, "ready"
//
// It is there before the data are, so that a long start can be told from a dead process.

#ifndef PATHKB_SERVER_ADMIN_HTTP_HTTP_SERVER_H_
#define PATHKB_SERVER_ADMIN_HTTP_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct MHD_Daemon;

namespace pathkb {

// One page.
struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Thread-safe. Serves from a thread of its own, one request at a time, at most 32 connections, each
// closed after 10 silent seconds.
class HttpServer {
 public:
  // The page at `path`, such as "/metrics"; called on the server's thread. What has no page should
  // be answered with status 404.
  using Handler = std::function<HttpAnswer(std::string_view path)>;

  // Listens on `address`, HOST:PORT with a numeric host or `localhost`; port 0 takes a free one.
  // Methods other than GET and HEAD are answered with 405.
  //   InvalidArgument  not such an address
  //   Unavailable      it is in use, or not of this machine
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           Handler handler);
  // Ends the answer at hand, then closes the port.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // HOST:PORT, the port being the real one.
  const std::string& address() const { return address_; }

 private:
  HttpServer(std::string host, Handler handler);

  Handler handler_;
  std::string address_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_ADMIN_HTTP_HTTP_SERVER_H_
