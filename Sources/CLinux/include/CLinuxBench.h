#ifndef APUS_CLINUX_BENCH_H
#define APUS_CLINUX_BENCH_H

// What the load generator needs of Linux beyond what Swift's Glibc module shows.

#include <stdint.h>
#include <sys/epoll.h>

/// Waits for events at most so many nanoseconds, where the kernel can (since 5.11); elsewhere whole
/// milliseconds. Returns as epoll_wait(2).
int apus_wait_nanoseconds(int poller, struct epoll_event *events, int limit, uint64_t nanoseconds);

/// Has the calling thread woken as exactly as the kernel can, not within the usual 50 µs.
void apus_wake_exactly(void);

#endif
