/*
 * ipc: writes Arrow arrays as a stream of bytes, which other programs read from a file or a pipe.
 *
 * A correct caller calls vv_arrow_ipc_begin with the schema, vv_arrow_ipc_put for each array,
 * vv_arrow_ipc_end, and, also on failure, vv_arrow_ipc_clear.
 *
 * Format: Apache Arrow, "The Arrow columnar format", section "Serialization and Interprocess
 * Communication (IPC)": the streaming format, version V5, without compression or nested types. Its
 * messages are tables of FlatBuffers ("FlatBuffers internals"), declared in arrow/format/Schema.fbs
 * and Message.fbs. Buffers begin at multiples of 64 bytes.
 */
#ifndef VV_LIB_ARROW_IPC_H
#define VV_LIB_ARROW_IPC_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/bytes.h"
#include "varve/arrow.h"

/* A stream that is being written. */
typedef struct vv_arrow_ipc {
	vv_bytes_fn write; /* receives the bytes; called with payload */
	void *payload;
	struct ArrowSchema schema; /* owned; schema.release is NULL if w has no schema */
	vv_buf message;            /* the message being written */
} vv_arrow_ipc;

/* Writes a line of JSON. It precedes each stream if several streams are written one after the
 * other. For example: {"name": "prices.csv", "changes": false}. changes: the stream has changed
 * rows (row_changes.h), not the rows of a table. */
vv_status vv_arrow_ipc_name(vv_bytes_fn write, void *payload, const char *name, bool changes,
			    vv_error *err);

/* Begins a stream: writes the schema, a struct whose children are the columns. Moves the ownership
 * of the schema to w, also on failure. VV_ENOSUPPORT: a column has a type that varve does not
 * write. It writes null, numbers, booleans, text, binary, decimals, dates, times, timestamps,
 * durations, and dictionaries of these. */
vv_status vv_arrow_ipc_begin(vv_arrow_ipc *w, struct ArrowSchema *schema, vv_bytes_fn write,
			     void *payload, vv_error *err);
/* Writes an array of the schema given to vv_arrow_ipc_begin. The array and its children must have
 * offset 0 and exact null counts. */
vv_status vv_arrow_ipc_put(vv_arrow_ipc *w, const struct ArrowArray *a, vv_error *err);
/* Writes the end mark of the stream. */
vv_status vv_arrow_ipc_end(vv_arrow_ipc *w, vv_error *err);
void vv_arrow_ipc_clear(vv_arrow_ipc *w);
VV_AUTO_CLEAR(vv_arrow_ipc, vv_arrow_ipc_clear)

#endif
