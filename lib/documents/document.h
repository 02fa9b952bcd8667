/*
 * document: reads tables in files of other programs (workbooks, Parquet, SQLite ...). Separate
 * reader programs read these files.
 *
 * A reader is a program: `COMMAND list FILE` prints a line of JSON for each table, and `COMMAND
 * read FILE TABLE` writes the rows of the table as an Arrow IPC stream or as CSV
 * (docs/use/documents.md). reader.h chooses the reader of a document.
 *
 *	vv_document_open(&d, err)
 *	vv_document_find(&t, &d, "Prices", err)
 *	vv_document_rows_start(&rows, &d, t, false, err)
 *	vv_document_rows_open(rows, err)
 *	... rc = result of reading vv_document_rows_source(rows) ...
 *	rc = vv_document_rows_end(rows, rc, err)
 *	vv_document_rows_close(rows)
 *	vv_document_close(&d)
 */
#ifndef VV_LIB_DOCUMENTS_DOCUMENT_H
#define VV_LIB_DOCUMENTS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/file.h"
#include "dataset/read/source.h"
#include "dataset/table/bytes.h"
#include "lib/documents/kept_rows.h"
#include "lib/documents/reader.h"

typedef struct vv_sniff_hints vv_sniff_hints;

/* One value = one table of a document. */
typedef struct vv_document_table {
	const char *name;
	bool grid;  /* the table is a sheet, whose header row must be detected */
	bool types; /* the reader's column types are used; false: types are detected in the text */
	/* the table describes another table (such as its formulas); the file's name alone does not
	 * select it */
	bool beside;
	/* names of the key's columns, ended by NULL; NULL: no key */
	const char *const *key;
} vv_document_table;

/* One value = one document: a file that a reader reads. */
typedef struct vv_document {
	const vv_env *env;   /* borrowed; may be NULL */
	vv_repository *repo; /* borrowed; NULL: outside of a repository */
	/* borrowed: an id of the file's bytes, for the cache; NULL: results are not cached */
	const char *known_as;
	/* borrowed: metadata of the file at the time when known_as was computed; NULL: no
	 * other process can change the file */
	const vv_stat *before;
	/* borrowed. file: path of the file; NULL: the function bring makes the file. name: name of
	 * the file in messages */
	const char *file, *name;
	/* borrowed: the first head_len bytes of the file; if head_len is 0, they are read from the
	 * file */
	const char *head;
	size_t head_len;
	/* Makes the file before a reader runs, and sets *file to its path. If `bring` and `file`
	 * are NULL, only cached results can be used: running a reader fails with VV_EUSAGE. */
	vv_status (*bring)(void *payload, const char **file, vv_error *err);
	void *payload;
	/* called while the reader runs, and may cancel; may be NULL */
	const vv_progress *progress;
	/* The following members are set by vv_document_open. */
	const char *const *command; /* the reader and its arguments, followed by NULL */
	bool written;               /* vv_document_write makes the document; it is not read */
	/* borrowed; set by the caller of vv_document_write: "parquet" makes a Parquet file of one
	 * table; NULL: a workbook */
	const char *form;
	vv_document_table *tables;
	size_t count;
	const char *uses; /* line of the reader's list with the files it uses; NULL: none */
	bool outdated;    /* a file in `uses` has another time now */
	vv_arena arena;   /* memory of tables and command */
} vv_document;

/* Returns false if the setting varve.readers of repo is false: then no reader is run, and no cached
 * result is used. Returns true if repo is NULL. */
bool vv_documents_are_read(vv_repository *repo);
/* Opens the document *d and sets d->tables. The caller sets the members above `command`, and zeroes
 * the others. Uses the cache if d->known_as is set. VV_ENOSUPPORT: no reader is installed, or
 * varve.readers is false. VV_EPROGRAM: the configured reader does not exist. VV_EINPUT: the reader
 * failed. VV_EREFUSED: the reader exceeded its limits. Close d in any case. */
vv_status vv_document_open(vv_document *d, vv_error *err);
void vv_document_close(vv_document *d); /* d may be zeroed */
VV_AUTO_CLEAR(vv_document, vv_document_close)

/* Makes a document of the form d->form from the tables in d->file, and passes its bytes to fn. For each table, d->file
 * has a line written by vv_arrow_ipc_name, then an Arrow stream. The caller sets d as for
 * vv_document_open, but not head, and closes it in any case. VV_ENOSUPPORT: no writer is installed.
 * VV_EINPUT: the writer failed. */
