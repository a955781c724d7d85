#include "client/channel/grpc_channel.h"

#include <chrono>
#include <stop_token>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/socket.h"
#include "base/status.h"
#include "client/channel/client_loop.h"
#include "client/channel/credentials.h"
#include "client/channel/grpc_stream.h"
#include "client/channel/keepalives.h"
#include "client/channel/tls_relay.h"
#include "google/protobuf/empty.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "transport/buffers.h"

namespace waypoint::client {
namespace {

namespace pb = ::hashicorp::waypoint;
using transport::FromGrpc;
using transport::TakeBytes;
using transport::ToBuffer;

constexpr absl::string_view kService = "/hashicorp.waypoint.Waypoint/";
constexpr char kProtocol[] = "1,1";
constexpr uint32_t kProtocolVersion = 1;

grpc::ChannelArguments ChannelArgs() {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // gRPC would obey it even for loopback
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 10'000);
  args.SetServiceConfigJSON("{}");
  args.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  args.SetMaxReceiveMessageSize(4 << 20);
  args.SetMaxSendMessageSize(-1);
  args.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 1 << 20);  // servers of 0.11 do not shorten their errors
  return args;
}

// gRPC's own words for a server whose TLS selects no application protocol, as 0.11's does.
bool NegotiatesNothing(const absl::Status& status) { return absl::StrContains(status.message(), "ALPN"); }

// What waiting will not change: somebody answers, but not with what was asked for.
bool IsRefusal(const absl::Status& status) {
  return NegotiatesNothing(status) || absl::StrContains(status.message(), "SSL_ERROR_SSL") ||
         absl::StrContains(status.message(), "Failed parsing HTTP/2");
}

// Without gRPC's frame: "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.1:9701: REASON".
absl::string_view Cause(absl::string_view message) {
  constexpr absl::string_view kFrame = "last error: ";
  const size_t frame = message.find(kFrame);
  if (frame == absl::string_view::npos) return message;
  absl::string_view cause = message.substr(frame + kFrame.size());
  for (int part = 0; part < 2; ++part) {  // the code, the address
    const size_t end = cause.find(": ");
    if (end == absl::string_view::npos) return message;
    cause.remove_prefix(end + 2);
  }
  return cause;
}

std::string Advice(const absl::Status& status) {
  if (absl::StrContains(status.message(), "certificate")) {
    return "The server's certificate is not trusted here: add its authority to the system's, or skip the check with "
           "-server-tls-skip-verify";
  }
  if (absl::StrContains(status.message(), "wrong version number")) {
    return "What answers there does not speak TLS: check the address, or turn TLS off with -server-tls=false";
  }
  return "Check that the server runs, the address, and whether it expects TLS";
}

absl::StatusOr<std::unique_ptr<TlsRelay>> StartRelay(const DialOptions& options) {
  ASSIGN_OR_RETURN(HostPort server, ParseHostPort(options.address));
  return TlsRelay::Start({.host = std::move(server.host),
                          .port = server.port,
                          .skip_verify = options.tls_skip_verify,
                          .ca_pem = options.ca_pem});
}

std::string Path(absl::string_view method) { return absl::StrCat(kService, method); }

class GrpcChannel : public Channel {
 public:
  // With a relay, which secures the connection in gRPC's place, or without.
  explicit GrpcChannel(const DialOptions& options, std::unique_ptr<TlsRelay> relay = nullptr)
      : options_(options),
        relay_(std::move(relay)),
        channel_(relay_ == nullptr
                     ? grpc::CreateCustomChannel(options.address, MakeCredentials(options), ChannelArgs())
                     : grpc::CreateCustomChannel(relay_->target(), grpc::InsecureChannelCredentials(), ChannelArgs())),
        stub_(channel_),
        keepalives_(std::make_shared<Keepalives>(
            [stub = grpc::GenericStub(channel_), options](Keepalives::Answer answer) mutable {
              AskForKeepalives(stub, options, std::move(answer));
            })) {}

  absl::Status Call(absl::string_view method, const Message& request, Message* response,
                    const CallOptions& options) override {
    grpc::ClientContext context;
    Prepare(options_, options, &context);
    grpc::ByteBuffer received;
    grpc::Status status = RunUnary(method, ToBuffer(request.SerializeAsString()), &context, &received, options.stop);
    if (!status.ok()) return FromGrpc(status);
    if (response->ParseFromString(TakeBytes(&received))) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("the answer to ", method, " cannot be decoded"));
  }

  std::unique_ptr<Stream> Open(absl::string_view method, const CallOptions& options) override {
    auto context = std::make_unique<grpc::ClientContext>();
    Prepare(options_, options, context.get());
    if (options_.inline_keepalives) context->AddMetadata("wp-inline-keepalives", "true");
    std::shared_ptr<StreamCall> call = StreamCall::Start(stub_, Path(method), std::move(context));
    if (options_.inline_keepalives && ClientStreams(method)) keepalives_->Watch(call);
    return std::make_unique<GrpcStream>(std::move(call), options.stop);
  }

