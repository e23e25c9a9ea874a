#include "CLinux.h"
#include <string.h>

// MD5 (RFC 1321) of many messages: 32 at once where the processor has AVX-512, sixteen with AVX2, else
// one by one.

#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))

// The 64 steps: STEP(function, a, b, c, d, word, shift, constant).
#define STEPS(STEP)                                                                              \
    STEP(F, a, b, c, d, 0, 7, 0xd76aa478u) STEP(F, d, a, b, c, 1, 12, 0xe8c7b756u)               \
    STEP(F, c, d, a, b, 2, 17, 0x242070dbu) STEP(F, b, c, d, a, 3, 22, 0xc1bdceeeu)              \
    STEP(F, a, b, c, d, 4, 7, 0xf57c0fafu) STEP(F, d, a, b, c, 5, 12, 0x4787c62au)               \
    STEP(F, c, d, a, b, 6, 17, 0xa8304613u) STEP(F, b, c, d, a, 7, 22, 0xfd469501u)              \
    STEP(F, a, b, c, d, 8, 7, 0x698098d8u) STEP(F, d, a, b, c, 9, 12, 0x8b44f7afu)               \
    STEP(F, c, d, a, b, 10, 17, 0xffff5bb1u) STEP(F, b, c, d, a, 11, 22, 0x895cd7beu)            \
    STEP(F, a, b, c, d, 12, 7, 0x6b901122u) STEP(F, d, a, b, c, 13, 12, 0xfd987193u)             \
    STEP(F, c, d, a, b, 14, 17, 0xa679438eu) STEP(F, b, c, d, a, 15, 22, 0x49b40821u)            \
    STEP(G, a, b, c, d, 1, 5, 0xf61e2562u) STEP(G, d, a, b, c, 6, 9, 0xc040b340u)                \
    STEP(G, c, d, a, b, 11, 14, 0x265e5a51u) STEP(G, b, c, d, a, 0, 20, 0xe9b6c7aau)             \
    STEP(G, a, b, c, d, 5, 5, 0xd62f105du) STEP(G, d, a, b, c, 10, 9, 0x02441453u)               \
    STEP(G, c, d, a, b, 15, 14, 0xd8a1e681u) STEP(G, b, c, d, a, 4, 20, 0xe7d3fbc8u)             \
    STEP(G, a, b, c, d, 9, 5, 0x21e1cde6u) STEP(G, d, a, b, c, 14, 9, 0xc33707d6u)               \
    STEP(G, c, d, a, b, 3, 14, 0xf4d50d87u) STEP(G, b, c, d, a, 8, 20, 0x455a14edu)              \
    STEP(G, a, b, c, d, 13, 5, 0xa9e3e905u) STEP(G, d, a, b, c, 2, 9, 0xfcefa3f8u)               \
    STEP(G, c, d, a, b, 7, 14, 0x676f02d9u) STEP(G, b, c, d, a, 12, 20, 0x8d2a4c8au)             \
    STEP(H, a, b, c, d, 5, 4, 0xfffa3942u) STEP(H, d, a, b, c, 8, 11, 0x8771f681u)               \
    STEP(H, c, d, a, b, 11, 16, 0x6d9d6122u) STEP(H, b, c, d, a, 14, 23, 0xfde5380cu)            \
    STEP(H, a, b, c, d, 1, 4, 0xa4beea44u) STEP(H, d, a, b, c, 4, 11, 0x4bdecfa9u)               \
    STEP(H, c, d, a, b, 7, 16, 0xf6bb4b60u) STEP(H, b, c, d, a, 10, 23, 0xbebfbc70u)             \
    STEP(H, a, b, c, d, 13, 4, 0x289b7ec6u) STEP(H, d, a, b, c, 0, 11, 0xeaa127fau)              \
    STEP(H, c, d, a, b, 3, 16, 0xd4ef3085u) STEP(H, b, c, d, a, 6, 23, 0x04881d05u)              \
    STEP(H, a, b, c, d, 9, 4, 0xd9d4d039u) STEP(H, d, a, b, c, 12, 11, 0xe6db99e5u)              \
    STEP(H, c, d, a, b, 15, 16, 0x1fa27cf8u) STEP(H, b, c, d, a, 2, 23, 0xc4ac5665u)             \
    STEP(I, a, b, c, d, 0, 6, 0xf4292244u) STEP(I, d, a, b, c, 7, 10, 0x432aff97u)               \
    STEP(I, c, d, a, b, 14, 15, 0xab9423a7u) STEP(I, b, c, d, a, 5, 21, 0xfc93a039u)             \
    STEP(I, a, b, c, d, 12, 6, 0x655b59c3u) STEP(I, d, a, b, c, 3, 10, 0x8f0ccc92u)              \
    STEP(I, c, d, a, b, 10, 15, 0xffeff47du) STEP(I, b, c, d, a, 1, 21, 0x85845dd1u)             \
    STEP(I, a, b, c, d, 8, 6, 0x6fa87e4fu) STEP(I, d, a, b, c, 15, 10, 0xfe2ce6e0u)              \
    STEP(I, c, d, a, b, 6, 15, 0xa3014314u) STEP(I, b, c, d, a, 13, 21, 0x4e0811a1u)             \
    STEP(I, a, b, c, d, 4, 6, 0xf7537e82u) STEP(I, d, a, b, c, 11, 10, 0xbd3af235u)              \
    STEP(I, c, d, a, b, 2, 15, 0x2ad7d2bbu) STEP(I, b, c, d, a, 9, 21, 0xeb86d391u)

