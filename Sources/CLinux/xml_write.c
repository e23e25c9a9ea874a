#include "CLinux.h"
#include "escape.h"

static escapes references = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\r'] = "&#xD;",
};

#if defined(__SSE2__)
#define EXTRA(block, byte, count) \
    _mm_and_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(byte)), _mm_set1_epi8(count))

static inline __m128i xml_extra(__m128i block) {
    return _mm_or_si128(
        _mm_or_si128(EXTRA(block, '&', 4), EXTRA(block, '\r', 4)),
        _mm_or_si128(EXTRA(block, '"', 5), _mm_or_si128(EXTRA(block, '<', 3), EXTRA(block, '>', 3))));
}
#endif

size_t apus_xml_escape(uint8_t *out, const uint8_t *text, size_t count) {
    uint8_t *const start = out;
    size_t from = 0;
#if defined(__SSE2__)
    ESCAPE16(out, text, count, from, references, xml_extra, xml_extra)
#endif
    while (from < count) out += escape_one(out, text[from++], references);
    return (size_t)(out - start);
}
