/*
 * clone: another repository, with its history and its tables, in a new folder.
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

/* room: the newest versions of a lazy clone, as many as fit into this number of bytes. */

typedef struct vv_room_sum {
	uint64_t versions, taken; /* versions reachable from the refs; stored here */
	uint64_t used;            /* bytes of packs */
} vv_room_sum;

typedef struct vv_clone_job {
	const char *url; /* or a path; or a name (lib/heads/named.h) */
	const char *dir; /* NULL: the last part of the URL */
	const vv_env *env;
	const vv_notes *notes;
	bool bare, quiet, verbose, no_checkout;
	bool git_host;       /* the other side is a Git host without varve */
	bool single;         /* one branch: branch, or the one that HEAD names there */
	bool lazy;           /* history alone */
	uint64_t room;       /* bytes of rows at most, of which the work tree has none; 0: all */
	const char *branch;  /* to begin with; NULL: the one that HEAD names there */
	const char *origin;  /* the remote's name; NULL: origin */
	const char *program; /* varve's path on the other side of ssh; NULL: as usual */
	vv_strings from;     /* further peers */
	uint64_t idle_sec;
	/* After the run: */
	vv_fetch_job fetch;
	vv_room_sum taken; /* with room */
	bool lacking;      /* some tables were written as pointers */
	char *folder;      /* where it is */
	/* Its own: */
	char *absolute; /* of a path, else NULL */
	char *one;      /* the one branch that is wanted; NULL: all */
	vv_named named;
	bool by_name; /* url is a name, and named holds its meaning */
	vv_unfinished unfinished;
	bool fetched; /* everything was fetched */
	vv_repository *repo;
} vv_clone_job;

void vv_clone_job_init(vv_clone_job *j);

/* The same clone again continues one that was interrupted. A failure leaves nothing, unless blocks came that the next
 * attempt can use. VV_EREFUSED: something else is in the folder; VV_ELOCKED: another clone is at work there. */
vv_status vv_clone_job_run(vv_clone_job *j, vv_error *err);
void vv_clone_job_clear(vv_clone_job *j);
VV_AUTO_CLEAR(vv_clone_job, vv_clone_job_clear)

#endif
