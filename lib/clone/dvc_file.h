/*
 * dvc_file: reads DVC's files NAME.dvc and dvc.lock.
 *
 * Source: https://dvc.org/doc/user-guide/project-structure/dvc-files
 *
 *	vv_dvc_file d = {0};
 *	vv_dvc_file_read(&d, text, len, is_lock, err);
 *	vv_dvc_file_clear(&d);
 */
#ifndef VV_LIB_CLONE_DVC_FILE_H
#define VV_LIB_CLONE_DVC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_DVC_FILE_MAX (4u << 20) /* maximum number of bytes of a file */
#define VV_MD5_TEXT 32u            /* characters of an MD5 */
#define VV_DVC_DEPTH_MAX 100u      /* maximum number of folders in a path */

/* An entry: a file or folder that DVC tracks. */
typedef struct vv_dvc_out {
	char md5[VV_MD5_TEXT + 1]; /* of the content */
	/* relative to the folder of the .dvc file or dvc.lock; without . and .. */
	vv_buf path;
	bool folder; /* md5 is the MD5 of a list of files (vv_dvc_list_read) */
	bool kept;   /* DVC stores the file; false: git does */
} vv_dvc_out;

/* The entries of a file. */
typedef struct vv_dvc_file {
	vv_dvc_out *outs; /* the entries */
	size_t count, cap;
	/* the file has entries that cannot be read: with a path outside of the folder, without an
	 * MD5, or in an unusual form; or a NAME.dvc has no entries. Then outs is incomplete, or has
	 * incomplete entries */
	bool odd;
} vv_dvc_file;
void vv_dvc_file_clear(vv_dvc_file *d);
VV_AUTO_CLEAR(vv_dvc_file, vv_dvc_file_clear)

/* Sets *out, which must be zeroed, to the entries in the text of a dvc.lock if lock is true, else
 * of a NAME.dvc. VV_ENOMEM is the only error. */
vv_status vv_dvc_file_read(vv_dvc_file *out, const char *text, size_t len, bool lock,
			   vv_error *err);

/* Sets *out, which must be zeroed, to the entries in the text of a list of a folder's files, as in
 * DVC's cache. The paths are relative to that folder. VV_EINPUT: the text is not JSON. */
vv_status vv_dvc_list_read(vv_dvc_file *out, const char *text, size_t len, vv_error *err);

#endif
