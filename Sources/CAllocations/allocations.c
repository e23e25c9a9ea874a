// Counts what each thread allocates by standing in front of glibc's allocator. Blocks are glibc's
// own, so `free` needs no stand-in.
#define _GNU_SOURCE
#include "CAllocations.h"
#include <errno.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define APUS_HAS_SANITIZER 1
#endif
#endif

static __thread apus_allocations allocations;
void apus_allocations_note(size_t bytes);

apus_allocations apus_allocations_of_thread(void) { return allocations; }

#ifndef APUS_HAS_SANITIZER

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static inline void count(size_t bytes) {
    allocations.count += 1;
    allocations.bytes += bytes;
    apus_allocations_note(bytes);
}

void *malloc(size_t bytes) {
    count(bytes);
    return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes) {
    count(number * bytes);
    return __libc_calloc(number, bytes);
}

void *realloc(void *block, size_t bytes) {
    count(bytes);
    return __libc_realloc(block, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    count(bytes);
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    count(bytes);
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **block, size_t alignment, size_t bytes) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
        return EINVAL;
    count(bytes);
    void *memory = __libc_memalign(alignment, bytes);
    if (memory == NULL) return ENOMEM;
    *block = memory;
    return 0;
}

#endif
