/*
 * varve/table.h: reads the columns, facts and rows of a version that is a table.
 *
 * A table never changes, and threads may share it; each thread opens its own varve_rows. Cells are
 * text as the file spells it, without quotes and escapes. varve_table_value reads a cell as a value
 * of its column's type; the functions of arrow.h return whole columns of values.
 *
 * 	varve_table_open(&table, version, NULL, &err);
 * 	varve_rows_open(&rows, table, NULL, &err);
 * 	while ((more = varve_rows_next(rows, &cells, &err)) > 0) { ... }
 */
#ifndef VARVE_TABLE_H
#define VARVE_TABLE_H

#include "varve/base.h"
#include "varve/version.h"

VARVE_BEGIN

/* An open table. */
typedef struct varve_table varve_table;

/* The format of a table's file. */
enum varve_format {
	VARVE_FORMAT_OWN,    /* for writing: the format of the file; in a varve_dialect: detected */
	VARVE_FORMAT_CSV,    /* cells separated by commas, or, when read, by any delimiter */
	VARVE_FORMAT_TSV,    /* cells separated by tabs */
	VARVE_FORMAT_JSON,   /* an array of objects */
	VARVE_FORMAT_NDJSON, /* an object on each line */
	VARVE_FORMAT_TEXT /* only for writing: aligned columns for people, escaped for a terminal */
};

/* The dialect of a text file. Members that are 0 are detected. */
typedef struct varve_dialect {
	size_t size;
	int32_t format; /* enum varve_format; VARVE_FORMAT_OWN: detected */
	int32_t header; /* 1: the first row has the names of the columns; -1: no header; 0: detected */
	int32_t delimiter; /* the delimiter byte; 0: detected */
	int32_t quote;     /* the quote byte; 0: detected; -1: no quotes */
	int32_t escape;    /* the escape byte; 0: detected; -1: no escapes */
	int32_t reserved;
} varve_dialect;

/* Flags for varve_table_options.flags. */
enum varve_table_flag {
	VARVE_TABLE_FIND_KEY = 1 << 0 /* if the version is plain text, search all rows for a key */
};

/* Options of varve_table_open. */
typedef struct varve_table_options {
	size_t size;
	/* the dialect of a version that is plain text; NULL: detected. Not used for stored tables */
	const varve_dialect *dialect;
	uint32_t flags; /* enum varve_table_flag */
	uint32_t reserved;
	const varve_watch *watch;
} varve_table_options;

/* Opens a version as a table. If the table is stored, the call reads only the root block. Plain
 * text is read as `varve add` reads it, but nothing is stored. VARVE_EINPUT, VARVE_EUSAGE: the
 * version is not a table; VARVE_EMISSING: the repository does not have the root block;
 * VARVE_EUSAGE: a member of options->dialect is out of range. */
VARVE_API int varve_table_open(varve_table **out, const varve_version *version,
			       const varve_table_options *options, varve_error *err);
VARVE_API void varve_table_free(varve_table *table);

/* The origin of a table's key. In this order: the table has no key; the key was found in the rows;
 * it was declared with the table; it is from datapackage.json. */
enum varve_key_source { VARVE_KEY_NONE, VARVE_KEY_INFERRED, VARVE_KEY_DECLARED, VARVE_KEY_PACKAGE };

/* Facts about a table. */
typedef struct varve_table_facts {
	uint64_t rows;      /* the number of rows */
	uint64_t bytes;     /* the length of the file */
	uint64_t groups;    /* groups of rows; the rows of a group are stored together */
	size_t columns;     /* the number of columns */
	const char *schema; /* the Table Schema, as compact JSON */
	const size_t
		*key; /* the places of the key's columns (varve_table_column), in the key's order */
	size_t key_count;   /* the number of the key's columns; 0: the table has no key */
	int32_t key_source; /* enum varve_key_source */
	int32_t format;     /* VARVE_FORMAT_CSV, _TSV, _JSON or _NDJSON */
} varve_table_facts;

/* Returns the facts of the table, borrowed until the table is freed. Reads nothing from disk. */
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

/* A column of a table. */
typedef struct varve_column {
	const char *name;      /* the name in the schema; unique if varve made the schema */
	int32_t type;          /* enum varve_type */
	bool in_key;           /* the column is part of the key */
	const char *type_name; /* the name of the type in the schema, such as "integer" */
	const char *format;    /* the format in the schema; "default" if the schema has no format */
} varve_column;

/* Returns the column at a place, from 0, borrowed from the table; NULL: no such column. */
VARVE_API const varve_column *varve_table_column(const varve_table *table, size_t place);

/* Returns the place, from 0, of the first column with this name; -1: no such column. */
VARVE_API int32_t varve_table_find_column(const varve_table *table, const char *name);

