// MD5 in the lanes of vectors: several messages of any length at once. Included once for each kind of
// vector, with these macros: TARGET, NAMED(name), VECTOR, GROUPS of vectors that step together (each
// step waits for the one before it, and meanwhile the other groups step), LOAD, STORE, ALL, ADD, TURNED,
// and the functions F, G, H and I. NAMED(transpose) gives words[i] = the i-th word of each block.

#define WIDTH (sizeof(VECTOR) / 4)
#define LANES (GROUPS * WIDTH)

// One block of each message of the first `groups`; state[g][i] holds the i-th word of their lanes.
TARGET static inline __attribute__((always_inline)) void NAMED(transform)(
    const uint8_t *const *blocks, VECTOR state[][4], const size_t groups) {
    VECTOR words[GROUPS][16], a[GROUPS], b[GROUPS], c[GROUPS], d[GROUPS];
    for (size_t group = 0; group < groups; group++) {
        NAMED(transpose)(blocks + group * WIDTH, words[group]);
        a[group] = state[group][0], b[group] = state[group][1];
        c[group] = state[group][2], d[group] = state[group][3];
    }
#define STEP(f, a, b, c, d, word, shift, constant)                                            \
    _Pragma("clang loop unroll(full)") for (size_t group = 0; group < groups; group++) {      \
        a[group] = ADD(ADD(a[group], ADD(words[group][word], ALL(constant))),                 \
                       f(b[group], c[group], d[group]));                                      \
        a[group] = ADD(TURNED(a[group], shift), b[group]);                                    \
    }
    STEPS(STEP)
#undef STEP
    for (size_t group = 0; group < groups; group++) {
        state[group][0] = ADD(state[group][0], a[group]);
        state[group][1] = ADD(state[group][1], b[group]);
        state[group][2] = ADD(state[group][2], c[group]);
        state[group][3] = ADD(state[group][3], d[group]);
    }
}

// `count` blocks of each message of the first `groups`, whose blocks follow one another where
// `strides` is 64 and are always the same one where it is 0.
TARGET static void NAMED(transform_all)(
    const uint8_t **blocks, const size_t *strides, uint32_t words[GROUPS][4][WIDTH], size_t groups,
    size_t count) {
    VECTOR state[GROUPS][4];
    for (size_t row = 0; row < 4 * groups; row++)
        state[row / 4][row % 4] = LOAD(words[row / 4][row % 4]);
    for (; count > 0; count--) {
        if (groups == 1) {
            NAMED(transform)(blocks, state, 1);
        } else if (groups == 2) {
            NAMED(transform)(blocks, state, 2);
        } else {
            NAMED(transform)(blocks, state, GROUPS);
        }
        for (size_t index = 0; index < groups * WIDTH; index++) blocks[index] += strides[index];
    }
    for (size_t row = 0; row < 4 * groups; row++)
        STORE(words[row / 4][row % 4], state[row / 4][row % 4]);
}

// A lane takes the next message as soon as its last one is done, so lengths may differ freely. When
// one message is left, it goes on alone: idle lanes would make it slower.
TARGET static void NAMED(md5_lanes)(
    const apus_message *messages, size_t count, uint8_t *digests) {
    lane lanes[LANES];
    // words[g][i][j] is the i-th word of the state of lane g * WIDTH + j.
    uint32_t words[GROUPS][4][WIDTH];
    const uint8_t *blocks[LANES];
    size_t strides[LANES];
    size_t taken = count < LANES ? count : LANES;
    uint64_t busy = taken < 64 ? (1ull << taken) - 1 : UINT64_MAX;
    memset(words, 0, sizeof words);
    for (size_t index = 0; index < LANES; index++) {
        blocks[index] = idle_block, strides[index] = 0;
        if (index >= taken) continue;
        begin(&lanes[index], messages + index, index);
        blocks[index] = lanes[index].next, strides[index] = 64;
        for (int word = 0; word < 4; word++)
            words[index / WIDTH][word][index % WIDTH] = first_state[word];
    }
    while (busy & (busy - 1)) {
        // Nothing but the blocks changes until a message ends.
        size_t together = SIZE_MAX;
        for (uint64_t left = busy; left; left &= left - 1) {
            size_t blocks = lanes[__builtin_ctzll(left)].blocks;
            if (blocks < together) together = blocks;
        }
        size_t highest = 63 - (size_t)__builtin_clzll(busy);
        NAMED(transform_all)(blocks, strides, words, highest / WIDTH + 1, together);
        for (uint64_t left = busy; left; left &= left - 1) {
            size_t index = (size_t)__builtin_ctzll(left), column = index % WIDTH;
            uint32_t(*state)[WIDTH] = words[index / WIDTH];
            lane *lane = &lanes[index];
            lane->next += 64 * (together - 1);
            lane->blocks -= together - 1;
            if (!advance(lane)) {
                store(digests + 16 * lane->number, state[0][column], state[1][column],
                      state[2][column], state[3][column]);
                if (taken < count) {
                    begin(lane, messages + taken, taken);
                    taken++;
                    for (int word = 0; word < 4; word++) state[word][column] = first_state[word];
                } else {
                    busy &= ~(1ull << index);
                    lane->next = idle_block, strides[index] = 0;
                }
            }
            blocks[index] = lane->next;
        }
    }
    if (!busy) return;
    size_t last = (size_t)__builtin_ctzll(busy);
    uint32_t alone[4];
    for (int word = 0; word < 4; word++) alone[word] = words[last / WIDTH][word][last % WIDTH];
    finish_alone(&lanes[last], alone, digests);
}

// Messages that end sooner leave their lane idle.
TARGET static void NAMED(continue_lanes)(
    apus_md5_progress *messages, size_t count, size_t budget) {
    size_t left[LANES];
    for (size_t index = 0; index < count; index++) {
        size_t blocks = blocks_left(messages + index);
        left[index] = blocks < budget ? blocks : budget;
    }
    while (1) {
        size_t together = SIZE_MAX, busy = 0, last = 0;
        for (size_t index = 0; index < count; index++) {
            if (left[index] == 0) continue;
            busy++, last = index;
            if (left[index] < together) together = left[index];
        }
        if (busy == 0) return;
        if (busy == 1) return continue_alone(messages + last, left[last]);
        const uint8_t *blocks[LANES];
        size_t strides[LANES];
        uint32_t words[GROUPS][4][WIDTH];
        for (size_t index = 0; index < LANES; index++) {
            int is_busy = index < count && left[index] > 0;
            blocks[index] = is_busy ? messages[index].bytes + messages[index].done : idle_block;
            strides[index] = is_busy ? 64 : 0;
            for (int word = 0; word < 4; word++)
                words[index / WIDTH][word][index % WIDTH] =
                    is_busy ? messages[index].state[word] : 0;
        }
        NAMED(transform_all)(blocks, strides, words, (count - 1) / WIDTH + 1, together);
        for (size_t index = 0; index < count; index++) {
            if (left[index] == 0) continue;
            messages[index].done += 64 * together;
            left[index] -= together;
            for (int word = 0; word < 4; word++)
                messages[index].state[word] = words[index / WIDTH][word][index % WIDTH];
        }
    }
}

#undef WIDTH
#undef LANES
#undef TARGET
#undef NAMED
#undef VECTOR
#undef GROUPS
#undef LOAD
#undef STORE
#undef ALL
#undef ADD
#undef TURNED
#undef F
#undef G
#undef H
#undef I
