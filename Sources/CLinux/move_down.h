#ifndef APUS_MOVE_DOWN_H
#define APUS_MOVE_DOWN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Moves up to 16 bytes towards the front. Nothing from `from + count` on is touched, and nothing
// behind the target but what stood there has been read.
static inline void move_down(uint8_t *to, const uint8_t *from, size_t count) {
#if defined(__SSE2__)
    if (from - to >= 16) {
        // What is too much falls into the gap.
        _mm_storeu_si128((__m128i *)(void *)to,
                         _mm_loadu_si128((const __m128i *)(const void *)from));
        return;
    }
#endif
    if (to == from) return;
    if (count >= 8) {
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + count - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + count - 8, &last, 8);
    } else {
        for (size_t index = 0; index < count; index++) to[index] = from[index];
    }
}

#endif
