#include "server/admin_http/pages.h"

#include "fmt/format.h"

namespace pathkb {
namespace {

constexpr char kList[] =
    "/healthz   that the process runs\n"
    "/readyz    that requests are answered\n"
    "/metrics   figures for Prometheus\n";

HttpAnswer ReadyPage(const Readiness::Picture& picture) {
  HttpAnswer answer;
  if (picture.ready) {
    answer.body = "ready\n";
    return answer;
  }
  answer.status = 503;
  answer.body = picture.total == 0 ? fmt::format("not ready: {}\n", picture.doing)
                                   : fmt::format("not ready: {}, {} of {}\n", picture.doing,
                                                 picture.done, picture.total);
  return answer;
}

}  // namespace

HttpAnswer OperatorPage(std::string_view path, const Readiness& readiness,
                        const std::function<std::string()>& metrics) {
  HttpAnswer answer;
  if (path == "/healthz") {
    answer.body = "live\n";
  } else if (path == "/readyz") {
    answer = ReadyPage(readiness.Get());
  } else if (path == "/metrics") {
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics();
  } else if (path == "/") {
    answer.body = kList;
  } else {
    answer.status = 404;
    answer.body = fmt::format("no such page; there are\n{}", kList);
  }
  return answer;
}

}  // namespace pathkb
