/*
 * snapshots: dated files become the versions of one table, a commit each.
 *
 * The date is the one in a file's name, and is author's and committer's. The message of a commit names the file, its SHA-256
 * and the version with its bytes; so files that are committed already are recognised, and edits that were committed since
 * are merged by cell with the change from one file to the next.
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
	VV_SNAPSHOT_VERSION, /* a new one */
	VV_SNAPSHOT_KNOWN,   /* the commit has it */
	VV_SNAPSHOT_SAME,    /* equal to the previous version */
	VV_SNAPSHOT_SKIPPED, /* on the user's request */
	VV_SNAPSHOT_ASKS     /* something has to be decided first */
} vv_snapshot_kind;

typedef struct vv_snapshot {
	char *file;
	vv_snapshot_kind kind;
	bool dated;
	int64_t time;
	int offset_min;
	char sha256[65];
	vv_cid raw, root; /* with the file's bytes; merged with edits */
	vv_buf words;     /* its changes, or why it has none; a question to the user */
	vv_oid commit;    /* of KNOWN; of VERSION once it is made */
} vv_snapshot;

/* A version that exists, or will. */
typedef struct vv_snapshot_before {
	char *file; /* NULL: the version was not made of one */
	int64_t time;
	char sha256[65];
	vv_cid raw;
	vv_oid commit; /* null: planned */
} vv_snapshot_before;

typedef struct vv_snapshots {
	vv_repository *repo; /* borrowed, as are the words */
	const char *to;
	vv_strings dates, skip; /* "FILE=DATE"; files, by their path or name */
	vv_strings how;         /* words of merge -X */
	vv_date_order order;
	bool mtime; /* if a name has no date */
	bool older; /* than the newest version */
	bool force; /* whatever the file is */
	const vv_progress *progress;
	/* Once it is planned: */
	vv_snapshot *items;
	size_t count, cap;
	size_t versions, asks;
	/* Its own: */
	vv_snapshot_before *before;
	size_t before_count, before_cap;
	vv_oid head;
	vv_cid raw, now; /* of the last file; of the table */
	bool has_table;
} vv_snapshots;

/* Files, and folders for all files in them. VV_ENOTFOUND: no such file; VV_EREFUSED: the index has changes, or Git keeps
 * the table as text. */
vv_status vv_snapshots_plan(vv_snapshots *s, int argc, char **argv, vv_error *err);

/* VV_ECONFLICT: HEAD moved since it was planned. */
vv_status vv_snapshots_commit(vv_snapshots *s, vv_error *err);

void vv_snapshots_clear(vv_snapshots *s);
VV_AUTO_CLEAR(vv_snapshots, vv_snapshots_clear)

#endif
