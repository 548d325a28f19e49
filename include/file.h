/* Files that appear whole or not at all, the lock that keeps two runs apart, and where neither can be trusted. */
#ifndef JOBLEDGER_FILE_H
#define JOBLEDGER_FILE_H

#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#include "result.h"

struct atomic_file;

/* Starts a new file beside `path` under a name of its own (never through a link planted there), mode 0666 less the
 * umask. That of a process that was killed (.NAME.jobledger-XXXXXX) is removed by the next that writes the same file. `-` and /dev/stdout are standard output; a device or pipe is written in place. RESULT_REPORT on failure. */
enum result atomic_file_open(const char *path, struct atomic_file **out, struct error *err);

/* Where to write; owned by the file. Errors are remembered by the stream: commit reports them. */
FILE *atomic_file_stream(struct atomic_file *file);

/* Keeps others from reading the file, whatever the umask: mode 0600. */
enum result atomic_file_make_private(struct atomic_file *file, struct error *err);

/* Where the file grows until it is committed, for those who can't write to a stream; owned by the file. NULL where it
 * is written in place. */
const char *atomic_file_path(const struct atomic_file *file);

/* Flushes, syncs, renames over `path`, syncs the folder. Frees the file in any case; on failure nothing is
 * left behind and what was at `path` is still there. */
enum result atomic_file_commit(struct atomic_file *file, struct error *err);
void atomic_file_discard(struct atomic_file *file); /* NULL is allowed */

/* A nameless file in $TMPDIR, else /tmp, open for reading and writing: nothing is left behind whatever happens. -1 and
 * errno where there is none. */
int temporary_file(void);

/* What to do about an errno that kept a file from being written: to end a message with, "" where nothing is known. */
const char *file_way_out(int error);

struct lock;

/* Takes the advisory lock on the file at `path`, which is made (0600) and never removed. The kernel frees it when
 * the process dies. Waits up to wait_ms, and no longer than until *stop is not 0 (NULL: nothing stops it).
 * RESULT_LOCKED where another process has it, RESULT_LEDGER where the file can't be made. */
enum result lock_acquire(const char *path, int64_t wait_ms, const volatile sig_atomic_t *stop, struct lock **out,
                         struct error *err);
void lock_release(struct lock *lock); /* NULL is allowed */

/* The name of a network file system by the type that statfs() gives of it; NULL: it is none that is known. Static. */
const char *network_name(uint32_t type);
/* Of the one that the file is on; NULL: it is on none, or is not there. */
const char *network_of(const char *path);

#endif
