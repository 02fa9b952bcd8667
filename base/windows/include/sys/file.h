/*
 * file: locks of whole files.
 */
#ifndef VV_BASE_WINDOWS_FILE_H
#define VV_BASE_WINDOWS_FILE_H

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

/* Locks a byte far behind the content, so that the content can be read. */
int flock(int fd, int how);

#endif
