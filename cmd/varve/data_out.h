/*
 * data_out: data on stdout: byte for byte into a pipe or file, made harmless on a terminal.
 */
#ifndef VV_CMD_VARVE_DATA_OUT_H
#define VV_CMD_VARVE_DATA_OUT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_data_out {
	bool escape;  /* stdout is a terminal and raw was not requested */
	vv_buf carry; /* an unfinished line, since a character may be cut in two */
} vv_data_out;

void vv_data_out_init(vv_data_out *o, bool raw);
void vv_data_out_clear(vv_data_out *o);
VV_AUTO_CLEAR(vv_data_out, vv_data_out_clear)

/* The exit code of usage errors, after a message, where stdout is a terminal: for bytes that are not text. */
int vv_data_out_check_binary(const char *what);

/* A vv_bytes_fn; payload is the vv_data_out. VV_EIO when stdout is closed, so that no more is read
 * in vain. */
vv_status vv_data_out_put(void *payload, const void *bytes, size_t len, vv_error *err);
vv_status vv_data_out_end(vv_data_out *o, vv_error *err);

#endif
