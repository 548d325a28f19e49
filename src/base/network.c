#include <linux/magic.h>
#include <sys/vfs.h>

#include "file.h"

/* Not in linux/magic.h: from the sources of Lustre, GPFS, VirtualBox and VMware. */
#define LUSTRE_SUPER_MAGIC 0x0BD00BD0
#define GPFS_SUPER_MAGIC 0x47504653
#define VBOXSF_SUPER_MAGIC 0x786F4256
#define VMHGFS_SUPER_MAGIC 0xBACBACBC

/* FUSE is not among them: behind it may be anything, a local disk too. */
static const struct {
    uint32_t type;
    const char *name;
} networks[] = {
    {NFS_SUPER_MAGIC, "NFS"},         {SMB_SUPER_MAGIC, "SMB"},     {CIFS_SUPER_MAGIC, "CIFS"},
    {SMB2_SUPER_MAGIC, "SMB"},        {AFS_SUPER_MAGIC, "AFS"},     {AFS_FS_MAGIC, "AFS"},
    {CODA_SUPER_MAGIC, "Coda"},       {CEPH_SUPER_MAGIC, "Ceph"},   {NCP_SUPER_MAGIC, "NCP"},
    {V9FS_MAGIC, "9P"},               {OCFS2_SUPER_MAGIC, "OCFS2"}, {LUSTRE_SUPER_MAGIC, "Lustre"},
    {GPFS_SUPER_MAGIC, "GPFS"},       {VBOXSF_SUPER_MAGIC, "a folder shared by VirtualBox"},
    {VMHGFS_SUPER_MAGIC, "a folder shared by VMware"},
};

const char *network_name(uint32_t type)
{
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if (networks[i].type == type)
            return networks[i].name;
    return NULL;
}

const char *network_of(const char *path)
{
    struct statfs fs;
    /* The type has a sign on some machines, and 32 bits that count on all. */
    return statfs(path, &fs) == 0 ? network_name((uint32_t)fs.f_type) : NULL;
}
