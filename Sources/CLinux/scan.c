#include "CLinux.h"
#include "utf8.h"
#include "wide.h"

#include <string.h>

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
#define LOAD16(bytes) _mm_loadu_si128((const __m128i *)(const void *)(bytes))
#define SCAN16(index, bytes, count, STOPS16)                                            \
    while (count - index >= 32) {                                                       \
        __m128i low = LOAD16(bytes + index), high = LOAD16(bytes + index + 16);         \
        if (_mm_movemask_epi8(OR(STOPS16(low), STOPS16(high)))) break;                  \
        index += 32;                                                                    \
    }                                                                                   \
    while (count - index >= 16) {                                                       \
        __m128i block = LOAD16(bytes + index);                                          \
        unsigned stops = (unsigned)_mm_movemask_epi8(STOPS16(block));                   \
        if (stops) return index + (size_t)__builtin_ctz(stops);                         \
        index += 16;                                                                    \
    }
#else
#define SCAN16(index, bytes, count, STOPS16)
#endif

// Bodies are long and mostly made of what needs no attention: behind the first 32 bytes of those,
// 64 at a time are looked at where the processor can. `WIDE(name, STOPS32)` defines how, `SCAN64`
// moves the index to the block that has a stop in it.
#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))
#define EQUALS32(block, byte) _mm256_cmpeq_epi8(block, _mm256_set1_epi8(byte))
#define BELOW_SPACE_OR_HIGH32(block) _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), block)
#define OR32(left, right) _mm256_or_si256(left, right)
#define LOAD32(bytes) _mm256_loadu_si256((const __m256i *)(const void *)(bytes))
#define WIDE(name, STOPS32)                                                             \
    AVX2 static size_t name##_wide(const uint8_t *bytes, size_t count) {                \
        size_t index = 0;                                                               \
        for (; count - index >= 64; index += 64) {                                      \
            __m256i low = LOAD32(bytes + index), high = LOAD32(bytes + index + 32);     \
            if (_mm256_movemask_epi8(OR32(STOPS32(low), STOPS32(high)))) break;         \
        }                                                                               \
        return index;                                                                   \
    }
#define SCAN64(name, index, bytes, count, STOPS16)                                      \
    if (count >= 128 && has_avx2                                                        \
        && !_mm_movemask_epi8(OR(STOPS16(LOAD16(bytes)), STOPS16(LOAD16(bytes + 16))))) \
        index = 32 + name##_wide(bytes + 32, count - 32);

static int has_avx2;

__attribute__((constructor)) static void find_instructions(void) {
    __builtin_cpu_init();
    has_avx2 = __builtin_cpu_supports("avx2");
}
#else
#define WIDE(name, STOPS32)
#define SCAN64(name, index, bytes, count, STOPS16)
#endif

#define SCANNER(name, STOPS, STOPS16)                       \
    size_t name(const uint8_t *bytes, size_t count) {       \
        size_t index = 0;                                   \
        SCAN64(name, index, bytes, count, STOPS16)          \
        SCAN16(index, bytes, count, STOPS16)                \
        while (index < count && !(STOPS(bytes[index]))) index++; \
        return index;                                       \
    }

#define JSON_READ(byte) ((byte) < 0x20 || (byte) >= 0x80 || (byte) == '"' || (byte) == '\\')
#define JSON_READ16(block) \
    OR(BELOW_SPACE_OR_HIGH(block), OR(EQUALS(block, '"'), EQUALS(block, '\\')))
#define JSON_READ32(block) \
    OR32(BELOW_SPACE_OR_HIGH32(block), OR32(EQUALS32(block, '"'), EQUALS32(block, '\\')))
WIDE(apus_scan_json_read, JSON_READ32)
SCANNER(apus_scan_json_read, JSON_READ, JSON_READ16)

#define TEXT(byte) \
    (((byte) < 0x20 && (byte) != '\t' && (byte) != '\n' && (byte) != '\r') || (byte) >= 0x80)
#define TEXT16(block)                                                                         \
    _mm_andnot_si128(OR(EQUALS(block, '\t'), OR(EQUALS(block, '\n'), EQUALS(block, '\r'))), \
                     BELOW_SPACE_OR_HIGH(block))
#define TEXT32(block)                                                                   \
    _mm256_andnot_si256(                                                                \
        OR32(EQUALS32(block, '\t'), OR32(EQUALS32(block, '\n'), EQUALS32(block, '\r'))), \
        BELOW_SPACE_OR_HIGH32(block))
WIDE(scan_text, TEXT32)
static SCANNER(scan_text, TEXT, TEXT16)

#define ASCII(byte) ((byte) >= 0x80)
#define ASCII16(block) (block)
#define ASCII32(block) (block)
WIDE(scan_ascii, ASCII32)
static SCANNER(scan_ascii, ASCII, ASCII16)

size_t apus_utf8_length(const uint8_t *bytes, size_t count) { return utf8_length(bytes, count); }

