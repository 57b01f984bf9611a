// Programs as forks of a node that has the harness loaded: started once, it saves each its own start.
//
// A fork has the calling thread alone, so V8 is to be told that there are no others (`--single-threaded`,
// and no worker threads in the platform), and a fork leaves by `_exit`: nobody is there to be joined.
//
// What a fork has to give up first is the supervisor's to say: it sends the system calls, which are made in
// their order before a line of JavaScript runs. Not here: which those are, and what a program is told.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alone.h"
#include "exported.h"

namespace {

const int DESCRIPTORS = 8;
const int LOWEST = 64, HIGHEST = 256;  // between which lie the descriptors of a process that is forked

// What a message begins with; orders, bytes that they point to and a text follow. An argument of the
// kind 1 is an offset into those bytes, one of the kind 2 that of a filter's, whose length is in its upper half.
struct Head {
  uint32_t orders, bytes, text, unused;
};
struct Order {
  uint64_t number;
  struct {
    uint64_t kind, value;
  } given[5];
};

alignas(8) char message[1 << 18];
int control, programs;
ino_t pipes[HIGHEST];
napi_env scripts;
napi_ref begins;
node::Environment* environment;

[[noreturn]] void leave(int code) {
  fflush(nullptr);
  _exit(code);
}

[[noreturn]] void complain(int descriptor, const char* what, long which) {
  char text[128];
  int size = snprintf(text, sizeof text, "S%s %ld: %s", what, which, strerror(errno));
  ssize_t written = write(descriptor, text, size);
  _exit(written < 0 ? 126 : 127);
}

/** Returns the inode of a pipe, 0 of anything else. */
ino_t pipe_at(int descriptor) {
  struct stat facts;
  return fstat(descriptor, &facts) == 0 && S_ISFIFO(facts.st_mode) ? facts.st_ino : 0;
}

/** Notes which pipes there are. */
void note_pipes() {
  for (int i = LOWEST; i < HIGHEST; i++) pipes[i] = pipe_at(i);
}

/** Finds the two ends of the pipe that libuv has made anew in the fork: signals need them. */
bool find_new_pipe(const int* given, int count, int* found) {
  int many = 0;
  for (int i = LOWEST; i < HIGHEST; i++) {
    const ino_t now = pipe_at(i);
    bool known = now == 0 || now == pipes[i];
    for (int k = 0; k < count; k++) known = known || given[k] == i;
    if (known) continue;
    if (many == 2) return false;
    found[many++] = i;
  }
  return many == 2;
}

/** Makes `given` the first descriptors, closes all others but the `kept` two, and returns how many there are. */
int arrange(const int* given, int count, const int* kept) {
  int high[DESCRIPTORS];
  setsid();
  for (int i = 0; i < count; i++) high[i] = fcntl(given[i], F_DUPFD, 64);
  for (int i = 0; i < count; i++) dup2(high[i], i);
  fcntl(count - 1, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, count, kept[0] - 1, 0);
  if (kept[1] > kept[0] + 1) syscall(SYS_close_range, kept[0] + 1, kept[1] - 1, 0);
  syscall(SYS_close_range, kept[1] + 1, ~0U, 0);
  return count - 1;
}

void obey(const Head* head, int complaint) {
  Order* orders = reinterpret_cast<Order*>(message + sizeof *head);
  char* bytes = reinterpret_cast<char*>(orders + head->orders);
  for (uint32_t i = 0; i < head->orders; i++) {
    long words[5];
    struct {
      unsigned short size;
      void* code;
    } filter;
    for (int k = 0; k < 5; k++) {
      const uint64_t value = orders[i].given[k].value, kind = orders[i].given[k].kind;
      filter = kind == 2 ? decltype(filter){static_cast<unsigned short>(value >> 32), bytes + (value & ~0U)} : filter;
      words[k] = kind == 2   ? reinterpret_cast<long>(&filter)
                 : kind == 1 ? reinterpret_cast<long>(bytes + value)
                             : static_cast<long>(value);
    }
    if (syscall(orders[i].number, words[0], words[1], words[2], words[3], words[4]) < 0) {
      complain(complaint, "system call", static_cast<long>(orders[i].number));
    }
  }
}

/** Runs the program in its own process, from the first line to the last. */
[[noreturn]] void be_program(const char* text, size_t size) {
  uv_loop_fork(uv_default_loop());
  node::SetProcessExitHandler(environment, [](node::Environment*, int code) { leave(code); });
  int32_t seed = 0;
  ssize_t drawn = getrandom(&seed, sizeof seed, 0);
  napi_handle_scope scope;
  napi_open_handle_scope(scripts, &scope);
  napi_value begin, words[3], receiver, made;
  napi_get_reference_value(scripts, begins, &begin);
  napi_create_string_utf8(scripts, text, size, &words[0]);
  napi_create_int32(scripts, getpid(), &words[1]);
  napi_create_int32(scripts, drawn < 0 ? 1 : (seed & 0x7fffffff) | 1, &words[2]);
  napi_get_global(scripts, &receiver);
  if (napi_make_callback(scripts, nullptr, receiver, begin, 3, words, &made)) {
    napi_get_and_clear_last_exception(scripts, &made);
    napi_fatal_exception(scripts, made);
  }
  napi_close_handle_scope(scripts, scope);
  leave(node::SpinEventLoop(environment).value);
}

pid_t fork_program(const Head* head, const int* given, int count) {
  pid_t pid = fork();
  if (pid) return pid;
  int kept[2];
  if (!find_new_pipe(given, count, kept)) complain(given[count - 1], "new pipe", 0);
  const int complaint = arrange(given, count, kept);
  obey(head, complaint);
  close(complaint);
  be_program(message + sizeof *head + head->orders * sizeof(Order) + head->bytes, head->text);
}

void answer(const char* text, int size) {
  if (send(control, text, size, MSG_NOSIGNAL) < 0) _exit(0);
}

/** Takes one order, and says what has become of it; the text is a JSON object. */
void serve_one() {
  struct iovec part = {message, sizeof message};
  alignas(struct cmsghdr) char aside[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
  struct msghdr told = {};
  told.msg_iov = &part;
  told.msg_iovlen = 1;
  told.msg_control = aside;
  told.msg_controllen = sizeof aside;
  ssize_t size = recvmsg(control, &told, 0);
  if (size <= 0) _exit(0);
  int given[DESCRIPTORS], count = 0;
  for (struct cmsghdr* one = CMSG_FIRSTHDR(&told); one; one = CMSG_NXTHDR(&told, one)) {
    count = (one->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(given, CMSG_DATA(one), count * sizeof(int));
  }
  char text[256];
  pid_t pid = fork_program(reinterpret_cast<Head*>(message), given, count);
  for (int i = 0; i < count; i++) close(given[i]);
  memset(message, 0, size);  // the next program is not to find it
  answer(text, snprintf(text, sizeof text, "{\"pid\":%d}", pid));
  int status = 0;
  struct rusage used = {};
  wait4(pid, &status, 0, &used);
  answer(text, snprintf(text, sizeof text, "{\"status\":%d,\"usage\":[%ld.%06ld,%ld.%06ld,%ld]}", status,
                        used.ru_utime.tv_sec, used.ru_utime.tv_usec, used.ru_stime.tv_sec, used.ru_stime.tv_usec,
                        used.ru_maxrss));
}

/** Called by the loop, with no JavaScript below: a fork begins where a program does. */
void serve(void* timer) {
  uv_close(timer, nullptr);
  if (!work_alone(environment) || !keep_pages()) _exit(1);
  if (programs >= 0 && setns(programs, CLONE_NEWPID)) _exit(1);
  note_pipes();
  answer("{\"ready\":true}", 14);
  for (;;) serve_one();
}

/** stay(control, programs, begin): once the loop runs, forks programs until the supervisor is gone. */
napi_value stay(napi_env scope, napi_callback_info info) {
  static uint64_t timer[128];
  napi_value words[3];
  size_t count = 3;
  scripts = scope;
  napi_get_cb_info(scope, info, &count, words, nullptr, nullptr);
  napi_get_value_int32(scope, words[0], &control);
  napi_get_value_int32(scope, words[1], &programs);
  napi_create_reference(scope, words[2], 1, &begins);
  environment = node::GetCurrentEnvironment(v8::Isolate::GetCurrent()->GetCurrentContext());
  uv_timer_init(uv_default_loop(), timer);
  uv_timer_start(timer, serve, 0, 0);
  return nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env scope, napi_value) {
  napi_value made;
  napi_create_function(scope, "stay", 4, stay, nullptr, &made);
  return made;
}
