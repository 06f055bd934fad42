/*
 * Keeps each thread in which llama.cpp computes on a processor of its own: the prebuilt addon has no option for it, and
 * it starts its helpers anew for every step. A system that puts a new thread beside the one that waits for it makes both
 * spin on one processor for a while. Preloaded into the process by bench/pinning.ts, which also compiles it:
 *
 *   cc -O2 -shared -fPIC -o pin-threads.so pin-threads.c
 *
 * Of the processors that the process may use, in ascending order, the thread that starts helpers gets the first, the
 * helpers get the following ones in turn, PIN_THREADS in all. A thread counts as a helper if its first function lies in
 * a library with PIN_LIBRARY in its path.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static create_function *system_create;
static int processors[CPU_SETSIZE];
/** 0 where nothing is pinned. */
static int threads;
static atomic_uint started;

__attribute__((constructor)) static void prepare(void) {
  system_create = (create_function *)dlsym(RTLD_NEXT, "pthread_create");
  const char *wanted = getenv("PIN_THREADS");
  int most = wanted ? atoi(wanted) : 0;
  cpu_set_t allowed;
  if (most < 2 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int found = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE && found < most; cpu++)
    if (CPU_ISSET(cpu, &allowed)) processors[found++] = cpu;
  if (found == most) threads = most;
}

static int is_helper(void *(*first)(void *)) {
  const char *library = getenv("PIN_LIBRARY");
  Dl_info place;
  return threads > 0 && library && dladdr((void *)first, &place) && place.dli_fname &&
         strstr(place.dli_fname, library);
}

static cpu_set_t only(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return set;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *given, void *(*first)(void *), void *argument) {
  if (given != NULL || !is_helper(first)) return system_create(thread, given, first, argument);
  cpu_set_t mine = only(processors[0]);
  sched_setaffinity(0, sizeof mine, &mine);
  cpu_set_t its = only(processors[1 + atomic_fetch_add(&started, 1) % (unsigned)(threads - 1)]);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setaffinity_np(&attributes, sizeof its, &its);
  int result = system_create(thread, &attributes, first, argument);
  pthread_attr_destroy(&attributes);
  return result;
}
