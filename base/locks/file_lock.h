/*
 * file_lock: locks that end with their process, on files of varve's own (own_file.h).
 *
 * 	vv_auto(vv_fd) lock = vv_lock(path, true, 1000, err);
 * 	if (lock < 0) return (vv_status)lock;
 */
#ifndef VV_BASE_LOCKS_FILE_LOCK_H
#define VV_BASE_LOCKS_FILE_LOCK_H

#include <stdbool.h>

#include "base/error.h"

/* Locks path with flock(), exclusively or shared, and creates path if it does not exist. If another
 * process removes the file meanwhile, locks the new file at path. Returns the descriptor, or a
 * negative vv_status. Closing the descriptor releases the lock. VV_ELOCKED: another process still has
 * the lock after wait_ms milliseconds, or removes the file again and again. */
int vv_lock(const char *path, bool exclusive, unsigned wait_ms, vv_error *err);

/* Locks a folder that a process left behind when it ended. A process that uses such a folder locks the
 * file `name` in it. Returns the descriptor of this file, or a negative vv_status. Closing the
 * descriptor releases the lock. If the file is missing and the folder has not changed for an hour,
 * creates the file. If the folder is empty, removes the folder. VV_ELOCKED: the folder is in use.
 * VV_ENOTFOUND: the folder does not exist, was empty and has been removed, or has no such file because
 * another process is creating or removing it. */
int vv_lock_leftover(const char *folder, const char *name, vv_error *err);

#endif
