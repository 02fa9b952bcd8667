/*
 * incoming: rows that another program hands over as an Arrow C stream.
 *
 *	incoming_open(&in, stream, err);
 *	while ((more = incoming_next(&in, err)) > 0) {
 *		incoming_get(&v, &in.columns[c], row, err);   rows 0 to in.rows - 1
 *	}
 *	incoming_close(&in);
 *
 * Formats: Apache Arrow, "The Arrow C data interface". Nothing of it is trusted further than that text demands of a
 * producer in the same process.
 */
#ifndef VV_LIB_ARROW_IN_INCOMING_H
#define VV_LIB_ARROW_IN_INCOMING_H

#include "lib/arrow/in/arrow_value.h"

typedef struct incoming {
	struct ArrowArrayStream stream;
	struct ArrowSchema schema;
	incoming_column *columns;
	size_t count;
	struct ArrowArray *batches; /* those that are kept, the one at hand last */
	size_t batch_count, batch_cap;
	size_t rows; /* of the batch at hand */
	bool keep;   /* all batches until the end */
} incoming;

/* Takes the stream, in any case. VV_EUSAGE: a column whose type a table cannot have, named. */
vv_status incoming_open(incoming *in, struct ArrowArrayStream *stream, vv_error *err);
void incoming_close(incoming *in); /* accepts zeroes */

/* The next batch that has rows: 1, 0, <0. */
int incoming_next(incoming *in, vv_error *err);
/* A batch that was kept is the one at hand again. */
void incoming_select(incoming *in, size_t batch);

/* The value in a row of the batch at hand. VV_ENOMEM. */
vv_status incoming_get(incoming_value *out, incoming_column *c, size_t row, vv_error *err);

#endif
