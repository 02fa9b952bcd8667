/*
 * mman: a private copy of a file in memory. A file that Windows maps could not be removed.
 */
#ifndef VV_BASE_WINDOWS_MMAN_H
#define VV_BASE_WINDOWS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_READ 1
#define MAP_PRIVATE 2
#define MAP_FAILED ((void *)-1)

/* at, protection, how: NULL, PROT_READ, MAP_PRIVATE. The file must have len bytes after offset. */
void *mmap(void *at, size_t len, int protection, int how, int fd, off_t offset);
int munmap(void *at, size_t len);

#endif
