/*
 * add_report: collects the report of an add: counts, and a description of each dataset.
 */
#ifndef VV_LIB_WORKTREE_ADD_REPORT_H
#define VV_LIB_WORKTREE_ADD_REPORT_H

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/read/unseen.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_plan.h"

/* The result for a path. Files equal to the index have no result. */
typedef struct vv_add_outcome {
	char *path;
	const char *from; /* `from` of the plan's item; borrowed */
	uint32_t mode;    /* 0: the path is removed from the index */
	vv_oid blob;
	vv_stat st;
	bool dataset, track; /* track: .gitattributes must be extended by this path */
	/* For a dataset: */
	bool table;
	uint64_t rows, columns, bytes, groups, groups_new, stored;
	vv_cid cid;
} vv_add_outcome;
/* Fills the members for a dataset from the results of an import. The caller fills the others. */
vv_status vv_add_outcome_take(vv_add_outcome *out, const vv_dataset_found *found, vv_error *err);

#define VV_ADD_UNSEEN_SHOWN 3u

typedef struct vv_add_report {
	vv_add_outcome *outcomes;
	size_t outcome_count, outcome_cap;
	vv_buf text;            /* for stdout: the detected properties of each dataset */
	vv_buf warnings;        /* for stderr, one line each, without "warning: " */
	char *refused;          /* on failure: the path whose content was refused; else NULL */
	vv_hint_words_fn words; /* the program's; vv_add_run sets it */
	/* dry run: nothing was stored, and keys were neither searched nor proved */
	bool dry;
	bool no_key;          /* no key was searched, as requested */
	bool retyped;         /* warnings has values that contradict their column's type */
	size_t tables, files; /* number of new or changed datasets, by kind */
	size_t keyed;         /* number of these tables with a key */
	size_t guessed;       /* number of these tables that no argument named */
	size_t same;          /* number of unchanged datasets */
	size_t ordinary, removed;
	vv_buf ordinary_names; /* names of the first few ordinary files */
	/* number of new ordinary files with rows that varve does not track */
	size_t unseen;
	/* for the first few of these, one line each: how to track them as tables */
	vv_buf unseen_lines;
	uint64_t groups, groups_new, stored, bytes, rows, ms;
} vv_add_report;
void vv_add_report_clear(vv_add_report *r);
VV_AUTO_CLEAR(vv_add_report, vv_add_report_clear)

/* Appends the description of one import: complete, or, with compact, one line. */
vv_status vv_add_describe(vv_add_report *out, vv_dataset_writer *s, const vv_add_item *item,
			  const vv_dataset_found *staged, bool compact, vv_error *err);

/* Appends "prices.csv, line 317, column price: 'abc' is not a number ..." for each column with
 * such values, except columns whose type was changed since; *retyped: such columns exist. lines:
 * reads the file for the lines; NULL: rows are named. */
vv_status vv_add_findings(vv_buf *out, bool *retyped, const char *path, vv_dataset_reader *lines,
			  const vv_import_result *res, vv_error *err);

/* Words for the members of a path's JSON object (varve-add(1)). */
typedef struct vv_add_words {
	/* "added", "table"; kind NULL: the path was removed, or is unchanged */
	const char *change, *kind;
	const vv_dataset_found *staged; /* the import of a dataset; else NULL */
	/* for an ordinary file with rows that varve does not track; else NULL */
	const vv_unseen *unseen;
} vv_add_words;
vv_status vv_add_put_json(vv_json_out *w, const char *path, const vv_add_words *words,
			  vv_error *err);

/* Appends the time and speed for these bytes: ", in 40 ms (12 MB/s)". */
void vv_add_put_speed(vv_buf *b, uint64_t bytes, uint64_t ms);

#endif
