/*
 * statvfs: the room on a disk.
 */
#ifndef VV_BASE_WINDOWS_STATVFS_H
#define VV_BASE_WINDOWS_STATVFS_H

#include <stdint.h>

struct statvfs {
	uint64_t f_frsize, f_blocks, f_bavail; /* blocks of f_frsize bytes */
	uint64_t f_files, f_favail;            /* 0: no limit */
};

int statvfs(const char *path, struct statvfs *out);

#endif
