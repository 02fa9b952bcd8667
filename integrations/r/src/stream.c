/* R's vectors as Arrow's columns: a stream of one batch. The R side has made factors texts, and texts UTF-8. */
#include "door.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A column: its buffers, and what Arrow's structs point to. */
typedef struct column {
	char *name;
	const char *format;
	struct ArrowSchema schema;
	struct ArrowArray array;
	const void *buffers[3];
} column;

/* A frame, freed by the last of those that it was handed out to: the stream, the schema and the batch. */
typedef struct frame {
	int users;
	column *columns;
	int64_t count, rows;
	int given; /* the batch was handed out */
	struct ArrowSchema **schemas;
	struct ArrowArray **arrays;
	const void *none[1];
} frame;

static void frame_free(frame *f)
{
	if (--f->users > 0) return;
	for (int64_t i = 0; f->columns && i < f->count; i++) {
		free(f->columns[i].name);
		for (int b = 0; b < 3; b++) {
			free((void *)(uintptr_t)f->columns[i].buffers[b]);
		}
	}
	free(f->columns);
	free(f->schemas);
	free(f->arrays);
	free(f);
}

/* The parts of a schema or a batch have nothing of their own. */
static void part_schema_release(struct ArrowSchema *s)
{
	s->release = NULL;
}

static void part_array_release(struct ArrowArray *a)
{
	a->release = NULL;
}

static void schema_release(struct ArrowSchema *s)
{
	s->release = NULL;
	frame_free(s->private_data);
}

static void array_release(struct ArrowArray *a)
{
	a->release = NULL;
	frame_free(a->private_data);
}

static int stream_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
	frame *f = s->private_data;

	for (int64_t i = 0; i < f->count; i++) {
		column *c = &f->columns[i];
		c->schema = (struct ArrowSchema){.format = c->format,
						 .name = c->name,
						 .flags = 2 /* nullable */,
						 .release = part_schema_release};
		f->schemas[i] = &c->schema;
	}
	*out = (struct ArrowSchema){.format = "+s",
				    .name = "",
				    .n_children = f->count,
				    .children = f->schemas,
				    .release = schema_release,
				    .private_data = f};
	f->users++;
	return 0;
}

static int stream_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
	frame *f = s->private_data;

	if (f->given) {
		*out = (struct ArrowArray){.release = NULL};
		return 0;
	}
	f->given = 1;
	for (int64_t i = 0; i < f->count; i++) {
		column *c = &f->columns[i];
		c->array = (struct ArrowArray){.length = f->rows,
					       .null_count = -1,
					       .n_buffers = c->format[0] == 'U' ? 3 : 2,
					       .buffers = c->buffers,
					       .release = part_array_release};
		f->arrays[i] = &c->array;
	}
	*out = (struct ArrowArray){.length = f->rows,
				   .n_buffers = 1,
				   .buffers = f->none,
				   .n_children = f->count,
				   .children = f->arrays,
				   .release = array_release,
				   .private_data = f};
	f->users++;
	return 0;
}

static const char *stream_error(struct ArrowArrayStream *s)
{
	(void)s;
	return NULL;
}

static void stream_release(struct ArrowArrayStream *s)
{
	frame_free(s->private_data);
	s->release = NULL;
}

static void *buffer(column *c, int n, size_t size)
{
	void *made = calloc(1, size ? size : 1);

	c->buffers[n] = made;
	return made;
}

static void set_bit(void *bits, R_xlen_t i)
{
	((unsigned char *)bits)[i / 8] |= (unsigned char)(1 << (i % 8));
}

/* Texts, in UTF-8. */
static int texts_fill(column *c, SEXP v, void *valid)
{
	R_xlen_t n = Rf_xlength(v);
	int64_t total = 0, *ends = buffer(c, 1, ((size_t)n + 1) * sizeof(*ends));

	for (R_xlen_t i = 0; i < n; i++) {
		SEXP text = STRING_ELT(v, i);
		total += text == NA_STRING ? 0 : (int64_t)LENGTH(text);
	}
	char *all = ends ? buffer(c, 2, (size_t)total) : NULL;
	if (!all) return -1;
	total = 0;
	for (R_xlen_t i = 0; i < n; i++) {
		SEXP text = STRING_ELT(v, i);
		if (text != NA_STRING) {
			set_bit(valid, i);
			memcpy(all + total, R_CHAR(text), (size_t)LENGTH(text));
			total += LENGTH(text);
		}
		ends[i + 1] = total;
	}
	return 0;
}

static int logicals_fill(column *c, SEXP v, void *valid)
{
	void *bits = buffer(c, 1, (size_t)Rf_xlength(v) / 8 + 1);

	for (R_xlen_t i = 0; bits && i < Rf_xlength(v); i++) {
		int value = LOGICAL(v)[i];
		if (value == NA_LOGICAL) {
			continue;
		}
		set_bit(valid, i);
		if (value) {
			set_bit(bits, i);
		}
	}
	return bits ? 0 : -1;
}

/* Integers, and the bits of integer64, as int64. */
static int longs_fill(column *c, SEXP v, void *valid)
{
	int64_t *all = buffer(c, 1, (size_t)Rf_xlength(v) * sizeof(*all));

	for (R_xlen_t i = 0; all && i < Rf_xlength(v); i++) {
		int64_t value;
		if (TYPEOF(v) == INTSXP) {
			value = INTEGER(v)[i] == NA_INTEGER ? INT64_MIN : INTEGER(v)[i];
		} else {
			memcpy(&value, &REAL(v)[i], sizeof(value));
		}
		if (value == INT64_MIN) {
			continue;
		}
		set_bit(valid, i);
		all[i] = value;
	}
	return all ? 0 : -1;
}

