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

/* Adds an open file. The caller keeps fd, and may close it before the wait. If too many files are waiting already,
 * waits for these first. */
vv_status vv_syncs_add(vv_syncs *s, int fd, const char *path, vv_error *err);
/* Adds a file or folder by its path. */
vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err);

/* Waits until all added files are durable. Returns the error of the first that failed. s is empty afterwards, also
 * after an error. */
vv_status vv_syncs_wait(vv_syncs *s, vv_error *err);

/* Drops added files without waiting, and frees memory. */
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
	char **folders; /* folders that finish changes and makes durable */
	size_t folder_count, folder_cap;
	vv_syncs syncs;
	bool failed;  /* an earlier file could not be made durable */
	vv_error why; /* failed: the error of that file */
} vv_file_batch;

/* Writes the bytes to a temporary file in the folder of path, as vv_write_file does; path is unchanged until finish.
 * Creates missing folders, which become durable with the file. On failure, earlier files can still be finished. Does
 * not remove temporary files of ended processes: a caller with many files calls vv_temp_sweep once. */
vv_status vv_file_batch_add(vv_file_batch *b, const char *path, const void *bytes, size_t len,
			    vv_error *err);

/* Makes an existing file durable as if it had been added. */
vv_status vv_file_batch_keep(vv_file_batch *b, const char *path, vv_error *err);

/* Gives the files their names, in the order in which they were added, and makes all durable. On failure, some of the
 * files may exist. In any case, the batch is empty afterwards, and its temporary files are removed. */
vv_status vv_file_batch_finish(vv_file_batch *b, vv_error *err);

/* Removes unfinished files, and frees memory. */
void vv_file_batch_clear(vv_file_batch *b);
VV_AUTO_CLEAR(vv_file_batch, vv_file_batch_clear)

#endif
