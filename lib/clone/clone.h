/*
 * clone: clones a repository, with its history and its tables, into a new folder.
 *
 * A correct caller: vv_clone_job_init; fills the first members; vv_clone_job_run; vv_clone_job_clear.
 */
#ifndef VV_LIB_CLONE_CLONE_H
#define VV_LIB_CLONE_CLONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/clone/unfinished.h"
#include "lib/heads/named.h"
#include "lib/sync/fetch_run.h"
#include "repo/git/repository.h"

/* The result of a lazy clone with limited room: the newest versions that fit into that number of
 * bytes were fetched. */

typedef struct vv_room_sum {
	/* versions: reachable from the refs; taken: of these, stored here */
	uint64_t versions, taken;
	uint64_t used; /* bytes of the packs here */
} vv_room_sum;

typedef struct vv_clone_job {
	const char *url; /* a URL, a path, or a name (lib/heads/named.h) */
	const char *dir; /* the new folder; NULL: named by the last part of the URL */
	const vv_env *env;
	const vv_notes *notes;
	bool bare, quiet, verbose, no_checkout;
	bool git_host; /* the other side is a Git host without varve */
	bool single;   /* clone one branch only: branch, or that of the remote's HEAD */
	bool lazy;     /* fetch history without blocks */
	/* maximum bytes of blocks to fetch; above 0 implies lazy and no_checkout; 0: no limit */
	uint64_t room;
	const char *branch;  /* the branch to check out; NULL: that of the remote's HEAD */
	const char *origin;  /* the remote's name; NULL: "origin" */
	const char *program; /* varve's path on the other side of ssh; NULL: the default */
	vv_strings from;     /* further peers */
	uint64_t idle_sec;
	/* After the run: */
	vv_fetch_job fetch;
	vv_room_sum taken; /* with room */
	bool lacking;      /* some tables were written as pointers */
	char *folder;      /* path of the clone */
	/* Its own: */
	char *absolute; /* absolute path of url if that is a path; else NULL */
	char *one;      /* the only branch to clone; NULL: all */
	vv_named named;
	bool by_name; /* url is a name, and named holds its meaning */
	vv_unfinished unfinished;
	bool fetched; /* everything was fetched */
	vv_repository *repo;
} vv_clone_job;

void vv_clone_job_init(vv_clone_job *j);

/* Runs the clone. Running the same clone again continues an interrupted one. A failed clone is
 * removed, unless it has blocks that the next attempt can use. VV_EREFUSED: the folder contains
 * other files; VV_ELOCKED: another clone into the folder is running. */
vv_status vv_clone_job_run(vv_clone_job *j, vv_error *err);
void vv_clone_job_clear(vv_clone_job *j);
VV_AUTO_CLEAR(vv_clone_job, vv_clone_job_clear)

#endif
