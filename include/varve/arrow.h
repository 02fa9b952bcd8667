/*
 * varve/arrow.h: reads and writes tables as Arrow C streams.
 *
 * The structs are those of the Arrow C data and stream interfaces (Apache Arrow, "The Arrow C data
 * interface"). They have the usual guards, so this header can be used together with other headers
 * that define the same structs. No Arrow library is needed.
 *
 * varve_table_arrow streams the rows of a table. varve_diff_arrow streams the differences of two
 * tables. varve_txn_put_arrow makes a version from a stream of rows; unchanged cells keep their
 * spelling.
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

/* How a stream handles a misfit: a cell that cannot be a value of its Arrow column, because it is not a value of the
 * column's type, is not UTF-8, or does not fit into 64 bits. */
enum varve_misfit {
	VARVE_MISFIT_ERROR, /* the stream fails; the message has the row, the column and the cell */
	VARVE_MISFIT_NULL,  /* the misfit becomes null, and is counted */
	/* the misfit becomes null, and is counted. The stream has an additional last column, _misfits (utf8). Its value
	 * is null if the row has no misfits, else a JSON object with the column name and text of each misfit. In this
	 * object, a byte that is not UTF-8 is an escape, \udc80 to \udcff. */
	VARVE_MISFIT_TEXT
};

/* The Arrow type of integer and number columns. */
enum varve_numbers {
	VARVE_NUMBERS_DOUBLE, /* int64 for integer columns, double for number columns */
	VARVE_NUMBERS_TEXT,   /* utf8: the numbers as the file spells them */
	/* decimal128 of precision 38. An integer column has scale 0. The scale of a number column
	 * is the greatest number of digits after the point in its cells; it is less if these digits
	 * and the greatest number of digits before the point are more than 38 together. To find the
	 * scale, opening the stream reads all rows. The field's metadata has the key "varve:scale"
	 * with the value "cells", followed by the column's decimalChar unless that is ".". */
	VARVE_NUMBERS_DECIMAL
};

/* Flags for varve_arrow_options.flags and varve_diff_arrow_options.flags. */
enum varve_arrow_flag {
	VARVE_ARROW_TEXT = 1 << 0, /* every column is utf8, as the file spells its cells */
	/* varve_table_arrow only: every utf8 column has a dictionary */
	VARVE_ARROW_DICTIONARIES = 1 << 1
};

/* Options of varve_table_arrow. */
typedef struct varve_arrow_options {
	size_t size;
	uint32_t flags; /* enum varve_arrow_flag */
	int32_t misfit; /* enum varve_misfit */
	/* the columns, filter and share of rows; NULL: the whole table. rows->watch is called while the stream is read,
	 * in the thread that reads; the watch's payload must live until the stream is released */
	const varve_rows_options *rows;
	/* the name of an additional last column (int64) with the number of each row in the table, from 0; NULL: no such
	 * column */
	const char *row_number;
	uint64_t batch_rows; /* at most this number of rows in each batch; 0: 65,536 */
	int32_t numbers;     /* enum varve_numbers */
	int32_t reserved;
	/* the names of utf8 columns to encode with a dictionary (int32 to utf8) for each batch,
	 * ended by NULL; NULL: no columns. Columns that rows->columns leaves out are ignored */
	const char *const *dictionary;
} varve_arrow_options;

/* The counts and the failure of a stream. A status stays valid after the stream is released. Threads may share it. */
typedef struct varve_arrow_status varve_arrow_status;

/* Opens a stream of record batches with the rows of a table. The caller owns the struct that stream
 * points to; the call fills it. stream->release frees everything else, and may be called in any
 * thread. Batches stay valid after the stream is released, and the stream stays valid after the
 * table is freed. status may be NULL; else *status is set to the stream's status, which the caller
 * frees. If the call fails, stream->release is NULL.
 *
 * The stream's schema depends only on the Table Schema and the options, except for the scales of
 * VARVE_NUMBERS_DECIMAL. By default, the type integer becomes int64, number becomes double, boolean
 * becomes bool, date becomes date32, datetime becomes timestamp[us] without a zone, and all other
 * types become utf8. A datetime with a zone is converted to UTC. Missing values become null. The
 * schema's metadata has the Table Schema as "varve:schema".
 *
 * If get_next fails, it returns an errno value: EINVAL (a misfit), ENOMEM, or EIO (any other
 * failure); varve_arrow_status_get returns the code and the error. VARVE_ENOTFOUND: the table does
 * not have a column of options->dictionary; VARVE_EUSAGE: such a column is not utf8. Other errors
 * are as for varve_rows_open. */
VARVE_API int varve_table_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
				const varve_table *table, const varve_arrow_options *options,
				varve_error *err);

