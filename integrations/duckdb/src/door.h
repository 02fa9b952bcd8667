/*
 * door.h: what the table functions share.
 *
 * bind opens the tables and declares the columns of the result; init sees which of them the query reads; next fills a
 * chunk of at most 2,048 rows from the batches of an Arrow stream (stream.h). Bind data is shared by threads and by
 * repeated executions, and does not change.
 */
#ifndef DOOR_H
#define DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb_extension.h"
#include "varve/arrow.h"
#include "varve/varve.h"

DUCKDB_EXTENSION_EXTERN

/* Report an error: its message, and its hint on a line of its own, as the program varve words it. */
void door_bind_error(duckdb_bind_info info, const varve_error *err);
void door_init_error(duckdb_init_info info, const varve_error *err);

/* Ends a call of next: rows is the length of the chunk, or negative if the call failed. */
void door_next_end(duckdb_function_info info, duckdb_data_chunk out, int64_t rows,
		   const varve_error *err);

int door_no_memory(varve_error *err);

/* Parameters of a call. Texts are the caller's, and freed with duckdb_free; NULL: not given, or NULL of SQL. */
char *door_text(duckdb_bind_info info, idx_t place);
char *door_named_text(duckdb_bind_info info, const char *name);
bool door_named_flag(duckdb_bind_info info, const char *name, bool otherwise);

/* The parameters that read_varve and varve_diff share, as in varve_arrow_options. */
typedef struct door_reading {
	varve_filter *where; /* NULL: all rows */
	uint32_t flags;
	int32_t numbers, misfit;
} door_reading;

int door_reading_get(door_reading *out, duckdb_bind_info info, varve_error *err);

/* Opens the repository of a folder or URL. */
int door_open(varve_repo **repo, const char *place, varve_error *err);

/* The columns that a query reads, in its order; one that it reads several times is here several times. The number of a row,
 * which DuckDB reads to count rows, is not a column. */
typedef struct door_columns {
	size_t *places;  /* among the columns of the result */
	size_t *vectors; /* of each of them, its vector in a chunk */
	size_t count;
} door_columns;

int door_columns_get(door_columns *out, duckdb_init_info info, size_t of, varve_error *err);
void door_columns_clear(door_columns *c);

/* Registers a table function with count positional texts, and its named parameters. */
typedef struct door_function {
	const char *name;
	idx_t texts;
	const char *const *named_texts, *const *named_flags; /* ended by NULL */
	duckdb_table_function_bind_t bind;
	duckdb_table_function_init_t init, local_init;
	duckdb_table_function_t next;
} door_function;

extern const door_function door_read, door_diff, door_log;

/* Puts a text in a row of a vector of texts; bytes that are not UTF-8 become U+FFFD. NULL: no value. */
void door_put_text(duckdb_vector vector, idx_t row, const char *text);
void door_put_null(duckdb_vector vector, idx_t row);

#endif
