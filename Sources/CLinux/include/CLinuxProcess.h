#ifndef APUS_CLINUX_PROCESS_H
#define APUS_CLINUX_PROCESS_H

/// A child process, with descriptors that never block: its input takes bytes, its errors have some, and
/// its ending is readable when it has ended.
typedef struct {
    int process, input, errors, ending;
} apus_child;

/// Starts the program `words[0]`, found by PATH, with the arguments `words`, which end with a null
/// pointer. Its output goes nowhere; it has a process group of its own and the usual signals. Returns
/// 0 or an error number.
int apus_spawn(char *const words[], apus_child *child);

/// The exit status of a child process that has ended, 128 and more when a signal ended it; -1 when
/// it goes on. Once it was given, the number may belong to another process.
int apus_process_status(int process);

#endif
