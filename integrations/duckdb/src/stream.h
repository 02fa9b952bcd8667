/*
 * stream.h: the batches of an Arrow stream of libvarve as vectors of DuckDB.
 */
#ifndef STREAM_H
#define STREAM_H

#include "door.h"

typedef enum column_kind {
	COLUMN_NONE,  /* all values are NULL */
	COLUMN_FIXED, /* values of `width` bytes, which Arrow and DuckDB write alike */
	COLUMN_BOOL,
	COLUMN_TEXT,
	COLUMN_ENUM, /* the text's place in labels */
	COLUMN_TIME, /* HH:MM:SS as microseconds */
	COLUMN_LIST  /* the texts between delimiters */
} column_kind;

/* A column of a result. */
typedef struct column {
	char *name;
	column_kind kind;
	duckdb_type type;
	size_t width;
	uint8_t scale; /* of decimals */
	bool zone;     /* a TIMESTAMP of instants: TIMESTAMP WITH TIME ZONE */
	bool json;     /* a text with DuckDB's type JSON */
	char **labels; /* of an enum, ended by NULL */
	size_t label_count;
	uint32_t *label_order; /* places of labels, sorted by their texts */
	char *delimiter;       /* of a list */
} column;

typedef struct columns {
	column *list;
	size_t count;
} columns;

/* Sets the columns of a stream from its schema: by Arrow's types alone. */
int columns_of(columns *out, struct ArrowArrayStream *of, varve_error *err);
void columns_clear(columns *all);

/* Narrows a column of texts to the type of a table's column: times, lists, JSON and, if enums is set, enums. */
int column_narrow(column *c, const varve_table *table, size_t place, bool enums, varve_error *err);
void columns_declare(duckdb_bind_info info, const columns *all);

/* A stream, and the place in its current batch. */
typedef struct stream {
	struct ArrowArrayStream arrow;
	varve_arrow_status *status;
	struct ArrowArray batch;
	int64_t at;
	struct dictionary
		*kept; /* of each column of the query, the batch's dictionary; NULL: none */
	size_t kept_count;
} stream;

void stream_clear(stream *s);

/* Moves to a batch with rows left; returns 1, 0 at the end, or a negative code. */
int stream_next(stream *s, varve_error *err);

/* Does the stream have the columns of a query, and no others before them, except for dictionaries? */
int stream_matches(stream *s, const columns *all, const door_columns *of, varve_error *err);

/* What a query reads. */
typedef struct selection {
	const columns *all;
	const door_columns *of;
	bool whole;    /* batches have all columns, not only those of the query */
	bool numbered; /* the last column of batches has the numbers of the rows */
	bool null_misfits; /* a text that its column's type does not have becomes NULL; else it is an error */
} selection;

/* Fills a chunk from the current batch. Returns the number of rows, or a negative code. */
int64_t stream_fill(duckdb_data_chunk out, stream *s, const selection *of, varve_error *err);

#endif
