/*
 * varve/table.h: a version as a table: columns, facts, rows.
 *
 * A table never changes and may be shared by threads; each thread opens rows of its own. Cells are text exactly
 * as the file spells it. varve_table_value reads one as its column's type; arrow.h returns whole typed columns.
 *
 *	varve_table_open(&table, version, NULL, &err);
 *	varve_rows_open(&rows, table, NULL, &err);
 *	while ((more = varve_rows_next(rows, &cells, &err)) > 0) { ... }
 */
#ifndef VARVE_TABLE_H
#define VARVE_TABLE_H

#include "varve/base.h"
#include "varve/version.h"

VARVE_BEGIN

typedef struct varve_table varve_table;

enum varve_format {
	VARVE_FORMAT_OWN, /* as the file itself is written; in a dialect: detected */
	VARVE_FORMAT_CSV,
	VARVE_FORMAT_TSV,
	VARVE_FORMAT_JSON,   /* an array of objects */
	VARVE_FORMAT_NDJSON, /* an object on each line */
	VARVE_FORMAT_TEXT    /* aligned columns, escaped, for people (writing only) */
};

/* How the rows of a text file are written; unset members are detected. */
typedef struct varve_dialect {
	size_t size;
	int32_t format;    /* enum varve_format; VARVE_FORMAT_OWN: detected */
	int32_t header;    /* 1: the first row names the columns; -1: it does not; 0: detected */
	int32_t delimiter; /* a byte; 0: detected */
	int32_t quote;     /* a byte; 0: detected; -1: none */
	int32_t escape;    /* a byte; 0: detected; -1: none */
	int32_t reserved;
} varve_dialect;

enum varve_table_flag {
	VARVE_TABLE_FIND_KEY = 1 << 0 /* plain text: look for a key, which reads all rows */
};

typedef struct varve_table_options {
	size_t size;
	const varve_dialect *dialect; /* plain text only */
	uint32_t flags;               /* enum varve_table_flag */
	uint32_t reserved;
	const varve_watch *watch;
} varve_table_options;

/* Opens a version as a table. Reads only the first block of a stored one. Plain text is read
 * as varve would store it, and nothing is stored. VARVE_EINPUT and VARVE_EUSAGE: not a table; VARVE_EMISSING: the block
 * is not in this repository. */
VARVE_API int varve_table_open(varve_table **out, const varve_version *version,
			       const varve_table_options *options, varve_error *err);
VARVE_API void varve_table_free(varve_table *table);

enum varve_key_source { VARVE_KEY_NONE, VARVE_KEY_INFERRED, VARVE_KEY_DECLARED, VARVE_KEY_PACKAGE };

typedef struct varve_table_facts {
	uint64_t rows;
	uint64_t bytes;  /* of the file */
	uint64_t groups; /* of rows that are stored together */
	size_t columns;
	const char *schema; /* Table Schema, compact JSON */
	const size_t *key;  /* key_count places of columns, from 0 */
	size_t key_count;
	int32_t key_source; /* enum varve_key_source */
	int32_t format;     /* enum varve_format: CSV, TSV, JSON or NDJSON */
} varve_table_facts;

/* Facts of the table. Reads nothing. */
VARVE_API const varve_table_facts *varve_table_info(const varve_table *table);

/* Types of Table Schema. */
enum varve_type {
	VARVE_TYPE_ANY,
	VARVE_TYPE_STRING,
	VARVE_TYPE_NUMBER,
	VARVE_TYPE_INTEGER,
	VARVE_TYPE_BOOLEAN,
	VARVE_TYPE_OBJECT,
	VARVE_TYPE_ARRAY,
	VARVE_TYPE_LIST,
	VARVE_TYPE_DATETIME,
	VARVE_TYPE_DATE,
	VARVE_TYPE_TIME,
	VARVE_TYPE_YEAR,
	VARVE_TYPE_YEARMONTH,
	VARVE_TYPE_DURATION,
	VARVE_TYPE_GEOPOINT,
	VARVE_TYPE_GEOJSON
};