// A message on its way through: whole blocks where they stand, then one or two padded ones.
typedef struct {
    const uint8_t *next;
    size_t blocks;       // left where `next` points
    size_t tail_blocks;  // left in `tail` after them
    size_t number;       // of the message; meaningless in an idle lane
    uint8_t tail[128];
} lane;

static void begin(lane *lane, const apus_message *message, size_t number) {
    size_t rest = message->count & 63;
    size_t tail_blocks = rest < 56 ? 1 : 2;
    uint64_t bits = (uint64_t)message->count << 3;
    lane->next = message->bytes;
    lane->blocks = message->count >> 6;
    lane->tail_blocks = tail_blocks;
    lane->number = number;
    memset(lane->tail, 0, sizeof lane->tail);
    if (rest) memcpy(lane->tail, message->bytes + message->count - rest, rest);
    lane->tail[rest] = 0x80;
    for (int index = 0; index < 8; index++)
        lane->tail[tail_blocks * 64 - 8 + index] = (uint8_t)(bits >> 8 * index);
    if (lane->blocks == 0) {
        lane->next = lane->tail;
        lane->blocks = tail_blocks;
        lane->tail_blocks = 0;
    }
}

// Steps behind a block; false when it was the message's last.
static int advance(lane *lane) {
    lane->next += 64;
    if (--lane->blocks > 0) return 1;
    if (lane->tail_blocks == 0) return 0;
    lane->next = lane->tail;
    lane->blocks = lane->tail_blocks;
    lane->tail_blocks = 0;
    return 1;
}

static const uint32_t first_state[4] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u};

static void store(uint8_t *digest, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    const uint32_t state[4] = {a, b, c, d};
    for (int index = 0; index < 16; index++)
        digest[index] = (uint8_t)(state[index / 4] >> 8 * (index % 4));
}

static uint32_t load32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

// Takes a state behind a block.
static inline void transform(uint32_t state[4], const uint8_t *block) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
#define STEP(f, a, b, c, d, word, shift, constant)                     \
    a += f(b, c, d) + load32(block + 4 * word) + constant;             \
    a = (a << shift | a >> (32 - shift)) + b;
    STEPS(STEP)
#undef STEP
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

