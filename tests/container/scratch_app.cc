// The app inside the `FROM scratch` container: linked statically, whatever the preset.
//   exit CODE   prints "hello", exits
//   term        prints "ready"; on SIGTERM prints "bye" and exits with 0
//   orphans     makes 20 orphans that end, waits until none of them is left as a zombie, prints "no zombies"
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

void Bye(int) {
  if (::write(1, "bye\n", 4) < 0) ::_exit(1);
  ::_exit(0);
}

bool IsZombie(const char* pid) {
  char path[300], text[512];
  std::snprintf(path, sizeof path, "/proc/%s/stat", pid);
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) return false;
  size_t n = std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  text[n] = '\0';
  const char* end = std::strrchr(text, ')');
  return end != nullptr && end[2] == 'Z';
}

int Zombies() {
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return -1;
  int zombies = 0;
  while (dirent* entry = ::readdir(proc)) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && IsZombie(entry->d_name)) ++zombies;
  }
  ::closedir(proc);
  return zombies;
}

int Orphans() {
  for (int i = 0; i < 20; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      if (::fork() == 0) ::usleep(50000);  // outlives its parent, then ends as an orphan
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  ::usleep(100000);
  for (int i = 0; i < 200 && Zombies() > 0; ++i) ::usleep(50000);
  std::printf(Zombies() == 0 ? "no zombies\n" : "zombies\n");
  return Zombies() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc == 3 && std::strcmp(argv[1], "exit") == 0) {
    std::printf("hello\n");
    return std::atoi(argv[2]);
  }
  if (argc == 2 && std::strcmp(argv[1], "orphans") == 0) return Orphans();
  if (argc == 2 && std::strcmp(argv[1], "term") == 0) {
    ::signal(SIGTERM, Bye);
    std::printf("ready\n");
    for (;;) ::pause();
  }
  return 2;
}
