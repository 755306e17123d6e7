/* Lets a chosen system call fail, below Python and Arrow: loaded before the C library (LD_PRELOAD).
 *
 * Calls on paths under a prefix, and on files opened there, are counted; the chosen one fails with an errno, is cut
 * short, or ends the process. Nothing fails until fault_arm is called. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN, WRITE, SYNC, RENAME, MKDIR, UNLINK, READ, LOCK, CALLS };
enum { KILL = -1, TORN = -2, SHORT = -3 };

static char prefix[4096];
static int chosen = -1, kind;
static long left, seen[CALLS];

void fault_arm(const char *under, int call, long when, int how) {
    strncpy(prefix, under, sizeof prefix - 1);
    chosen = call; left = when; kind = how;
    memset(seen, 0, sizeof seen);
}

long fault_seen(int call) { return seen[call]; }

static int counts(int call) {
    seen[call]++;
    return call == chosen && --left == 0;
}

static int under(const char *path) { return prefix[0] && path && strncmp(path, prefix, strlen(prefix)) == 0; }

static int of_file(int file) {
    char name[64], target[4096];
    if (!prefix[0]) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, name, target, sizeof target - 1);
    if (length < 0) return 0;
    target[length] = 0;
    return under(target);
}

static int fails(void) {
    if (kind < 0) { kill(getpid(), SIGKILL); pause(); }
    errno = kind;
    return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OPENS(name)                                                             \
    int name(const char *path, int flags, ...) {                                \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if (under(path) && counts(OPEN)) return fails();                        \
        return REAL(name)(path, flags, mode);                                   \
    }
OPENS(open)
OPENS(open64)
#define OPENS_AT(name)                                                          \
    int name(int folder, const char *path, int flags, ...) {                    \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if (under(path) && counts(OPEN)) return fails();                        \
        return REAL(name)(folder, path, flags, mode);                           \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

ssize_t write(int file, const void *data, size_t size) {
    if (of_file(file) && counts(WRITE)) {
        if (kind == SHORT) return REAL(write)(file, data, size / 2 ? size / 2 : size);
        if (kind == TORN) REAL(write)(file, data, size / 2);
        return fails();
    }
    return REAL(write)(file, data, size);
}

ssize_t read(int file, void *data, size_t size) {
    if (of_file(file) && counts(READ)) {
        if (kind == SHORT) return REAL(read)(file, data, size / 2 ? size / 2 : size);
        return fails();
    }
    return REAL(read)(file, data, size);
}

#define SYNCS(name) int name(int file) { return of_file(file) && counts(SYNC) ? fails() : REAL(name)(file); }
SYNCS(fsync)
SYNCS(fdatasync)

int rename(const char *from, const char *to) { return under(to) && counts(RENAME) ? fails() : REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { return under(path) && counts(MKDIR) ? fails() : REAL(mkdir)(path, mode); }
int unlink(const char *path) { return under(path) && counts(UNLINK) ? fails() : REAL(unlink)(path); }
int flock(int file, int how) {
    extern int flock(int, int);
    return of_file(file) && counts(LOCK) ? fails() : REAL(flock)(file, how);
}