// Takes a message from its lane's present block and this state to its digest.
static void finish_alone(lane *lane, const uint32_t state[4], uint8_t *digests) {
    uint32_t words[4] = {state[0], state[1], state[2], state[3]};
    do transform(words, lane->next);
    while (advance(lane));
    store(digests + 16 * lane->number, words[0], words[1], words[2], words[3]);
}

static void md5_alone(const apus_message *messages, size_t count, uint8_t *digests) {
    lane lane;
    for (size_t number = 0; number < count; number++) {
        begin(&lane, messages + number, number);
        finish_alone(&lane, first_state, digests);
    }
}

apus_md5_progress apus_md5_begin(const uint8_t *bytes, size_t count) {
    apus_md5_progress message = {.bytes = bytes, .count = count};
    memcpy(message.state, first_state, sizeof first_state);
    return message;
}

static size_t blocks_left(const apus_md5_progress *message) {
    return (message->count - message->done) / 64;
}

int apus_md5_is_ending(const apus_md5_progress *message) { return blocks_left(message) == 0; }

void apus_md5_end(const apus_md5_progress *message, uint8_t *digest) {
    apus_message all = {.bytes = message->bytes, .count = message->count};
    lane lane;
    begin(&lane, &all, 0);
    // Whole blocks are done, so that the tail is next.
    lane.next = lane.tail;
    lane.blocks += lane.tail_blocks - message->count / 64;
    lane.tail_blocks = 0;
    finish_alone(&lane, message->state, digest);
}

static void continue_alone(apus_md5_progress *message, size_t blocks) {
    for (; blocks > 0 && blocks_left(message) > 0; blocks--, message->done += 64)
        transform(message->state, message->bytes + message->done);
}

static void continue_all_alone(apus_md5_progress *messages, size_t count, size_t blocks) {
    for (size_t index = 0; index < count; index++) continue_alone(messages + index, blocks);
}

#if defined(__x86_64__)
#include <immintrin.h>

static const uint8_t idle_block[64];

// Sixteen at once in vectors of eight words; `md5_lanes.h` says what has to be defined.

#undef F
#undef G
#undef H
#undef I
#define TARGET __attribute__((target("avx2")))
#define NAMED(name) name##_avx2
#define VECTOR __m256i
#define GROUPS 2
#define LOAD(words) _mm256_loadu_si256((const __m256i *)(const void *)(words))
#define STORE(words, vector) _mm256_storeu_si256((__m256i *)(void *)(words), vector)
#define ALL(word) _mm256_set1_epi32((int)(word))
#define ADD(x, y) _mm256_add_epi32(x, y)
#define XOR(x, y) _mm256_xor_si256(x, y)
#define AND(x, y) _mm256_and_si256(x, y)
#define OR(x, y) _mm256_or_si256(x, y)
#define TURNED(x, shift) OR(_mm256_slli_epi32(x, shift), _mm256_srli_epi32(x, 32 - shift))
#define F(x, y, z) XOR(z, AND(x, XOR(y, z)))
#define G(x, y, z) XOR(y, AND(z, XOR(x, y)))
#define H(x, y, z) XOR(XOR(x, y), z)
#define I(x, y, z) XOR(y, OR(x, XOR(z, ALL(-1))))

