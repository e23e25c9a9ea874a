#ifndef APUS_CLINUX_H
#define APUS_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// Accepts a connection as non-blocking and close-on-exec; -1 and errno as accept4(2).
int apus_accept4(int listener);

#endif
