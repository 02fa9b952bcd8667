/*
 * snapshots: imports dated files as versions of one table, one commit for each file.
 *
 * The date in a file's name becomes the date of author and committer. The commit's message has the
 * file's name, its SHA-256, and the root of the version that has exactly the file's bytes. By
 * these, later imports recognise files that were already committed. Edits that were committed since
 * the last file are merged, cell by cell, with the changes from that file to the new one.
 *
 *	vv_snapshots s = {.repo = repo, .to = "sales.csv"};
 *
 *	rc = vv_snapshots_plan(&s, argc, argv, err);   sets s.items; stores only blocks
 *	if (rc == VV_OK && s.asks == 0) {
 *		rc = vv_snapshots_commit(&s, err);     makes the commits, one after the other
 *	}
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

/* What the import does with a file. */
typedef enum vv_snapshot_kind {
	VV_SNAPSHOT_VERSION, /* commits it as a new version */
	VV_SNAPSHOT_KNOWN,   /* nothing: the file is already committed, in `commit` */
	VV_SNAPSHOT_SAME,    /* nothing: the file is equal to the previous version */
	VV_SNAPSHOT_SKIPPED, /* nothing, on the user's request */
	VV_SNAPSHOT_ASKS     /* nothing yet: the user has to decide something first */
} vv_snapshot_kind;

/* A file to import. */
typedef struct vv_snapshot {
	char *file; /* path of the file */
	vv_snapshot_kind kind;
	bool dated;      /* the file has a date, in `time` and offset_min */
	int64_t time;    /* in seconds since 1970 */
	int offset_min;  /* offset of the date's time zone from UTC, in minutes */
	char sha256[65]; /* SHA-256 of the file's bytes, in hexadecimal */
	/* raw: root of the version with the file's bytes; root: root of the version in which edits
	 * are merged */
	vv_cid raw, root;
	/* a description of the changes, or the reason why there is no new version, or the question
	 * to the user */
	vv_buf words;
	/* KNOWN: the commit with the file; VERSION: the new commit, after it was made */
	vv_oid commit;
} vv_snapshot;

/* An existing or planned version of the table. */
typedef struct vv_snapshot_before {
	/* name of the file from which the version was made; "": it was not made from a file */
	char *file;
	/* date of the version, SHA-256 and root of the file, as in vv_snapshot */
	int64_t time;
	char sha256[65];
	vv_cid raw;
	vv_oid commit; /* null: not committed yet */
} vv_snapshot_before;

/* An import of files; the caller sets the first members. */
typedef struct vv_snapshots {
	vv_repository *repo;         /* borrowed, like all texts that the caller sets */
	const char *to;              /* path of the table */
	vv_strings dates, skip;      /* dates: "FILE=DATE"; skip: files to skip, by path or name */
	vv_strings how;              /* arguments of merge -X */
	vv_date_order order;         /* order of day and month in ambiguous dates */
	bool mtime;                  /* use a file's modification time if its name has no date */
	bool force;                  /* import even files that would be refused */
	const vv_progress *progress; /* may be NULL */
	/* Set by vv_snapshots_plan: */
	vv_snapshot *items; /* the files, by date */
	size_t count, cap;
	/* versions: number of items of the kind VERSION; asks: number of items of the kind ASKS */
	size_t versions, asks;

	/* Private: */
	vv_snapshot_before *before; /* the existing and planned versions */
	size_t before_count, before_cap;
	vv_oid head; /* commit of HEAD when the import was planned */
	/* raw: root of the version with the bytes of the last file; now: root of the current
	 * version of the table */
	vv_cid raw, now;
	bool has_table; /* the table exists, so raw and now are set */
} vv_snapshots;

/* Plans the import of the argc files in argv. An argument that is a folder stands for the files in
 * it, except hidden files and those in subfolders. VV_ENOTFOUND: a file does not exist, or `dates`
 * or `skip` names none of the files. VV_EUSAGE: an option is not valid. VV_EREFUSED: the index has
 * changes, or Git stores the table as text. vv_snapshots_clear must be called also on failure. */
vv_status vv_snapshots_plan(vv_snapshots *s, int argc, char **argv, vv_error *err);

/* Commits the versions that vv_snapshots_plan planned, in order, and sets their `commit`. Commits
 * that were made before a failure remain. VV_ECONFLICT: HEAD has moved since vv_snapshots_plan. */
vv_status vv_snapshots_commit(vv_snapshots *s, vv_error *err);

void vv_snapshots_clear(vv_snapshots *s);
VV_AUTO_CLEAR(vv_snapshots, vv_snapshots_clear)

#endif
