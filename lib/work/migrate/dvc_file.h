/*
 * dvc_file: the files NAME.dvc of DVC, each of which names a file that DVC keeps.
 *
 * Source: https://dvc.org/doc/user-guide/project-structure/dvc-files
 */
#ifndef VV_LIB_WORK_MIGRATE_DVC_FILE_H
#define VV_LIB_WORK_MIGRATE_DVC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define VV_DVC_FILE_MAX (64u << 10)
#define VV_MD5_TEXT 32u

typedef struct vv_dvc_file {
	char md5[VV_MD5_TEXT + 1];
	vv_buf name; /* of the file, beside NAME.dvc */
} vv_dvc_file;

/* False: it does not name just one file in its own folder (a folder, several outputs, another working folder). *out
 * must be empty; vv_buf_clear(&out->name) frees it. */
bool vv_dvc_file_read(vv_dvc_file *out, const char *text, size_t len);

#endif
