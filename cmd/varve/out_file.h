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

/* A file that is being written. */
typedef struct vv_out_file {
	const char *path; /* borrowed */
	bool standard;    /* the result is written to standard output */
	vv_data_out data; /* standard output */
	vv_new_file file; /* the temporary file, in the folder of path */
} vv_out_file;

/* Begins to write to path; "-": standard output. VV_EEXISTS: the path exists, and force is false. Call
 * vv_out_file_clear even if this call fails. */
vv_status vv_out_file_open(vv_out_file *out, const char *path, bool force, vv_error *err);
/* Writes a piece of the result; a vv_bytes_fn whose payload is the vv_out_file. */
vv_status vv_out_file_put(void *payload, const void *bytes, size_t len, vv_error *err);
/* Completes the result: renames the temporary file to path, durably. */
vv_status vv_out_file_end(vv_out_file *out, vv_error *err);
/* Frees the memory. Removes the temporary file, if vv_out_file_end did not rename it. */
void vv_out_file_clear(vv_out_file *out);
VV_AUTO_CLEAR(vv_out_file, vv_out_file_clear)

#endif
