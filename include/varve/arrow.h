/*
 * varve/arrow.h: tables as Arrow C streams.
 *
 * The structs are those of the Arrow C data and stream interfaces (Apache Arrow, "The Arrow C data interface"), under
 * their guards, so that this header can be used beside any other that defines them. No Arrow library is needed.
 *
 * varve_table_arrow streams the rows of a version, varve_diff_arrow the differences of two versions. varve_txn_put_arrow makes
 * a version from rows; unchanged cells keep their spelling.
 */
#ifndef VARVE_ARROW_H
#define VARVE_ARROW_H

#include "varve/base.h"
#include "varve/check.h"
#include "varve/diff.h"
#include "varve/table.h"
#include "varve/write.h"

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

/* How to return a misfit: a cell that is not a value of its column's type, is not UTF-8, or does not fit into 64
 * bits. */
enum varve_misfit {
	VARVE_MISFIT_ERROR, /* the stream fails and names row, column and cell */
	VARVE_MISFIT_NULL,  /* it becomes null; it is counted */
	/* likewise, and the stream's last column, _misfits (utf8), has a JSON object with the names and texts of the
	 * row's misfits, or null. Bytes that are not UTF-8 are escapes \udc80 to \udcff in it. */
	VARVE_MISFIT_TEXT
};

/* The Arrow type of integer and number columns. */
enum varve_numbers {
	VARVE_NUMBERS_DOUBLE, /* int64 and double */
	VARVE_NUMBERS_TEXT,   /* utf8, as written */
	/* decimal128 of precision 38. The scale of an integer is 0; that of a number is as large as the table's cells need,
	 * within the room that the digits before the point leave. Opening the stream reads all rows to find it. The field's
	 * metadata has "varve:scale", "cells" */
	VARVE_NUMBERS_DECIMAL
};

enum varve_arrow_flag {
	VARVE_ARROW_TEXT = 1 << 0, /* every column is utf8, as written */
	VARVE_ARROW_DICTIONARIES =
		1 << 1 /* every column of utf8 has a dictionary; not of differences */
};

typedef struct varve_arrow_options {
	size_t size;
	uint32_t flags; /* enum varve_arrow_flag */
	int32_t misfit; /* enum varve_misfit */
	/* columns, filter and share; NULL: all. Its watch is called while the stream is read, by the reading thread: its
	 * payload must live until the stream is released */
	const varve_rows_options *rows;
	/* a last column of this name, int64: the number of the row; NULL: none */
	const char *row_number;
	uint64_t batch_rows; /* at most; 0: 65,536 */
	int32_t numbers;     /* enum varve_numbers */
	int32_t reserved;
	/* columns of utf8 that have a dictionary, int32 to utf8, of each batch's own texts; ended by NULL; NULL: none. Those that
	 * are not among the columns count for nothing */
	const char *const *dictionary;
} varve_arrow_options;

/* The state of a stream. It outlives the stream; threads may share it. */
typedef struct varve_arrow_status varve_arrow_status;

/* A stream of record batches with the rows of a table. stream is the caller's memory; its release frees everything, from
 * any thread. Batches outlive the stream, and the stream the table. *status (or status NULL) is freed by the caller.
 *
 * The schema depends on the Table Schema and the options alone: integer is int64, number double, boolean bool, date
 * date32, datetime timestamp[us] without a zone (of cells with a zone the time in UTC), everything else utf8. Missing
 * values are null. Metadata of the schema: "varve:schema", the Table Schema.
 *
 * get_next returns an errno value when it fails: EINVAL (a misfit), EIO, ENOMEM. VARVE_ENOTFOUND, VARVE_EUSAGE: a dictionary of
 * a column that the table lacks, or that is not utf8. */
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

/* Gets the counts of the stream so far. Returns the code of its failure, with *err filled, or 0. */
VARVE_API int varve_arrow_status_get(varve_arrow_counts *counts, const varve_arrow_status *status,
				     varve_error *err);
VARVE_API void varve_arrow_status_free(varve_arrow_status *status);

/*
 * Differences.
 */

/* The rows of a stream of differences. */
enum varve_diff_arrow_rows {
	/* Each version of a row that differs. The columns are those of the newer table, then those that only the older one
	 * has, then, as in the change data feed of Delta Lake, _change_type (utf8: insert, delete, or update_preimage and
	 * update_postimage, one after the other), _commit_version (utf8: the commit that the newer table was found in, or
	 * null) and _commit_timestamp (timestamp[us, UTC] of that commit). A row whose key changed is a delete and an insert;
	 * rows that only moved are left out. A column of another type in each table is utf8. */
	VARVE_DIFF_ARROW_ROWS,
	/* Each cell that changed in a row that both have: the columns of the key (without one row_number, int64, in the newer
	 * table), column, before and after, all utf8 as written; null where JSON has null or nothing. */
	VARVE_DIFF_ARROW_CELLS
};

typedef struct varve_diff_arrow_options {
	size_t size;
	uint32_t flags;                 /* enum varve_arrow_flag */
	int32_t misfit;                 /* enum varve_misfit */
	int32_t what;                   /* enum varve_diff_arrow_rows */
	int32_t numbers;                /* enum varve_numbers */
	const varve_diff_options *diff; /* how tables are compared; NULL: all. Its watch as above */
	uint64_t batch_rows;            /* at most, but for one; 0: 65,536 */
} varve_diff_arrow_options;

