/*
 * varve/sync.h: clone, fetch and push, with varve peers and with Git hosts.
 *
 *	varve_clone(&repo, NULL, "https://data.example.org/sales", "sales", NULL, NULL, &err);
 *	varve_fetch(NULL, repo, NULL, NULL, &err);     from the remote that the branch follows
 *	varve_push(&done, repo, NULL, NULL, &err);     VARVE_EREJECTED: fetch, merge, push again
 *	varve_transfer_free(done);
 *
 * Everything that arrives is checked before a ref moves. An interrupted or cancelled call keeps the blocks that
 * arrived; calling it again continues. Lines to other repositories are opened by Git's settings. The library never
 * prompts at a terminal: keys come from an ssh agent, passwords from Git's credential helpers, or from the program that
 * GIT_ASKPASS names in the repository's environment. Git hosts need the program git, and paths of repositories the
 * program varve, in the environment's PATH: without it the call ends with VARVE_EPROGRAM, and the message names it.
 */
#ifndef VARVE_SYNC_H
#define VARVE_SYNC_H

#include "varve/base.h"
#include "varve/repo.h"
#include "varve/version.h"

VARVE_BEGIN

enum varve_sync_flag {
	VARVE_SYNC_TAGS = 1 << 0,    /* all tags as well */
	VARVE_SYNC_NO_TAGS = 1 << 1, /* fetch: no tags */
	VARVE_SYNC_PRUNE = 1 << 2, /* fetch: remove remote-tracking branches that are gone there */
	VARVE_SYNC_FORCE = 1 << 3, /* move refs where that is not a fast-forward */
	VARVE_SYNC_MISSING_OK = 1 << 4, /* fetch: accept versions even if no peer has all blocks */
	VARVE_SYNC_DRY_RUN = 1 << 5,    /* push: report what would be sent */
	VARVE_SYNC_ALL = 1 << 6,        /* push: all branches */
	VARVE_SYNC_DELETE = 1 << 7,     /* push: delete the refs in specs */
	VARVE_SYNC_SET_UPSTREAM = 1 << 8, /* push: the branch follows the one there */
	VARVE_SYNC_NO_HOOKS = 1 << 9,     /* push: skip the pre-push hook */
	VARVE_SYNC_LAZY = 1 << 10, /* clone: history alone, and blocks when they are needed */
	VARVE_SYNC_BARE = 1 << 11, /* clone: no work tree */
	VARVE_SYNC_NO_CHECKOUT = 1 << 12, /* clone: leave the work tree empty */
	VARVE_SYNC_SINGLE = 1 << 13       /* clone: one branch */
};

typedef struct varve_sync_options {
	size_t size;
	uint32_t flags;    /* enum varve_sync_flag: those of the call, else VARVE_EUSAGE */
	uint32_t idle_sec; /* drop a peer that is silent for this long; 0: 60 */
	const char *const
		*specs; /* fetch, push: refspecs, ended by NULL; NULL: those of Git's settings */
	/* clone, fetch: further remotes or URLs to get blocks from, ended by NULL */
	const char *const *from;
	const char *branch; /* clone: the branch to check out; NULL: the remote's HEAD */
	/* push: "REF:ID", as git push --force-with-lease; "": all refs; or NULL */
	const char *lease;
	const varve_watch *watch;
} varve_sync_options;

typedef struct varve_transfer varve_transfer; /* the counts of a clone, fetch or push */

/* Clones a URL or path into folder, and opens the clone with settings (NULL: all defaults). *done (or NULL) is what
 * arrived. VARVE_EREFUSED: the folder is not empty; VARVE_ELOCKED: another clone into it is running;
 * VARVE_ENOTFOUND: no such repository or branch; VARVE_EIO: no answer. A failure removes the folder, unless blocks
 * arrived that the same call can use. */
VARVE_API int varve_clone(varve_repo **out, varve_transfer **done, const char *url,
			  const char *folder, const varve_repo_options *settings,
			  const varve_sync_options *options, varve_error *err);

/* Fetches from a remote's name or URL; NULL: the one that the branch follows. A ref that is not moved, since that is not
 * a fast-forward or no peer has all blocks, is not a failure: *done (or NULL) lists it. VARVE_ENOTFOUND: no such remote
 * or ref; VARVE_EIO: no answer; VARVE_EMISSING, VARVE_ECORRUPT: the received data is incomplete or damaged. */
VARVE_API int varve_fetch(varve_transfer **done, varve_repo *repo, const char *remote,
			  const varve_sync_options *options, varve_error *err);

/* Gets the blocks of versions whose commits this repository has: of a revision, or of all in "A..B" (NULL: HEAD), at
 * paths and below folders (ended by NULL; NULL: all). From options->from, else from all remotes. *done (or NULL): its
 * counts have versions and missing. Complete versions are skipped. VARVE_EMISSING: no peer has some of them; the
 * others have arrived. VARVE_ENOTFOUND: no such revision, or no table at a path. */
VARVE_API int varve_fetch_versions(varve_transfer **done, varve_repo *repo, const char *range,
				   const char *const *paths, const varve_sync_options *options,
				   varve_error *err);

/* The same for one version, wherever it was found: in a commit, in the index or by its CID. */
VARVE_API int varve_version_fetch(const varve_version *version, const varve_sync_options *options,
				  varve_error *err);

/* Pushes to a remote's name or URL; NULL: the one that the branch follows: blocks, then commits, then refs.
 * VARVE_EREJECTED: the other side has commits that are missing here, or does not accept a ref; no ref was moved, unless
 * the other side moves each ref alone, as Git hosts do. *done (or NULL) lists the refs, also after VARVE_EREJECTED.
 * VARVE_ECONFLICT: the pre-push hook forbids it; VARVE_EMISSING: a block that has to be sent is missing here;
 * VARVE_ENOTFOUND: no such remote or ref; VARVE_EUSAGE: the branch follows none; VARVE_EIO: no answer. */
VARVE_API int varve_push(varve_transfer **done, varve_repo *repo, const char *remote,
			 const varve_sync_options *options, varve_error *err);

typedef struct varve_ref_update {
	const char *from; /* the ref that was sent; NULL: the other one was deleted */
	/* the ref that moved: of this repository after a fetch, of the other one after a push */
	const char *to;
	const char *before;  /* id of to; "" when there was none */
	const char *after;   /* id of from; "" when there is none */
	const char *refused; /* why to did not move; else NULL */
	bool moved;          /* false: refused, unchanged, or a dry run */
} varve_ref_update;

/* The next ref; valid until the transfer is freed. */
VARVE_API int varve_transfer_next(varve_transfer *transfer, const varve_ref_update **update,
				  varve_error *err);

typedef struct varve_transfer_counts {
	const char *url;      /* of the other side */
	const char *warnings; /* lines that end with a newline; of the other side: "remote: ..." */
	uint64_t commits;
	uint64_t versions; /* of tables */
	uint64_t blocks;
	uint64_t bytes;     /* of the blocks */
	uint64_t line;      /* bytes on the line, without the transfers of the program git */
	uint64_t missing;   /* blocks that no peer had */
	uint64_t elsewhere; /* versions whose blocks stayed there: of a lazy clone */
	uint64_t refused;   /* refs */
} varve_transfer_counts;

/* The counts of a transfer; with VARVE_SYNC_DRY_RUN: of the transfer that would be made. Borrowed
 * until the transfer is freed. */
VARVE_API const varve_transfer_counts *varve_transfer_info(const varve_transfer *transfer);

VARVE_API void varve_transfer_free(varve_transfer *transfer);

VARVE_END
#endif
