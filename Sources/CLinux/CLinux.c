#include "CLinux.h"
#include <sys/socket.h>

int apus_accept4(int listener) {
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void apus_touch_pages(uint8_t *bytes, size_t count) {
    for (size_t offset = 0; offset < count; offset += 4096) {
        // Zero for zero: a write to the page whatever is there, and never a change.
        uint8_t expected = 0;
        __atomic_compare_exchange_n(bytes + offset, &expected, 0, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
    }
}
