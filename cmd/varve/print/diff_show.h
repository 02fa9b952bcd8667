/*
 * diff_show: prints differences in one of the output formats of `varve diff`.
 *
 *	vv_diff_print p = {.repo = repo, .reader = reader, .fd = -1, .book.fd = -1,
 *			   .kind = &vv_diff_writer_text, .how = ...};
 *	vv_diff_print_begin(&p, title, err);
 *	vv_diff_print_sides(&p, &sides, err);     // or vv_diff_print_item for each pair
 *	vv_diff_print_end(&p, err);
 *	vv_diff_print_clear(&p);
 */
#ifndef VV_CMD_VARVE_PRINT_DIFF_SHOW_H
#define VV_CMD_VARVE_PRINT_DIFF_SHOW_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/varve/print/commit_stat.h"
#include "diff/merge/patch.h"
#include "diff/write/writer_kinds.h"
#include "lib/documents/workbook.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"
#include "lib/view/document_diff.h"
#include "repo/git/repository.h"

typedef struct vv_diff_print {
	vv_repository *repo;       /* borrowed; NULL: outside of a repository */
	vv_dataset_reader *reader; /* borrowed; NULL: outside of a repository */
	vv_diff_how how;
	const vv_diff_writer_kind *kind; /* the output format */
	const char *color;               /* "auto", "always" or "never"; NULL: auto */
	/* the stat of the same two commits: the texts that the stat has open are not read again;
	 * borrowed, or NULL */
	const vv_commit_stat *stat;
	size_t stat_at;                     /* private: the next line of stat */
	bool quiet, name_only, name_status; /* the options of `varve diff` with these names */
	int fd;                             /* the file to write to; -1: stdout */
	const char *output;                 /* the name of this file in messages */
	char commit[VV_OID_TEXT + 1];       /* the commit that has the newer version; or "" */
	char old_commit[VV_OID_TEXT + 1];   /* the commit that has the older version; or "" */
	const char *pages; /* markdown: the URL of web pages to which rows are linked; or NULL */
	size_t size; /* markdown: the greatest size of the output, in bytes; 0: the writer's limit */
	int64_t commit_time; /* the time of `commit`, in seconds since 1970 */
	int32_t misfit;      /* arrow: enum varve_misfit */
	int32_t numbers;     /* arrow: enum varve_numbers */
	bool differs;        /* result: something differs */
	bool part_differs;   /* private: a table of the current document differs */
	bool trouble;        /* result: a table could not be read, which was reported */

	/* The rest is private. */
	vv_workbook book; /* xlsx: the workbook; the caller sets book.fd to -1 */
	vv_patch_write_options patch;
	uint64_t sections;
	vv_diff_writer *writer;
	uint64_t text_files;
} vv_diff_print;

/* Opens the writer. title: the title of the output. */
vv_status vv_diff_print_begin(vv_diff_print *r, const char *title, vv_error *err);
/* Prints the differences between the two versions of one item. */
vv_status vv_diff_print_item(vv_diff_print *r, const vv_diff_item *item, vv_error *err);
/* Prints the differences of all paths of d. If d has several paths and a table cannot be read, reports
 * this, sets r->trouble, and continues. */
vv_status vv_diff_print_sides(vv_diff_print *r, vv_diff_sides *d, vv_error *err);
/* Completes the output. */
vv_status vv_diff_print_end(vv_diff_print *r, vv_error *err);
void vv_diff_print_clear(vv_diff_print *r);
VV_AUTO_CLEAR(vv_diff_print, vv_diff_print_clear)

/* Returns the default number of rows to print for each table: 50 for text on a terminal; else 0, all
 * rows. */
uint64_t vv_diff_print_limit(const vv_diff_print *r);

/* Prints the rows and cells in which two commits differ, for `varve log -p` and `varve show`. */
typedef struct vv_diff_show {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *const *paths;  /* paths relative to the repository, ended by NULL; NULL: all */
	uint64_t limit;            /* the number of rows to print for each table */
	bool no_limit;             /* ignore limit, and use vv_diff_print_limit */
	bool unasked; /* the user did not request rows: if blocks are missing, print only a note */
} vv_diff_show;

/* Prints the differences of two commits on stdout. from NULL: compares with nothing. stat: the stat of
 * the same commits, whose open texts are not read again; or NULL. */
vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_commit_stat *stat,
			       const vv_oid *from, const vv_oid *to, vv_error *err);

#endif
