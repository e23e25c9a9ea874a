#include "CLinux.h"
#include "digits.h"
#include "move_down.h"
#include "wide.h"

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

// Decodes what stands from `from` on and writes it from `to` on; gives the end of that.
static size_t decode_rest(uint8_t *text, size_t count, size_t from, size_t to) {
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

size_t apus_form_decode_portable(uint8_t *text, size_t count) {
    return decode_rest(text, count, 0, 0);
}

#if defined(APUS_WIDE)
WIDE_CODE static size_t decode_wide(uint8_t *text, size_t count) {
    size_t from = 0, to = 0;
    // Digits of a code that began in the block before.
    uint64_t digits = 0;
    // Both digits of a code at the end of a block have to be there.
    for (; count - from >= 66; from += 64) {
        __m512i block = wide_load(text + from), high, low;
        uint64_t codes = wide_equals(block, '%');
        codes &= wide_digits(wide_load(text + from + 1), &high);
        codes &= wide_digits(wide_load(text + from + 2), &low);
        block = _mm512_mask_mov_epi8(block, wide_equals(block, '+'), wide_all(' '));
        block = _mm512_mask_mov_epi8(
            block, codes, _mm512_or_si512(_mm512_slli_epi16(high, 4), low));
        to += wide_store(text + to, ~(codes << 1 | codes << 2 | digits), block);
        digits = codes >> 63 | codes >> 62;
    }
    return decode_rest(text, count, from + (size_t)_mm_popcnt_u64(digits), to);
}
#endif

size_t apus_form_decode(uint8_t *text, size_t count) {
#if defined(APUS_WIDE)
    if (apus_has_wide && count >= 128) return decode_wide(text, count);
#endif
    return decode_rest(text, count, 0, 0);
}
