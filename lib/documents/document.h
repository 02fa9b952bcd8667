/*
 * document: files of other programs with tables (workbooks, Parquet, SQLite ...), and the readers of their rows.
 *
 * A reader is a program: `COMMAND list FILE` prints a line of JSON for each table, `COMMAND read FILE TABLE` writes its rows as
 * an Arrow IPC stream, or as CSV (docs/use/documents.md). reader.h chooses it.
 *
 *	vv_document_open(&d, err)
 *	t = vv_document_find(&d, "Prices", err)
 *	vv_document_rows_start(&rows, &d, t, err); vv_document_rows_open(rows, err); ... rows->source ...; vv_document_rows_end(rows, err)
 *	vv_document_close(&d)
 */
#ifndef VV_LIB_DOCUMENTS_DOCUMENT_H
#define VV_LIB_DOCUMENTS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/file.h"
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"
#include "dataset/table/bytes.h"
#include "lib/documents/kept_rows.h"
#include "lib/documents/reader.h"

typedef struct vv_document_table {
	const char *name;
	bool grid;   /* rows of a sheet: which of them is the header is to be found */
	bool types;  /* the columns' types are used; else types are detected in the text */
	bool beside; /* describes another table (its formulas): not selected by the file's name
		      * alone */
	const char *const *key; /* NULL-ended; NULL: missing */
} vv_document_table;

typedef struct vv_document {
	const vv_env *env;       /* borrowed; may be NULL */
	vv_repository *repo;     /* borrowed; NULL: outside of any */
	const char *known_as;    /* borrowed: what its bytes are known by; NULL: nothing is kept */
	const vv_stat *before;   /* borrowed: the file's stat at that time; NULL: no other process
			        * writes it */
	const char *file, *name; /* borrowed: its path (NULL: from bring), its name in messages */
	const char *head;        /* borrowed: its first bytes; none: they are read from file */
	size_t head_len;
	/* Makes the file there when a reader is to run; NULL: none runs. */
	vv_status (*bring)(void *payload, const char **file, vv_error *err);
	void *payload;
	const vv_progress *progress; /* of what waits for its reader, which it may end; or NULL */
	const char *const *command;
	bool written; /* it is to be made, not read */
	vv_document_table *tables;
	size_t count;
	vv_arena arena;
} vv_document;

/* False if varve.readers is false in any settings: then no reader is run, and no cached result is used. */
bool vv_documents_are_read(vv_repository *repo);
/* Lists its tables: the caller sets the members above command, and zeroes the rest. VV_ENOSUPPORT: no reader is installed;
 * VV_EINPUT: its reader fails; VV_EREFUSED: its reader exceeded its limits. Close d in any case. */
vv_status vv_document_open(vv_document *d, vv_error *err);
void vv_document_close(vv_document *d); /* accepts zeroes */
VV_AUTO_CLEAR(vv_document, vv_document_close)

/* Writes to fn the workbook that a reader makes from the tables in d->file, which has for each a line of vv_arrow_ipc_name and
 * a stream. As for vv_document_open, d is set by the caller, without a head, and closed in any case. VV_ENOSUPPORT: no writer
 * is installed. */
vv_status vv_document_write(vv_document *d, vv_bytes_fn fn, void *payload, vv_error *err);

/* The document's table of this name; NULL: no such table. */
const vv_document_table *vv_document_has(const vv_document *d, const char *table);

/* Finds the table of this name; table NULL: the only table. VV_ENOTFOUND and VV_EUSAGE: the message lists the tables. */
vv_status vv_document_find(const vv_document_table **out, const vv_document *d, const char *table,
			   vv_error *err);

/* The cache key of a table's rows (kept_rows.h) from this reader, with this description. For a document with known_as. */
vv_status vv_document_kept_name(vv_kept_name *out, const vv_document *d, const char *table,
				const vv_buf *described, vv_error *err);
/* Is the file unchanged since its bytes became known? Otherwise do not cache anything read from it. */
bool vv_document_is_unchanged(const vv_document *d);

/* The rows of a table, as the text of a CSV file: start its reader, then open its output. After a failure only close. */
typedef struct vv_document_rows vv_document_rows;
/* Starts the reader. ahead: another document is read first. VV_ELOCKED, with ahead: too many readers are running. */
vv_status vv_document_rows_start(vv_document_rows **out, vv_document *d, const vv_document_table *t,
				 bool ahead, vv_error *err);
vv_status vv_document_rows_open(vv_document_rows *r, vv_error *err);
const vv_source *vv_document_rows_source(vv_document_rows *r);
/* The dialect of the rows, and the schema (NULL: to be inferred). Both borrow from r. */
void vv_document_rows_form(vv_document_rows *r, vv_sniff_hints *out, const char **schema);
/* After the source has ended or failed (rc): ends the reader, and returns the more accurate error of the two. */
vv_status vv_document_rows_end(vv_document_rows *r, vv_status rc, vv_error *err);
/* The lines of its stderr, of which those with "note: " are for the user. After vv_document_rows_end; borrowed. */
const char *vv_document_rows_wrote(const vv_document_rows *r);
/* Sends these warnings to the repository's listener. */
void vv_document_warn(const vv_document *d, const char *table, const char *wrote);
void vv_document_rows_close(vv_document_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_document_rows, vv_document_rows_close)

#endif
