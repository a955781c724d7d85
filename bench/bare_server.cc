// The ceiling: gRPC and RocksDB and nothing else. Answers QueueJob, RunnerConfig, RunnerJobStream and the log
// streams with the same messages and the same shared syncs (queue, assign, ack, complete) as a real server, but
// checks nothing, knows no rules, keeps no indexes.
//
// Usage: bare_server DIR; prints its port, runs until stdin closes.
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "rocksdb/db.h"
#include "server/tls/self_signed.h"
#include "transport/buffers.h"
#include "waypoint/entrypoint.pb.h"
#include "waypoint/job.pb.h"
#include "waypoint/runner.pb.h"

namespace waypoint::bench {
namespace {

namespace pb = ::hashicorp::waypoint;
using transport::TakeBytes;
using transport::ToBuffer;

// One sync for all that gathered while the last one ran.
class Disk {
 public:
  explicit Disk(const std::string& dir) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 16 << 20;
    rocksdb::DB* db = nullptr;
    rocksdb::Status status = rocksdb::DB::Open(options, dir, &db);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      std::exit(1);
    }
    db_.reset(db);
    std::thread([this] { Run(); }).detach();
  }
  void Put(std::string key, std::string value, std::function<void()> durable) {
    absl::MutexLock lock(&mu_);
    waiting_.push_back({std::move(key), std::move(value), std::move(durable)});
  }

 private:
  struct Item {
    std::string key, value;
    std::function<void()> durable;
  };
  bool HasWork() const { return !waiting_.empty(); }
  void Run() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    while (true) {
      std::vector<Item> group;
      {
        absl::MutexLock lock(&mu_, absl::Condition(this, &Disk::HasWork));
        group.swap(waiting_);
      }
      rocksdb::WriteBatch batch;
      for (const Item& item : group) batch.Put(item.key, item.value);
      if (!db_->Write(synced, &batch).ok()) std::exit(1);
      for (Item& item : group) item.durable();
    }
  }
  std::unique_ptr<rocksdb::DB> db_;
  absl::Mutex mu_;
  std::vector<Item> waiting_;
};

class BareCall;

// What all calls share; guarded by one mutex, taken by the polling and by the disk thread.
struct World {
  explicit World(const std::string& dir) : disk(dir) {}
  absl::Mutex mu;
  Disk disk;
  grpc::AsyncGenericService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  std::unique_ptr<grpc::Server> server;
  std::deque<pb::Job> jobs;
  std::deque<std::shared_ptr<BareCall>> idle;
  std::set<std::shared_ptr<BareCall>> followers;
  uint64_t last_id = 0;
  void Meet();
};

struct Tag {
  std::shared_ptr<BareCall> call;
  void (BareCall::*done)(bool);
};

class BareCall : public std::enable_shared_from_this<BareCall> {
 public:
  explicit BareCall(World& world) : world_(world), stream_(&context_) {}
  static void Await(World& world) {
    auto call = std::make_shared<BareCall>(world);
    world.service.RequestCall(&call->context_, &call->stream_, world.queue.get(), world.queue.get(),
                              call->Out(&BareCall::OnAccepted));
  }

  void Send(const google::protobuf::Message& message) {
    outgoing_.push_back(message.SerializeAsString());
    Advance();
  }
  void Finish() {
    finish_ = true;
    Advance();
  }
  void Assign(const pb::Job& job) {
    world_.disk.Put(job.id(), job.SerializeAsString(), [self = shared_from_this(), job] {
      pb::RunnerJobStreamResponse response;
      *response.mutable_assignment()->mutable_job() = job;
      absl::MutexLock lock(&self->world_.mu);
      self->Send(response);
    });
  }
  bool gone() const { return gone_; }
  size_t waiting() const { return outgoing_.size(); }

