/*
 * fetched: fetches history from a host with git. Until vv_fetched_clear, the history is reachable
 * from refs in a folder below refs/varve/fetched/. Each URL has its own folder.
 */
#ifndef VV_LIB_REMOTES_FETCHED_H
#define VV_LIB_REMOTES_FETCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/remotes/remote_folder.h"
#include "lib/remotes/transfer.h"
#include "repo/git/history/refs.h"
#include "repo/git/oid.h"
#include "repo/git/run_git.h"
#include "transport/protocol/message.h"

/* The history fetched from one host. */
typedef struct vv_fetched {
	vv_transfer *t;                    /* the transfer to which the fetch belongs */
	vv_git_call git;                   /* folder in which git runs, and URL of the host */
	const char *word;                  /* the remote, as argument of git fetch */
	const vv_hello *hello;             /* refs of the host */
	const vv_remote_folder *published; /* the host, if it is a published folder; else NULL */
	/* above 0: refs were made; the number in the name of the next one */
	size_t count;
	char folder[64]; /* folder of these refs */
} vv_fetched;

/* Initialises f without fetching. git: has the folder in which git runs, and the host's URL. word:
 * the host as an argument of git. hello: the refs of the host. published: the host, if it is a
 * published folder; else NULL. All arguments are borrowed until vv_fetched_clear. */
void vv_fetched_init(vv_fetched *f, vv_transfer *t, const vv_git_call *git, const char *word,
		     const vv_hello *hello, const vv_remote_folder *published);
void vv_fetched_clear(vv_fetched *f); /* removes the refs, if any were made */

/* Returns true if a killed fetch has left refs or locks. */
bool vv_fetched_is_left(const vv_fetched *f);
/* Removes the refs and locks that a killed fetch has left. From this call on, the caller must hold
 * a lock that excludes other processes from the folder of refs. */
void vv_fetched_tidy(vv_fetched *f);
/* Fetches the `count` refs with the full names `names`, and everything reachable from them, and
 * sets the elements of ids to their ids. git does not connect if everything was already fetched
 * with earlier refs, or is in the packs of a published folder. VV_EREFUSED: the host is a shallow
 * repository. */
vv_status vv_fetched_get(vv_fetched *f, const char *const *names, size_t count, vv_oid *ids,
			 vv_error *err);
/* Fetches all refs of the host, except those of varve: the refs of blocks and of signed heads.
 * Calls fn for each fetched ref, which has its name in f->folder, not its name on the host. */
vv_status vv_fetched_get_all(vv_fetched *f, vv_ref_fn fn, void *payload, vv_error *err);

#endif