#if defined(APUS_WIDE)
// How many bytes of whole blocks are sound: of text, or of UTF-8 alone.
WIDE_CODE static size_t scan_characters(const uint8_t *bytes, size_t count, int is_text) {
    size_t index = 0;
    while (count - index >= 64) {
        __m512i block = wide_load(bytes + index);
        uint64_t cut = 0, faults = wide_utf8_faults(block, &cut);
        if (is_text) {
            faults |= wide_below(block, 0x20)
                & ~(wide_equals(block, '\t') | wide_equals(block, '\n') | wide_equals(block, '\r'));
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            faults |= wide_equals(block, 0xEF) << 2 & wide_equals(block, 0xBF) << 1
                & (wide_equals(block, 0xBE) | wide_equals(block, 0xBF));
        }
        size_t length = wide_length(cut);
        if (faults << (length < 63 ? 63 - length : 0)) break;
        index += length;
    }
    return index;
}
#define SCAN_CHARACTERS(bytes, count, is_text) \
    (apus_has_wide ? scan_characters(bytes, count, is_text) : 0)
#else
#define SCAN_CHARACTERS(bytes, count, is_text) 0
#endif

size_t apus_scan_utf8(const uint8_t *bytes, size_t count) {
    size_t index = 0;
    while (1) {
        index += scan_ascii(bytes + index, count - index);
        if (index == count) return index;
        index += SCAN_CHARACTERS(bytes + index, count - index, 0);
        if (index == count || bytes[index] < 0x80) continue;
        do {
            size_t length = utf8_length(bytes + index, count - index);
            if (!length) return index;
            index += length;
        } while (index < count && bytes[index] >= 0x80);
    }
}

size_t apus_scan_text(const uint8_t *bytes, size_t count) {
    size_t index = 0;
    while (1) {
        index += scan_text(bytes + index, count - index);
        if (index == count || bytes[index] < 0x80) return index;
        index += SCAN_CHARACTERS(bytes + index, count - index, 1);
        if (index == count || bytes[index] < 0x80) continue;
        do {
            const uint8_t *character = bytes + index;
            size_t length = utf8_length(character, count - index);
            // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
            if (!length || (length == 3 && character[0] == 0xEF && character[1] == 0xBF
                            && character[2] >= 0xBE)) return index;
            index += length;
        } while (index < count && bytes[index] >= 0x80);
    }
}

// The characters of RFC 9110's tokens: letters, digits and !#$%&'*+-.^_`|~
static const uint64_t token_characters[4] = {0x03FF6CFA00000000, 0x57FFFFFFC7FFFFFE, 0, 0};

static inline int is_token(uint8_t byte) {
    return token_characters[byte >> 6] >> (byte & 63) & 1;
}

#if defined(__SSE2__)
#define AT_MOST(block, byte) _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(byte)), block)
#define LETTER16(block) \
    AT_MOST(_mm_sub_epi8(OR(block, _mm_set1_epi8(0x20)), _mm_set1_epi8('a')), 25)
#define DIGIT16(block) AT_MOST(_mm_sub_epi8(block, _mm_set1_epi8('0')), 9)
#endif

size_t apus_scan_token(const uint8_t *bytes, size_t count) {
    size_t index = 0;
#if defined(__SSE2__)
    // Most are made of letters, digits and hyphens alone.
    while (count - index >= 16) {
        __m128i block = LOAD16(bytes + index);
        __m128i word = OR(OR(LETTER16(block), DIGIT16(block)), EQUALS(block, '-'));
        unsigned stops = ~(unsigned)_mm_movemask_epi8(word);
        // Beyond the sixteen bits there are others, so there is always one.
        index += (size_t)__builtin_ctz(stops);
        if (!(stops & 0xFFFF)) continue;
        if (!is_token(bytes[index])) return index;
        index++;
    }
#endif
    while (index < count && is_token(bytes[index])) index++;
    return index;
}

size_t apus_skip_lines(const uint8_t *bytes, size_t count, size_t from, size_t *line) {
    size_t start = *line;
    while (1) {
        const uint8_t *found = memchr(bytes + from, '\n', count - from);
        if (!found) {
            from = count;
            break;
        }
        size_t end = (size_t)(found - bytes);
        if (end < start + 2 || bytes[end - 1] != '\r') {
            from = end;
            break;
        }
        start = from = end + 1;
    }
    *line = start;
    return from;
}

// Eight bytes in lower case. Adding to the low seven bits of each byte carries into its highest bit
// where it is a letter from A on and none after Z.
static inline uint64_t lower8(uint64_t bytes) {
    const uint64_t every = 0x0101010101010101;
    uint64_t low = bytes & every * 0x7F;
    uint64_t capital = (low + every * (0x80 - 'A')) & ~(low + every * (0x7F - 'Z')) & ~bytes;
    return bytes | (capital & every * 0x80) >> 2;
}

static inline uint64_t load8(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, 8);
    return value;
}

int apus_equals_lower(const uint8_t *bytes, const uint8_t *lower, size_t count) {
    if (count < 8) {
        uint64_t left = 0, right = 0;
        memcpy(&left, bytes, count);
        memcpy(&right, lower, count);
        return lower8(left) == right;
    }
    for (size_t index = 0; count - index > 8; index += 8)
        if (lower8(load8(bytes + index)) != load8(lower + index)) return 0;
    return lower8(load8(bytes + count - 8)) == load8(lower + count - 8);
}