typedef struct varve_column {
	const char *name; /* the schema's; unique in tables whose schema varve made */
	int32_t type;     /* enum varve_type */
	bool in_key;
	const char *type_name; /* "integer" */
	const char *format;    /* Table Schema's format; "default" */
} varve_column;

/* The column at a place. NULL: no such column. */
VARVE_API const varve_column *varve_table_column(const varve_table *table, size_t place);

/* The place of the first column with that name; -1: none. */
VARVE_API int32_t varve_table_find_column(const varve_table *table, const char *name);

enum varve_value_kind {
	VARVE_VALUE_NULL,    /* absent, null, or a missing value of the schema */
	VARVE_VALUE_MISFIT,  /* not a value of the column's type */
	VARVE_VALUE_TEXT,    /* strings, and types without a kind of their own */
	VARVE_VALUE_INT64,   /* in i */
	VARVE_VALUE_DOUBLE,  /* in d: the double nearest to the number that is written */
	VARVE_VALUE_BOOL,    /* in i: 0 or 1 */
	VARVE_VALUE_DECIMAL, /* a number outside the range of int64 and double: its text */
	VARVE_VALUE_DATE,    /* in i: days since 1970-01-01 */
	VARVE_VALUE_DATETIME /* in i: microseconds since 1970-01-01 00:00 UTC; a datetime without a zone counts as UTC */
};

typedef struct varve_value {
	int32_t kind; /* enum varve_value_kind */
	int32_t reserved;
	int64_t i;
	double d;
	varve_text text; /* the cell's own text; borrowed from the cell */
} varve_value;

/* Reads a cell under the type of the table's column at `place` (varve_rows_columns has the places of a row's cells).
 * VARVE_EUSAGE: no such column. */
VARVE_API int varve_table_value(varve_value *value, const varve_table *table, size_t place,
				const varve_cell *cell, varve_error *err);

/* Finds the first row whose key has these values, as they are spelled, one for each column of the key. Reads few groups if the
 * table is sorted by its key. In a stored version with another order the first search reads all key columns and stores their
 * hashes in the repository's cache; later searches read few groups. VARVE_ENOTFOUND: no such row; VARVE_EUSAGE: the table has
 * no key, or its key has a different number of columns. */
VARVE_API int varve_table_find_row(uint64_t *row, const varve_table *table,
				   const varve_text *values, size_t count, const varve_watch *watch,
				   varve_error *err);

/*
 * Filters select rows. Column names are resolved when a filter is used. A missing value (absent, null, or
 * one of the schema's missing values) and a misfit pass only the tests IS and BEGINS and those for missing values.
 */
typedef struct varve_filter varve_filter;

enum varve_test_op {
	VARVE_TEST_IS,        /* the same text, byte for byte */
	VARVE_TEST_BEGINS,    /* begins with this text */
	VARVE_TEST_EQUAL,     /* the same value under the type of the column */
	VARVE_TEST_NOT_EQUAL, /* a different value */
	VARVE_TEST_BELOW,
	VARVE_TEST_UP_TO,
	VARVE_TEST_ABOVE,
	VARVE_TEST_FROM,
	VARVE_TEST_NULL, /* missing; the test's value is not read */
	VARVE_TEST_NOT_NULL,
	/* missing, a misfit, or not sure to fit into an int64 (of integers), a double or UTF-8: what may be null
	 * elsewhere */
	VARVE_TEST_NO_VALUE
};

typedef struct varve_test {
	const char *column;
	int32_t op; /* enum varve_test_op */
	/* How value is written: VARVE_CELL_TEXT, as the column spells it, or VARVE_CELL_LITERAL, a number, true or false as
	 * JSON has it, whatever marks the column's numbers have. */
	int32_t state;
	varve_text value;
} varve_test;

/* A filter of tests, all of which must pass. Copies them. */
VARVE_API int varve_filter_new(varve_filter **out, const varve_test *tests, size_t count,
			       varve_error *err);

typedef struct varve_param {
	const char *name; /* without ':' */
	varve_text value;
} varve_param;

