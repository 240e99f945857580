/* Preloaded: lets a process be killed, or interrupted, at its nth operation on files. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;
static int with;

void arm(long nth, int signal_number)
{
    left = nth;
    with = signal_number;
}

static int due(void)
{
    return left >= 0 && left-- == 0;
}

static void end(void)
{
    kill(getpid(), with);
}

/* A write is cut in the middle. */
#define WRITE(name, offset_t)                                                        \
    ssize_t name(int file, const void *data, size_t size, offset_t at)               \
    {                                                                                \
        ssize_t (*real)(int, const void *, size_t, offset_t) = dlsym(RTLD_NEXT, #name); \
        if (due()) {                                                                 \
            if (with == SIGKILL)                                                     \
                real(file, data, size / 2, at);                                      \
            end();                                                                   \
        }                                                                            \
        return real(file, data, size, at);                                           \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

#define BEFORE(name, arguments, values)                \
    int name arguments                                 \
    {                                                  \
        int (*real) arguments = dlsym(RTLD_NEXT, #name); \
        if (due())                                     \
            end();                                     \
        return real values;                            \
    }
BEFORE(fsync, (int file), (file))
BEFORE(fdatasync, (int file), (file))
BEFORE(unlink, (const char *path), (path))
BEFORE(ftruncate, (int file, off_t size), (file, size))
BEFORE(ftruncate64, (int file, off64_t size), (file, size))
