#include "CLinux.h"
#include "move_down.h"

// The value of a hexadecimal digit, or 255.
static inline uint8_t digit(uint8_t byte) {
    uint8_t number = (uint8_t)(byte - '0'), letter = (uint8_t)((byte | 0x20) - 'a');
    return number < 10 ? number : letter < 6 ? (uint8_t)(letter + 10) : 255;
}

// Undoes what stands at `from` and steps behind it.
static inline uint8_t undo(const uint8_t *text, size_t count, size_t *from) {
    uint8_t byte = text[*from];
    if (byte == '%' && count - *from >= 3) {
        uint8_t high = digit(text[*from + 1]), low = digit(text[*from + 2]);
        if ((high | low) < 16) {
            *from += 3;
            return (uint8_t)(high << 4 | low);
        }
    }
    *from += 1;
    return byte == '+' ? ' ' : byte;
}

size_t apus_form_decode(uint8_t *text, size_t count) {
    size_t from = 0, to = 0;
#if defined(__SSE2__)
    // A move may begin anywhere in a block and an escape may reach two bytes beyond it, so 18 more
    // bytes have to follow it.
    while (count - from >= 34) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + from));
        __m128i special = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('%')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('+')));
        unsigned stops = (unsigned)_mm_movemask_epi8(special);
        const size_t end = from + 16;
        while (stops) {
            size_t stop = end - 16 + (size_t)__builtin_ctz(stops);
            move_down(text + to, text + from, stop - from);
            to += stop - from;
            from = stop;
            // The byte is read before the place it may be written to, which is not behind it.
            uint8_t meaning = undo(text, count, &from);
            text[to++] = meaning;
            stops &= ~0u << (from - (end - 16));
        }
        if (from < end) {
            move_down(text + to, text + from, end - from);
            to += end - from;
            from = end;
        }
    }
#endif
    while (from < count) {
        uint8_t meaning = undo(text, count, &from);
        text[to++] = meaning;
    }
    return to;
}
