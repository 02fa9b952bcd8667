/*
 * writer: writes the differences of tables in one of several forms.
 *
 * A correct caller opens a writer; for each path it calls vv_diff_writer_begin_table,
 * vv_diff_writer_row for each row, and vv_diff_writer_end_table; then vv_diff_writer_end, and closes
 * the writer. Writers pass their output to `write` while they run. Texts of cells and names are
 * escaped, so that they cannot be mistaken for syntax of the form. docs/formats/differences.md
 * describes each form.
 */
#ifndef VV_DIFF_WRITE_WRITER_H
#define VV_DIFF_WRITE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct vv_columns vv_columns;
typedef struct vv_row_change vv_row_change;
typedef struct vv_rowdiff_stats vv_rowdiff_stats;
typedef struct vv_table vv_table;

/* Receives the next len bytes of output. */
typedef vv_status (*vv_write_fn)(void *payload, const void *bytes, size_t len, vv_error *err);

/* The options of a writer; pointers are borrowed. A name before a colon is the form that uses the
 * option. */
typedef struct vv_diff_writer_options {
	vv_write_fn write; /* receives the output */
	void *payload;     /* for write */
	bool color;        /* text: use colours */
	bool ascii;        /* summary: use only ASCII characters in histograms */
	unsigned width;    /* text: columns of the terminal; 0: no limit */
	/* text: number of unchanged columns shown beside changed columns; 0: 2 */
	unsigned context;
	/* text: the option of the command that shows all rows, and the one that shows moved rows,
	 * for hints; NULL: the command has no such option */
	const char *shows_all, *shows_moves;
	const char *temp_dir; /* sql: folder for temporary files; NULL: /tmp */
	/* maximum number of shown rows per table; 0: all rows. All forms but arrow have the number
	 * of omitted rows in their output */
	uint64_t limit;
	const char *title; /* markdown: title, such as "v1..v2" */
	/* arrow, markdown: id of the newer version's commit; NULL: no commit has the version */
	const char *commit;
	/* markdown: id of the older version's commit; NULL: no commit has the version */
	const char *old_commit;
	/* markdown: URL of the repository's pages, to which rows are linked; may be NULL */
	const char *pages;
	int64_t commit_time; /* arrow: time of `commit`, in seconds since 1970 */
	int32_t misfit;      /* arrow: enum varve_misfit */
	int32_t numbers;     /* arrow: enum varve_numbers */
	/* markdown: maximum bytes of the output, at least 1024; 0: 65536, the limit of GitHub */
	size_t size_limit;
	vv_hint_words_fn words; /* text: writes the hints; NULL: no hints */
} vv_diff_writer_options;

/* A table whose differences are written; pointers are borrowed. */
typedef struct vv_diff_table {
	const char *path;     /* relative to the repository, or as given; never NULL */
	const char *old_path; /* path before a rename; NULL: not renamed */
	/* the sides: */
	vv_table *a,               /* the old version; NULL: the table was added */
		*b;                /* the new version; NULL: the table was removed */
	const vv_columns *columns; /* the pairs of columns; NULL if the table has one side */
	const size_t *key; /* indexes of the key's columns in the new version, or in the only one */
	size_t key_count;
	/* the last columns have no names: rows have more cells than the header (lib/names/long_rows.h) */
	bool long_rows;
	/* the table has no key, but a column that identifies rows for readers */
	bool has_label;
	/* if has_label: index of this column in the new version, or in the only one */
	size_t label;
	/* names of the versions for the output, such as "HEAD~1:prices.csv" */
	const char *old_name, *new_name;
	const char *form_change; /* such as "LF -> CRLF, BOM added"; NULL: no change */
	bool conflict; /* the table is in conflict; the new side is the unfinished merge */
	/* one side is a text file in git, the other a stored version */
	bool text_to_table;
	/* for the old and the new side: number of the first row in its sheet; 0: the table is not a
	 * sheet */
	uint64_t sheet_row[2];
	bool reordered; /* rows that both sides have are in different order */
	/* some rows or cells were not compared (--where, --columns ...), and may be different */
	bool partial;
} vv_diff_table;

/* A writer, which writes differences in one form. */
typedef struct vv_diff_writer vv_diff_writer;
/* A form of output. Its functions append to the writer's `out`. */
typedef struct vv_diff_writer_kind {
	const char *name; /* such as "text" */
	/* bytes of a writer of the form, whose struct begins with vv_diff_writer; 0 for the form
	 * "patch", which vv_patch_write writes */
	size_t size;
	vv_status (*begin)(vv_diff_writer *w, vv_error *err);       /* may be NULL */
	vv_status (*begin_table)(vv_diff_writer *w, vv_error *err); /* may be NULL */
	vv_status (*row)(vv_diff_writer *w, const vv_row_change *c,
			 vv_error *err); /* may be NULL */
	vv_status (*end_table)(vv_diff_writer *w, const vv_rowdiff_stats *stats,
			       vv_error *err);              /* may be NULL */
	vv_status (*end)(vv_diff_writer *w, vv_error *err); /* may be NULL */
	void (*clear)(vv_diff_writer *w); /* releases the form's own members; may be NULL */
	/* the writer uses only the cells that rows have with vv_rowdiff_options.only_needed */
	bool only_needed;
	bool prose;  /* output is for people, and may contain sentences */
	bool counts; /* output has counts of columns and rows, but no rows */
	/* name of the output if terminals cannot display it, such as "a workbook"; NULL: they
	 * can */
	const char *binary;
	bool typed;    /* cells are values of Arrow types */
	bool workbook; /* vv_workbook_put receives the output */
} vv_diff_writer_kind;

struct vv_diff_writer {
	const vv_diff_writer_kind *kind;
	vv_diff_writer_options opts;
	vv_buf out;          /* output that was not passed to opts.write yet */
	vv_diff_table table; /* the table that is written */
	uint64_t rows;       /* number of its rows so far, also of those beyond opts.limit */
};

/* The number of bytes that a writer collects before it writes them. */
#define VV_DIFF_FLUSH_AT (64u << 10)

/* Opens a writer of this form, which has a size, and begins the output. */
vv_status vv_diff_writer_open(vv_diff_writer **out, const vv_diff_writer_kind *kind,
			      const vv_diff_writer_options *opts, vv_error *err);
/* Begins a table; t is copied. */
vv_status vv_diff_writer_begin_table(vv_diff_writer *w, const vv_diff_table *t, vv_error *err);
/* Writes a row of the table. */
vv_status vv_diff_writer_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err);
/* Ends the table. */
vv_status vv_diff_writer_end_table(vv_diff_writer *w, const vv_rowdiff_stats *stats, vv_error *err);
/* Ends the output. */
vv_status vv_diff_writer_end(vv_diff_writer *w, vv_error *err);
void vv_diff_writer_close(vv_diff_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_diff_writer, vv_diff_writer_close)

/* For forms: passes the collected output to opts.write if it is longer than `above` bytes. */
vv_status vv_diff_writer_flush(vv_diff_writer *w, size_t above, vv_error *err);
/* For forms: is the row beyond opts.limit? */
bool vv_diff_writer_is_over(const vv_diff_writer *w);
/* For forms, at the end of a table: returns the number of its rows beyond opts.limit. */
uint64_t vv_diff_writer_left_out(const vv_diff_writer *w, const vv_rowdiff_stats *stats);

#endif
