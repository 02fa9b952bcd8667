/*
 * ipc_arrays: decodes the arrays of an Arrow IPC message, and validates them completely before use.
 * For ipc_reader.
 *
 * A correct caller allocates a vv_ipc_held with refs 1 and one part, the body of the message. It
 * calls vv_ipc_decode, uses h->array, which is the batch or the dictionary, and calls
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

/* The memory of a batch or of a dictionary. Several batches may share a dictionary, so references
 * are counted. */
typedef struct vv_ipc_held {
	unsigned refs;  /* number of references */
	vv_arena arena; /* memory of the structures in array */
	vv_buf *parts;  /* the body of the message, then each decompressed buffer */
	size_t part_count;
	/* bytes of all parts; for a dictionary, also the bytes of the dictionaries in others */
	uint64_t bytes;
	/* the dictionaries that array refers to; each has a reference */
	struct vv_ipc_held **others;
	size_t other_count, other_cap;
	struct ArrowArray array; /* the decoded array */
} vv_ipc_held;

/* The dictionary of a column: private_data of the column's schema. */
typedef struct vv_ipc_dictionary {
	int64_t id;               /* id of the dictionary in messages */
	struct ArrowSchema *type; /* type of its values */
	vv_ipc_held *now; /* the dictionary received last; NULL: no dictionary was received yet */
} vv_ipc_dictionary;

/* The position of the reader in a stream, for decoding and for messages. */
typedef struct vv_ipc_place {
	const char *name,          /* name of the file, for messages */
		*column;           /* name of the column that is being read; may be NULL */
	uint64_t batches;          /* number of batches before the current one */
	struct ArrowSchema schema; /* columns of the stream */
} vv_ipc_place;

/* Sets err to VV_EINPUT, with a message that the data is damaged at this position, and returns
 * VV_EINPUT. why: the damage. */
vv_status vv_ipc_damaged(const vv_ipc_place *at, const char *why, vv_error *err);

/* Decodes a RecordBatch, the table t of b, into h->array. of: the type of the values, if the
 * RecordBatch is a dictionary; NULL: the RecordBatch is a batch of rows, with the columns of
 * at->schema. room: maximum bytes of all decompressed buffers together. VV_EINPUT: the data is
 * damaged. VV_EREFUSED: the buffers need more than room. VV_ENOSUPPORT: unknown compression. */
vv_status vv_ipc_decode(vv_ipc_place *at, vv_ipc_held *h, vv_flatbuffer *b, vv_flat_table t,
			const struct ArrowSchema *of, uint64_t room, vv_error *err);

/* Removes a reference, and frees h with the last one. h may be NULL. */
void vv_ipc_let_go(vv_ipc_held *h);
VV_AUTO_FREE(vv_ipc_held, vv_ipc_let_go)

#endif
