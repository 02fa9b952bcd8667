/* Arrow's columns as R's vectors. */
#include "door.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int bit(const void *bits, int64_t i)
{
	return ((const unsigned char *)bits)[i / 8] >> (i % 8) & 1;
}

static void set_class(SEXP v, const char *first, const char *second)
{
	SEXP its = PROTECT(Rf_allocVector(STRSXP, second ? 2 : 1));

	SET_STRING_ELT(its, 0, Rf_mkChar(first));
	if (second) {
		SET_STRING_ELT(its, 1, Rf_mkChar(second));
	}
	Rf_setAttrib(v, R_ClassSymbol, its);
	UNPROTECT(1);
}

/* One column of all batches. */
typedef struct column {
	const struct door *d;
	const struct ArrowSchema *schema;
	int64_t place;
	R_xlen_t rows;
} column;

/* A cell of a column, whichever batch it is in: {0} is before the first. */
typedef struct cell {
	const struct ArrowArray *a; /* its batch */
	int64_t i;                  /* the cell in it */
	R_xlen_t at;                /* the row of the frame */
	size_t batch;
} cell;

static int cell_next(const column *c, cell *x)
{
	if (x->a) {
		x->i++;
		x->at++;
	}
	while (!x->a || x->i >= x->a->length) {
		if (x->batch >= c->d->batch_count) return 0;
		x->a = c->d->batches[x->batch++].children[c->place];
		x->i = 0;
	}
	return 1;
}

static int cell_missing(const cell *x)
{
	const struct ArrowArray *a = x->a;
	int64_t i = x->i;

	return a->n_buffers > 0 && a->buffers[0] && !bit(a->buffers[0], i + a->offset);
}

static int64_t long_at(const cell *x)
{
	return ((const int64_t *)x->a->buffers[1])[x->i + x->a->offset];
}

/* R's integers where all values are such, else integer64 of the package bit64: a double's bits are the integer, the least is NA. */
static SEXP longs(const column *c)
{
	int small = 1;
	SEXP v;

	for (cell x = {0}; small && cell_next(c, &x);) {
		small = cell_missing(&x) || (long_at(&x) > INT32_MIN && long_at(&x) <= INT32_MAX);
	}
	v = PROTECT(Rf_allocVector(small ? INTSXP : REALSXP, c->rows));
	for (cell x = {0}; cell_next(c, &x);) {
		int64_t value = cell_missing(&x) ? INT64_MIN : long_at(&x);
		if (!small) {
			memcpy(&REAL(v)[x.at], &value, sizeof(value));
		} else {
			INTEGER(v)[x.at] = value == INT64_MIN ? NA_INTEGER : (int)value;
		}
	}
	if (!small) {
		set_class(v, "integer64", NULL);
	}
	UNPROTECT(1);
	return v;
}

static double double_of(const cell *x)
{
	return ((const double *)x->a->buffers[1])[x->i + x->a->offset];
}

static double unsigned_of(const cell *x)
{
	return (double)((const uint64_t *)x->a->buffers[1])[x->i + x->a->offset];
}

static double date_of(const cell *x)
{
	return (double)((const int32_t *)x->a->buffers[1])[x->i + x->a->offset];
}

static double microseconds_of(const cell *x)
{
	return (double)long_at(x) / 1e6;
}

static double nanoseconds_of(const cell *x)
{
	return (double)long_at(x) / 1e9;
}

/* Doubles, of the class of the caller. */
static SEXP doubles(const column *c, double (*of)(const cell *x))
{
	SEXP v = PROTECT(Rf_allocVector(REALSXP, c->rows));

	for (cell x = {0}; cell_next(c, &x);) {
		REAL(v)[x.at] = cell_missing(&x) ? NA_REAL : of(&x);
	}
	UNPROTECT(1);
	return v;
}

static SEXP logicals(const column *c)
{
	SEXP v = PROTECT(Rf_allocVector(LGLSXP, c->rows));

	for (cell x = {0}; cell_next(c, &x);) {
		LOGICAL(v)
		[x.at] = cell_missing(&x) ? NA_LOGICAL : bit(x.a->buffers[1], x.i + x.a->offset);
	}
	UNPROTECT(1);
	return v;
}

static SEXP dates(const column *c)
{
	SEXP v = PROTECT(doubles(c, date_of));

	set_class(v, "Date", NULL);
	UNPROTECT(1);
	return v;
}

static SEXP times(const column *c, double (*of)(const cell *x))
{
	SEXP v = PROTECT(doubles(c, of));

	set_class(v, "POSIXct", "POSIXt");
	SEXP zone = PROTECT(Rf_mkString("UTC"));
	Rf_setAttrib(v, Rf_install("tzone"), zone);
	UNPROTECT(2);
	return v;
}

/* Where the n-th text of a batch begins. */
static int64_t text_begin(const struct ArrowArray *a, int64_t n, int large)
{
	return large ? ((const int64_t *)a->buffers[1])[n] : ((const int32_t *)a->buffers[1])[n];
}

