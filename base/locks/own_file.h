/*
 * own_file: opens files that are varve's own for writing: locks, logs and notes below .git, in a
 * published folder, and at a holder.
 *
 * A repository can come as an archive, or be on a shared disk. A link at the place of such a file
 * could otherwise make varve write to any file of the user.
 *
 * 	vv_auto(vv_fd) log = vv_open_own(path, O_WRONLY | O_APPEND | O_CREAT, err);
 * 	if (log < 0) return (vv_status)log;
 */
#ifndef VV_BASE_LOCKS_OWN_FILE_H
#define VV_BASE_LOCKS_OWN_FILE_H

#include "base/error.h"

/* Opens a file of varve's own for writing: a lock, a log or a note below .git, in a published folder
 * or at a holder. flags are those of open(); a new file has mode 0666 & ~umask. Never follows a
 * symbolic link, never waits for the reader of a pipe, and changes nothing but a regular file.
 * Returns the descriptor or a negative vv_status. VV_EIO: path is not a regular file; the message
 * has its path and what to do. */
int vv_open_own(const char *path, int flags, vv_error *err);

#endif
