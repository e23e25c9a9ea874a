#ifndef APUS_CLINUX_SERVER_H
#define APUS_CLINUX_SERVER_H

// What the server's rim needs of Linux beyond what Swift's Glibc module shows.

#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

/// Blocks SIGTERM and SIGINT, ignores SIGPIPE and returns a non-blocking descriptor that becomes
/// readable when one of the two arrives; -1 and errno on failure. Call before threads are started.
int apus_termination_descriptor(void);

/// Sets a boolean socket option; -1 and errno on failure.
int apus_set_flag(int socket, int level, int option);

/// Reserves `length` bytes of a file on disk; -1 and errno on failure.
int apus_reserve(int file, int64_t length);

/// The flag of open(2) for reading and writing past the page cache.
int apus_direct(void);

/// Raises the limit of open files to the hard limit and returns what is now allowed.
uint64_t apus_raise_file_limit(void);

/// The processors this process may run on.
int apus_processor_count(void);

/// Names the calling thread in process listings; at most 15 characters.
void apus_name_this_thread(const char *name);

#endif
