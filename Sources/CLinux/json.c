#include "CLinux.h"
#include "digits.h"
#include "json_wide.h"
#include "move_down.h"
#include "utf8.h"

// Escapes of two characters: what stands for the letter behind the backslash, or 0.
static const uint8_t letter_meaning[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};

// The unit of the escape \uXXXX at the front of six bytes, or 0x10000.
static inline uint32_t escaped_unit(const uint8_t *text) {
    if (text[0] != '\\' || text[1] != 'u') return 0x10000;
    uint32_t first = digit_value[text[2]], second = digit_value[text[3]];
    uint32_t third = digit_value[text[4]], fourth = digit_value[text[5]];
    if (!first || !second || !third || !fourth) return 0x10000;
    return (first - 1) << 12 | (second - 1) << 8 | (third - 1) << 4 | (fourth - 1);
}

// Undoes escapes of the kind \uXXXX as long as there are any, none of them half a surrogate pair.
static void undo_units(
    uint8_t *text, size_t count, size_t *read, size_t *written) {
    size_t from = *read, to = *written;
    while (count - from >= 6) {
        uint32_t scalar = escaped_unit(text + from);
        size_t length = 6;
        if (scalar < 0x80) {
            text[to++] = (uint8_t)scalar;
        } else if (scalar < 0x800) {
            text[to] = (uint8_t)(0xC0 | scalar >> 6);
            text[to + 1] = (uint8_t)(0x80 | (scalar & 0x3F));
            to += 2;
        } else if ((scalar & 0xF800) != 0xD800 && scalar < 0x10000) {
            text[to] = (uint8_t)(0xE0 | scalar >> 12);
            text[to + 1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
            text[to + 2] = (uint8_t)(0x80 | (scalar & 0x3F));
            to += 3;
        } else {
            if (scalar >= 0xDC00 || count - from < 12) break;
            uint32_t low = escaped_unit(text + from + 6);
            if ((low & 0xFC00) != 0xDC00 || low >= 0x10000) break;
            scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
            text[to] = (uint8_t)(0xF0 | scalar >> 18);
            text[to + 1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3F));
            text[to + 2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
            text[to + 3] = (uint8_t)(0x80 | (scalar & 0x3F));
            to += 4;
            length = 12;
        }
        from += length;
    }
    *read = from;
    *written = to;
}

// Moves characters of more than one byte as long as there are any.
static void move_characters(
    uint8_t *text, size_t count, size_t *read, size_t *written) {
    size_t from = *read, to = *written;
    while (from < count && text[from] >= 0x80) {
        size_t length = utf8_length(text + from, count - from);
        if (!length) break;
        // Of two, three or four bytes the first two, the last two and all are written.
        uint8_t *target = text + to;
        const uint8_t *source = text + from;
        uint8_t first = source[0], second = source[1];
        uint8_t late = source[length - 2], last = source[length - 1];
        target[0] = first;
        target[1] = second;
        target[length - 2] = late;
        target[length - 1] = last;
        from += length, to += length;
    }
    *read = from;
    *written = to;
}

// Goes on with the inside of a string up to what is no plain byte and no escape of two characters.
static void undo_letters(uint8_t *text, size_t count, size_t *read, size_t *written) {
    size_t from = *read, to = *written;
    // As long as nothing was shortened nothing moves either.
    if (from == to) from += apus_scan_json_read(text + from, count - from), to = from;
#if defined(__SSE2__)
    // A move may begin anywhere in a block and an escape may reach one byte beyond it, so 17 more
    // bytes have to follow it.
    while (count - from >= 33) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + from));
        // Bytes from 0x80 on are negative here, and thus below 0x20 as well.
        __m128i special = _mm_or_si128(
            _mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
            _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                         _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
        unsigned stops = (unsigned)_mm_movemask_epi8(special);
        if (!stops) {
            if (to != from) _mm_storeu_si128((__m128i *)(void *)(text + to), block);
            from += 16, to += 16;
            continue;
        }
        size_t done = 0;
        do {
            size_t stop = (size_t)__builtin_ctz(stops);
            if (stop != done) move_down(text + to, text + from + done, stop - done);
            to += stop - done;
            uint8_t meaning = letter_meaning[text[from + stop + 1]];
            if (text[from + stop] != '\\' || !meaning) {
                *read = from + stop;
                *written = to;
                return;
            }
            text[to++] = meaning;
            done = stop + 2;
            // Escapes often stand in a row.
            while (text[from + done] == '\\' && count - from - done >= 35
                   && (meaning = letter_meaning[text[from + done + 1]])) {
                text[to++] = meaning;
                done += 2;
            }
            if (done >= 16) break;
            stops &= ~0u << done;
        } while (stops);
        if (done < 16) {
            move_down(text + to, text + from + done, 16 - done);
            to += 16 - done;
            done = 16;
        }
        from += done;
    }
#endif
    while (from < count) {
        uint8_t byte = text[from];
        if (byte == '\\') {
            uint8_t meaning = count - from >= 2 ? letter_meaning[text[from + 1]] : 0;
            if (!meaning) break;
            text[to++] = meaning;
            from += 2;
        } else if (byte < 0x20 || byte >= 0x80 || byte == '"') {
            break;
        } else {
            text[to++] = byte;
            from++;
        }
    }
    *read = from;
    *written = to;
}

void apus_json_unescape_portable(
    uint8_t *text, size_t count, size_t *read, size_t *written) {
    while (1) {
        undo_letters(text, count, read, written);
        size_t stop = *read;
        if (stop == count) return;
        if (text[stop] >= 0x80) move_characters(text, count, read, written);
        if (text[stop] == '\\') undo_units(text, count, read, written);
        if (*read == stop) return;
    }
}

void apus_json_unescape(uint8_t *text, size_t count, size_t *read, size_t *written) {
#if defined(APUS_WIDE)
    if (apus_has_wide && *read == *written) {
        // As long as nothing was shortened nothing moves, and most strings end before.
        *read += apus_scan_json_read(text + *read, count - *read);
        *written = *read;
        if (*read == count || text[*read] == '"') return;
        wide_undo(text, count, read, written);
    }
#endif
    apus_json_unescape_portable(text, count, read, written);
}
