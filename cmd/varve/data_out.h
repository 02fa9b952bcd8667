/*
 * data_out: writes data to stdout. If stdout is a pipe or a file, the data is written byte for byte.
 * If stdout is a terminal, characters that could control it are escaped.
 */
#ifndef VV_CMD_VARVE_DATA_OUT_H
#define VV_CMD_VARVE_DATA_OUT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* The state of an output. */
typedef struct vv_data_out {
	bool escape;  /* stdout is a terminal, and raw is false */
	vv_buf carry; /* the unfinished line, since a piece of data can end within a character */
} vv_data_out;

/* Initialises *o. raw: never escape. */
void vv_data_out_init(vv_data_out *o, bool raw);
void vv_data_out_clear(vv_data_out *o);
VV_AUTO_CLEAR(vv_data_out, vv_data_out_clear)

/* Call this before writing data that is not text. If stdout is a terminal, prints an error that
 * names the data (what: "a workbook"), and returns the exit code of a usage error; else returns 0. */
int vv_data_out_check_binary(const char *what);

/* Writes a piece of data. It is a vv_bytes_fn, whose payload is the vv_data_out. VV_EIO: stdout
 * cannot be written, for example because the reader closed the pipe. */
vv_status vv_data_out_put(void *payload, const void *bytes, size_t len, vv_error *err);
/* Writes the unfinished line. Call this after the last piece. VV_EIO: stdout cannot be written. */
vv_status vv_data_out_end(vv_data_out *o, vv_error *err);

#endif
