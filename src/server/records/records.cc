#include "server/records/records.h"

namespace waypoint::server {

Records::Records(state::Store& store, RecordIndexes indexes, jobs::Engine& engine, const jobs::JobQueue& queue)
    : projects_(indexes, engine, queue),
      workspaces_(store),
      builds_(store, indexes),
      artifacts_(store, indexes),
      deployments_(store, indexes),
      releases_(store, indexes),
      status_reports_(store, indexes),
      config_(store),
      misc_(store) {}

void Records::Register(Table& table) {
  projects_.Register(table);
  workspaces_.Register(table);
  builds_.Register(table);
  artifacts_.Register(table);
  deployments_.Register(table);
  releases_.Register(table);
  status_reports_.Register(table);
  config_.Register(table);
  hostnames_.Register(table);
  misc_.Register(table);
}

}  // namespace waypoint::server
