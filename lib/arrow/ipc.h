/*
 * ipc: arrays of Arrow as a stream of bytes that other programs read from a file or a pipe.
 *
 * A correct caller: vv_arrow_ipc_begin with the schema; vv_arrow_ipc_put for each array; vv_arrow_ipc_end;
 * vv_arrow_ipc_clear in any case.
 *
 * Format: Apache Arrow, "The Arrow columnar format", section "Serialization and Interprocess Communication (IPC)": the
 * streaming format, version V5, without compression and nested types; its messages are tables of FlatBuffers
 * ("FlatBuffers internals") as arrow/format/Schema.fbs and Message.fbs declare them. Buffers begin at multiples of 64 bytes.
 */
#ifndef VV_LIB_ARROW_IPC_H
#define VV_LIB_ARROW_IPC_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/bytes.h"
#include "varve/arrow.h"

typedef struct vv_arrow_ipc {
	vv_bytes_fn write;
	void *payload;
	struct ArrowSchema schema; /* release NULL: none */
	vv_buf message;
} vv_arrow_ipc;

/* The line before a stream where several follow each other: {"name": "prices.csv", "changes": false}. changes: it has the rows in
 * which versions differ (row_changes.h). */
vv_status vv_arrow_ipc_name(vv_bytes_fn write, void *payload, const char *name, bool changes,
			    vv_error *err);

/* Takes the schema, a struct whose children are columns, and writes it. VV_ENOSUPPORT: a column's format is not one of
 * numbers, booleans, text, binary, decimals, dates, times and durations, or a dictionary of these. */
vv_status vv_arrow_ipc_begin(vv_arrow_ipc *w, struct ArrowSchema *schema, vv_bytes_fn write,
			     void *payload, vv_error *err);
/* An array of that schema; offsets are 0, nulls counted. */
vv_status vv_arrow_ipc_put(vv_arrow_ipc *w, const struct ArrowArray *a, vv_error *err);
vv_status vv_arrow_ipc_end(vv_arrow_ipc *w, vv_error *err);
void vv_arrow_ipc_clear(vv_arrow_ipc *w);
VV_AUTO_CLEAR(vv_arrow_ipc, vv_arrow_ipc_clear)

#endif
