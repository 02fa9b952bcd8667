/*
 * diff_show: prints differences in one of the forms of diff.
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
	vv_repository *repo; /* borrowed, both; NULL outside of a repository */
	vv_dataset_reader *reader;
	vv_diff_how how;
	const vv_diff_writer_kind *kind; /* the form */
	const char *color;               /* auto, always, never; NULL: auto */
	/* of the same versions, or NULL: texts that it has open are not read again */
	const vv_commit_stat *stat;
	size_t stat_at;
	bool quiet, name_only, name_status;
	int fd;                       /* written to in place of stdout, or -1 */
	const char *output;           /* what messages call it */
	char commit[VV_OID_TEXT + 1]; /* that the newer version is in; or "" */
	char old_commit[VV_OID_TEXT + 1];
	const char *pages;   /* markdown: to which rows lead; NULL */
	size_t size;         /* markdown: bytes of the whole; 0: the writer's own limit */
	int64_t commit_time; /* in seconds since 1970 */
	int32_t misfit;      /* arrow: enum varve_misfit */
	int32_t numbers;     /* arrow: enum varve_numbers */
	bool differs;        /* something does */
	bool part_differs;   /* a table of the document at hand does */
	bool trouble;        /* a table could not be read; it was reported */

	vv_workbook book;             /* xlsx: its own; fd is -1 at first */
	vv_patch_write_options patch; /* its own */
	uint64_t sections;
	vv_diff_writer *writer;
	uint64_t text_files;
} vv_diff_print;

vv_status vv_diff_print_begin(vv_diff_print *r, const char *title, vv_error *err);
vv_status vv_diff_print_item(vv_diff_print *r, const vv_diff_item *item, vv_error *err);
vv_status vv_diff_print_sides(vv_diff_print *r, vv_diff_sides *d, vv_error *err);
vv_status vv_diff_print_end(vv_diff_print *r, vv_error *err);
void vv_diff_print_clear(vv_diff_print *r);
VV_AUTO_CLEAR(vv_diff_print, vv_diff_print_clear)

/* Default number of shown rows of each table; 0: all. */
uint64_t vv_diff_print_limit(const vv_diff_print *r);

/* The rows and cells in which two commits differ, for log -p and show. */
typedef struct vv_diff_show {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *const *paths; /* repository-relative, NULL-ended; NULL: all */
	uint64_t limit;           /* rows of each table that are shown */
	bool no_limit;            /* as diff: 50 on a terminal, else all */
	bool unasked;             /* rows were not requested: missing blocks are only noted */
} vv_diff_show;

/* from NULL: empty. stat: of the same commits; its open texts are not read again. Writes to stdout. */
vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_commit_stat *stat,
			       const vv_oid *from, const vv_oid *to, vv_error *err);

#endif
