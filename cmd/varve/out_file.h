/*
 * out_file: writes a result to a file or to standard output. A file is written completely or not at
 * all.
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
	vv_data_out data; /* if standard is set: the output */
	vv_new_file file; /* else: the temporary file, in the folder of path */
} vv_out_file;

/* Begins to write to path, or to standard output if path is "-". The caller clears *out, also after a
 * failure. VV_EEXISTS: the path exists, and force is false. */
vv_status vv_out_file_open(vv_out_file *out, const char *path, bool force, vv_error *err);
/* Writes a piece of the result. It is a vv_bytes_fn, whose payload is the vv_out_file. */
vv_status vv_out_file_put(void *payload, const void *bytes, size_t len, vv_error *err);
/* Completes the result. Syncs the temporary file and renames it to path; the new name survives a
 * power failure. */
vv_status vv_out_file_end(vv_out_file *out, vv_error *err);
/* Frees the memory, and removes the temporary file unless vv_out_file_end has renamed it. */
void vv_out_file_clear(vv_out_file *out);
VV_AUTO_CLEAR(vv_out_file, vv_out_file_clear)

#endif
