// Notes from where a thread allocates: one entry per different chain of callers.
#define _GNU_SOURCE
#include "CAllocations.h"
#include <dlfcn.h>
#include <execinfo.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 24, PLACES = 512 };

typedef struct {
    uint64_t times;
    uint64_t bytes;
    size_t frame_count;
    void *frames[FRAMES];
} place;

static place places[PLACES];
static size_t place_count;
static __thread int traces;

void apus_allocations_note(size_t bytes);

void apus_allocations_note(size_t bytes) {
    if (__builtin_expect(!traces, 1)) return;
    // What backtrace allocates itself is not noted.
    traces = 0;
    void *frames[FRAMES];
    int found = backtrace(frames, FRAMES);
    size_t frame_count = found > 0 ? (size_t)found : 0;
    size_t index = 0;
    while (index < place_count
           && (places[index].frame_count != frame_count
               || memcmp(places[index].frames, frames, frame_count * sizeof(void *)) != 0))
        index += 1;
    if (index < PLACES) {
        if (index == place_count) {
            place_count += 1;
            places[index].times = 0;
            places[index].bytes = 0;
            places[index].frame_count = frame_count;
            memcpy(places[index].frames, frames, frame_count * sizeof(void *));
        }
        places[index].times += 1;
        places[index].bytes += bytes;
    }
    traces = 1;
}

void apus_allocations_trace_begin(void) {
    void *frames[FRAMES];
    backtrace(frames, FRAMES);
    place_count = 0;
    traces = 1;
}

static int compare(const void *left, const void *right) {
    uint64_t a = ((const place *)left)->times, b = ((const place *)right)->times;
    return a < b ? 1 : a > b ? -1 : 0;
}

void apus_allocations_trace_end(void) {
    traces = 0;
    qsort(places, place_count, sizeof(place), compare);
}

size_t apus_allocations_place_count(void) { return place_count; }

uint64_t apus_allocations_place(
    size_t index, uintptr_t *frames, size_t frame_limit, size_t *frame_count, uint64_t *bytes) {
    const place *found = &places[index];
    size_t count = found->frame_count < frame_limit ? found->frame_count : frame_limit;
    for (size_t frame = 0; frame < count; frame += 1)
        frames[frame] = (uintptr_t)found->frames[frame];
    *frame_count = count;
    *bytes = found->bytes;
    return found->times;
}

/// The Swift runtime's own, which this program is linked with.
extern char *swift_demangle(
    const char *name, size_t length, char *output, size_t *output_length, uint32_t flags);

uintptr_t apus_allocations_function(uintptr_t frame, char *name, size_t limit) {
    Dl_info info;
    // The address is the one to return to, which may lie behind the function's last instruction.
    if (limit == 0 || !dladdr((void *)(frame - 1), &info)) return 0;
    const char *mangled = info.dli_sname ? info.dli_sname : "a private function";
    char *plain = swift_demangle(mangled, strlen(mangled), NULL, NULL, 0);
    strncpy(name, plain ? plain : mangled, limit - 1);
    name[limit - 1] = 0;
    free(plain);
    return frame - 1 - (uintptr_t)info.dli_fbase;
}
