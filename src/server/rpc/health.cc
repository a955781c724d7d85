#include "server/rpc/health.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace waypoint::server {
namespace {

constexpr char kApi[] = "hashicorp.waypoint.Waypoint";

}  // namespace

class Health::Watcher final : public Session<Request, Response> {
 public:
  Watcher(Health& health, Outbox<Response> outbox) : Session(outbox), health_(health) {
    health_.watchers_.insert(this);
  }

  void OnMessage(Request request) override {
    service_ = request.service();
    Tell();
  }
  void OnClosed(absl::Status /*why*/) override { health_.watchers_.erase(this); }

  // Only what changed, and nothing before it is known what is asked for.
  void Tell() {
    if (!service_) return;
    const Response::ServingStatus status = health_.StatusOf(*service_);
    if (status == told_) return;
    told_ = status;
    Response response;
    response.set_status(status);
    out_.Send(response);
  }

 private:
  Health& health_;
  std::optional<std::string> service_;
  std::optional<Response::ServingStatus> told_;
};

Health::Response::ServingStatus Health::StatusOf(const std::string& service) const {
  if (!service.empty() && service != kApi) return Response::SERVICE_UNKNOWN;
  return serving_ ? Response::SERVING : Response::NOT_SERVING;
}

void Health::Check(const Caller&, const Request& request, Reply<Response> reply) const {
  const Response::ServingStatus status = StatusOf(request.service());
  if (status == Response::SERVICE_UNKNOWN) {
    return reply(absl::NotFoundError(absl::StrCat("no service \"", request.service(), "\" here")));
  }
  Response response;
  response.set_status(status);
  reply(response);
}

std::unique_ptr<Session<Health::Request, Health::Response>> Health::Watch(const Caller&, Outbox<Response> outbox) {
  return std::make_unique<Watcher>(*this, outbox);
}

void Health::Stop() {
  serving_ = false;
  for (Watcher* watcher : watchers_) watcher->Tell();
}

}  // namespace waypoint::server