static double double_at(SEXP v, R_xlen_t i)
{
	if (TYPEOF(v) == REALSXP) return REAL(v)[i];
	return INTEGER(v)[i] == NA_INTEGER ? NA_REAL : INTEGER(v)[i];
}

/* NaN is a number here, NA is not. */
static int doubles_fill(column *c, SEXP v, void *valid)
{
	double *all = buffer(c, 1, (size_t)Rf_xlength(v) * sizeof(*all));

	for (R_xlen_t i = 0; all && i < Rf_xlength(v); i++) {
		if (R_IsNA(REAL(v)[i])) {
			continue;
		}
		set_bit(valid, i);
		all[i] = REAL(v)[i];
	}
	return all ? 0 : -1;
}

static int dates_fill(column *c, SEXP v, void *valid)
{
	int32_t *all = buffer(c, 1, (size_t)Rf_xlength(v) * sizeof(*all));

	for (R_xlen_t i = 0; all && i < Rf_xlength(v); i++) {
		double day = floor(double_at(v, i));
		if (!(day >= INT32_MIN && day <= INT32_MAX)) {
			continue;
		}
		set_bit(valid, i);
		all[i] = (int32_t)day;
	}
	return all ? 0 : -1;
}

static int times_fill(column *c, SEXP v, void *valid)
{
	int64_t *all = buffer(c, 1, (size_t)Rf_xlength(v) * sizeof(*all));

	for (R_xlen_t i = 0; all && i < Rf_xlength(v); i++) {
		double t = nearbyint(double_at(v, i) * 1e6);
		if (!(t > -9e18 && t < 9e18)) {
			continue;
		}
		set_bit(valid, i);
		all[i] = (int64_t)t;
	}
	return all ? 0 : -1;
}

/* Arrow's format of a vector's column, and the function that fills it; no format: a table can have no such column. */
typedef struct filling {
	const char *format;
	int (*fill)(column *c, SEXP v, void *valid);
} filling;

static filling filling_of(SEXP v)
{
	int number = TYPEOF(v) == REALSXP || TYPEOF(v) == INTSXP;

	if (number && Rf_inherits(v, "Date")) return (filling){"tdD", dates_fill};
	if (number && Rf_inherits(v, "POSIXct")) return (filling){"tsu:UTC", times_fill};
	if (number && Rf_inherits(v, "integer64")) return (filling){"l", longs_fill};
	if (Rf_isObject(v)) return (filling){NULL, NULL};
	switch (TYPEOF(v)) {
	case STRSXP:
		return (filling){"U", texts_fill};
	case LGLSXP:
		return (filling){"b", logicals_fill};
	case INTSXP:
		return (filling){"l", longs_fill};
	case REALSXP:
		return (filling){"g", doubles_fill};
	default:
		return (filling){NULL, NULL};
	}
}

/* A code with d->err, or 0. */
static int column_fill(column *c, const char *name, SEXP v, int64_t rows, door *d)
{
	filling how = filling_of(v);
	char words[300];

	/* a matrix has as many values as it has cells */
	if (!how.format || (int64_t)Rf_xlength(v) != rows) {
		snprintf(words, sizeof(words),
			 "column '%.200s' is not a vector that a table can have", name);
		return varve_error_set(&d->err, VARVE_EUSAGE, words);
	}
	c->format = how.format;
	c->name = strdup(name);
	void *valid = buffer(c, 0, (size_t)Rf_xlength(v) / 8 + 1);
	if (c->name && valid && how.fill(c, v, valid) == 0) return 0;
	return varve_error_set(&d->err, VARVE_ENOMEM, NULL);
}

static frame *frame_new(R_xlen_t columns)
{
	frame *f = calloc(1, sizeof(*f));
	size_t room = columns > 0 ? (size_t)columns : 1;

	if (!f) return NULL;
	f->users = 1;
	f->columns = calloc(room, sizeof(*f->columns));
	f->schemas = calloc(room, sizeof(*f->schemas));
	f->arrays = calloc(room, sizeof(*f->arrays));
	if (f->columns && f->schemas && f->arrays) return f;
	frame_free(f);
	return NULL;
}

int door_stream(struct ArrowArrayStream *out, SEXP given, door *d)
{
	R_xlen_t count = Rf_xlength(given);
	SEXP names = Rf_getAttrib(given, R_NamesSymbol);
	frame *f = frame_new(count);
	int rc = 0;

	if (!f) return varve_error_set(&d->err, VARVE_ENOMEM, NULL);
	*out = (struct ArrowArrayStream){stream_schema, stream_next, stream_error, stream_release,
					 f};
	f->rows = count > 0 ? (int64_t)Rf_xlength(VECTOR_ELT(given, 0)) : 0;
	for (R_xlen_t i = 0; rc == 0 && i < count; i++) {
		f->count = i + 1;
		rc = column_fill(&f->columns[i], R_CHAR(STRING_ELT(names, i)), VECTOR_ELT(given, i),
				 f->rows, d);
	}
	return rc;
}
