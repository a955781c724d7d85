// One side of a passed-on connection: a non-blocking socket with a small buffer each way.
//
// Owns:    the socket. It is read only while `in` has room, so a slow reader on the other side holds
//          this one back.
// Threads: the loop's.
// Errors:  broken(): the connection was reset. eof(): the other side sends no more. write_broken(): it takes
//          no more, what is in `out` is dropped; an answer sent before can still be read.
#pragma once

#include <functional>
#include <string>

#include "base/fd.h"
#include "builtin/process/front/loop.h"

namespace waypoint::builtin::process {

class Peer {
 public:
  static constexpr size_t kRoom = 128 * 1024;  // more than a head of kHeadLimit

  // `changed` after anything happened; it may close or destroy other peers, and this one's owner later.
  Peer(Loop& loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {}
  ~Peer() { Close(); }

  void Attach(UniqueFd fd, bool connecting = false);
  void Close();
  bool open() const { return fd_.valid(); }
  bool connecting() const { return connecting_; }
  bool eof() const { return eof_; }
  bool broken() const { return broken_; }
  bool write_broken() const { return write_broken_; }
  bool HasRoom() const { return out.size() < kRoom; }

  void Flush();                // writes what the socket takes
  void ShutdownWhenFlushed();  // no more will be written
  void Watch();                // call after changing the buffers
  void Reset();                // closes so that the other side notices an unfinished message

  std::string in, out;

 private:
  void OnReady(uint32_t events);
  void Read();

  Loop& loop_;
  std::function<void()> changed_;
  UniqueFd fd_;
  Loop::Id watch_ = 0;
  bool connecting_ = false;
  bool eof_ = false;
  bool broken_ = false;
  bool write_broken_ = false;
  bool shutdown_ = false;
  bool shut_ = false;
};

}  // namespace waypoint::builtin::process
