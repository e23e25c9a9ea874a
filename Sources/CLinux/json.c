#include "CLinux.h"
#include "move_down.h"

// Escapes of two characters: what stands for the letter behind the backslash, or 0.
static const uint8_t letter_meaning[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};

// The letter of each control's short escape, or 0.
static const uint8_t control_letter[32] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
};

void apus_json_unescape(uint8_t *text, size_t count, size_t *read, size_t *written) {
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
            move_down(text + to, text + from + done, stop - done);
            to += stop - done;
            uint8_t meaning = letter_meaning[text[from + stop + 1]];
            if (text[from + stop] != '\\' || !meaning) {
                *read = from + stop;
                *written = to;
                return;
            }
            text[to++] = meaning;
            done = stop + 2;
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

// Writes one byte of a string, escaped where it has to be.
static inline uint8_t *escape(uint8_t *out, uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    if (byte == '"' || byte == '\\') {
        out[0] = '\\';
        out[1] = byte;
        return out + 2;
    }
    if (byte >= 0x20) {
        out[0] = byte;
        return out + 1;
    }
    if (control_letter[byte]) {
        out[0] = '\\';
        out[1] = control_letter[byte];
        return out + 2;
    }
    memcpy(out, "\\u00", 4);
    out[4] = (uint8_t)digits[byte >> 4];
    out[5] = (uint8_t)digits[byte & 15];
    return out + 6;
}

size_t apus_json_escape(uint8_t *out, const uint8_t *text, size_t count) {
    uint8_t *const start = out;
    size_t from = 0;
#if defined(__SSE2__)
    // Blocks are always copied whole; what is too much is overwritten by what follows. A copy may
    // begin anywhere in a block, so 16 more bytes have to follow it.
    while (count - from >= 32) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + from));
        __m128i special = _mm_or_si128(
            _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block),
            _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                         _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
        unsigned stops = (unsigned)_mm_movemask_epi8(special);
        _mm_storeu_si128((__m128i *)(void *)out, block);
        size_t done = 0;
        for (; stops; stops &= stops - 1) {
            size_t stop = (size_t)__builtin_ctz(stops);
            out = escape(out + (stop - done), text[from + stop]);
            done = stop + 1;
            memcpy(out, text + from + done, 16);
        }
        from += 16;
        out += 16 - done;
    }
#endif
    while (from < count) out = escape(out, text[from++]);
    return (size_t)(out - start);
}
