/*
 * fetched: fetches history from a host with git. While the history is used, it is reachable from
 * refs below refs/varve/fetched/, which has a folder of refs for each URL.
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
	size_t count;                      /* number of refs that were made */
	char folder[64];                   /* folder of these refs */
} vv_fetched;

/* Initialises f without fetching. git: has the folder in which git runs, and the host's URL. word:
 * the host as an argument of git. hello: the refs of the host. published: the host, if it is a
 * published folder; else NULL. All arguments are borrowed until vv_fetched_clear. */
void vv_fetched_init(vv_fetched *f, vv_transfer *t, const vv_git_call *git, const char *word,
		     const vv_hello *hello, const vv_remote_folder *published);
void vv_fetched_clear(vv_fetched *f); /* removes the refs */

/* Returns true if a killed fetch has left refs or locks. */
bool vv_fetched_is_left(const vv_fetched *f);
/* Removes the refs and locks that a killed fetch has left. From this call on, the caller must hold
 * a lock that excludes other processes from the folder of refs. */
void vv_fetched_tidy(vv_fetched *f);
/* Fetches the `count` refs with the full names `names`, and everything reachable from them, and
 * sets the elements of ids to their ids. git does not connect if everything was already fetched
 * with earlier refs, or is in the packs of a published folder. */
vv_status vv_fetched_get(vv_fetched *f, const char *const *names, size_t count, vv_oid *ids,
			 vv_error *err);
/* Fetches all refs of the host except those for blocks, and calls fn for each. */
vv_status vv_fetched_get_all(vv_fetched *f, vv_ref_fn fn, void *payload, vv_error *err);

#endif
