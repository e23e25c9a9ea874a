#ifndef APUS_ESCAPE_H
#define APUS_ESCAPE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// What is written for each byte that cannot stand as it is, filled up with zeros.
typedef const char escapes[256][8];

// Writes what stands for one byte and returns its length; up to eight bytes are written.
static inline size_t escape_one(uint8_t *out, uint8_t byte, escapes table) {
    uint64_t text;
    memcpy(&text, table[byte], 8);
    size_t length = 1;
    if (text) length = (size_t)(8 - __builtin_clzll(text) / 8);
    else text = byte;
    memcpy(out, &text, 8);
    return length;
}

#if defined(__SSE2__)
// Writes what stands for eight bytes, of which each takes one byte and those in `extra`, and returns
// where it ends. Without a branch, because which bytes are escaped is hard to foretell.
static inline uint8_t *escape_eight(
    uint8_t *out, const uint8_t *text, uint64_t extra, escapes table) {
    // Each byte is the sum of those up to it, which is forty at most.
    const uint64_t behind = extra * 0x0101010101010101;
    const uint64_t before = behind - extra;
    for (int index = 0; index < 8; index++) {
        uint64_t written;
        memcpy(&written, table[text[index]], 8);
        // In order, so that what is too much is overwritten by what follows.
        written = written ? written : text[index];
        memcpy(out + index + (before >> 8 * index & 0xFF), &written, 8);
    }
    return out + 8 + (behind >> 56);
}

// Writes what stands for blocks of sixteen bytes. `SPECIAL16(block)` gives a vector whose bytes are
// not zero where one is escaped, `EXTRA16(block)` how many bytes each takes more than one.
#define ESCAPE16(out, text, count, from, table, SPECIAL16, EXTRA16)                         \
    while (count - from >= 16) {                                                            \
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + from));      \
        __m128i plain = _mm_cmpeq_epi8(SPECIAL16(block), _mm_setzero_si128());              \
        if (_mm_movemask_epi8(plain) == 0xFFFF) {                                           \
            _mm_storeu_si128((__m128i *)(void *)out, block);                                \
            out += 16;                                                                      \
        } else {                                                                            \
            __m128i extra = EXTRA16(block);                                                 \
            uint64_t low = (uint64_t)_mm_cvtsi128_si64(extra);                              \
            uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(extra, extra));  \
            out = escape_eight(out, text + from, low, table);                               \
            out = escape_eight(out, text + from + 8, high, table);                          \
        }                                                                                   \
        from += 16;                                                                         \
    }
#endif

#endif