/* NULL: a text has a byte that R's texts cannot have; *bad is its row. */
static SEXP texts(const column *c, int large, R_xlen_t *bad)
{
	SEXP v = PROTECT(Rf_allocVector(STRSXP, c->rows));

	*bad = -1;
	for (cell x = {0}; cell_next(c, &x);) {
		if (cell_missing(&x)) {
			SET_STRING_ELT(v, x.at, NA_STRING);
			continue;
		}
		int64_t from = text_begin(x.a, x.i + x.a->offset, large);
		int64_t length = text_begin(x.a, x.i + x.a->offset + 1, large) - from;
		const char *text = length > 0 ? (const char *)x.a->buffers[2] + from : "";
		if (length > INT32_MAX || memchr(text, 0, (size_t)length)) {
			*bad = x.at;
			UNPROTECT(1);
			return R_NilValue;
		}
		SET_STRING_ELT(v, x.at, Rf_mkCharLenCE(text, (int)length, CE_UTF8));
	}
	UNPROTECT(1);
	return v;
}

static SEXP nothings(const column *c)
{
	SEXP v = PROTECT(Rf_allocVector(LGLSXP, c->rows));

	for (R_xlen_t i = 0; i < c->rows; i++) {
		LOGICAL(v)[i] = NA_LOGICAL;
	}
	UNPROTECT(1);
	return v;
}

/* R's NULL: no vector for this; d->err says why. */
static SEXP vector_of(const column *c, door *d)
{
	const char *format = c->schema->format, *name = c->schema->name ? c->schema->name : "";
	char words[400];
	R_xlen_t bad = -1;
	SEXP v;

	if (strcmp(format, "l") == 0) return longs(c);
	if (strcmp(format, "L") == 0) return doubles(c, unsigned_of);
	if (strcmp(format, "g") == 0) return doubles(c, double_of);
	if (strcmp(format, "b") == 0) return logicals(c);
	if (strcmp(format, "tdD") == 0) return dates(c);
	if (strncmp(format, "tsu:", 4) == 0) return times(c, microseconds_of);
	if (strncmp(format, "tsn:", 4) == 0) return times(c, nanoseconds_of);
	if (strcmp(format, "n") == 0) return nothings(c);
	if (strcmp(format, "u") == 0 || strcmp(format, "U") == 0) {
		v = texts(c, format[0] == 'U', &bad);
		if (bad < 0) return v;
		snprintf(
			words, sizeof(words),
			"row %.0f, column '%.200s': the text has a NUL byte, which R's texts cannot have",
			(double)bad + 1, name);
	} else {
		snprintf(words, sizeof(words),
			 "column '%.200s' has Arrow's type '%.40s', which this package cannot read",
			 name, format);
	}
	varve_error_set(&d->err, VARVE_ENOSUPPORT, words);
	return R_NilValue;
}

/* Reads all batches. 0, or a code with d->err. */
static int read_batches(door *d, R_xlen_t *rows)
{
	size_t room = 0;
	int rc = d->stream.get_schema(&d->stream, &d->schema);

	*rows = 0;
	while (rc == 0) {
		if (d->batch_count == room) {
			struct ArrowArray *more = realloc(d->batches,
							  (room * 2 + 16) * sizeof(*more));
			if (!more) return varve_error_set(&d->err, VARVE_ENOMEM, NULL);
			d->batches = more;
			room = room * 2 + 16;
		}
		struct ArrowArray *next = &d->batches[d->batch_count];
		memset(next, 0, sizeof(*next));
		rc = d->stream.get_next(&d->stream, next);
		if (rc != 0 || !next->release) {
			break;
		}
		d->batch_count++;
		*rows += (R_xlen_t)next->length;
	}
	if (rc == 0) return 0;
	varve_arrow_counts counts;
	rc = varve_arrow_status_get(&counts, d->status, &d->err);
	if (rc < 0) return rc;
	const char *said = d->stream.get_last_error(&d->stream);
	return varve_error_set(&d->err, VARVE_EIO, said ? said : "the stream of rows failed");
}

SEXP door_frame(door *d)
{
	R_xlen_t rows;

	if (read_batches(d, &rows) < 0) return door_failure(d);
	if (rows > INT32_MAX) {
		return door_fail(
			d, VARVE_ENOSUPPORT,
			"R's data frames have at most 2,147,483,647 rows: choose rows by where, or columns");
	}
	SEXP frame = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)d->schema.n_children));
	SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)d->schema.n_children));
	for (int64_t i = 0; i < d->schema.n_children; i++) {
		column c = {d, d->schema.children[i], i, rows};
		SEXP v = vector_of(&c, d);
		if (Rf_isNull(v)) {
			UNPROTECT(2);
			return door_failure(d);
		}
		SET_VECTOR_ELT(frame, (R_xlen_t)i, v);
		SET_STRING_ELT(names, (R_xlen_t)i,
			       Rf_mkCharCE(c.schema->name ? c.schema->name : "", CE_UTF8));
	}
	SEXP numbers = PROTECT(
		Rf_allocVector(INTSXP, 2)); /* R's short form of the names 1 to rows */
	INTEGER(numbers)[0] = NA_INTEGER;
	INTEGER(numbers)[1] = -(int)rows;
	Rf_setAttrib(frame, R_NamesSymbol, names);
	Rf_setAttrib(frame, R_RowNamesSymbol, numbers);
	set_class(frame, "data.frame", NULL);
	UNPROTECT(3);
	return frame;
}
