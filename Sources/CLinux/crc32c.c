#include "CLinux.h"
#include <string.h>

// CRC32C (Castagnoli), reflected, polynomial 0x1EDC6F41.

static uint32_t tables[8][256];

static uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        tables[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int slice = 1; slice < 8; slice++)
            tables[slice][byte] =
                tables[slice - 1][byte] >> 8 ^ tables[0][tables[slice - 1][byte] & 0xFF];
}

uint32_t apus_crc32c_portable(uint32_t continuing, const uint8_t *bytes, size_t count) {
    uint32_t crc = ~continuing;
    for (; count >= 8; count -= 8, bytes += 8) {
        uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                              (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
              tables[4][low >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^
              tables[1][bytes[6]] ^ tables[0][bytes[7]];
    }
    for (; count > 0; count--, bytes++) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
#include <immintrin.h>

// The instruction takes three cycles but a new one can start in each, so long inputs are cut into
// three streams of `stream` bytes. A stream's CRC is moved past the bytes that follow it by a
// carry-less multiplication with x^(8 * bytes) modulo the polynomial.
enum { longest_stream = 1024 };
static uint32_t shifts[2 * longest_stream / 8 + 1];
static int has_instructions;

// The product enters the CRC with the next eight bytes, which moves it on by 64 bits, and it lacks
// the one bit by which reflected products are shifted. So the factor for a number of bytes is
// x^(8 * (bytes + 8) - 64 + 31), beginning with x^31, which is 1 when reflected.
__attribute__((target("sse4.2")))
static void fill_shifts(void) {
    uint64_t power = 1;
    for (size_t words = 0; words <= 2 * longest_stream / 8; words++) {
        shifts[words] = (uint32_t)power;
        power = _mm_crc32_u64(power, 0);
    }
}

__attribute__((target("sse4.2,pclmul")))
static uint64_t moved(uint32_t crc, size_t bytes) {
    __m128i left = _mm_cvtsi32_si128((int)crc);
    __m128i right = _mm_cvtsi32_si128((int)shifts[bytes / 8]);
    return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(left, right, 0));
}

__attribute__((target("sse4.2,pclmul")))
static uint32_t crc32c_instructions(uint32_t continuing, const uint8_t *bytes, size_t count) {
    uint64_t crc = (uint32_t)~continuing;
    while (count >= 192) {
        // Eight bytes are left for the step that brings the streams together.
        size_t stream = (count - 8) / 24 * 8;
        if (stream > longest_stream) stream = longest_stream;
        uint64_t second = 0, third = 0;
        for (const uint8_t *end = bytes + stream; bytes < end; bytes += 8) {
            crc = _mm_crc32_u64(crc, load64(bytes));
            second = _mm_crc32_u64(second, load64(bytes + stream));
            third = _mm_crc32_u64(third, load64(bytes + 2 * stream));
        }
        bytes += 2 * stream;
        uint64_t ahead = moved((uint32_t)crc, 2 * stream) ^ moved((uint32_t)second, stream);
        crc = _mm_crc32_u64(third, load64(bytes) ^ ahead);
        bytes += 8;
        count -= 3 * stream + 8;
    }
    for (; count >= 8; count -= 8, bytes += 8) crc = _mm_crc32_u64(crc, load64(bytes));
    for (; count > 0; count--, bytes++) crc = _mm_crc32_u8((uint32_t)crc, *bytes);
    return ~(uint32_t)crc;
}

__attribute__((constructor)) static void prepare(void) {
    fill_tables();
    __builtin_cpu_init();
    has_instructions = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
    if (has_instructions) fill_shifts();
}

uint32_t apus_crc32c(uint32_t continuing, const uint8_t *bytes, size_t count) {
    return has_instructions ? crc32c_instructions(continuing, bytes, count)
                            : apus_crc32c_portable(continuing, bytes, count);
}

int apus_crc32c_has_instructions(void) { return has_instructions; }

#else

__attribute__((constructor)) static void prepare(void) { fill_tables(); }

uint32_t apus_crc32c(uint32_t continuing, const uint8_t *bytes, size_t count) {
    return apus_crc32c_portable(continuing, bytes, count);
}

int apus_crc32c_has_instructions(void) { return 0; }

#endif
