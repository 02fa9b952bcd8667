/*
 * varve/arrow.h: tables as Arrow C streams.
 *
 * The structs are those of the Arrow C data and stream interfaces (Apache Arrow, "The Arrow C data interface"), under
 * their guards, so that this header can be used beside any other that defines them. No Arrow library is needed.
 */
#ifndef VARVE_ARROW_H
#define VARVE_ARROW_H

#include "varve/base.h"
#include "varve/table.h"

VARVE_BEGIN

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
	int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
	const char *(*get_last_error)(struct ArrowArrayStream *);
	void (*release)(struct ArrowArrayStream *);
	void *private_data;
};

#endif

/* What becomes of a misfit: a cell that is not a value of its column's type, or is not UTF-8, or does not fit into 64
 * bits. */
enum varve_misfit {
	VARVE_MISFIT_ERROR, /* the stream fails and names row, column and cell */
	VARVE_MISFIT_NULL   /* it becomes null; it is counted */
};

enum varve_arrow_flag {
	VARVE_ARROW_TEXT = 1 << 0 /* every column is utf8, as written */
};

typedef struct varve_arrow_options {
	size_t size;
	uint32_t flags; /* enum varve_arrow_flag */
	int32_t misfit; /* enum varve_misfit */
	const varve_rows_options
		*rows; /* columns, filter and share; NULL: all. Its watch is not used */
	const char *
		row_number; /* a last column of this name, int64: the number of the row; NULL: none */
	uint64_t batch_rows; /* at most; 0: 65,536 */
} varve_arrow_options;

/* What a stream has found. It outlives the stream; threads may share it. */
typedef struct varve_arrow_status varve_arrow_status;

/* A stream of record batches with the rows of a table. stream is the caller's memory; its release frees everything, from
 * any thread. Batches outlive the stream, and the stream the table. *status (or status NULL) is freed by the caller.
 *
 * The schema depends on the Table Schema and the options alone: integer is int64, number double, boolean bool, date
 * date32, datetime timestamp[us] without a zone (of cells with a zone the time in UTC), everything else utf8. Missing
 * values are null. Metadata of the schema: "varve:schema", the Table Schema.
 *
 * get_next returns an errno value when it fails: EINVAL (a misfit), EIO, ENOMEM. */
VARVE_API int varve_table_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
				const varve_table *table, const varve_arrow_options *options,
				varve_error *err);

typedef struct varve_arrow_counts {
	uint64_t rows;
	uint64_t misfits;      /* cells */
	uint64_t misfit_row;   /* of the first one; VARVE_UNKNOWN: none */
	int32_t misfit_column; /* its place in the table; -1: none */
	int32_t reserved;
} varve_arrow_counts;

/* What the stream has done so far. Returns the code of its failure, with *err filled, or 0. */
VARVE_API int varve_arrow_status_get(varve_arrow_counts *counts, const varve_arrow_status *status,
				     varve_error *err);
VARVE_API void varve_arrow_status_free(varve_arrow_status *status);

VARVE_END
#endif
