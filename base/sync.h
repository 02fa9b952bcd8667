/*
 * sync: makes many files and folders durable in parallel, so that the caller waits for the disk once,
 * not once for each file. Also writes batches of files that become durable in parallel.
 *
 * A correct caller adds files that may become durable in any order, and waits. Only then it renames
 * these files, or writes other files that refer to them. A vv_syncs is for one thread at a time.
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

/* Adds the open file fd. The caller still owns fd, and may close it before vv_syncs_wait. If s has 16
 * files already, first waits for these as vv_syncs_wait does; the error may then be that of another
 * file. */
vv_status vv_syncs_add(vv_syncs *s, int fd, const char *path, vv_error *err);
/* Adds the file or folder path. Waits as vv_syncs_add does. */
vv_status vv_syncs_add_path(vv_syncs *s, const char *path, vv_error *err);

/* Waits until all added files are durable. Returns the error of the first file that failed. s is
 * empty afterwards, also after an error. */
vv_status vv_syncs_wait(vv_syncs *s, vv_error *err);

/* Removes all added files from s without waiting for them, and frees memory. */
void vv_syncs_clear(vv_syncs *s);
VV_AUTO_CLEAR(vv_syncs, vv_syncs_clear)

/* --- files that are written together --- */

/*
 * A batch waits for the disk once for every 16 files and once for every 16 folders. A correct caller
 * adds files that may appear in any order, and calls vv_file_batch_finish. This function makes the
 * contents of all files durable in parallel, renames the files to their final names, and then makes
 * their folders durable in parallel. After a power cut during vv_file_batch_finish, some of the files
 * may exist, each with its complete content. A batch is for one thread at a time; several threads may
 * finish different batches at the same time.
 */

/* A batch of files that do not have their final names yet. Initialise with {0}, which means: no
 * files. */
typedef struct vv_file_batch {
	struct file_batch_item *items;
	size_t count, cap;
	vv_string_list folders; /* folders that vv_file_batch_finish makes durable */
	vv_syncs syncs;
	bool failed;  /* an added file could not be made durable */
	vv_error why; /* if failed: the error of that file */
} vv_file_batch;

/* Writes the bytes to a temporary file in the folder of path. vv_file_batch_finish renames this file to
 * path; until then, path is unchanged. Creates missing folders, which become durable with the file.
 * Unlike vv_write_file, does not keep the permissions of a replaced file, and does not call
 * vv_temp_sweep: a caller calls it once for many files. On failure, the earlier files can still be
 * finished, unless b->failed is set; vv_file_batch_finish then fails, too. */
vv_status vv_file_batch_add(vv_file_batch *b, const char *path, const void *bytes, size_t len,
			    vv_error *err);

/* Adds the existing file path: vv_file_batch_finish makes its content and its folder durable. */
vv_status vv_file_batch_keep(vv_file_batch *b, const char *path, vv_error *err);

/* Makes the files durable, and renames them to their final names in the order in which they were added.
 * On failure, some of the files may exist. In any case, the batch is empty afterwards, and its
 * temporary files are removed. */
vv_status vv_file_batch_finish(vv_file_batch *b, vv_error *err);

/* Removes unfinished files, and frees memory. */
void vv_file_batch_clear(vv_file_batch *b);
VV_AUTO_CLEAR(vv_file_batch, vv_file_batch_clear)

#endif
