/*
 * add_report: the report of an add: counts, and a description of each dataset.
 */
#ifndef VV_LIB_WORKTREE_ADD_REPORT_H
#define VV_LIB_WORKTREE_ADD_REPORT_H

#include "base/auto.h"
#include "base/buf.h"
#include "dataset/read/unseen.h"
#include "dataset/table/dataset_writer.h"
#include "lib/worktree/add_plan.h"

/* The result for a path. Files equal to the index have none. */
typedef struct vv_add_outcome {
	char *path;
	const char *from; /* of the plan's item; borrowed */
	uint32_t mode;    /* 0: it leaves the index */
	vv_oid blob;
	vv_stat st;
	bool dataset, track; /* track: .gitattributes does not name it yet */
	/* For a dataset: */
	bool table;
	uint64_t rows, columns, bytes, groups, groups_new, stored;
	vv_cid cid;
} vv_add_outcome;
/* Takes the results of an import. The caller fills the rest. */
vv_status vv_add_outcome_take(vv_add_outcome *out, const vv_dataset_found *found, vv_error *err);

#define VV_ADD_UNSEEN_SHOWN 3u

typedef struct vv_add_report {
	vv_add_outcome *outcomes;
	size_t outcome_count, outcome_cap;
	vv_buf text;            /* for stdout: the detected properties of each dataset */
	vv_buf warnings;        /* for stderr, one line each, without "warning: " */
	char *refused;          /* the path whose content could not be taken, when that failed */
	vv_hint_words_fn words; /* the program's; vv_add_run sets it */
	bool dry;               /* nothing was stored, no key looked for, none proved */
	bool no_key;            /* as was requested */
	bool retyped;           /* among them: values that contradict their column's type */
	size_t tables, files;   /* datasets by kind that were new or changed */
	size_t keyed;           /* tables among them that have a key */
	size_t guessed;         /* tables that no argument named */
	size_t same;            /* unchanged datasets */
	size_t ordinary, removed;
	vv_buf ordinary_names; /* of the first few */
	size_t unseen;         /* new ones among them whose rows are not seen */
	vv_buf unseen_lines;   /* how the first few become tables, a line each */
	uint64_t groups, groups_new, stored, bytes, rows, ms;
} vv_add_report;
void vv_add_report_clear(vv_add_report *r);
VV_AUTO_CLEAR(vv_add_report, vv_add_report_clear)

/* Appends what one import found: the whole account, or one line of it. */
vv_status vv_add_describe(vv_add_report *out, vv_dataset_writer *s, const vv_add_item *item,
			  const vv_dataset_found *staged, bool compact, vv_error *err);

/* Appends "prices.csv, line 317, column price: 'abc' is not a number ..." for each column that has such values, but for those whose type has
 * been changed since; *retyped: there were. lines: reads the file for the lines; NULL: rows are named. */
vv_status vv_add_findings(vv_buf *out, bool *retyped, const char *path, vv_dataset_reader *lines,
			  const vv_import_result *res, vv_error *err);

/* The members of a path's object (docs: varve-add(1)). */
typedef struct vv_add_words {
	const char *change, *kind;      /* "added", "table"; kind NULL: it was removed, or is
					 * unchanged */
	const vv_dataset_found *staged; /* of a dataset that was imported; else NULL */
	const vv_unseen *unseen;        /* of an ordinary file whose rows are not seen; else NULL */
} vv_add_words;
vv_status vv_add_put_json(vv_json_out *w, const char *path, const vv_add_words *words,
			  vv_error *err);

/* Appends the time for these bytes: ", in 40 ms (12 MB/s)". */
void vv_add_put_speed(vv_buf *b, uint64_t bytes, uint64_t ms);

#endif
