#ifndef APUS_DIGITS_H
#define APUS_DIGITS_H

#include <stdint.h>

// The value of a hexadecimal digit plus one, or 0.
static const uint8_t digit_value[256] = {
    ['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ['A'] = 11, 12, 13, 14, 15, 16,
    ['a'] = 11, 12, 13, 14, 15, 16,
};

#endif