vv_status vv_document_write(vv_document *d, vv_bytes_fn fn, void *payload, vv_error *err);

/* One value = the result of a merge of three versions of a document. Initialise with {0}. */
typedef struct vv_document_merged {
	bool merged;    /* `bytes` is the merged document */
	uint64_t cells; /* number of cells of theirs in it that ours does not have */
	uint64_t conflicts;
	uint64_t stale; /* number of formulas without a stored value, since it no longer holds */
	vv_buf words;   /* the conflicts, as text; if merged is false: the reason */
	vv_buf bytes;
} vv_document_merged;
void vv_document_merged_clear(vv_document_merged *m);
VV_AUTO_CLEAR(vv_document_merged, vv_document_merged_clear)

/* Merges the files ours and theirs with their base d->file, by the reader of d. The caller sets d
 * as for vv_document_open, and closes it in any case; all paths are absolute. prefer: the side
 * whose values stand in the result in the place of conflicts: "base", "ours" or "theirs". It is
 * not an error if the reader refuses, or does not merge this kind of document: out->merged is then
 * false, and out->words has the reason or is empty. VV_ENOSUPPORT: no reader is
 * installed. VV_EINPUT: varve's own reader failed. */
vv_status vv_document_merge(vv_document_merged *out, vv_document *d, const char *ours,
			    const char *theirs, const char *prefer, vv_error *err);

/* Returns the table with the name `table`, borrowed from d; NULL if the document has no such
 * table. */
const vv_document_table *vv_document_has(const vv_document *d, const char *table);

/* Sets *out to the table with the name `table`. If `table` is NULL, sets *out to the only table
 * that is not `beside`. *out is borrowed from d. VV_ENOTFOUND: no table has the name. VV_EUSAGE:
 * `table` is NULL, and the document does not have exactly one such table. The hints of both errors
 * list the tables. VV_EINPUT: the document has no tables. */
vv_status vv_document_find(const vv_document_table **out, const vv_document *d, const char *table,
			   vv_error *err);

/* Sets *out to the name of the cache entry (kept_rows.h) for the rows of `table`, as the reader of
 * d reads them with the description `described`. d->known_as must be set. */
vv_status vv_document_kept_name(vv_kept_name *out, const vv_document *d, const char *table,
				const vv_buf *described, vv_error *err);
/* Returns true if the file is unchanged since d->known_as was computed (see d->before). If it is
 * not, do not cache anything that was read from it. */
bool vv_document_is_unchanged(const vv_document *d);

/* The rows of one table, as the text of a CSV file. A correct caller calls vv_document_rows_start
 * and vv_document_rows_open; reads the source; calls vv_document_rows_end, also if reading failed;
 * calls vv_document_rows_close. After another failure, it only calls vv_document_rows_close. */
typedef struct vv_document_rows vv_document_rows;
/* Starts the reader for the table t of d; d must outlive *out. ahead: the caller will read another
 * document before this one (vv_helper_limits). On failure, *out may not be NULL, and must be
 * closed. VV_ELOCKED: too many readers are running (vv_helper_start). */
vv_status vv_document_rows_start(vv_document_rows **out, vv_document *d, const vv_document_table *t,
				 bool ahead, vv_error *err);
/* Waits for the first output of the reader, and opens it. */
vv_status vv_document_rows_open(vv_document_rows *r, vv_error *err);
/* Returns the source of the rows, borrowed. */
const vv_source *vv_document_rows_source(vv_document_rows *r);
/* Sets *out to the dialect of the rows, and *schema to their schema, or to NULL if it must be
 * inferred. Both are borrowed from r. */
void vv_document_rows_form(vv_document_rows *r, vv_sniff_hints *out, const char **schema);
/* Ends the reader. rc: the result of reading the source, to its end or to a failure. If both the
 * reader and the source failed, returns the more precise of their errors. VV_EREFUSED: the reader
 * exceeded its limits. */
vv_status vv_document_rows_end(vv_document_rows *r, vv_status rc, vv_error *err);
/* Returns the lines that the reader wrote to stderr, borrowed; lines that begin with "note: " are
 * for the user. Call vv_document_rows_end first. */
const char *vv_document_rows_wrote(const vv_document_rows *r);
/* Sends the lines in `wrote` that begin with "note: " to the listener of d->repo as warnings about
 * `table`. wrote: the result of vv_document_rows_wrote. */
void vv_document_warn(const vv_document *d, const char *table, const char *wrote);
void vv_document_rows_close(vv_document_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_document_rows, vv_document_rows_close)

#endif
