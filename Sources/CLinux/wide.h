#ifndef APUS_WIDE_H
#define APUS_WIDE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>

// Text is looked at 64 bytes at a time where the processor has AVX-512 with VBMI2. What a block
// holds is described by masks of 64 bits, one for each byte, and the bytes that stay are brought
// together by one instruction: no branch depends on where in a block something stands.
#define APUS_WIDE 1
#define WIDE_CODE \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))
#define WIDE_INLINE WIDE_CODE static inline __attribute__((always_inline))

// Whether the processor has the instructions.
extern int apus_has_wide;

WIDE_INLINE __m512i wide_load(const uint8_t *bytes) {
    return _mm512_loadu_si512((const void *)bytes);
}

WIDE_INLINE __m512i wide_all(uint8_t byte) { return _mm512_set1_epi8((char)byte); }

WIDE_INLINE uint64_t wide_equals(__m512i block, uint8_t byte) {
    return _mm512_cmpeq_epi8_mask(block, wide_all(byte));
}

WIDE_INLINE uint64_t wide_below(__m512i block, uint8_t byte) {
    return _mm512_cmplt_epu8_mask(block, wide_all(byte));
}

// The first `count` bits, which are 64 at most.
WIDE_INLINE uint64_t wide_first(size_t count) { return _bzhi_u64(~(uint64_t)0, (unsigned)count); }

// How many bytes stand before the first bit.
WIDE_INLINE size_t wide_length(uint64_t mask) { return (size_t)_tzcnt_u64(mask); }

// Writes the bytes of the mask one behind the other and returns how many they are. Nothing behind
// them is touched.
WIDE_INLINE size_t wide_store(uint8_t *out, uint64_t mask, __m512i block) {
    size_t count = (size_t)_mm_popcnt_u64(mask);
    _mm512_mask_storeu_epi8(out, wide_first(count), _mm512_maskz_compress_epi8(mask, block));
    return count;
}

// Which bytes are hexadecimal digits; `*values` becomes their values, and something where none is.
WIDE_INLINE uint64_t wide_digits(__m512i block, __m512i *values) {
    __m512i small = _mm512_or_si512(block, wide_all(0x20));
    uint64_t letters = wide_below(_mm512_sub_epi8(small, wide_all('a')), 6);
    uint64_t digits = wide_below(_mm512_sub_epi8(block, wide_all('0')), 10);
    __m512i nibbles = _mm512_and_si512(block, wide_all(0x0F));
    *values = _mm512_mask_add_epi8(nibbles, letters, nibbles, wide_all(9));
    return letters | digits;
}

// Where UTF-8 is not valid in a block that begins with a character: at a byte that cannot follow the
// one before it, or that never occurs. The bits of `*cut` are set where characters begin that end
// beyond the block.
WIDE_INLINE uint64_t wide_utf8_faults(__m512i block, uint64_t *cut) {
    uint64_t high = _mm512_movepi8_mask(block);
    uint64_t two = high & ~wide_below(block, 0xC0);
    uint64_t three = high & ~wide_below(block, 0xE0), four = high & ~wide_below(block, 0xF0);
    *cut |= (two & (uint64_t)1 << 63) | (three & (uint64_t)3 << 62) | (four & (uint64_t)7 << 61);
    uint64_t following = two << 1 | three << 2 | four << 3;
    uint64_t faults = following ^ (high & ~two);
    // Overlong forms, surrogates and what is above U+10FFFF.
    faults |= (two & wide_below(block, 0xC2)) | (four & ~wide_below(block, 0xF5));
    uint64_t below90 = wide_below(block, 0x90), belowA0 = wide_below(block, 0xA0);
    faults |= wide_equals(block, 0xE0) << 1 & belowA0;
    faults |= wide_equals(block, 0xED) << 1 & ~belowA0;
    faults |= wide_equals(block, 0xF0) << 1 & below90;
    faults |= wide_equals(block, 0xF4) << 1 & ~below90;
    return faults;
}

#endif
#endif
