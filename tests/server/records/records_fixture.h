// A server of records only: store over a backend in memory, services in a table.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/text_format.h"
#include "server/records/records.h"
#include "support/manual_world.h"
#include "support/memory_backend.h"
#include "support/test_table.h"

namespace waypoint::server {

namespace pb = ::hashicorp::waypoint;
using google::protobuf::Empty;

template <typename M>
M Parse(const std::string& text) {
  M message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() { Open(); }
  void Open() {
    records_.reset();
    engine_.reset();
    store_.reset();
    state::StoreOptions options;
    auto jobs = std::make_unique<jobs::JobIndex>();
    jobs::JobIndex& job_index = *jobs;
    options.indexes.push_back(std::move(jobs));
    indexes_ = AddRecordIndexes(options);
    store_ = *state::OpenStore(backend_, executor_, clock_, ids_, std::move(options));
    engine_ = std::make_unique<jobs::Engine>(*store_, job_index, clock_, ids_);
    records_ = std::make_unique<Records>(*store_, indexes_, *engine_, queue_);
    records_->Register(table_);
  }
  // What a restart loads is what was there.
  void Restart() {
    const std::string before = store_->DebugDump();
    Open();
    EXPECT_EQ(store_->DebugDump(), before);
  }

  template <typename Res, typename Req>
  absl::StatusOr<Res> Try(const std::string& method, const std::string& request) {
    return table_.Call<Res>(method, Parse<Req>(request));
  }
  template <typename Res, typename Req>
  Res Call(const std::string& method, const std::string& request) {
    absl::StatusOr<Res> answer = Try<Res, Req>(method, request);
    EXPECT_TRUE(answer.ok()) << method << ": " << answer.status();
    return answer.ok() ? *answer : Res();
  }
  template <typename Res, typename Req>
  absl::StatusCode Code(const std::string& method, const std::string& request) {
    return Try<Res, Req>(method, request).status().code();
  }

  testing::ManualExecutor executor_;
  testing::FakeClock clock_{executor_};
  testing::CountingIds ids_;
  testing::MemoryBackend backend_;
  testing::TestTable table_{executor_};
  RecordIndexes indexes_;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<jobs::Engine> engine_;
  jobs::JobQueue queue_;
  std::unique_ptr<Records> records_;
};

}  // namespace waypoint::server
