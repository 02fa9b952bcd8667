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

/* An output of differences. It must not move between begin and clear. */
typedef struct vv_diff_print {
	vv_repository *repo;       /* borrowed; NULL: outside of a repository */
	vv_dataset_reader *reader; /* borrowed; NULL: outside of a repository */
	/* how tables are compared. how.key, only, ignore and where must be set, to an empty list if
	 * there is none */
	vv_diff_how how;
	const vv_diff_writer_kind *kind; /* the output format */
	const char *color;               /* "auto", "always" or "never"; NULL: auto */
	/* the stat (commit_stat.h) of the same two commits; its open texts are not read again;
	 * borrowed; may be NULL */
	const vv_commit_stat *stat;
	size_t stat_at;                     /* private: the next line of stat */
	bool quiet, name_only, name_status; /* the options of `varve diff` with these names */
	int fd;                             /* the file to write to; -1: stdout */
	const char *output;                 /* the name of the file fd in messages */
	/* the command's options for hints, as in vv_diff_writer_options; each may be NULL */
	const char *shows_all, *shows_moves;
	/* id of the newer version's commit; "": the version is not in a commit */
	char commit[VV_OID_TEXT + 1];
	/* id of the older version's commit; "": the version is not in a commit */
	char old_commit[VV_OID_TEXT + 1];
	/* markdown: the URL of web pages to which rows are linked; may be NULL */
	const char *pages;
	size_t size; /* markdown: the greatest size of the output, in bytes; 0: the writer's limit */
	int64_t commit_time; /* the time of `commit`, in seconds since 1970 */
	int32_t misfit;      /* arrow: enum varve_misfit */
	int32_t numbers;     /* arrow: enum varve_numbers */
	/* the changes of a commit, as in log -p and show: rows that have expired are left out with a note */
	bool of_commit;
	/* one comparison of many, as in log -p: rows that are not here do not end the output */
	bool one_of_many;
	bool differs;      /* result: at least one path differs */
	bool part_differs; /* private: a table of the current document differs */
	bool trouble;      /* result: a table could not be read; an error was printed */

	/* The rest is private. */
	vv_workbook book; /* xlsx: the workbook; the caller sets book.fd to -1 */
	vv_patch_write_options patch;
	uint64_t sections;
	vv_diff_writer *writer;
	uint64_t text_files;
} vv_diff_print;

/* Begins the output. title: its title. */
vv_status vv_diff_print_begin(vv_diff_print *r, const char *title, vv_error *err);
/* Prints the differences between the two versions of one item. */
vv_status vv_diff_print_item(vv_diff_print *r, const vv_diff_item *item, vv_error *err);
/* Prints the differences of all paths of d; with r->quiet, stops at the first. If d has several
 * paths and a table cannot be read (VV_EMISSING, VV_EINPUT, VV_ECORRUPT), prints the error, sets
 * r->trouble, and continues. */
vv_status vv_diff_print_sides(vv_diff_print *r, vv_diff_sides *d, vv_error *err);
/* Completes the output. Call this also if nothing differs. */
vv_status vv_diff_print_end(vv_diff_print *r, vv_error *err);
void vv_diff_print_clear(vv_diff_print *r);
VV_AUTO_CLEAR(vv_diff_print, vv_diff_print_clear)

/* Returns the default number of rows to print for each table: 50 for text on a terminal; else 0,
 * which means all rows. */
uint64_t vv_diff_print_limit(const vv_diff_print *r);

/* How vv_diff_show_commits prints differences. */
typedef struct vv_diff_show {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	/* print only these paths, relative to the repository, followed by NULL; NULL: all */
	const char *const *paths;
	const vv_strings *only; /* the columns to compare; NULL: all; borrowed */
	uint64_t limit; /* the greatest number of rows to print for each table; 0: all rows */
	bool no_limit;  /* ignore limit, and use vv_diff_print_limit */
	const char *shows_all; /* as in vv_diff_print */
	/* for vv_commit_print: the user did not request rows, so if blocks are missing, it prints a
	 * note, and does not fail */
	bool unasked;
} vv_diff_show;

/* Prints the rows and cells in which two commits differ on stdout, for `varve log -p` and `varve
 * show`. from may be NULL: all rows of `to` count as added. stat: the stat of the same commits, as
 * in vv_diff_print; may be NULL. If a table cannot be read, fails or sets *trouble to true, as
 * vv_diff_print_sides does. */
vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_commit_stat *stat,
			       const vv_oid *from, const vv_oid *to, bool *trouble, vv_error *err);

/* Sets *out to whether the two commits differ in the columns s->only of the paths. *known: one of the versions has
 * the columns, which is not found out of a file that only one of them has. */
vv_status vv_diff_show_differs(bool *out, bool *known, const vv_diff_show *s, const vv_oid *from,
			       const vv_oid *to, vv_error *err);

#endif
