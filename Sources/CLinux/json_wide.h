#ifndef APUS_JSON_WIDE_H
#define APUS_JSON_WIDE_H

#include "wide.h"

#if defined(APUS_WIDE)

// What stands for the letter behind a backslash, or 0: the first 64 characters, and the next.
static const uint8_t wide_meaning[2][64] = {
    {['"'] = '"', ['/'] = '/'},
    {['\\' - 64] = '\\', ['b' - 64] = '\b', ['f' - 64] = '\f', ['n' - 64] = '\n',
     ['r' - 64] = '\r', ['t' - 64] = '\t'},
};

// A block of 64 bytes on its way: where there is what cannot be undone, where something begins that
// ends beyond the block, what is left out, and what is written.
typedef struct {
    uint64_t stops, cut, dropped;
    __m512i written;
} wide_block;

// Byte i of the result is byte i + distance of the block; those beyond it are of no meaning.
WIDE_INLINE __m512i wide_shift(__m512i block, int distance) {
    static const uint8_t places[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
    };
    __m512i from = _mm512_add_epi8(wide_load(places), wide_all((uint8_t)distance));
    return _mm512_permutexvar_epi8(from, block);
}

// Undoes the escapes \uXXXX that begin at `units`. Up to three bytes of what each stands for are
// written in its first three places; of a pair each half gets two.
WIDE_INLINE void wide_undo_units(__m512i text, uint64_t units, wide_block *block) {
    __m512i values;
    uint64_t digits = wide_digits(text, &values);
    uint64_t whole = units & wide_first(59);
    uint64_t sound = whole & digits >> 2 & digits >> 3 & digits >> 4 & digits >> 5;
    block->cut |= units ^ whole;
    block->stops |= whole ^ sound;

    // What kind each is, told from the digits' characters, which takes less time than from values.
    __m512i small = _mm512_or_si512(text, wide_all(0x20));
    uint64_t zeros = wide_equals(text, '0');
    uint64_t below8 = wide_below(_mm512_sub_epi8(text, wide_all('0')), 8);
    uint64_t one = sound & zeros >> 2 & zeros >> 3 & below8 >> 4;
    uint64_t two = sound & zeros >> 2 & below8 >> 3 & ~one;
    uint64_t surrogates = sound & wide_equals(small, 'd') >> 2 & ~(below8 >> 3);
    uint64_t second = surrogates & wide_below(_mm512_sub_epi8(small, wide_all('c')), 4) >> 3;
    uint64_t first = surrogates & ~second, three = sound & ~one & ~two & ~surrogates;
    uint64_t paired = first & wide_first(53);
    block->cut |= first ^ paired;
    block->stops |= (second & ~(first << 6)) | (paired & ~(second >> 6));

    // Two digits each, then what they are at the beginning of the escape.
    __m512i pairs = _mm512_or_si512(_mm512_slli_epi16(values, 4), wide_shift(values, 1));
    __m512i upper = wide_shift(pairs, 2), lower = wide_shift(pairs, 4);
    const __m512i more = wide_all(0x80);
    __m512i last = _mm512_or_si512(more, _mm512_and_si512(lower, wide_all(0x3F)));
    // Six bits: the low four of the upper byte and the high two of the lower one.
    __m512i middle = _mm512_or_si512(
        _mm512_and_si512(_mm512_slli_epi16(upper, 2), wide_all(0x3C)),
        _mm512_and_si512(_mm512_srli_epi16(lower, 6), wide_all(0x03)));
    // Of the first half of a pair with 0x40 added, which is the 0x10000 of the scalar.
    __m512i raised = _mm512_add_epi8(lower, wide_all(0x40));
    __m512i bits = _mm512_and_si512(upper, wide_all(0x03));
    bits = _mm512_mask_add_epi8(bits, ~wide_below(lower, 0xC0), bits, wide_all(1));
    // The last two bits of the first half, for the second.
    __m512i before = _mm512_and_si512(
        _mm512_slli_epi16(wide_shift(pairs, -2), 4), wide_all(0x30));

    __m512i front = _mm512_mask_mov_epi8(lower, two, _mm512_or_si512(wide_all(0xC0), middle));
    front = _mm512_mask_mov_epi8(
        front, three,
        _mm512_or_si512(
            wide_all(0xE0), _mm512_and_si512(_mm512_srli_epi16(upper, 4), wide_all(0x0F))));
    front = _mm512_mask_mov_epi8(front, first, _mm512_or_si512(wide_all(0xF0), bits));
    front = _mm512_mask_mov_epi8(
        front, second,
        _mm512_or_si512(
            _mm512_or_si512(more, before), _mm512_and_si512(middle, wide_all(0x0F))));
    __m512i next = _mm512_mask_mov_epi8(last, three, _mm512_or_si512(more, middle));
    next = _mm512_mask_mov_epi8(
        next, first,
        _mm512_or_si512(more, _mm512_and_si512(_mm512_srli_epi16(raised, 2), wide_all(0x3F))));

    uint64_t longer = sound & ~one;
    __m512i written = _mm512_mask_mov_epi8(block->written, sound, front);
    written = _mm512_mask_mov_epi8(written, longer << 1, wide_shift(next, -1));
    block->written = _mm512_mask_mov_epi8(written, three << 2, wide_shift(last, -2));
    uint64_t places = sound | sound << 1 | sound << 2;
    places |= places << 3;
    block->dropped = (block->dropped | places) & ~(sound | longer << 1 | three << 2);
}

// Goes on with the inside of a string as long as there are 64 bytes. Stops before what is not sound,
// or at the beginning of the block in which that is.
WIDE_CODE static void wide_undo(uint8_t *text, size_t count, size_t *read, size_t *written) {
    const uint64_t odd = 0xAAAAAAAAAAAAAAAA;
    size_t from = *read, to = *written;
    while (count - from >= 64) {
        __m512i bytes = wide_load(text + from);
        wide_block block = {.written = bytes};
        uint64_t slashes = wide_equals(bytes, '\\');
        // A row of backslashes has an escape at each second one, and what follows a row of an odd
        // number is escaped: a subtraction carries through each row.
        uint64_t row = (((slashes << 1) | odd) - slashes) ^ odd;
        uint64_t starts = row & slashes, escaped = row ^ slashes;
        block.stops = wide_below(bytes, 0x20) | (wide_equals(bytes, '"') & ~escaped);
        if (starts) {
            block.cut = starts & (uint64_t)1 << 63;
            __m512i meaning = _mm512_permutex2var_epi8(
                wide_load(wide_meaning[0]), bytes, wide_load(wide_meaning[1]));
            uint64_t units = starts & wide_equals(bytes, 'u') >> 1;
            uint64_t letters =
                _mm512_test_epi8_mask(meaning, meaning) & ~_mm512_movepi8_mask(bytes);
            block.stops |= starts & ~block.cut & ~units & ~(letters >> 1);
            block.written = _mm512_mask_mov_epi8(bytes, escaped, meaning);
            block.dropped = starts;
            if (units) wide_undo_units(bytes, units, &block);
        }
        uint64_t faults = 0;
        if (_mm512_movepi8_mask(bytes)) faults = wide_utf8_faults(bytes, &block.cut);
        size_t length = wide_length(block.stops | block.cut);
        // A character that is not complete is noticed at the byte behind it.
        if (faults << (length < 63 ? 63 - length : 0)) break;
        to += wide_store(text + to, wide_first(length) & ~block.dropped, block.written);
        from += length;
        if (length < 64 && block.stops >> length & 1) break;
    }
    *read = from;
    *written = to;
}

#endif
#endif
