/* Which file systems are on a network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As statfs(2) lists them. */
static void network_file_systems_have_names(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        const char *name;
    } rows[] = {
        {0x6969, "NFS"},      {0x517B, "SMB"},      {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB"}, {0x73757245, "Coda"},
        {0x5346414F, "AFS"},  {0x00C36400, "Ceph"}, {0x564C, "NCP"},      {0x01021997, "9P"},  {0x0BD00BD0, "Lustre"},
        {0x47504653, "GPFS"}, {0x7461636F, "OCFS2"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(network_name(rows[i].type), rows[i].name);
}

static void local_and_unknown_ones_have_none(void **state)
{
    (void)state;
    static const uint32_t types[] = {
        0xEF53 /* ext4 */, 0x58465342 /* XFS */, 0x9123683E /* Btrfs */, 0x01021994 /* tmpfs */,
        0x794C7630 /* overlayfs */, 0x2FC12FC1 /* ZFS */, 0x4D44 /* FAT */, 0x65735546 /* FUSE */, 0, UINT32_MAX,
    };
    for (size_t i = 0; i < COUNT(types); i++)
        assert_null(network_name(types[i]));
}

static void what_is_not_there_is_on_none(void **state)
{
    (void)state;
    assert_null(network_of("/nowhere/at/all"));
    assert_null(network_of("/proc/self/status"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(network_file_systems_have_names),
        cmocka_unit_test(local_and_unknown_ones_have_none),
        cmocka_unit_test(what_is_not_there_is_on_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