/* The kind of a value. */
enum varve_value_kind {
	VARVE_VALUE_NULL,   /* absent, null, or a missing value of the schema */
	VARVE_VALUE_MISFIT, /* not a value of the column's type */
	VARVE_VALUE_TEXT,   /* a string, or a value of a type that has no kind of its own */
	VARVE_VALUE_INT64,  /* i is the number: an integer, also in a column of type number */
	/* d is the double nearest to the number, which has a fraction or does not fit into an int64; or NaN or an
	 * infinity */
	VARVE_VALUE_DOUBLE,
	VARVE_VALUE_BOOL,    /* i is 0 or 1 */
	VARVE_VALUE_DECIMAL, /* text is the number, which does not fit into a double either */
	VARVE_VALUE_DATE,    /* i is the number of days since 1970-01-01 */
	/* i is the number of microseconds since 1970-01-01 00:00 UTC; a datetime without a zone counts as UTC */
	VARVE_VALUE_DATETIME
};

/* The value of a cell. */
typedef struct varve_value {
	int32_t kind; /* enum varve_value_kind */
	int32_t reserved;
	int64_t i;
	double d;
	varve_text text; /* the cell's text, whatever the kind; borrowed from the cell */
} varve_value;

/* Reads a cell as a value of the column at `place`, and sets *value. For the places of a row's
 * cells, see varve_rows_columns. A cell that is not a value of the column's type has the kind
 * VARVE_VALUE_MISFIT, which is not an error. A cell with the state VARVE_CELL_NUMBER has the kind
 * VARVE_VALUE_INT64 or VARVE_VALUE_DOUBLE, and value->text is empty. VARVE_EUSAGE: no such
 * column. */
VARVE_API int varve_table_value(varve_value *value, const varve_table *table, size_t place,
				const varve_cell *cell, varve_error *err);

/* Finds the first row whose key has these values, as the file spells them, and sets *row to its number, from 0. values
 * has count values, one for each column of the key, in the key's order. If the table is sorted by its key, a search
 * reads few groups. If a stored table is not sorted, the first search reads the columns of the key in all groups, and
 * stores hashes of the keys in the repository's cache; later searches read few groups. VARVE_ENOTFOUND: no such row;
 * VARVE_EUSAGE: the table has no key, or count is not the number of the key's columns. */
VARVE_API int varve_table_find_row(uint64_t *row, const varve_table *table,
				   const varve_text *values, size_t count, const varve_watch *watch,
				   varve_error *err);

/*
 * Filters select rows. A filter is made without a table; its columns are looked up when the filter
 * is used. A test that compares values (VARVE_TEST_EQUAL to VARVE_TEST_FROM) fails if the cell has
 * a missing value (absent, null, or a missing value of the schema) or is a misfit, that is, not a
 * value of the column's type.
 */
typedef struct varve_filter varve_filter;

enum varve_test_op {
	VARVE_TEST_IS,     /* the cell has the test's text, byte for byte */
	VARVE_TEST_BEGINS, /* the cell's text begins with the test's text */
	/* the cell's value, read as the column's type, is the test's value, perhaps spelled differently */
	VARVE_TEST_EQUAL,
	VARVE_TEST_NOT_EQUAL, /* the cell has a different value */
	VARVE_TEST_BELOW,     /* the cell's value is less than the test's value */
	VARVE_TEST_UP_TO,     /* the cell's value is less than or equal to the test's value */
	VARVE_TEST_ABOVE,     /* the cell's value is greater than the test's value */
	VARVE_TEST_FROM,      /* the cell's value is greater than or equal to the test's value */
	VARVE_TEST_NULL,      /* the cell has a missing value; the test's value is not used */
	VARVE_TEST_NOT_NULL, /* the cell does not have a missing value; the test's value is not used */
	/* another program may read the cell as null: the cell has a missing value or a misfit, or possibly does not fit
	 * into an int64 (in an integer column), a double, or UTF-8 */
	VARVE_TEST_NO_VALUE
};

/* A test of a column's cell. */
typedef struct varve_test {
	const char *column; /* the column's name */
	int32_t op;         /* enum varve_test_op */
	/* how value is spelled. VARVE_CELL_TEXT: as the column spells values. VARVE_CELL_LITERAL: as a number, true or
	 * false in JSON, even if the column spells numbers differently */
	int32_t state;
	varve_text value;
} varve_test;

/* Makes a filter from count tests. A row must pass all tests. VARVE_EUSAGE: a test has no column;
 * VARVE_ENOSUPPORT: op or state of a test is unknown. Columns and values are checked when the filter is used. */
VARVE_API int varve_filter_new(varve_filter **out, const varve_test *tests, size_t count,
			       varve_error *err);

/* The value of a parameter in a condition. */
typedef struct varve_param {
	const char *name; /* without ':' */
	varve_text value;
} varve_param;

/* Makes a filter from a condition, written as in varve.json and after --where (docs/use/rules.md).
 *
 *	(price > 100 or code ^= 'AB') and day between 2026-01-01 and :last and not kind in (a, b) and note is null
 *
 * A column is a word, or a name in double quotes. A value is a number, a date, a text in single quotes, a word that is
 * not the name of a column, or a parameter :NAME, whose value is in params. A value is read as the type of the column
 * with which the condition compares it. text(COLUMN) is the text of the cell in the file. If the condition is unknown
 * for a row, for example because of a missing value, the row does not pass. VARVE_EUSAGE: a syntax error; the message
 * has its place. Columns and types are checked when the filter is used. */