/* Counts of a stream. */
typedef struct varve_arrow_counts {
	uint64_t rows;       /* rows of the batches that get_next has returned */
	uint64_t misfits;    /* cells that are misfits */
	uint64_t misfit_row; /* the row of the first misfit; VARVE_UNKNOWN: no misfit */
	/* the place in the table, from 0, of the column with the first misfit; -1: no misfit */
	int32_t misfit_column;
	int32_t reserved;
} varve_arrow_counts;

/* Sets *counts to the counts of the stream so far. If the stream failed, returns the code of its failure and sets *err;
 * else returns 0. */
VARVE_API int varve_arrow_status_get(varve_arrow_counts *counts, const varve_arrow_status *status,
				     varve_error *err);
VARVE_API void varve_arrow_status_free(varve_arrow_status *status);

/*
 * Differences.
 */

/* The meaning of a row in a stream of differences. */
enum varve_diff_arrow_rows {
	/* A row of the table before or after the change: an added or a removed row gives one row of the stream, a
	 * changed row gives two. The columns are the columns of the newer table, then the columns that only the older
	 * table has. Three more columns follow, as in the change data feed of Delta Lake: _change_type (utf8: insert,
	 * delete, or update_preimage and then update_postimage), _commit_version (utf8: the commit in which the newer
	 * table was found, or null) and _commit_timestamp (timestamp[us, UTC]: the committer's time of this commit, or
	 * null). A row whose key changed is a delete and an insert. Rows that only moved are left out. A column whose
	 * type differs between the tables is utf8. */
	VARVE_DIFF_ARROW_ROWS,
	/* A changed cell, also one that is only spelled differently, of a row that both tables have. The first columns
	 * are the columns of the key, with the types of varve_table_arrow; or, without a key, row_number (int64: the
	 * number of the row in the newer table, from 0). Then follow three utf8 columns: column (the column's name),
	 * before and after (the cell's texts, as the files spell them). A cell that is null or absent in JSON is
	 * null. */
	VARVE_DIFF_ARROW_CELLS
};

/* Options of varve_diff_arrow. */
typedef struct varve_diff_arrow_options {
	size_t size;
	uint32_t flags;  /* 0 or VARVE_ARROW_TEXT */
	int32_t misfit;  /* enum varve_misfit */
	int32_t what;    /* enum varve_diff_arrow_rows */
	int32_t numbers; /* enum varve_numbers */
	/* how the tables are compared; NULL: all defaults. For diff->watch, see varve_arrow_options.rows */
	const varve_diff_options *diff;
	/* the number of rows at which a batch ends; a batch can have one row more, so that the two rows of an update
	 * are not separated; 0: 65,536 */
	uint64_t batch_rows;
} varve_diff_arrow_options;

/* Opens a stream of the differences between two tables, which are compared as by varve_diff_open. Ownership, status and
 * errors are as for varve_table_arrow; varve_arrow_counts.rows counts the rows of the stream. If two columns of the
 * stream would have the same name, a number is appended to the later name. */
VARVE_API int varve_diff_arrow(struct ArrowArrayStream *stream, varve_arrow_status **status,
			       const varve_table *before, const varve_table *after,
			       const varve_diff_arrow_options *options, varve_error *err);

/*
 * Writing rows.
 */

/* The rows of the new version. "The version" is the version of path that the transaction has before the call. */
enum varve_arrow_mode {
	/* the rows of the stream; fails with VARVE_EREFUSED if this removes more than half of the version's rows */
	VARVE_ARROW_REPLACE_MOST,
	VARVE_ARROW_REPLACE, /* the rows of the stream */
	/* the version's rows, with the cells of matching rows of the stream; then the stream's rows without a match. If
	 * several rows of the stream have one key, this is an error, unless the key was inferred: then only the first
	 * of them matches */
	VARVE_ARROW_UPSERT,
	/* the version's rows, then the rows of the stream; a row of the stream that has the key of a row of the version
	 * is an error, unless the key was inferred */
	VARVE_ARROW_APPEND,
	VARVE_ARROW_DELETE /* the version's rows that match no row of the stream */
};

/* How columns of the version that the stream does not have are handled. */
enum varve_arrow_columns {
	VARVE_ARROW_COLUMNS_ALL, /* the call fails with VARVE_ESCHEMA */
	/* the columns keep their cells; in these columns, new rows have missing values */
	VARVE_ARROW_COLUMNS_KEEP,
	VARVE_ARROW_COLUMNS_DROP /* the columns are removed */
};

