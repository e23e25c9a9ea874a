#ifndef APUS_UTF8_H
#define APUS_UTF8_H

#include <stddef.h>
#include <stdint.h>

// The length of the UTF-8 sequence of two bytes or more at the front of `count` bytes, or 0 when it
// is not valid.
static inline size_t utf8_length(const uint8_t *bytes, size_t count) {
    uint8_t lead = bytes[0];
    if (lead < 0xC2 || lead > 0xF4 || count < 2 || (bytes[1] & 0xC0) != 0x80) return 0;
    if (lead < 0xE0) return 2;
    if (count < 3 || (bytes[2] & 0xC0) != 0x80) return 0;
    // The first two bytes tell overlong forms, surrogates and what is above U+10FFFF.
    uint32_t front = (uint32_t)lead << 8 | bytes[1];
    if (lead < 0xF0) return front < 0xE0A0 || (front >= 0xEDA0 && front < 0xEE00) ? 0 : 3;
    if (count < 4 || (bytes[3] & 0xC0) != 0x80) return 0;
    return front < 0xF090 || front >= 0xF490 ? 0 : 4;
}

#endif
