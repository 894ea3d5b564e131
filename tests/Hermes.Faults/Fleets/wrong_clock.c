/* A wall clock that is wrong by what a file says (a 64-bit number of seconds): preloaded into a worker. Monotonic clocks stay as
   they are, and so do waits until a moment of the wall clock, which the kernel knows by its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *ahead;
static int64_t none;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_gettimeofday)(struct timeval *, void *);
static int (*real_pthread_cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*real_cnd_timedwait)(cnd_t *, mtx_t *, const struct timespec *);

__attribute__((constructor)) static void prepare(void)
{
    if (ahead)
        return;
    const char *name = getenv("WRONG_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
    /* There is an older one of this name, with another condition variable. */
    real_pthread_cond_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!real_pthread_cond_timedwait)
        real_pthread_cond_timedwait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    real_cnd_timedwait = dlsym(RTLD_NEXT, "cnd_timedwait");
    ahead = page == MAP_FAILED ? &none : page;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    prepare();
    int result = real_clock_gettime(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += *ahead;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    prepare();
    int result = real_gettimeofday(time, zone);
    if (result == 0)
        time->tv_sec += *ahead;
    return result;
}

/* Moments of the monotonic clock count from the machine's start, those of the wall clock from 1970. */
static struct timespec right(const struct timespec *until)
{
    struct timespec moment = *until;
    if (moment.tv_sec > 1000000000)
        moment.tv_sec -= *ahead;
    return moment;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    prepare();
    struct timespec moment = right(until);
    return real_pthread_cond_timedwait(condition, mutex, &moment);
}

int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict until)
{
    prepare();
    struct timespec moment = right(until);
    return real_cnd_timedwait(condition, mutex, &moment);
}
