#include "CLinuxBench.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int apus_wait_nanoseconds(int poller, struct epoll_event *events, int limit, uint64_t nanoseconds) {
#ifdef SYS_epoll_pwait2
    static atomic_int is_missing;
    if (!atomic_load_explicit(&is_missing, memory_order_relaxed)) {
        struct timespec most = {
            .tv_sec = (time_t)(nanoseconds / 1000000000),
            .tv_nsec = (long)(nanoseconds % 1000000000),
        };
        long count = syscall(SYS_epoll_pwait2, poller, events, limit, &most, NULL, 8);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)count;
        atomic_store_explicit(&is_missing, 1, memory_order_relaxed);
    }
#endif
    uint64_t milliseconds = nanoseconds / 1000000;
    return epoll_wait(poller, events, limit, milliseconds > 60000 ? 60000 : (int)milliseconds);
}

void apus_wake_exactly(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }
