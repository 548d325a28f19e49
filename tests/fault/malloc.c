/* Preloaded: fails one allocation, the one whose number is in FAULT_MALLOC (from 1 on). With FAULT_MALLOC_COUNT it writes
 * into the file of that name how many there were. json-c is spared, which does not look at what strdup() gives. For glibc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_long calls;
static long failing = -1; /* not looked up yet */

static int is_spared(void *caller)
{
    Dl_info library;
    return dladdr(caller, &library) && strstr(library.dli_fname, "libjson-c");
}

static int fails(void *caller)
{
    if (failing < 0) {
        const char *number = getenv("FAULT_MALLOC");
        failing = number ? atol(number) : 0;
    }
    if (atomic_fetch_add(&calls, 1) + 1 != failing || is_spared(caller))
        return 0;
    errno = ENOMEM;
    return 1;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return fails(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(CALLER) ? NULL : __libc_realloc(old, size);
}

char *strdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = fails(CALLER) ? NULL : __libc_malloc(size);
    return copy ? memcpy(copy, s, size) : NULL;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("FAULT_MALLOC_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&calls));
        fclose(file);
    }
}
