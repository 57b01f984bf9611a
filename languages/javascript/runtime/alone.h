// What makes ready a process for forks that have the calling thread alone: no work for other threads, and
// pages that a fork gets a copy of.
#pragma once
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>

#include "exported.h"

namespace {

int no_workers(void*) { return 0; }
void run(void*, v8::Task** task) { (*task)->Run(); }
void run_later(void*, v8::Task** task, double) { (*task)->Run(); }

/** Has the platform say that it has no worker threads; what is for them all the same is done at once. */
bool work_alone(node::Environment* environment) {
  static void* table[64];
  const int above = 2, most = 40;  // what lies before a table, and more than what it holds
  void*** platform = reinterpret_cast<void***>(node::GetMultiIsolatePlatform(environment));
  memcpy(table, *platform - above, (above + most) * sizeof(void*));
  const struct {
    const char* name;
    void* ours;
  } changes[] = {
      {"_ZN4node12NodePlatform21NumberOfWorkerThreadsEv", reinterpret_cast<void*>(no_workers)},
      {"_ZN4node12NodePlatform18CallOnWorkerThreadESt10unique_ptrIN2v84TaskESt14default_deleteIS3_EE",
       reinterpret_cast<void*>(run)},
      {"_ZN4node12NodePlatform25CallDelayedOnWorkerThreadESt10unique_ptrIN2v84TaskESt14default_deleteIS3_EEd",
       reinterpret_cast<void*>(run_later)},
  };
  for (const auto& change : changes) {
    void* genuine = dlsym(RTLD_DEFAULT, change.name);
    int found = 0;
    for (int i = above; i < above + most && genuine; i++) {
      if (table[i] != genuine) continue;
      table[i] = change.ours;
      found++;
    }
    if (found != 1) return false;
  }
  *platform = table + above;
  return true;
}

/** V8 keeps its pages from forks; here they are what a fork is for. */
bool keep_pages() {
  static unsigned long ends[2 * 8192];
  size_t count = 0;
  char line[4096];
  FILE* maps = fopen("/proc/self/maps", "r");
  if (!maps) return false;
  while (count < 8192 && fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx", &ends[2 * count], &ends[2 * count + 1]) == 2) count++;
  }
  fclose(maps);
  for (size_t i = 0; i < count; i++) {
    madvise(reinterpret_cast<void*>(ends[2 * i]), ends[2 * i + 1] - ends[2 * i], MADV_DOFORK);
  }
  return true;
}

}  // namespace
