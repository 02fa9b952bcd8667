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

typedef struct vv_dataset_found vv_dataset_found;
typedef struct vv_import_result vv_import_result;

/* The result for a path. A path with the action VV_ADD_SAME has no result; in a dry run, only
 * datasets and removed paths have one. */
typedef struct vv_add_outcome {
	char *path;
	const char *from; /* `from` of the item in the plan; borrowed */
	uint32_t mode;    /* mode in the index; 0: the path is removed from the index */
	vv_oid blob;      /* blob in the index */
	vv_stat st;       /* metadata of the file */
	/* dataset: the path is a dataset; track: a line for it must be added to .gitattributes */
	bool dataset, track;

	/* The following members are for datasets. */
	bool table; /* the dataset is a table, not a file */
	/* numbers of rows, columns and row groups; bytes: size of the file; groups_new: number of
	 * new row groups; stored: bytes added to the store */
	uint64_t rows, columns, bytes, groups, groups_new, stored;
	vv_cid cid; /* root of the version */
} vv_add_outcome;
/* Sets the members of *out for datasets from *found, the result of an import. The caller sets the
 * others. */
vv_status vv_add_outcome_take(vv_add_outcome *out, const vv_dataset_found *found, vv_error *err);

#define VV_ADD_UNSEEN_SHOWN 3u /* maximum number of lines in vv_add_report.unseen_lines */

/* The report of an add. */
typedef struct vv_add_report {
	vv_add_outcome *outcomes; /* the results */
	size_t outcome_count, outcome_cap;
	vv_buf text;            /* for stdout: a description of each dataset */
	vv_buf warnings;        /* for stderr, one line each, without "warning: " */
	char *refused;          /* after a failure: the path whose content was refused; else NULL */
	vv_hint_words_fn words; /* writes hints; set by vv_add_import */
	/* dry run: nothing was stored, and no key was searched for or proved */
	bool dry;
	bool no_key;  /* as requested, no key was searched for */
	bool retyped; /* warnings contains values that contradict the type of their column */
	/* tables: number of new or changed datasets that are tables; files: number of the others */
	size_t tables, files;
	size_t keyed; /* number of these tables that have a key */
	/* number of these tables that became tables only because their files look like tables */
	size_t guessed;
	/* number of unchanged datasets, and of unchanged files whose metadata changed */
	size_t same;
	/* ordinary: number of files that were added as git adds them; removed: number of paths that
	 * were removed from the index */
	size_t ordinary, removed;
	vv_buf ordinary_names; /* names of the first few ordinary files */
	/* number of new ordinary files that have rows, but are not tracked by varve */
	size_t unseen;
	/* one line for each of the first few of these files, with the command that tracks
	 * it as a table */
	vv_buf unseen_lines;
	/* sums over all new or changed datasets of the members of vv_add_outcome with these names;
	 * ms: duration of the imports in milliseconds */
	uint64_t groups, groups_new, stored, bytes, rows, ms;
} vv_add_report;
void vv_add_report_clear(vv_add_report *r);
VV_AUTO_CLEAR(vv_add_report, vv_add_report_clear)

/* Appends to out->text the description of *staged, the result of the import of *item, and updates
 * the counts, the sums and out->warnings. compact: in one line. */
vv_status vv_add_describe(vv_add_report *out, vv_dataset_writer *s, const vv_add_item *item,
			  const vv_dataset_found *staged, bool compact, vv_error *err);

/* Appends to out, for each column with values that contradict its type, "prices.csv, line 317,
 * column price: 'abc' is not a number ...", unless the type was changed since. Sets *retyped to
 * true if there are such columns. res: the result of the import of `path`. lines: reads the file to
 * determine line numbers; NULL: row numbers are written instead. */
vv_status vv_add_findings(vv_buf *out, bool *retyped, const char *path, vv_dataset_reader *lines,
			  const vv_import_result *res, vv_error *err);

/* The content of the JSON object of a path (varve-add(1)). */
typedef struct vv_add_words {
	/* change: "added", "removed", "unchanged" and so on, never NULL; kind: the kind of the
	 * content, such as "table"; NULL if the path was removed or is unchanged */
	const char *change, *kind;
	bool pointer_only;              /* the file in the work tree is the pointer of a version */
	const vv_dataset_found *staged; /* result of the import of a dataset; else NULL */
	/* for an ordinary file that has rows, but is not tracked by varve; else NULL */
	const vv_unseen *unseen;
} vv_add_words;
/* Adds the JSON object for `path` to the open array in w. */
vv_status vv_add_put_json(vv_json_out *w, const char *path, const vv_add_words *words,
			  vv_error *err);

/* Appends to b the time ms, in milliseconds, and the speed for `bytes` bytes: ", in 40 ms (12
 * MB/s)". */
void vv_add_put_speed(vv_buf *b, uint64_t bytes, uint64_t ms);

#endif
