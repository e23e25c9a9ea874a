#include "CLinux.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Each scanner gives the number of bytes at the front that need no attention. `STOPS(byte)` says
// which byte does; `STOPS16(block)` gives a vector whose bytes are 0xFF where it does.

#if defined(__SSE2__)
#define EQUALS(block, byte) _mm_cmpeq_epi8(block, _mm_set1_epi8(byte))
// Bytes from 0x80 on are negative here, and thus below 0x20 as well.
#define BELOW_SPACE_OR_HIGH(block) _mm_cmplt_epi8(block, _mm_set1_epi8(0x20))
#define OR(left, right) _mm_or_si128(left, right)
#define SCAN16(index, bytes, count, STOPS16)                                            \
    while (count - index >= 16) {                                                       \
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + index)); \
        unsigned stops = (unsigned)_mm_movemask_epi8(STOPS16(block));                   \
        if (stops) return index + (size_t)__builtin_ctz(stops);                         \
        index += 16;                                                                    \
    }
#else
#define SCAN16(index, bytes, count, STOPS16)
#endif

#define SCANNER(name, STOPS, STOPS16)                       \
    size_t name(const uint8_t *bytes, size_t count) {       \
        size_t index = 0;                                   \
        SCAN16(index, bytes, count, STOPS16)                \
        while (index < count && !(STOPS(bytes[index]))) index++; \
        return index;                                       \
    }

#define JSON_READ(byte) ((byte) < 0x20 || (byte) >= 0x80 || (byte) == '"' || (byte) == '\\')
#define JSON_READ16(block) \
    OR(BELOW_SPACE_OR_HIGH(block), OR(EQUALS(block, '"'), EQUALS(block, '\\')))
SCANNER(apus_scan_json_read, JSON_READ, JSON_READ16)

#define XML_WRITE(byte) \
    ((byte) == '&' || (byte) == '<' || (byte) == '>' || (byte) == '"' || (byte) == '\r')
#define XML_WRITE16(block)                                   \
    OR(OR(EQUALS(block, '&'), EQUALS(block, '<')),           \
       OR(EQUALS(block, '>'), OR(EQUALS(block, '"'), EQUALS(block, '\r'))))
SCANNER(apus_scan_xml_write, XML_WRITE, XML_WRITE16)

#define PRINTABLE(byte) ((byte) < 0x20 || (byte) >= 0x80)
SCANNER(apus_scan_printable, PRINTABLE, BELOW_SPACE_OR_HIGH)

#define ASCII(byte) ((byte) >= 0x80)
#define ASCII16(block) (block)
SCANNER(apus_scan_ascii, ASCII, ASCII16)