// Reads 32 bytes of eight blocks and gives words[i] = the i-th word of each.
TARGET static inline __attribute__((always_inline)) void half_transpose(
    const uint8_t *const blocks[8], size_t offset, __m256i words[8]) {
    __m256i row[8], pair[8], quad[8];
    for (int lane = 0; lane < 8; lane++) row[lane] = LOAD(blocks[lane] + offset);
    for (int index = 0; index < 8; index += 2) {
        pair[index] = _mm256_unpacklo_epi32(row[index], row[index + 1]);
        pair[index + 1] = _mm256_unpackhi_epi32(row[index], row[index + 1]);
    }
    for (int half = 0; half < 8; half += 4) {
        quad[half] = _mm256_unpacklo_epi64(pair[half], pair[half + 2]);
        quad[half + 1] = _mm256_unpackhi_epi64(pair[half], pair[half + 2]);
        quad[half + 2] = _mm256_unpacklo_epi64(pair[half + 1], pair[half + 3]);
        quad[half + 3] = _mm256_unpackhi_epi64(pair[half + 1], pair[half + 3]);
    }
    for (int index = 0; index < 4; index++) {
        words[index] = _mm256_permute2x128_si256(quad[index], quad[index + 4], 0x20);
        words[index + 4] = _mm256_permute2x128_si256(quad[index], quad[index + 4], 0x31);
    }
}

TARGET static inline __attribute__((always_inline)) void transpose_avx2(
    const uint8_t *const *blocks, __m256i words[16]) {
    half_transpose(blocks, 0, words);
    half_transpose(blocks, 32, words + 8);
}

#include "md5_lanes.h"

// 32 at once in vectors of sixteen words.

#define TARGET __attribute__((target("avx512f,avx2")))
#define NAMED(name) name##_avx512
#define VECTOR __m512i
#define GROUPS 2
#define LOAD(words) _mm512_loadu_si512(words)
#define STORE(words, vector) _mm512_storeu_si512(words, vector)
#define ALL(word) _mm512_set1_epi32((int)(word))
#define ADD(x, y) _mm512_add_epi32(x, y)
#define TURNED(x, shift) _mm512_rol_epi32(x, shift)
// The table of a function of three bits, from 111 down to 000.
#define F(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xCA)
#define G(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xE4)
#define H(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define I(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x39)

TARGET static inline __attribute__((always_inline)) void transpose_avx512(
    const uint8_t *const *blocks, __m512i words[16]) {
    __m256i low[16], high[16];
    transpose_avx2(blocks, low);
    transpose_avx2(blocks + 8, high);
    for (int index = 0; index < 16; index++)
        words[index] =
            _mm512_inserti64x4(_mm512_castsi256_si512(low[index]), high[index], 1);
}

#include "md5_lanes.h"

static apus_md5_kind best;

__attribute__((constructor)) static void prepare(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2"))
        best = __builtin_cpu_supports("avx512f") ? APUS_MD5_AVX512 : APUS_MD5_AVX2;
}

apus_md5_kind apus_md5_best(void) { return best; }

void apus_md5(
    apus_md5_kind kind, const apus_message *messages, size_t count, uint8_t *digests) {
    if (count <= 1) kind = APUS_MD5_ALONE;
    switch (kind) {
    case APUS_MD5_AVX512: md5_lanes_avx512(messages, count, digests); break;
    case APUS_MD5_AVX2: md5_lanes_avx2(messages, count, digests); break;
    case APUS_MD5_ALONE: md5_alone(messages, count, digests); break;
    }
}

void apus_md5_continue(
    apus_md5_kind kind, apus_md5_progress *messages, size_t count, size_t blocks) {
    if (count <= 1 || count > 16) kind = APUS_MD5_ALONE;
    switch (kind) {
    case APUS_MD5_AVX512: continue_lanes_avx512(messages, count, blocks); break;
    case APUS_MD5_AVX2: continue_lanes_avx2(messages, count, blocks); break;
    case APUS_MD5_ALONE: continue_all_alone(messages, count, blocks); break;
    }
}

#else

apus_md5_kind apus_md5_best(void) { return APUS_MD5_ALONE; }

void apus_md5(
    apus_md5_kind kind, const apus_message *messages, size_t count, uint8_t *digests) {
    (void)kind;
    md5_alone(messages, count, digests);
}

void apus_md5_continue(
    apus_md5_kind kind, apus_md5_progress *messages, size_t count, size_t blocks) {
    (void)kind;
    continue_all_alone(messages, count, blocks);
}

#endif