/* How rows of the stream are matched with rows of the version. */
enum varve_arrow_match {
	/* by match_columns, if not NULL; else by the key, if the table has one; else by row_number, if the stream has
	 * this column; else as with VARVE_ARROW_MATCH_EQUAL */
	VARVE_ARROW_MATCH_AUTO,
	VARVE_ARROW_MATCH_COLUMNS, /* by match_columns; if it is NULL, by the key */
	/* by the column row_number of the stream, which has numbers of the version's rows, from 0; null: a new row */
	VARVE_ARROW_MATCH_NUMBER,
	/* rows match if all columns are equal; each row matches at most once; if several rows of the version are equal,
	 * the first matches first */
	VARVE_ARROW_MATCH_EQUAL,
	VARVE_ARROW_MATCH_PLACE /* the n-th row of the stream matches the n-th row of the version */
};

/* The order of the rows in the new version. */
enum varve_arrow_order {
	VARVE_ARROW_ORDER_STREAM, /* the order of the stream */
	VARVE_ARROW_ORDER_VERSION /* the order of the version; new rows come last */
};

/* Options of varve_txn_put_arrow. */
typedef struct varve_put_arrow_options {
	size_t size;
	int32_t mode;    /* enum varve_arrow_mode */
	int32_t columns; /* enum varve_arrow_columns */
	int32_t match;   /* enum varve_arrow_match */
	/* enum varve_arrow_order; VARVE_ARROW_UPSERT, _APPEND and _DELETE always use the version's order */
	int32_t order;
	uint32_t flags;                   /* 0 or VARVE_PUT_REPLACE */
	uint32_t reserved;                /* 0 */
	const char *const *match_columns; /* names, ended by NULL; NULL: the key */
	const char *const *key;           /* as in varve_put_options */
	/* a Table Schema, as JSON; NULL: the version's schema, or, for a new table, the types of the stream */
	const char *schema;
	/* the revision (a commit) or the CID of the version that the caller read: the call fails with VARVE_ECONFLICT if
	 * the current content of path differs from this version; NULL: no check */
	const char *expect;
} varve_put_arrow_options;

/* Counts of the changes that varve_txn_put_arrow made. */
typedef struct varve_arrow_changes {
	uint64_t added,  /* rows that were added */
		removed, /* rows that were removed */
		changed; /* rows that were changed */
	uint64_t cells;  /* changed cells of changed rows */
} varve_arrow_changes;

/* Changes the content of path by the rows of a stream. path is a table, or becomes one. changes may
 * be NULL; else *changes is set to the counts of the changes. The call always releases the stream,
 * even if it fails.
 *
 * A row that matches a row of the version keeps all of its bytes except in cells whose value
 * changed. To compare a cell with a value of the stream, the cell is read as the stream's type and
 * rounded to the unit and scale of this type. Missing values and cells of another type count as
 * null; NaN equals NaN; JSON is compared by value. A new value is spelled as other values of its
 * column: with the same decimals, format, quotes, and words for true, false and missing values.
 * Columns of the stream that the version does not have are appended as last columns. A column whose
 * name was made up by a library, such as __index_level_0__, is left out.
 *
 * If path is new, the ending of its name sets the format: .csv, .tsv, .ndjson or .json.
 *
 * Memory: about 64 MB, and one bit for each row. If the rows of the stream are in a different order
 * from the version's rows, 32 bytes more for each row of the version. With
 * VARVE_ARROW_ORDER_VERSION, also all batches of the stream.
 *
 * VARVE_ESCHEMA: the stream does not have all columns, does not have a column by which rows are
 * matched, or has new columns that cannot be added; VARVE_EREFUSED: more than half of the rows
 * would be removed, or a change of the file in the work tree would be lost; VARVE_EINPUT: two rows
 * of the stream have the same key, with VARVE_ARROW_APPEND a row of the stream has the key of a row
 * of the version, or a value cannot be written; VARVE_ENOTFOUND: path is new, and the stream does
 * not have a column of options->key; VARVE_EUSAGE: the stream has a type that a table cannot have,
 * the name of path sets no format, or rows are to be matched by the key of a table without one.
 * Other errors are as for varve_txn_put. A failed call leaves the transaction unchanged. */
VARVE_API int varve_txn_put_arrow(varve_arrow_changes *changes, varve_txn *txn, const char *path,
				  struct ArrowArrayStream *stream,
				  const varve_put_arrow_options *options, varve_error *err);

/* Checks rows before they are written: makes the content that varve_txn_put_arrow would write to path, with the file in
 * the work tree as the version; checks this content, and compares it with base, as varve_check_revision does for the
 * work tree. Nothing is changed. The call always releases the stream, even if it fails. put: the options of
 * varve_txn_put_arrow; put->expect must be NULL, and put->flags is not used. Row and line numbers in findings refer to
 * the file that would be written.
 *
 * Errors are as for varve_txn_put_arrow and varve_check_revision. Invalid rows are not an error. */
VARVE_API int varve_check_arrow(varve_report **out, varve_repo *repo, const char *path,
				struct ArrowArrayStream *stream, const varve_put_arrow_options *put,
				const char *base, const varve_check_options *options,
				varve_error *err);

VARVE_END
#endif
