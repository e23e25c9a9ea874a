#include "CLinux.h"
#include "escape.h"

static escapes json_escapes = {
    [0x00] = "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
    [0x08] = "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
    [0x10] = "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
    [0x18] = "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f",
    ['"'] = "\\\"",
    ['\\'] = "\\\\",
};

#if defined(__SSE2__)
#define EQUALS(block, byte) _mm_cmpeq_epi8(block, _mm_set1_epi8(byte))

static inline __m128i control16(__m128i block) {
    return _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
}

static inline __m128i mark16(__m128i block) {
    return _mm_or_si128(EQUALS(block, '"'), EQUALS(block, '\\'));
}

static inline __m128i json_special(__m128i block) {
    return _mm_or_si128(control16(block), mark16(block));
}

// One more for the escapes of two characters, five for the controls that have none of those.
static inline __m128i json_extra(__m128i block) {
    __m128i letter = _mm_or_si128(
        _mm_or_si128(EQUALS(block, '\b'), EQUALS(block, '\t')),
        _mm_or_si128(EQUALS(block, '\n'), _mm_or_si128(EQUALS(block, '\f'), EQUALS(block, '\r'))));
    __m128i two = _mm_or_si128(letter, mark16(block));
    return _mm_or_si128(_mm_and_si128(two, _mm_set1_epi8(1)),
                        _mm_and_si128(_mm_andnot_si128(letter, control16(block)), _mm_set1_epi8(5)));
}
#endif

size_t apus_json_escape(uint8_t *out, const uint8_t *text, size_t count) {
    uint8_t *const start = out;
    size_t from = 0;
#if defined(__SSE2__)
    ESCAPE16(out, text, count, from, json_escapes, json_special, json_extra)
#endif
    while (from < count) out += escape_one(out, text[from++], json_escapes);
    return (size_t)(out - start);
}

size_t apus_json_escaped_count(const uint8_t *text, size_t count) {
    size_t length = count, from = 0;
#if defined(__SSE2__)
    __m128i extra = _mm_setzero_si128();
    for (; count - from >= 16; from += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + from));
        extra = _mm_add_epi64(extra, _mm_sad_epu8(json_extra(block), _mm_setzero_si128()));
    }
    length += (size_t)_mm_cvtsi128_si64(_mm_add_epi64(extra, _mm_unpackhi_epi64(extra, extra)));
#endif
    for (; from < count; from++) {
        uint8_t written[8];
        length += escape_one(written, text[from], json_escapes) - 1;
    }
    return length;
}
