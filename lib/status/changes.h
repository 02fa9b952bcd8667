/*
 * changes: compares work tree, index and HEAD, for status, and for commit before it commits.
 *
 * Ordinary files are compared as Git does; datasets by their stat, the stat cache and,
 * only when these do not decide, a dry import.
 */
#ifndef VV_LIB_STATUS_CHANGES_H
#define VV_LIB_STATUS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "diff/write/change_words.h"
#include "lib/names/pathspec.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The facts of one side of a dataset's change. */
typedef struct vv_change_facts {
	vv_change_counts counts; /* for a table that both sides have */
	bool known;              /* groups and rows are set */
	uint64_t groups, groups_new;
	uint64_t rows, rows_before, columns;
	/* stored: staged: bytes of new blocks in the store; bytes: size of the file */
	uint64_t stored, bytes;
	char *form;    /* only the form changed: "LF -> CRLF" */
	char *problem; /* the reason why the file cannot be added; else NULL */
} vv_change_facts;

typedef struct vv_change_entry {
	char *path;
	char *from; /* staged rename (same content): its path in HEAD */
	/* letters of git status --short: ' ', A, M, D, R, T, U; ? in both */
	char staged, work;
	bool dataset;      /* the index (or HEAD, when deleted) has a pointer */
	bool table;        /* the path is a table */
	bool pointer_only; /* the work tree contains the pointer */
	bool blocks_here;  /* with pointer_only: the blocks can be restored */
	/* with pointer_only: restoring will contact the source of a linked version
	 * (repo/known/elsewhere.h) */
	bool linked;
	vv_cid root; /* with pointer_only: the root that the pointer names */
	bool lost;   /* the index contains a pointer, but no attribute tracks the path */
	bool plain;  /* tracked by varve, but text in the index */
	bool later;  /* with plain: the text is a pointer written by a newer varve */
	/* with plain: the text is a pointer with conflict markers; for a path in conflict, the
	 * work tree file is such a pointer */
	bool torn;
	/* with plain: the text is a damaged pointer, torn or not, and these commands repair it;
	 * else NULL */
	char *mend;
	bool edited; /* the index's pointer does not match its root */
	vv_oid head_id, index_id;
	uint32_t head_mode, index_mode;
	vv_change_facts staged_facts, work_facts;
} vv_change_entry;

typedef struct vv_changes {
	vv_change_entry *entries; /* by path; untracked ones after all others */
	size_t count, cap;
	vv_head head;
	char *upstream;     /* short name, or NULL */
	bool upstream_gone; /* an upstream is set, but no such ref exists (any longer, or yet) */
	uint64_t ahead, behind;
	uint64_t unsent;   /* versions of datasets in local branches that are in no remote branch */
	const char *shown; /* vv_state_shown */
	/* vv_state_name; "" if no operation is in progress; borrowed from the repository */
	const char *state;
	size_t staged, unstaged, untracked, conflicts, plain, pointers;
	/* tables whose blocks are missing here, except those that are pointers in the work tree */
	char **missing;
	size_t missing_count;
	vv_buf beaten; /* lines of .gitattributes that override -text (vv_attr_beaten_put) */
	/* with unsent: a description of the newest trusted head if it reaches HEAD; else empty */
	vv_buf signed_by;
	/* with unsent: why 'git push' would send no rows (vv_push_hook_lacks), and the remedy;
	 * else empty */
	vv_buf hook, hook_mend;
} vv_changes;

typedef struct vv_changes_options {
	vv_pathspec *paths; /* NULL: all */
	bool no_work;       /* compare HEAD with the index only */
	bool untracked, untracked_all;
	bool modules; /* get the state of submodules from git */
	bool facts;   /* count rows and columns */
	bool groups;  /* with facts: also count groups and stored bytes */
	bool missing; /* find tables whose blocks are missing here (changes.c) */
	bool unsent;  /* count versions that no remote has; nothing without a remote */
} vv_changes_options;

/* Appends a summary of a dataset's change: "+35 -35 ~64 rows"; for a new dataset "503 rows, 8
 * columns"; or bytes of a file. f: e's staged or work facts. */
void vv_change_facts_put(vv_buf *out, const vv_change_entry *e, const vv_change_facts *f);

vv_status vv_changes_read(vv_changes *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			  const vv_changes_options *opts, vv_error *err);
void vv_changes_clear(vv_changes *c);
VV_AUTO_CLEAR(vv_changes, vv_changes_clear)

#endif