/* A stream of what differs between two tables, as varve_diff_open compares them. Memory, status and errors as for
 * varve_table_arrow; in the counts rows are those of the stream. Where a name occurs twice, the later column has a number
 * behind it. */
VARVE_API int varve_diff_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
			       const varve_table *before, const varve_table *after,
			       const varve_diff_arrow_options *options, varve_error *err);

/*
 * Rows written back.
 */

/* Which rows the new version has. */
enum varve_arrow_mode {
	VARVE_ARROW_REPLACE_MOST, /* those of the stream; refused where over half of the rows would go */
	VARVE_ARROW_REPLACE,      /* those of the stream */
	VARVE_ARROW_UPSERT, /* the version's, changed by those of the stream, and new ones last */
	VARVE_ARROW_APPEND, /* the version's, then those of the stream */
	VARVE_ARROW_DELETE  /* the version's without those of the stream */
};

/* How to treat columns that the version has and the stream lacks. */
enum varve_arrow_columns {
	VARVE_ARROW_COLUMNS_ALL,  /* VARVE_ESCHEMA */
	VARVE_ARROW_COLUMNS_KEEP, /* they keep their cells; new rows have missing values there */
	VARVE_ARROW_COLUMNS_DROP
};

/* How the rows of the stream are found in the version. */
enum varve_arrow_match {
	VARVE_ARROW_MATCH_AUTO, /* by match_columns, else by the key, by number, or as equal rows: the first of these
				    * that there is */
	VARVE_ARROW_MATCH_COLUMNS, /* by match_columns, or the key */
	VARVE_ARROW_MATCH_NUMBER,  /* by a column row_number, from 0; null: a new row */
	VARVE_ARROW_MATCH_EQUAL, /* rows that are equal in all columns, each once, in the version's order */
	VARVE_ARROW_MATCH_PLACE /* the first is the first */
};

enum varve_arrow_order {
	VARVE_ARROW_ORDER_STREAM,
	VARVE_ARROW_ORDER_VERSION /* new rows last */
};

typedef struct varve_put_arrow_options {
	size_t size;
	int32_t mode;    /* enum varve_arrow_mode */
	int32_t columns; /* enum varve_arrow_columns */
	int32_t match;   /* enum varve_arrow_match */
	int32_t order; /* enum varve_arrow_order; of upsert, append and delete always the version's */
	uint32_t flags;                   /* 0 or VARVE_PUT_REPLACE */
	uint32_t reserved;                /* 0 */
	const char *const *match_columns; /* names, ended by NULL; NULL: the key */
	const char *const *key;           /* as in varve_put_options */
	/* a Table Schema; NULL: the version's, of a new table the stream's types */
	const char *schema;
	/* the commit or CID that was read: VARVE_ECONFLICT if path has different content */
	const char *expect;
} varve_put_arrow_options;

typedef struct varve_arrow_changes {
	uint64_t added, removed, changed; /* rows */
	uint64_t cells;                   /* in changed rows */
} varve_arrow_changes;

/* Makes the rows of a stream the content of path, a table. Takes the stream: it is released in any case.
 *
 * A row that is found in the version keeps every byte except in cells whose value changed. Two values are equal if the cell,
 * read as the stream's type, is the value: rounded to its unit and scale, missing values and cells of another type as null, NaN
 * as NaN, JSON by value. A new value is spelled as its column is: decimals, format, quotes, words for true and false, the
 * commonest missing value. A column of the stream that the version lacks comes last; one without a name of its own
 * (__index_level_0__) is left out.
 *
 * A new path has the format that its name ends in: .csv, .tsv, .ndjson or .json.
 *
 * Memory: some 64 MB and a bit for each row; where rows come in another order than the version's, 32 bytes more for each of its
 * rows; with the version's order also the batches of the stream.
 *
 * VARVE_ESCHEMA: columns are missing, or new and not to be added; VARVE_EREFUSED: over half of the rows would go, or a change
 * of the work tree's file would be lost; VARVE_EINPUT: two rows of the stream have one key, or a value cannot be written;
 * VARVE_EUSAGE: a type that a table cannot have, a name without a format, or the transaction has changed path before. Errors
 * also as for varve_txn_put. A failed call leaves the transaction unchanged. */
VARVE_API int varve_txn_put_arrow(varve_arrow_changes *changes, varve_txn *txn, const char *path,
				  struct ArrowArrayStream *stream,
				  const varve_put_arrow_options *options, varve_error *err);

/* Checks rows before they are written: what varve_txn_put_arrow would make the content of path, as varve_check_revision
 * checks the work tree against base. Nothing changes. Takes the stream: it is released in any case. put: as of
 * varve_txn_put_arrow, without expect; flags and key are not used. Rows and lines of findings are those of the file as it would be.
 *
 * Errors as for varve_txn_put_arrow and varve_check_revision; rows that are not valid are none. */
VARVE_API int varve_check_arrow(varve_report **out, varve_repo *repo, const char *path,
				struct ArrowArrayStream *stream, const varve_put_arrow_options *put,
				const char *base, const varve_check_options *options,
				varve_error *err);

VARVE_END
#endif
