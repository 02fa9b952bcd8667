/*
 * sync: makes many files and folders durable in parallel, with one wait for the disk instead of one
 * for each, and writes files that way.
 *
 * A correct caller adds files that may become durable in any order, waits, and only then renames
 * them, or writes files that name them. One thread at a time.
 */
#ifndef VV_BASE_SYNC_H
#define VV_BASE_SYNC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
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

/* Forgets the files that were not waited for, and frees. */
void vv_syncs_clear(vv_syncs *s);
VV_AUTO_CLEAR(vv_syncs, vv_syncs_clear)

/* --- files that are written together --- */

/*
 * Two waits for the disk in a row, however many files they are. A correct caller adds files that need no order among
 * themselves, and finishes: all contents become durable side by side, then the files get their names, then their
 * folders become durable side by side. After a power cut in between any of the names may exist, each with its whole
 * content. One thread at a time; several batches can be finished at the same time by several threads.
 */

/* All zeros: empty. */
typedef struct vv_file_batch {
	struct file_batch_item *items;
	size_t count, cap;
	char **folders; /* that will have changed */
	size_t folder_count, folder_cap;
	vv_syncs syncs;
	bool failed; /* an earlier file cannot become durable; why: its error */
	vv_error why;
} vv_file_batch;

/* The bytes are in a temporary file beside path (as vv_write_file's); path itself is unchanged until finish. Folders
 * above it are made, and become durable with it. On failure earlier files can still be finished. Temporary files of
 * dead processes stay: listing a folder with many files before each write costs more than the write, so a caller
 * with many files calls vv_temp_sweep once. */
vv_status vv_file_batch_add(vv_file_batch *b, const char *path, const void *bytes, size_t len,
			    vv_error *err);

/* Makes an existing file durable as if it had been added. */
vv_status vv_file_batch_keep(vv_file_batch *b, const char *path, vv_error *err);

/* All are durable under their names, in the order in which they were added. On failure some of them may exist. In
 * both cases the batch is empty and the temporary files are removed. */
vv_status vv_file_batch_finish(vv_file_batch *b, vv_error *err);

/* Forgets unfinished files, and frees. */
void vv_file_batch_clear(vv_file_batch *b);
VV_AUTO_CLEAR(vv_file_batch, vv_file_batch_clear)

#endif
