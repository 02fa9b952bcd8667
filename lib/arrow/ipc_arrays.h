/*
 * ipc_arrays: the arrays of a message of Arrow, validated whole before use. For ipc_reader.
 *
 * A correct caller: memory with the message's body as its first part; vv_ipc_decode; h->array is the batch, or the dictionary;
 * vv_ipc_let_go.
 */
#ifndef VV_LIB_ARROW_IPC_ARRAYS_H
#define VV_LIB_ARROW_IPC_ARRAYS_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/arrow/flatbuffer.h"
#include "varve/arrow.h"

/* The memory of a batch, or of a dictionary, which batches share. */
typedef struct vv_ipc_held {
	unsigned refs;
	vv_arena arena;
	vv_buf *parts; /* its body, and buffers that came compressed */
	size_t part_count;
	uint64_t bytes;
	struct vv_ipc_held **others; /* dictionaries */
	size_t other_count, other_cap;
	struct ArrowArray array;
} vv_ipc_held;

/* private_data of a schema with a dictionary. */
typedef struct vv_ipc_dictionary {
	int64_t id;
	struct ArrowSchema *type;
	vv_ipc_held *now; /* NULL: not received yet */
} vv_ipc_dictionary;

/* Where the reader is; column is for messages. */
typedef struct vv_ipc_place {
	const char *name, *column;
	uint64_t batches; /* before this one */
	struct ArrowSchema schema;
} vv_ipc_place;

/* VV_EINPUT. */
vv_status vv_ipc_damaged(const vv_ipc_place *at, const char *why, vv_error *err);

/* The arrays of a RecordBatch: columns of the schema, or (of not NULL) a dictionary of such values. room: bytes that buffers
 * may take that come compressed. VV_EINPUT; VV_EREFUSED: they are longer. */
vv_status vv_ipc_decode(vv_ipc_place *at, vv_ipc_held *h, vv_flatbuffer *b, vv_flat_table t,
			const struct ArrowSchema *of, uint64_t room, vv_error *err);

/* One reference less; accepts NULL. */
void vv_ipc_let_go(vv_ipc_held *h);
VV_AUTO_FREE(vv_ipc_held, vv_ipc_let_go)

#endif
