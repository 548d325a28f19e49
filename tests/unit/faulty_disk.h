/* A disk that fails: a VFS of SQLite's in front of the system's, which counts what is asked of it and fails at the call
 * that it is told, once or from there on. It syncs nothing, since nobody pulls a plug here. */
#ifndef JOBLEDGER_TESTS_FAULTY_DISK_H
#define JOBLEDGER_TESTS_FAULTY_DISK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *system;
    long calls;    /* since disk_fails() */
    long at;       /* the call that fails, from 1 on; 0: none does */
    bool for_good; /* and all behind it */
    bool full;     /* writes fail for want of space, and nothing else does */
    bool failed;   /* one has */
} disk;

struct disk_file {
    sqlite3_file file;
    sqlite3_io_methods methods;
    sqlite3_file *under; /* the system's, behind this struct */
};

static void disk_fails(long at, bool for_good, bool full)
{
    disk.calls = 0;
    disk.at = at;
    disk.for_good = for_good;
    disk.full = full;
    disk.failed = false;
}

static void disk_is_sound(void)
{
    disk.at = 0;
}

/* rc where this is the call that fails, else SQLITE_OK. */
static int fault(int rc)
{
    if (disk.at == 0 || (disk.full && rc != SQLITE_IOERR_WRITE))
        return SQLITE_OK;
    disk.calls++;
    if (disk.calls != disk.at && !(disk.for_good && disk.calls > disk.at))
        return SQLITE_OK;
    disk.failed = true;
    return disk.full ? SQLITE_FULL : rc;
}

#define UNDER(f) (((struct disk_file *)(f))->under)
#define PASS(rc, name, ...) \
    do { \
        int failure = fault(rc); \
        return failure ? failure : UNDER(f)->pMethods->name(UNDER(f), __VA_ARGS__); \
    } while (0)

static int disk_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at) { PASS(SQLITE_IOERR_READ, xRead, to, n, at); }
static int disk_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    PASS(SQLITE_IOERR_WRITE, xWrite, from, n, at);
}
static int disk_truncate(sqlite3_file *f, sqlite3_int64 n) { PASS(SQLITE_IOERR_TRUNCATE, xTruncate, n); }
static int disk_size(sqlite3_file *f, sqlite3_int64 *n) { PASS(SQLITE_IOERR_FSTAT, xFileSize, n); }
static int disk_lock(sqlite3_file *f, int kind) { PASS(SQLITE_IOERR_LOCK, xLock, kind); }
static int disk_unlock(sqlite3_file *f, int kind) { PASS(SQLITE_IOERR_UNLOCK, xUnlock, kind); }
static int disk_reserved(sqlite3_file *f, int *out) { PASS(SQLITE_IOERR_CHECKRESERVEDLOCK, xCheckReservedLock, out); }
static int disk_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    PASS(SQLITE_IOERR_SHMMAP, xShmMap, page, size, extend, out);
}
static int disk_shm_lock(sqlite3_file *f, int from, int n, int flags)
{
    /* Taking one may fail; giving one back does not. */
    if (flags & SQLITE_SHM_UNLOCK)
        return UNDER(f)->pMethods->xShmLock(UNDER(f), from, n, flags);
    PASS(SQLITE_IOERR_SHMLOCK, xShmLock, from, n, flags);
}
static int disk_sync(sqlite3_file *f, int flags)
{
    (void)f;
    (void)flags;
    return fault(SQLITE_IOERR_FSYNC);
}
static int disk_control(sqlite3_file *f, int op, void *arg)
{
    return UNDER(f)->pMethods->xFileControl(UNDER(f), op, arg);
}
static int disk_sector(sqlite3_file *f) { return UNDER(f)->pMethods->xSectorSize(UNDER(f)); }
static int disk_traits(sqlite3_file *f) { return UNDER(f)->pMethods->xDeviceCharacteristics(UNDER(f)); }
static void disk_shm_barrier(sqlite3_file *f) { UNDER(f)->pMethods->xShmBarrier(UNDER(f)); }
static int disk_shm_unmap(sqlite3_file *f, int remove) { return UNDER(f)->pMethods->xShmUnmap(UNDER(f), remove); }
static int disk_close(sqlite3_file *f)
{
    return UNDER(f)->pMethods ? UNDER(f)->pMethods->xClose(UNDER(f)) : SQLITE_OK;
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    struct disk_file *file = (struct disk_file *)f;
    file->file.pMethods = NULL;
    file->under = (sqlite3_file *)(file + 1);
    memset(file->under, 0, (size_t)disk.system->szOsFile);
    int rc = fault(SQLITE_CANTOPEN);
    if (rc == SQLITE_OK)
        rc = disk.system->xOpen(disk.system, name, file->under, flags, out_flags);
    if (rc != SQLITE_OK)
        return rc;
    file->methods = (sqlite3_io_methods){
        .iVersion = 2, .xClose = disk_close, .xRead = disk_read, .xWrite = disk_write, .xTruncate = disk_truncate,
        .xSync = disk_sync, .xFileSize = disk_size, .xLock = disk_lock, .xUnlock = disk_unlock,
        .xCheckReservedLock = disk_reserved, .xFileControl = disk_control, .xSectorSize = disk_sector,
        .xDeviceCharacteristics = disk_traits, .xShmMap = disk_shm_map, .xShmLock = disk_shm_lock,
        .xShmBarrier = disk_shm_barrier, .xShmUnmap = disk_shm_unmap,
    };
    file->file.pMethods = &file->methods;
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)sync;
    int rc = fault(SQLITE_IOERR_DELETE);
    return rc ? rc : disk.system->xDelete(disk.system, name, 0);
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    int rc = fault(SQLITE_IOERR_ACCESS);
    return rc ? rc : disk.system->xAccess(disk.system, name, flags, out);
}

/* From now on all ledgers are on it. */
static int make_disk(void **state)
{
    (void)state;
    disk.system = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.system;
    disk.vfs.zName = "faulty";
    disk.vfs.pNext = NULL;
    disk.vfs.szOsFile = (int)sizeof(struct disk_file) + disk.system->szOsFile;
    disk.vfs.xOpen = disk_open;
    disk.vfs.xDelete = disk_delete;
    disk.vfs.xAccess = disk_access;
    return sqlite3_vfs_register(&disk.vfs, 1);
}

#endif
