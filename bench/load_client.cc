#include "load_client.h"

#include <algorithm>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "transport/buffers.h"

namespace waypoint::bench {
namespace {

std::shared_ptr<grpc::ChannelCredentials> AnyServer() {
  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_verify_server_certs(false);
  tls.set_check_call_host(false);
  tls.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  return grpc::experimental::TlsCredentials(tls);
}

}  // namespace

LoadClient::LoadClient(const std::string& address, std::string token, int connections) : token_(std::move(token)) {
  transport::PrepareGrpc();
  for (int i = 0; i < connections; ++i) {
    grpc::ChannelArguments args;
    args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    args.SetInt("bench.connection", i);
    auto channel = grpc::CreateCustomChannel(address, AnyServer(), args);
    channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20));
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channel));
  }
}

LoadClient::~LoadClient() {
  queue_.Shutdown();
  void* tag;
  bool ok;
  while (queue_.Next(&tag, &ok)) static_cast<Tag*>(tag)->Run(ok);
}

void LoadClient::Prepare(grpc::ClientContext* context) const {
  context->AddMetadata("client-api-protocol", "1,1");
  context->AddMetadata("client-entrypoint-protocol", "1,1");
  if (!token_.empty()) context->AddMetadata("authorization", token_);
}

void LoadClient::Poll(Clock::time_point end, const std::function<bool()>& done) {
  while (done == nullptr || !done()) {
    const auto left = end - Clock::now();
    if (left <= Clock::duration::zero()) return;
    const auto slice = std::min<Clock::duration>(left, std::chrono::milliseconds(1));
    void* tag;
    bool ok;
    const auto until = std::chrono::system_clock::now() + std::chrono::duration_cast<std::chrono::microseconds>(slice);
    if (queue_.AsyncNext(&tag, &ok, until) == grpc::CompletionQueue::GOT_EVENT) static_cast<Tag*>(tag)->Run(ok);
  }
}

void UnaryCall::Start(LoadClient& client, int caller, const std::string& method, const grpc::ByteBuffer& request,
                      Done done) {
  auto* call = new UnaryCall();
  call->done_ = std::move(done);
  client.Prepare(&call->context_);
  call->reader_ = client.stub(caller).PrepareUnaryCall(&call->context_, "/hashicorp.waypoint.Waypoint/" + method,
                                                       request, &client.queue());
  call->reader_->StartCall();
  call->reader_->Finish(&call->response_, &call->status_, static_cast<Tag*>(call));
}

void UnaryCall::Run(bool /*ok*/) {
  done_(status_, response_);
  delete this;
}

StreamCall* StreamCall::Start(LoadClient& client, int caller, const std::string& method, Events events) {
  auto* call = new StreamCall(client, std::move(events));
  client.Prepare(&call->context_);
  call->stream_ =
      client.stub(caller).PrepareCall(&call->context_, "/hashicorp.waypoint.Waypoint/" + method, &client.queue());
  call->stream_->StartCall(call->Out(call->sent_));
  call->stream_->Read(&call->incoming_, call->Out(call->read_));
  return call;
}

void StreamCall::Step::Run(bool ok) {
  --call->out_;
  (call->*done)(ok);
  if (call->over_ && call->out_ == 0) {
    auto ended = std::move(call->events_.ended);
    const grpc::Status status = call->status_;
    delete call;
    if (ended) ended(status);
  }
}

void StreamCall::Send(grpc::ByteBuffer message) {
  if (finishing_) return;
  outgoing_.push_back(std::move(message));
  Advance();
}

void StreamCall::CloseSend() {
  close_ = true;
  Advance();
}

void StreamCall::Advance() {
  if (sending_ || finishing_) return;
  if (!outgoing_.empty()) {
    sending_ = true;
    grpc::ByteBuffer next = std::move(outgoing_.front());
    outgoing_.erase(outgoing_.begin());
    stream_->Write(next, Out(sent_));
  } else if (close_) {
    sending_ = true;
    close_ = false;
    stream_->WritesDone(Out(sent_));
  }
}

void StreamCall::OnSent(bool ok) {
  sending_ = false;
  if (!ok || finishing_) return;
  Advance();
  if (!sending_ && events_.sent) events_.sent();
}

void StreamCall::OnRead(bool ok) {
  if (!ok) {
    finishing_ = true;
    stream_->Finish(&status_, Out(finished_));
    return;
  }
  if (events_.message) events_.message(incoming_);
  incoming_.Clear();
  stream_->Read(&incoming_, Out(read_));
}

void StreamCall::OnFinished(bool /*ok*/) { over_ = true; }

grpc::ByteBuffer Pack(const google::protobuf::MessageLite& message) {
  return transport::ToBuffer(message.SerializeAsString());
}

bool Unpack(grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message) {
  return message->ParseFromString(transport::TakeBytes(&buffer));
}

double Latencies::At(double quantile) {
  if (us_.empty()) return 0;
  std::sort(us_.begin(), us_.end());
  return us_[std::min(us_.size() - 1, static_cast<size_t>(quantile * static_cast<double>(us_.size())))];
}

}  // namespace waypoint::bench
