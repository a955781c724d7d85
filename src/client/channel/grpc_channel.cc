#include "client/channel/grpc_channel.h"

#include <chrono>
#include <stop_token>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/channel/client_loop.h"
#include "client/channel/credentials.h"
#include "client/channel/grpc_stream.h"
#include "client/channel/keepalives.h"
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
  return args;
}

std::string Path(absl::string_view method) { return absl::StrCat(kService, method); }

class GrpcChannel : public Channel {
 public:
  explicit GrpcChannel(const DialOptions& options)
      : options_(options),
        channel_(grpc::CreateCustomChannel(options.address, MakeCredentials(options), ChannelArgs())),
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

  bool WaitForConnected(absl::Duration timeout) {
    return channel_->WaitForConnected(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
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
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  const std::shared_ptr<Keepalives> keepalives_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> Dial(const DialOptions& options) {
  if (options.address.empty()) return absl::InvalidArgumentError("no server address is given");
  transport::PrepareGrpc();
  auto channel = std::make_unique<GrpcChannel>(options);
  if (options.timeout <= absl::ZeroDuration() || channel->WaitForConnected(options.timeout)) return channel;
  // The connection does not tell why it failed; a call does.
  CallOptions quick;
  quick.timeout = absl::Seconds(1);
  google::protobuf::Empty nothing;
  absl::Status status = channel->Call("GetVersionInfo", nothing, &nothing, quick);
  if (status.ok()) return channel;
  return absl::UnavailableError(absl::StrCat("no Waypoint server answers at ", options.address, " (TLS ",
                                             options.tls ? "on" : "off", ", waited ",
                                             absl::FormatDuration(options.timeout), "): ", status.message(),
                                             ". Check that the server runs, the address, and whether it expects TLS."));
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
