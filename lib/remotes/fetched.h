/*
 * fetched: history that git fetched from a host, named by refs below refs/varve/fetched/, in a folder for each URL, while
 * it is in use.
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

typedef struct vv_fetched {
	vv_transfer *t;
	vv_git_call git;
	const char *word;
	const vv_hello *hello;             /* the host's refs */
	const vv_remote_folder *published; /* it is one; NULL: it is none */
	size_t count;                      /* refs that were made */
	char folder[64];                   /* of these */
} vv_fetched;

/* git has the folder to run in, and the host's URL; word is git's argument for it. All is borrowed until
 * clear. */
void vv_fetched_init(vv_fetched *f, vv_transfer *t, const vv_git_call *git, const char *word,
		     const vv_hello *hello, const vv_remote_folder *published);
void vv_fetched_clear(vv_fetched *f); /* removes the refs that it made */

/* Are there refs, or locks, of a fetch that was killed? */
bool vv_fetched_is_left(const vv_fetched *f);
/* Removes these. From this call on the caller must have a lock that excludes other processes from
 * the folder. */
void vv_fetched_tidy(vv_fetched *f);
/* Fetches refs (full names) and everything reachable from them; ids gets their ids. If all of it came with earlier refs, or in
 * the packs of a published folder, git does not connect again. */
vv_status vv_fetched_get(vv_fetched *f, const char *const *names, size_t count, vv_oid *ids,
			 vv_error *err);
/* All refs of the host but those of blocks, each given to fn. */
vv_status vv_fetched_get_all(vv_fetched *f, vv_ref_fn fn, void *payload, vv_error *err);

#endif
