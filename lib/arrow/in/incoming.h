/*
 * incoming: reads rows that another program passes as an Arrow C stream.
 *
 *	incoming_open(&in, stream, err);
 *	while ((more = incoming_next(&in, err)) > 0) {
 *		incoming_get(&v, &in.columns[c], row, err);   rows 0 to in.rows - 1
 *	}
 *	incoming_close(&in);
 *
 * Formats: Apache Arrow, "The Arrow C data interface". The producer runs in the same process, so
 * arrays are trusted to be valid as that specification requires.
 */
#ifndef VV_LIB_ARROW_IN_INCOMING_H
#define VV_LIB_ARROW_IN_INCOMING_H

#include "lib/arrow/in/arrow_value.h"

/* The rows of a stream. */
typedef struct incoming {
	struct ArrowArrayStream stream; /* owned, like schema */
	struct ArrowSchema schema;
	incoming_column *columns;
	size_t count; /* number of columns */
	/* the batches in memory; the last one is the batch read last */
	struct ArrowArray *batches;
	size_t batch_count, batch_cap;
	size_t rows; /* number of rows of the current batch */
	/* set by the caller after incoming_open: keep all batches until incoming_close */
	bool keep;
} incoming;

/* Opens *in for a stream. Moves the ownership of the stream to *in, also on failure, so the
 * caller always calls incoming_close. VV_EUSAGE: the stream has single values instead of rows,
 * or a table cannot store the type of a column; the message then names the column. VV_EINPUT,
 * VV_EIO: the producer reports an error. */
vv_status incoming_open(incoming *in, struct ArrowArrayStream *stream, vv_error *err);
void incoming_close(incoming *in); /* in may be all zero */

/* Reads the next batch that has rows, and makes it the current batch. Returns 1, 0 at the end,
 * or a negative vv_status. Releases earlier batches, unless in->keep is set. VV_EINPUT: the
 * producer reports invalid input (EINVAL), or a batch has another number of columns than the
 * stream. VV_EIO: the producer reports another error. */
int incoming_next(incoming *in, vv_error *err);
/* Makes the batch with index `batch` in in->batches the current one again. */
void incoming_select(incoming *in, size_t batch);

/* Sets *out to the value of the column c in a row of the current batch; row counts from 0.
 * VV_EINPUT: a nested value is too long as JSON. */
vv_status incoming_get(incoming_value *out, incoming_column *c, size_t row, vv_error *err);

#endif
