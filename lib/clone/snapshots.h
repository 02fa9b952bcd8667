/*
 * snapshots: imports dated files as versions of one table, one commit for each file.
 *
 * The date in a file's name becomes the date of author and committer. The commit's message has the
 * file's name, its SHA-256, and the root of the version that has exactly the file's bytes. From
 * these, later imports recognise files that were already committed; and they merge, cell by cell,
 * edits that were committed since then with the changes from one file to the next.
 *
 *	vv_snapshots s = {.repo = repo, .to = "sales.csv"};
 *
 *	rc = vv_snapshots_plan(&s, argc, argv, err);                     s.items, by date; only adds blocks
 *	if (rc == VV_OK && s.asks == 0) rc = vv_snapshots_commit(&s, err);   one whole version after the other
 *	vv_snapshots_clear(&s);
 */
#ifndef VV_LIB_CLONE_SNAPSHOTS_H
#define VV_LIB_CLONE_SNAPSHOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/git/history/date.h"
#include "repo/git/repository.h"

typedef enum vv_snapshot_kind {
	VV_SNAPSHOT_VERSION, /* a new version */
	VV_SNAPSHOT_KNOWN,   /* already committed, in `commit` */
	VV_SNAPSHOT_SAME,    /* equal to the previous version */
	VV_SNAPSHOT_SKIPPED, /* skipped on the user's request */
	VV_SNAPSHOT_ASKS     /* the user has to decide something first */
} vv_snapshot_kind;

typedef struct vv_snapshot {
	char *file;
	vv_snapshot_kind kind;
	bool dated;
	int64_t time;
	int offset_min;
	char sha256[65];
	/* raw: the version with the file's bytes; root: the version merged with edits */
	vv_cid raw, root;
	/* a description of the changes, or the reason why there is no new version, or the question
	 * to the user */
	vv_buf words;
	/* KNOWN: the commit with the file; VERSION: the new commit, after it was made */
	vv_oid commit;
} vv_snapshot;

/* An existing or planned version. */
typedef struct vv_snapshot_before {
	char *file; /* NULL: the version was not made from a file */
	int64_t time;
	char sha256[65];
	vv_cid raw;
	vv_oid commit; /* null: not committed yet */
} vv_snapshot_before;

typedef struct vv_snapshots {
	vv_repository *repo; /* borrowed, as are all strings */
	const char *to;
	vv_strings dates, skip; /* dates: "FILE=DATE"; skip: files to skip, by path or name */
	vv_strings how;         /* arguments of merge -X */
	vv_date_order order;
	bool mtime; /* use a file's modification time if its name has no date */
	bool older; /* allow files that are older than the newest version */
	bool force; /* import even files that would be refused */
	const vv_progress *progress;
	/* Set by vv_snapshots_plan: */
	vv_snapshot *items;
	size_t count, cap;
	size_t versions, asks;
	/* Private: */
	vv_snapshot_before *before;
	size_t before_count, before_cap;
	vv_oid head;
	/* raw is the version with the last file's bytes; now is the current version of the table */
	vv_cid raw, now;
	bool has_table;
} vv_snapshots;

/* Plans the import of the files in argv; if an argument is a folder, of all files in the folder.
 * VV_ENOTFOUND: no such file. VV_EUSAGE: an option is not valid. VV_EREFUSED: the index has
 * changes, or Git stores the table as text. */
vv_status vv_snapshots_plan(vv_snapshots *s, int argc, char **argv, vv_error *err);

/* Makes the planned commits. VV_ECONFLICT: HEAD has moved since vv_snapshots_plan. */
vv_status vv_snapshots_commit(vv_snapshots *s, vv_error *err);

void vv_snapshots_clear(vv_snapshots *s);
VV_AUTO_CLEAR(vv_snapshots, vv_snapshots_clear)

#endif