VARVE_API int varve_filter_parse(varve_filter **out, const char *text, const varve_param *params,
				 size_t param_count, varve_error *err);
VARVE_API void varve_filter_free(varve_filter *filter);

/*
 * The functions that conditions can call (docs/use/rules.md, "Functions"), for use by programs. The handle of a function
 * is for one thread at a time.
 */
/* A function. */
typedef struct varve_function varve_function;

enum varve_function_sqlite {
	VARVE_SQLITE_NONE, /* SQLite has no function with this name, or one with different results */
	VARVE_SQLITE_SAME, /* SQLite's function with this name has the same results */
	VARVE_SQLITE_REAL /* SQLite's function has the same results, except that it computes with doubles */
};

/* Opens the function at a place, from 0, in the list of all functions. VARVE_ENOTFOUND: place is after the last
 * function. */
VARVE_API int varve_function_open(varve_function **out, size_t place, varve_error *err);
VARVE_API void varve_function_free(varve_function *function);

/* Facts about a function. */
typedef struct varve_function_facts {
	const char *name;
	size_t least,   /* the least number of arguments */
		most;   /* the greatest number of arguments */
	int32_t sqlite; /* enum varve_function_sqlite */
	int32_t reserved;
} varve_function_facts;
/* Returns the facts of the function, borrowed until the function is freed. */
VARVE_API const varve_function_facts *varve_function_info(const varve_function *function);

/* Calls the function with count arguments, and sets *value to its result. An argument has the kind VARVE_VALUE_NULL,
 * _TEXT, _INT64, or _DECIMAL (a number as text), and is converted to the type of its parameter. A date or time is passed
 * as text, and a truth as "true" or "1". If an argument cannot be converted, the result has the kind VARVE_VALUE_NULL. A
 * result that is a number has the kind _INT64 or _DECIMAL. value->text is valid until the next call with the function.
 * VARVE_EUSAGE: the wrong number of arguments, an argument of another kind, a number instead of a date, or texts and
 * numbers to compare with each other. */
VARVE_API int varve_function_call(varve_value *value, varve_function *function,
				  const varve_value *args, size_t count, varve_error *err);

/* Options of varve_rows_open and varve_table_write. */
typedef struct varve_rows_options {
	size_t size;
	/* the names of the columns to read, ended by NULL, in the order of the cells; NULL: all columns */
	const char *const *columns;
	const varve_filter *where; /* NULL: all rows */
	/* To read a table in several threads or processes: parts is the number of shares into which the table's rows
	 * are divided, between groups; part is the share to read, from 0 to parts - 1. Shares do not overlap, and can
	 * be empty. parts 0: read all rows */
	uint32_t part, parts;
	const varve_watch *watch;
	/* allow cells of columns of type integer or number to have the state VARVE_CELL_NUMBER instead of their text,
	 * which saves converting numbers to text and back; ignored by varve_table_write and varve_table_arrow */
	bool numbers;
} varve_rows_options;

/* A cursor over rows. The cursor decodes only columns that are selected or that the filter tests, and reads only groups
 * that can have a matching row. */
typedef struct varve_rows varve_rows;

/* Opens a cursor over rows of a table. VARVE_ENOTFOUND: no such column; VARVE_EUSAGE: a value of the filter does not
 * fit the type of its column, or part is not less than parts. */
VARVE_API int varve_rows_open(varve_rows **out, const varve_table *table,
			      const varve_rows_options *options, varve_error *err);

/* Sets *cells to the cells of the next row, one for each selected column. Allocates nothing for most rows. */
VARVE_API int varve_rows_next(varve_rows *rows, const varve_cell **cells, varve_error *err);

/* Returns the number, among all rows of the table, of the row that varve_rows_next returned last; VARVE_UNKNOWN: no row
 * was returned yet. */
VARVE_API uint64_t varve_rows_number(const varve_rows *rows);

/* Returns the places of the selected columns in the table, in the order of a row's cells, and sets *count to their
 * number. Borrowed until the cursor is freed. */
VARVE_API const size_t *varve_rows_columns(const varve_rows *rows, size_t *count);

/* Moves the cursor, so that varve_rows_next returns the row with this number, or, if this row does not match the
 * filter, the first later row that matches. VARVE_EUSAGE: the row is not in the cursor's share. */
VARVE_API int varve_rows_seek(varve_rows *rows, uint64_t row, varve_error *err);
VARVE_API void varve_rows_free(varve_rows *rows);

/* Passes rows of the table, in a format (enum varve_format), to write(). VARVE_FORMAT_OWN is the format of the table's
 * file. count may be NULL; else *count is set to the number of rows written. VARVE_EUSAGE: the format is unknown; other
 * errors are as for varve_rows_open. */
VARVE_API int varve_table_write(const varve_table *table, int format,
				const varve_rows_options *options, varve_write_fn write,
				void *payload, uint64_t *count, varve_error *err);

VARVE_END
#endif
