#include "CLinuxProcess.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int prepare(posix_spawnattr_t *attributes) {
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGTERM);
    sigaddset(&usual, SIGINT);
    int failure = posix_spawnattr_setsigmask(attributes, &none);
    if (!failure) failure = posix_spawnattr_setsigdefault(attributes, &usual);
    if (!failure) failure = posix_spawnattr_setpgroup(attributes, 0);
    if (failure) return failure;
    return posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn(char *const words[], int input, int errors, pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure) return failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure) {
        posix_spawn_file_actions_destroy(&actions);
        return failure;
    }
    failure = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (!failure) failure = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, errors, 2);
    if (!failure) failure = prepare(&attributes);
    if (!failure) failure = posix_spawnp(process, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

int apus_spawn(char *const words[], apus_child *child) {
    int input[2], errors[2];
    if (pipe2(input, O_CLOEXEC) != 0) return errno;
    if (pipe2(errors, O_CLOEXEC) != 0) {
        int failure = errno;
        close(input[0]);
        close(input[1]);
        return failure;
    }
    pid_t process = 0;
    int failure = spawn(words, input[0], errors[1], &process);
    close(input[0]);
    close(errors[1]);
    if (!failure) {
        *child = (apus_child){process, input[1], errors[0], (int)syscall(SYS_pidfd_open, process, 0)};
        fcntl(input[1], F_SETFL, O_NONBLOCK);
        fcntl(errors[0], F_SETFL, O_NONBLOCK);
        if (child->ending >= 0) return 0;
        // Nobody could tell when it ends, so it ends now.
        failure = errno;
        kill(-process, SIGKILL);
        waitpid(process, 0, 0);
    }
    close(input[1]);
    close(errors[0]);
    return failure;
}

int apus_process_status(int process) {
    int status = 0;
    pid_t ended;
    do ended = waitpid(process, &status, WNOHANG); while (ended < 0 && errno == EINTR);
    if (ended == 0) return -1;
    // Somebody else has asked before, so that nobody can tell how it ended.
    if (ended < 0) return 255;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
