#ifndef APUS_CALLOCATIONS_H
#define APUS_CALLOCATIONS_H

#include <stddef.h>
#include <stdint.h>

/// What a thread has asked the allocator for since it began.
typedef struct {
    /// Blocks asked for; a block that was made larger counts again.
    uint64_t count;
    /// Their bytes.
    uint64_t bytes;
} apus_allocations;

/// The counts of the calling thread. Always zero in builds with a sanitizer, which has its own
/// allocator.
apus_allocations apus_allocations_of_thread(void);

/// Forgets the places seen, and begins to note from where the calling thread allocates.
void apus_allocations_trace_begin(void);
/// Stops noting.
void apus_allocations_trace_end(void);

/// How many different places were noted.
size_t apus_allocations_place_count(void);
/// How often the place with this index allocated; its frames are written to `frames`, innermost
/// first, and their number to `frame_count`. The places that allocated most often come first.
uint64_t apus_allocations_place(
    size_t index, uintptr_t *frames, size_t frame_limit, size_t *frame_count, uint64_t *bytes);
/// Writes the name of the function that `frame` lies in, without its mangling, as far as it is
/// exported; returns the address within the program's file, as debuggers want it, or 0.
uintptr_t apus_allocations_function(uintptr_t frame, char *name, size_t limit);

#endif
