/*
 * out_file: writes a result to a file, completely or not at all, or to standard output.
 */
#ifndef VV_CMD_VARVE_OUT_FILE_H
#define VV_CMD_VARVE_OUT_FILE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/varve/data_out.h"

typedef struct vv_out_file {
	const char *path; /* borrowed */
	bool standard;
	vv_data_out data;
	vv_new_file file; /* beside path */
} vv_out_file;

/* path "-": standard output. VV_EEXISTS: the path exists, and force is false. Clear it in any case. */
vv_status vv_out_file_open(vv_out_file *out, const char *path, bool force, vv_error *err);
/* A vv_bytes_fn; payload is the vv_out_file. */
vv_status vv_out_file_put(void *payload, const void *bytes, size_t len, vv_error *err);
/* It has its name now, and is on disk. */
vv_status vv_out_file_end(vv_out_file *out, vv_error *err);
void vv_out_file_clear(vv_out_file *out);
VV_AUTO_CLEAR(vv_out_file, vv_out_file_clear)

#endif
