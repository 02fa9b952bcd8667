/*
 * clone: clones a repository, with its history and its tables, into a new folder.
 *
 * A correct caller zeroes a vv_clone_job, sets the members above `fetch`, calls vv_clone_job_run,
 * and then, also on failure, vv_clone_job_clear.
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
#include "lib/space/room.h"
#include "lib/sync/fetch_run.h"
#include "repo/git/repository.h"

/* A clone: its options and its result. */
typedef struct vv_clone_job {
	/* a URL, a path, or a name (lib/heads/named.h); may be replaced by an absolute form */
	const char *url;
	const char *dir; /* the new folder; NULL: the last part of the URL is its name */
	const vv_env *env;
	const vv_notes *notes;                  /* receives progress and warnings */
	bool bare, quiet, verbose, no_checkout; /* the options of 'varve clone' with these names */
	bool git_host;                          /* the URL leads to a Git host without varve */
	bool single; /* clone one branch only: `branch`, or the branch of the remote's HEAD */
	bool lazy;   /* fetch history without blocks */
	bool allow_unsigned; /* as in vv_fetch_job; also check out a branch that is not signed */
	bool leave_unsigned; /* as in vv_fetch_job */
	/* maximum bytes of blocks to fetch; above 0, lazy is implied, and files whose blocks do not
	 * fit are written as pointers; 0: no limit */
	uint64_t room;
	/* branch or tag to check out; NULL: the default branch of the newest signed head or, without
	 * one, the branch of the remote's HEAD */
	const char *branch;
	const char *origin;  /* the remote's name; NULL: clone.defaultRemoteName, or "origin" */
	const char *program; /* path of varve on the ssh server; NULL: the default */
	vv_strings from;     /* further peers to fetch from */
	uint64_t idle_sec; /* seconds without data after which a connection fails; 0: the default */
	/* The following members are set by vv_clone_job_run. */
	vv_fetch_job fetch; /* the fetch of refs and blocks */
	vv_room_sum taken;  /* if room is set */
	bool lacking;       /* some tables were written as pointers */
	char *folder;       /* path of the clone */
	/* The following members are private. */
	char *absolute;           /* absolute path of url if url is a path; else NULL */
	char *set_origin;         /* the setting clone.defaultRemoteName; NULL: not set */
	char *one;                /* the only branch to clone; NULL: all branches */
	vv_named named;           /* the meaning of url, if by_name */
	bool by_name;             /* url is a name (lib/heads/named.h) */
	vv_unfinished unfinished; /* the marker of the unfinished clone */
	bool fetched;             /* all data was fetched */
	vv_repository *repo;      /* the new repository */
} vv_clone_job;

/* Sets *out to the folder for a clone of `name`, a URL, a path or the name of a repository: its last
 * part, without ".git"; the caller frees it. VV_EUSAGE: the last part is not the name of a folder. */
vv_status vv_clone_folder_name(char **out, const char *name, vv_error *err);
/* Clones the repository. If an earlier run was interrupted, running the same clone again continues
 * it. After a failure, removes what it made, unless the next run can use it; the hint then says so.
 * VV_EREFUSED: the folder contains other files. VV_ELOCKED: another clone into the folder is
 * running. VV_ENOTFOUND: the remote or its branch does not exist. VV_EREFUSED, too: the branch is
 * not signed. */
vv_status vv_clone_job_run(vv_clone_job *j, vv_error *err);
void vv_clone_job_clear(vv_clone_job *j);
VV_AUTO_CLEAR(vv_clone_job, vv_clone_job_clear)

#endif
