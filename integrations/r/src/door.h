/* What the two halves of the package share: a call's handles, which are freed however it ends, and failures. */
#ifndef VARVE_R_DOOR_H
#define VARVE_R_DOOR_H

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

#include <varve/arrow.h>
#include <varve/varve.h>

/* The handles of one call from R. R can leave any of its functions by a jump, so nothing is held elsewhere. */
typedef struct door {
	SEXP (*work)(struct door *d); /* the call itself */
	SEXP args;                    /* a list of R's arguments */
	varve_error err;
	varve_repo *repo;
	varve_version *version[2];
	varve_table *table[2];
	varve_filter *where;
	varve_txn *txn;
	varve_log *log;
	varve_blame *blame;
	varve_report *report;
	varve_arrow_status *status;
	struct ArrowArrayStream stream;
	struct ArrowSchema schema;
	struct ArrowArray *batches;
	size_t batch_count;
} door;

/* A list of code, message, hint, name of the hint and its arguments, of class varve_failure, made of d->err. */
SEXP door_failure(door *d);
/* Sets d->err, and makes the list of it. */
SEXP door_fail(door *d, int code, const char *message);

/* The rows of d->stream as a data frame. */
SEXP door_frame(door *d);
/* Makes a stream of a data frame's columns, which are copied; the R side has made factors texts, and texts UTF-8. A code with
 * d->err, or 0. */
int door_stream(struct ArrowArrayStream *out, SEXP frame, door *d);

#endif
