#include "wide.h"

#if defined(APUS_WIDE)
int apus_has_wide;

__attribute__((constructor)) static void find_instructions(void) {
    __builtin_cpu_init();
    apus_has_wide = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2")
        && __builtin_cpu_supports("bmi2");
}
#endif
