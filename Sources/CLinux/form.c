#include "CLinux.h"
#include "digits.h"
#include "move_down.h"

// Undoes the codes of three bytes that stand in a row.
static inline void undo_codes(uint8_t *text, size_t count, size_t *read, size_t *written) {
    size_t from = *read, to = *written;
    while (count - from >= 3 && text[from] == '%') {
        unsigned high = digit_value[text[from + 1]], low = digit_value[text[from + 2]];
        if (!high || !low) break;
        text[to++] = (uint8_t)((high - 1) << 4 | (low - 1));
        from += 3;
    }
    *read = from, *written = to;
}

// Undoes what stands at `from` and what follows it, and steps behind that.
static inline void undo(uint8_t *text, size_t count, size_t *read, size_t *written) {
    size_t before = *read;
    undo_codes(text, count, read, written);
    if (*read != before) return;
    uint8_t byte = text[before];
    text[*written] = byte == '+' ? ' ' : byte;
    *written += 1;
    *read += 1;
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
        const size_t start = from;
        while (stops) {
            size_t stop = start + (size_t)__builtin_ctz(stops);
            move_down(text + to, text + from, stop - from);
            to += stop - from;
            from = stop;
            undo(text, count, &from, &to);
            if (from - start >= 16) break;
            stops &= ~0u << (from - start);
        }
        if (from - start < 16) {
            move_down(text + to, text + from, start + 16 - from);
            to += start + 16 - from;
            from = start + 16;
        }
    }
#endif
    while (from < count) undo(text, count, &from, &to);
    return to;
}
