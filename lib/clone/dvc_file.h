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

#define VV_DVC_FILE_MAX (4u << 20)
#define VV_MD5_TEXT 32u
#define VV_DVC_DEPTH_MAX 100u /* folders of a path */

typedef struct vv_dvc_out {
	char md5[VV_MD5_TEXT + 1];
	vv_buf path; /* from the folder of the file, clean */
	bool folder; /* the MD5 names a list of files (vv_dvc_list_read) */
	bool kept;   /* false: Git keeps it, not DVC */
} vv_dvc_out;

typedef struct vv_dvc_file {
	vv_dvc_out *outs; /* also those of a list */
	size_t count, cap;
	/* the file has other entries, too: with a path out of the folder, without an MD5, or in an
	 * unusual form */
	bool odd;
} vv_dvc_file;
void vv_dvc_file_clear(vv_dvc_file *d);
VV_AUTO_CLEAR(vv_dvc_file, vv_dvc_file_clear)

/* *out must be empty. lock: a dvc.lock, else NAME.dvc. */
vv_status vv_dvc_file_read(vv_dvc_file *out, const char *text, size_t len, bool lock,
			   vv_error *err);

/* The files in a folder, from the list in DVC's cache; paths from that folder. */
vv_status vv_dvc_list_read(vv_dvc_file *out, const char *text, size_t len, vv_error *err);

#endif
