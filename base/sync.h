/*
 * sync: makes many files and folders durable in parallel, so that the caller waits for the disk
 * once, not once for each file; and writes batches of files that become durable in parallel.
 *
 * A correct caller adds files that may become durable in any order, waits, and only then renames
 * these files or writes other files that refer to them. A vv_syncs is for one thread at a time.
 */
#ifndef VV_BASE_SYNC_H
#define VV_BASE_SYNC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"

/* The files and folders to make durable. Initialise with {0}, which means: no files. */
typedef struct vv_syncs {
	struct sync_item *items;
	size_t count, cap;
} vv_syncs;

/* Adds the open file fd. The caller still owns fd, and may close it before vv_syncs_wait. If too
 * many files were added already, first waits for them. */
vv_status vv_syncs_add(vv_syncs *s, int fd, const char *path, vv_error *err);
/* Adds the file or folder path. */
vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err);

/* Waits until all added files are durable. Returns the error of the first file that failed. s is
 * empty afterwards, also after an error. */
vv_status vv_syncs_wait(vv_syncs *s, vv_error *err);

/* Removes all added files from s without waiting for them, and frees memory. */
void vv_syncs_clear(vv_syncs *s);
VV_AUTO_CLEAR(vv_syncs, vv_syncs_clear)

/* --- files that are written together --- */

/*
 * A batch waits for the disk once for every 16 files and once for every 16 folders. A correct
 * caller adds files that may appear in any order, and calls vv_file_batch_finish.
 * vv_file_batch_finish makes the contents of all files durable in parallel, renames the files to
 * their names, and then makes their folders durable in parallel. After a power cut during finish,
 * some of the files may exist, each with its complete content. A batch is for one thread at a time;
 * several threads may finish different batches at the same time.
 */

/* A batch of files that are not yet renamed to their names. Initialise with {0}, which means: no
 * files. */
typedef struct vv_file_batch {
	struct file_batch_item *items;
	size_t count, cap;
	vv_string_list folders; /* of the files; vv_file_batch_finish makes them durable */
	vv_syncs syncs;
	bool failed;  /* a file that was added earlier could not be made durable */
	vv_error why; /* failed: the error of that file */
} vv_file_batch;

/* Writes the bytes to a temporary file in the folder of path, as vv_write_file does; path is unchanged until finish.
 * Creates missing folders, which become durable with the file. On failure, earlier files can still
 * be finished, unless b->failed is set: vv_file_batch_finish then fails, too. Does not remove
 * temporary files of ended processes: a caller with many files calls vv_temp_sweep once. */
vv_status vv_file_batch_add(vv_file_batch *b, const char *path, const void *bytes, size_t len,
			    vv_error *err);

/* Adds the existing file path, whose content vv_file_batch_finish makes durable. */
vv_status vv_file_batch_keep(vv_file_batch *b, const char *path, vv_error *err);

/* Makes the files durable, and renames them to their names in the order in which they were added.
 * On failure, some of the files may exist. In any case, the batch is empty afterwards, and its
 * temporary files are removed. */
vv_status vv_file_batch_finish(vv_file_batch *b, vv_error *err);

/* Removes unfinished files, and frees memory. */
void vv_file_batch_clear(vv_file_batch *b);
VV_AUTO_CLEAR(vv_file_batch, vv_file_batch_clear)

#endif
