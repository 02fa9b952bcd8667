/*
 * writer: writes the differences of tables in one of several forms.
 *
 * A correct caller, for each path: begin_table, the rows, end_table; around all of them
 * begin and end. Writers stream into `out`; text of cells and names is escaped so that it
 * cannot break out of the form. docs/formats/differences.md describes each form.
 */
#ifndef VV_DIFF_WRITE_WRITER_H
#define VV_DIFF_WRITE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"

typedef vv_status (*vv_write_fn)(void *payload, const void *bytes, size_t len, vv_error *err);

typedef struct vv_diff_writer_options {
	vv_write_fn write;
	void *payload;
	bool color;     /* text */
	bool ascii;     /* summary: no other characters for histograms */
	unsigned width; /* text: columns of the terminal */
	/* text, markdown: columns of context beside the changed ones (2) */
	unsigned context;
	const char *temp_dir; /* sql: for temporary files; NULL: /tmp */
	uint64_t limit;       /* limit of shown rows per table; 0: all; omissions are reported */
	const char *title;    /* markdown: "v1..v2" */
	/* arrow, markdown: the newer version's commit and its time, in seconds since 1970; NULL: no
	 * commit has it */
	const char *commit;
	const char *old_commit; /* markdown: the older version's, likewise */
	/* markdown: the URL of a repository's pages, to which rows are linked; or NULL */
	const char *pages;
	int64_t commit_time;
	int32_t misfit;         /* arrow: enum varve_misfit */
	int32_t numbers;        /* arrow: enum varve_numbers */
	size_t size_limit;      /* markdown: bytes of the whole (0: 65536, GitHub's limit) */
	vv_hint_words_fn words; /* text: the words of hints; NULL: no hints */
} vv_diff_writer_options;

/* The facts of a table before its rows. Either side may be NULL: a table added or removed as a
 * whole. */
typedef struct vv_diff_table {
	const char *path;     /* never NULL; relative to the repository, or as given */
	const char *old_path; /* when renamed; else NULL */
	vv_table *a, *b;
	const vv_columns *columns; /* with both sides */
	const size_t *key;         /* places in the new (or only) version */
	size_t key_count;
	/* without a key: the place, in the new (or only) version, of the column that identifies
	 * rows */
	bool has_label;
	size_t label;
	const char *old_name, *new_name; /* "HEAD~1:prices.csv" */
	const char *form_change;         /* "LF -> CRLF, BOM added"; NULL: no change */
	bool conflict; /* the table is in conflict, and the new side is the unfinished merge */
	/* the old side was plain text, the new a dataset (or the reverse) */
	bool text_to_table;
	/* for the old and the new side, the first row's number in its sheet; 0: not from a sheet */
	uint64_t sheet_row[2];
	bool reordered; /* rows that both sides have are in another order */
	bool partial;   /* differing rows or cells are left out (--where, --columns, ...): others
	                                 * may differ */
} vv_diff_table;

typedef struct vv_diff_writer vv_diff_writer;
typedef struct vv_diff_writer_kind {
	const char *name; /* "text", "json" */
	vv_status (*open)(vv_diff_writer **out, const vv_diff_writer_options *opts,
			  vv_error *err); /* NULL: the patch */
	bool prose;                       /* for people: may contain lines of prose */
	bool counts;                      /* prints counts of columns and rows, not rows */
	const char *binary; /* its name, if terminals cannot display it: "a workbook" */
	bool typed;         /* cells are values of Arrow's types */
	bool workbook;      /* vv_workbook_put receives the output */
} vv_diff_writer_kind;

/* Each writer begins with this. */
struct vv_diff_writer {
	vv_status (*begin)(vv_diff_writer *w, vv_error *err);
	vv_status (*begin_table)(vv_diff_writer *w, const vv_diff_table *t, vv_error *err);
	vv_status (*row)(vv_diff_writer *w, const vv_row_change *c, vv_error *err);
	vv_status (*end_table)(vv_diff_writer *w, const vv_rowdiff_stats *stats, vv_error *err);
	vv_status (*end)(vv_diff_writer *w, vv_error *err);
	void (*close)(vv_diff_writer *w);
	bool only_needed; /* needs only the cells of vv_rowdiff_options.only_needed */
};

#define VV_DIFF_FLUSH_AT (64u << 10) /* bytes that a writer gathers */

/* Writes the gathered text, if it is longer than above. */
static inline vv_status vv_diff_writer_flush(const vv_diff_writer_options *o, vv_buf *gathered,
					     size_t above, vv_error *err)
{
	vv_status rc = vv_buf_ok(gathered, err);

	if (rc == VV_OK && gathered->len > above) {
		rc = o->write(o->payload, gathered->data, gathered->len, err);
		vv_buf_reset(gathered);
	}
	return rc;
}

#endif
