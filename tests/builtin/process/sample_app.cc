// An app for tests: a small HTTP/1.1 server on $PORT.
//   GET /        "$VERSION"
//   GET /slow    the same after $SLOW_MS, in two chunks
//   GET /pid     own pid
//   POST /echo   the body
//   GET /close   "$VERSION", then closes the connection
// $FAIL=exit: prints 30 lines and exits with 3. $FAIL=deaf: runs without listening. $FAIL=500: answers 500.
// One thread a connection; SIGTERM ends it at once.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void Send(int fd, const std::string& text) {
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) return;
}

std::string Answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void SlowAnswer(int fd) {
  Send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nslow \r\n");
  ::usleep(static_cast<useconds_t>(std::atoi(Variable("SLOW_MS").c_str())) * 1000);
  std::string version = Variable("VERSION");
  char size[32];
  std::snprintf(size, sizeof size, "%zx", version.size());
  Send(fd, std::string(size) + "\r\n" + version + "\r\n0\r\n\r\n");
}

// False at the end of the connection. `buffer` keeps what came too early.
bool ReadUntil(int fd, std::string* buffer, size_t wanted) {
  char chunk[4096];
  while (buffer->size() < wanted) {
    ssize_t n = ::recv(fd, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    buffer->append(chunk, n);
  }
  return true;
}

bool ReadHead(int fd, std::string* buffer, std::string* head) {
  size_t end;
  while ((end = buffer->find("\r\n\r\n")) == std::string::npos) {
    if (!ReadUntil(fd, buffer, buffer->size() + 1)) return false;
  }
  *head = buffer->substr(0, end + 4);
  buffer->erase(0, end + 4);
  return true;
}

size_t BodySize(const std::string& head) {
  size_t at = head.find("ontent-Length: ");
  if (at == std::string::npos) at = head.find("ontent-length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 15, nullptr, 10);
}

void Serve(int fd) {
  std::string buffer, head;
  while (ReadHead(fd, &buffer, &head)) {
    size_t size = BodySize(head);
    if (!ReadUntil(fd, &buffer, size)) break;
    std::string body = buffer.substr(0, size);
    buffer.erase(0, size);
    std::string path = head.substr(head.find(' ') + 1);
    path = path.substr(0, path.find(' '));
    if (path == "/slow") {
      SlowAnswer(fd);
    } else if (path == "/echo") {
      Send(fd, Answer("200 OK", body));
    } else if (path == "/pid") {
      Send(fd, Answer("200 OK", std::to_string(::getpid())));
    } else {
      Send(fd, Answer(Variable("FAIL") == "500" ? "500 Bad" : "200 OK", Variable("VERSION")));
    }
    if (path == "/close") break;
  }
  ::close(fd);
}

int Listen() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(Variable("PORT").c_str())));
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 512) != 0) return -1;
  return fd;
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("sample app %s\n", Variable("VERSION").c_str());
  if (Variable("FAIL") == "exit") {
    for (int i = 1; i <= 30; ++i) std::printf("line %d\n", i);
    return 3;
  }
  if (Variable("FAIL") == "deaf") {
    for (;;) ::pause();
  }
  int listener = Listen();
  if (listener < 0) {
    std::perror("listen");
    return 1;
  }
  for (;;) {
    int fd = ::accept(listener, nullptr, nullptr);
    if (fd >= 0) std::thread(Serve, fd).detach();
  }
}