 private:
  Tag* Out(void (BareCall::*done)(bool)) { return new Tag{shared_from_this(), done}; }
  void Read() { stream_.Read(&incoming_, Out(&BareCall::OnRead)); }
  void Advance() {
    if (writing_ || gone_) return;
    if (!outgoing_.empty()) {
      writing_ = true;
      stream_.Write(ToBuffer(std::move(outgoing_.front())), Out(&BareCall::OnWritten));
      outgoing_.pop_front();
    } else if (finish_) {
      gone_ = true;
      stream_.Finish(grpc::Status::OK, Out(&BareCall::OnFinished));
    }
  }
  void OnAccepted(bool ok) {
    if (!ok) return;
    Await(world_);
    method_ = context_.method().substr(context_.method().rfind('/') + 1);
    Read();
  }
  void OnRead(bool ok) {
    if (!ok) {
      if (method_ == "GetLogStream") return;  // the request is all it says
      return method_ == "QueueJob" ? void() : Finish();
    }
    const std::string bytes = TakeBytes(&incoming_);
    if (method_ == "QueueJob") return Queue(bytes);
    if (method_ == "RunnerConfig") {
      pb::RunnerConfigResponse response;
      response.mutable_config();
      Send(response);
    } else if (method_ == "RunnerJobStream") {
      OnRunner(bytes);
    } else if (method_ == "EntrypointLogStream") {
      Forward(bytes);
    } else if (method_ == "EntrypointConfig") {
      pb::EntrypointConfigResponse response;
      response.mutable_config();
      Send(response);
    } else if (method_ == "GetLogStream") {
      world_.followers.insert(shared_from_this());
    } else {  // an echo
      outgoing_.push_back(bytes);
      return Finish();
    }
    Read();
  }
  void Queue(const std::string& bytes) {
    pb::QueueJobRequest request;
    request.ParseFromString(bytes);
    request.mutable_job()->set_id("job" + std::to_string(++world_.last_id));
    world_.disk.Put(request.job().id(), request.job().SerializeAsString(),
                    [self = shared_from_this(), job = request.job()] {
                      pb::QueueJobResponse response;
                      response.set_job_id(job.id());
                      absl::MutexLock lock(&self->world_.mu);
                      if (!job.target_runner().has_labels()) self->world_.jobs.push_back(job);  // else nobody's
                      self->world_.Meet();
                      self->Send(response);
                      self->Finish();
                    });
  }
  void OnRunner(const std::string& bytes) {
    pb::RunnerJobStreamRequest request;
    request.ParseFromString(bytes);
    if (request.has_request()) {
      world_.idle.push_back(shared_from_this());
      world_.Meet();
    } else if (request.has_ack()) {
      world_.disk.Put("ack", bytes, [] {});
    } else if (request.has_complete()) {
      world_.disk.Put("complete", bytes, [self = shared_from_this()] {
        absl::MutexLock lock(&self->world_.mu);
        self->Finish();
      });
    }
  }
  void Forward(const std::string& bytes) {
    pb::EntrypointLogBatch batch;
    batch.ParseFromString(bytes);
    pb::LogBatch out;
    out.mutable_lines()->Swap(batch.mutable_lines());
    for (auto it = world_.followers.begin(); it != world_.followers.end();) {
      if ((*it)->waiting() < 1000) (*it)->Send(out);
      it = (*it)->gone() ? world_.followers.erase(it) : std::next(it);
    }
  }
  void OnWritten(bool ok) {
    writing_ = false;
    if (!ok) gone_ = true;
    Advance();
  }
  void OnFinished(bool) {}

  World& world_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  grpc::ByteBuffer incoming_;
  std::string method_;
  std::deque<std::string> outgoing_;
  bool writing_ = false, finish_ = false, gone_ = false;
};

void World::Meet() {
  while (!jobs.empty() && !idle.empty()) {
    auto runner = std::move(idle.front());
    idle.pop_front();
    if (runner->gone()) continue;
    runner->Assign(jobs.front());
    jobs.pop_front();
  }
}

int Main(const std::string& dir) {
  transport::PrepareGrpc();
  World world(dir);
  auto pair = server::MakeSelfSigned(absl::Now());
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({pair->key, pair->cert});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
  builder.RegisterAsyncGenericService(&world.service);
  world.queue = builder.AddCompletionQueue();
  world.server = builder.BuildAndStart();
  for (int i = 0; i < 64; ++i) BareCall::Await(world);
  std::thread([&world] {
    void* raw;
    bool ok;
    while (world.queue->Next(&raw, &ok)) {
      std::unique_ptr<Tag> tag(static_cast<Tag*>(raw));
      absl::MutexLock lock(&world.mu);
      ((*tag->call).*(tag->done))(ok);
    }
  }).detach();
  std::printf("%d\n", port);
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0) {
  }
  std::_Exit(0);
}

}  // namespace
}  // namespace waypoint::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_server DIR\n");
    return 2;
  }
  return waypoint::bench::Main(argv[1]);
}
