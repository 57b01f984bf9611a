// What node, V8 and libuv export of themselves, as far as fork.cc needs it: no headers of theirs are needed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

extern "C" {
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_ref__* napi_ref;
typedef struct napi_handle_scope__* napi_handle_scope;
typedef struct napi_callback_info__* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);
int napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);
int napi_create_reference(napi_env, napi_value, uint32_t, napi_ref*);
int napi_get_reference_value(napi_env, napi_ref, napi_value*);
int napi_get_value_int32(napi_env, napi_value, int32_t*);
int napi_create_int32(napi_env, int32_t, napi_value*);
int napi_create_string_utf8(napi_env, const char*, size_t, napi_value*);
int napi_open_handle_scope(napi_env, napi_handle_scope*);
int napi_close_handle_scope(napi_env, napi_handle_scope);
int napi_get_global(napi_env, napi_value*);
int napi_make_callback(napi_env, void*, napi_value, napi_value, size_t, const napi_value*, napi_value*);
int napi_get_and_clear_last_exception(napi_env, napi_value*);
int napi_fatal_exception(napi_env, napi_value);
void* uv_default_loop();
int uv_loop_fork(void*);
int uv_timer_init(void*, void*);
int uv_timer_start(void*, void (*)(void*), uint64_t, uint64_t);
void uv_close(void*, void (*)(void*));
}
namespace v8 {
class Context;
template <class T> class Local { T* value_; };
template <class T> struct Maybe { bool has; T value; };
class Isolate {
 public:
  static Isolate* GetCurrent();
  Local<Context> GetCurrentContext();
};
struct Task {
  virtual ~Task();
  virtual void Run();
};
}  // namespace v8
namespace node {
class Environment;
class MultiIsolatePlatform;
Environment* GetCurrentEnvironment(v8::Local<v8::Context>);
MultiIsolatePlatform* GetMultiIsolatePlatform(Environment*);
void SetProcessExitHandler(Environment*, std::function<void(Environment*, int)>&&);
v8::Maybe<int> SpinEventLoop(Environment*);
}  // namespace node
