#include "CLinux.h"
#include <sys/socket.h>

int apus_accept4(int listener) {
    return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
