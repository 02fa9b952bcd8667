/*
 * sync: files and folders that become durable side by side: one wait for the disk instead of
 * one for each.
 *
 * A correct caller adds what may become durable in any order, waits, and only then renames what
 * was added, or writes what names it. One thread at a time.
 */
#ifndef VV_BASE_SYNC_H
#define VV_BASE_SYNC_H

#include <stddef.h>

#include "base/error.h"

/* All zeros: empty. */
typedef struct vv_syncs {
	struct sync_item *items;
	size_t count, cap;
} vv_syncs;

/* fd stays the caller's, and may be closed before the wait. Where too much waits already, all of
 * it is waited for first. */
vv_status vv_syncs_add(vv_syncs *s, int fd, const char *path, vv_error *err);
/* A file or a folder. */
vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err);

/* Until all are durable; the error of the first that failed. Nothing is left to wait for,
 * whatever comes back. */
vv_status vv_syncs_wait(vv_syncs *s, vv_error *err);

/* Forgets what was not waited for, and frees. */
void vv_syncs_clear(vv_syncs *s);

#endif