  // Waits until connected, the time is over, or somebody has answered who is no such server.
  absl::Status Connect(absl::Duration timeout) {
    const auto deadline = std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout);
    bool asked = false;
    grpc_connectivity_state state = channel_->GetState(true);
    while (state != GRPC_CHANNEL_READY && channel_->WaitForStateChange(state, deadline)) {
      state = channel_->GetState(true);
      if (state != GRPC_CHANNEL_TRANSIENT_FAILURE || asked) continue;
      asked = true;
      if (absl::Status why = Probe(); IsRefusal(why)) return why;
    }
    return state == GRPC_CHANNEL_READY ? absl::OkStatus() : Probe();
  }

  // The connection does not tell why it failed; a call does.
  absl::Status Probe() {
    CallOptions quick;
    quick.timeout = absl::Seconds(1);
    google::protobuf::Empty nothing;
    absl::Status status = Call("GetVersionInfo", nothing, &nothing, quick);
    if (!status.ok() && relay_ != nullptr && !relay_->last_error().ok()) return relay_->last_error();
    return status;
  }

 private:
  // A queue of its own: the calling thread itself waits for the network, nobody else is woken.
  grpc::Status RunUnary(absl::string_view method, const grpc::ByteBuffer& request, grpc::ClientContext* context,
                        grpc::ByteBuffer* response, const std::stop_token& stop) {
    grpc::CompletionQueue queue;
    grpc::Status status;
    auto call = stub_.PrepareUnaryCall(context, Path(method), request, &queue);
    call->StartCall();
    call->Finish(response, &status, &queue);
    queue.Shutdown();
    std::stop_callback on_stop(stop, [context] { context->TryCancel(); });
    void* tag;
    bool ok;
    while (queue.Next(&tag, &ok)) {
    }
    return status;
  }

  static void Prepare(const DialOptions& dial, const CallOptions& call, grpc::ClientContext* context) {
    context->AddMetadata("client-api-protocol", kProtocol);
    context->AddMetadata("client-entrypoint-protocol", kProtocol);
    if (!dial.client_version.empty()) context->AddMetadata("client-version", dial.client_version);
    if (!dial.token.empty()) {
      context->AddMetadata("authorization", dial.token);
      context->AddMetadata("waypoint-token", dial.token);
    }
    for (const auto& [key, value] : dial.metadata) context->AddMetadata(key, value);
    for (const auto& [key, value] : call.metadata) context->AddMetadata(key, value);
    if (call.timeout != absl::InfiniteDuration()) {
      context->set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(call.timeout));
    }
    context->set_wait_for_ready(call.wait_for_ready);
  }

  // Asks on the client loop, deletes itself when answered.
  struct Question final : ClientTag {
    void Run(bool /*ok*/) override {
      pb::GetVersionInfoResponse info;
      bool wanted = false;
      if (status.ok() && info.ParseFromString(TakeBytes(&received))) {
        for (int feature : info.server_features().features()) {
          wanted |= feature == pb::ServerFeatures::FEATURE_INLINE_KEEPALIVES;
        }
      }
      answer(wanted);
      delete this;
    }
    grpc::ClientContext context;
    grpc::ByteBuffer received;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> call;
    Keepalives::Answer answer;
  };

  static void AskForKeepalives(grpc::GenericStub& stub, const DialOptions& options, Keepalives::Answer answer) {
    auto* question = new Question();
    question->answer = std::move(answer);
    CallOptions call;
    call.timeout = absl::Seconds(10);
    call.wait_for_ready = true;
    Prepare(options, call, &question->context);
    question->call =
        stub.PrepareUnaryCall(&question->context, Path("GetVersionInfo"), ToBuffer(std::string()), ClientQueue());
    question->call->StartCall();
    question->call->Finish(&question->received, &question->status, static_cast<ClientTag*>(question));
  }

  const DialOptions options_;
  const std::unique_ptr<TlsRelay> relay_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  const std::shared_ptr<Keepalives> keepalives_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> Dial(const DialOptions& options) {
  if (options.address.empty()) return absl::InvalidArgumentError("no server address is given");
  transport::PrepareGrpc();
  const bool waits = options.timeout > absl::ZeroDuration();
  auto channel = std::make_unique<GrpcChannel>(options);
  absl::Status status = waits ? channel->Connect(options.timeout) : options.tls ? channel->Probe() : absl::OkStatus();
  if (NegotiatesNothing(status)) {
    ASSIGN_OR_RETURN(std::unique_ptr<TlsRelay> relay, StartRelay(options));
    channel = std::make_unique<GrpcChannel>(options, std::move(relay));
    if (waits) status = channel->Connect(options.timeout);
  }
  if (!waits || status.ok()) return channel;
  return absl::UnavailableError(absl::StrCat(
      "no Waypoint server answers at ", options.address, " (TLS ", options.tls ? "on" : "off", ", waited up to ",
      absl::FormatDuration(options.timeout), "): ", Cause(status.message()), ". ", Advice(status), "."));
}

absl::Status CheckServerVersion(const pb::VersionInfo& server) {
  if (kProtocolVersion < server.api().minimum()) {
    return absl::InvalidArgumentError(absl::StrCat("this client speaks API version ", kProtocolVersion,
                                                   " but the server needs at least ", server.api().minimum(),
                                                   ": upgrade the client"));
  }
  if (server.api().current() < kProtocolVersion) {
    return absl::InvalidArgumentError(absl::StrCat("the server speaks API version ", server.api().current(),
                                                   " but this client needs at least ", kProtocolVersion,
                                                   ": upgrade the server"));
  }
  return absl::OkStatus();
}

}  // namespace waypoint::client