/* Parses a filter: a condition, as varve.json and --where have them (docs/use/rules.md).
 *
 *	(price > 100 or code ^= 'AB') and day between 2026-01-01 and :last and not kind in (a, b) and note is null
 *
 * A column is a word or is in double quotes; a value is a number, a date, a text in single quotes, a word that names
 * no column, or a parameter :NAME, and is read under the type of the column that it is compared with. text(COLUMN) is
 * the cell's text in the file. Rows for which the condition is unknown, as of missing values, do not pass. VARVE_EUSAGE
 * names the character; whether columns and types fit is reported when the filter is used. */
VARVE_API int varve_filter_parse(varve_filter **out, const char *text, const varve_param *params,
				 size_t param_count, varve_error *err);
VARVE_API void varve_filter_free(varve_filter *filter);

/*
 * Functions: those of conditions (docs/use/rules.md, "Functions"), for other languages. A handle is for one thread.
 */
typedef struct varve_function varve_function;

enum varve_function_sqlite {
	VARVE_SQLITE_NONE, /* SQLite has no such function */
	VARVE_SQLITE_SAME, /* SQLite's function is the same */
	VARVE_SQLITE_REAL  /* SQLite's function computes with doubles */
};

/* Opens the function at a place, from 0, for use. VARVE_ENOTFOUND: no function has this place. */
VARVE_API int varve_function_open(varve_function **out, size_t place, varve_error *err);
VARVE_API void varve_function_free(varve_function *function);

typedef struct varve_function_facts {
	const char *name;
	size_t least, most; /* arguments */
	int32_t sqlite;     /* enum varve_function_sqlite */
	int32_t reserved;
} varve_function_facts;
VARVE_API const varve_function_facts *varve_function_info(const varve_function *function);

/* Calls it. Arguments have the kind NULL, TEXT, INT64, or DECIMAL (a number by its text); each is converted to the parameter's
 * type; the result is NULL if one cannot be converted. Numbers come back as INT64 or DECIMAL. The text of *value lasts
 * until the next call. VARVE_EUSAGE: the wrong number of arguments, or a number instead of a date. */
VARVE_API int varve_function_call(varve_value *value, varve_function *function,
				  const varve_value *args, size_t count, varve_error *err);

typedef struct varve_rows_options {
	size_t size;
	const char *const *columns; /* names, ended by NULL, in this order; NULL: all */
	const varve_filter *where;  /* NULL: all rows */
	/* Only share part, from 0, of parts shares of the table's rows. Shares are cut between groups, cover the table
	 * without overlap, and may be empty. parts 0: all rows. */
	uint32_t part, parts;
	const varve_watch *watch;
} varve_rows_options;

/* A cursor over rows. Only selected or tested columns are decoded, and only groups that can have a matching
 * row are read. */
typedef struct varve_rows varve_rows;

/* Opens a cursor over rows of a table. VARVE_ENOTFOUND: no such column; VARVE_EUSAGE: a value of the filter does not fit its column's type. */
VARVE_API int varve_rows_open(varve_rows **out, const varve_table *table,
			      const varve_rows_options *options, varve_error *err);

/* The next row: *cells has one cell for each selected column. Allocates nothing for most rows. */
VARVE_API int varve_rows_next(varve_rows *rows, const varve_cell **cells, varve_error *err);

/* The row number in the file of the row that next returned last; VARVE_UNKNOWN before the first. */
VARVE_API uint64_t varve_rows_number(const varve_rows *rows);

/* The places in the table of the columns that rows have: *count of them. */
VARVE_API const size_t *varve_rows_columns(const varve_rows *rows, size_t *count);

/* Continues with this row of the table, or the next one that matches. VARVE_EUSAGE: it is not in this share. */
VARVE_API int varve_rows_seek(varve_rows *rows, uint64_t row, varve_error *err);
VARVE_API void varve_rows_free(varve_rows *rows);

/* Writes rows in a format (enum varve_format). *count (or NULL): the number of rows written. */
VARVE_API int varve_table_write(const varve_table *table, int format,
				const varve_rows_options *options, varve_write_fn write,
				void *payload, uint64_t *count, varve_error *err);

VARVE_END
#endif
