/*
 * varve/sync.h: clones, fetches and pushes, with varve peers and with Git hosts.
 *
 *	varve_clone(&repo, NULL, "https://data.example.org/sales", "sales", NULL, NULL, &err);
 *	varve_fetch(NULL, repo, NULL, NULL, &err);     from the remote that the branch follows
 *	varve_push(&done, repo, NULL, NULL, &err);     VARVE_EREJECTED: fetch, merge, push again
 *	varve_transfer_free(done);
 *
 * All received data is checked before a ref moves. If a call is interrupted or cancelled, the received blocks are kept,
 * and a second call with the same arguments continues. Connections use Git's settings. The library never prompts at a
 * terminal: it uses keys of an ssh agent, and passwords of Git's credential helpers, or of the program that GIT_ASKPASS
 * names in the repository's environment (varve_repo_options.env). A connection to a Git host needs the program git in
 * the PATH of this environment; a connection to a repository at a path needs the program varve there. If the program is
 * not found, the call fails with VARVE_EPROGRAM, and the message names the program. Every call that connects can fail
 * with VARVE_EAUTH: the remote requires a login, or does not accept it.
 */
#ifndef VARVE_SYNC_H
#define VARVE_SYNC_H

#include "varve/base.h"
#include "varve/repo.h"
#include "varve/version.h"

VARVE_BEGIN

/* Flags for varve_sync_options.flags. */
enum varve_sync_flag {
	VARVE_SYNC_TAGS = 1 << 0,    /* fetch, push: transfer all tags, too */
	VARVE_SYNC_NO_TAGS = 1 << 1, /* fetch: transfer no tags */
	VARVE_SYNC_PRUNE = 1 << 2, /* fetch: remove remote-tracking branches of deleted branches */
	/* fetch, push: move refs even if the move is not a fast-forward */
	VARVE_SYNC_FORCE = 1 << 3,
	/* fetch: move refs even if no peer has all blocks of their versions */
	VARVE_SYNC_MISSING_OK = 1 << 4,
	/* push: send nothing, and report the counts and refs of a push without this flag */
	VARVE_SYNC_DRY_RUN = 1 << 5,
	VARVE_SYNC_ALL = 1 << 6,    /* push: push all branches */
	VARVE_SYNC_DELETE = 1 << 7, /* push: delete the refs in specs */
	/* push: make the remote's branch the upstream of the branch */
	VARVE_SYNC_SET_UPSTREAM = 1 << 8,
	VARVE_SYNC_NO_HOOKS = 1 << 9, /* push: skip the pre-push hook */
	/* clone: fetch only the history; blocks are fetched later, when they are needed */
	VARVE_SYNC_LAZY = 1 << 10,
	VARVE_SYNC_BARE = 1 << 11,        /* clone: make a bare repository */
	VARVE_SYNC_NO_CHECKOUT = 1 << 12, /* clone: leave the work tree empty */
	VARVE_SYNC_SINGLE = 1 << 13       /* clone: fetch only one branch */
};

/* Options of a clone, fetch or push. */
typedef struct varve_sync_options {
	size_t size;
	/* enum varve_sync_flag. A call fails with VARVE_EUSAGE if a flag is only for other calls. */
	uint32_t flags;
	uint32_t idle_sec; /* disconnect a peer after this number of seconds without data; 0: 60 */
	/* fetch, push: refspecs, ended by NULL. NULL: the refspecs in Git's settings (remote.NAME.fetch,
	 * remote.NAME.push); without remote.NAME.push, a push moves the branch that the current branch follows */
	const char *const *specs;
	/* clone, fetch: further remotes or URLs from which blocks can be fetched, ended by NULL; or NULL. Calls
	 * that fetch only blocks accept at most 8 */
	const char *const *from;
	const char *branch; /* clone: the branch to check out; NULL: the remote's HEAD */
	/* push: the value of the option --force-with-lease of git push, such as "REF:ID"; "": the option without a
	 * value; NULL: without the option */
	const char *lease;
	const varve_watch *watch;
} varve_sync_options;

/* The result of a clone, fetch or push: counts, and the refs that it moved or did not move. */
typedef struct varve_transfer varve_transfer;

/* Clones a URL or path into folder, and opens the clone with settings (NULL: all defaults). done may be NULL; else
 * *done is set to the result, which the caller frees. If the call fails, folder is removed, unless it has blocks that a
 * second call with the same arguments can use. VARVE_EREFUSED: folder is not empty; VARVE_ELOCKED: another process
 * clones into folder; VARVE_ENOTFOUND: no such repository or branch; VARVE_EIO: the URL does not answer. */
VARVE_API int varve_clone(varve_repo **out, varve_transfer **done, const char *url,
			  const char *folder, const varve_repo_options *settings,
			  const varve_sync_options *options, varve_error *err);

/* Fetches from a remote. remote: its name or URL; NULL: the remote of the current branch's upstream. done may be NULL;
 * else *done is set to the result, which the caller frees. If a ref cannot be moved, because the move is not a
 * fast-forward or no peer has all blocks, the call succeeds, and *done lists the ref as refused. VARVE_ENOTFOUND: no
 * such remote or ref; VARVE_EIO: the remote does not answer; VARVE_EMISSING: the received data is incomplete;
 * VARVE_ECORRUPT: the received data is damaged; VARVE_EREFUSED: the repository was opened with VARVE_OPEN_URL. */
VARVE_API int varve_fetch(varve_transfer **done, varve_repo *repo, const char *remote,
			  const varve_sync_options *options, varve_error *err);

/* Fetches missing blocks of versions whose commits this repository has. Blocks are fetched from the remotes and URLs in
 * options->from; if options->from is NULL, from all remotes, and from other peers that have the blocks. Of the other
 * options, only idle_sec and watch are used; a flag is VARVE_EUSAGE. range: a revision, or "A..B" for A and all commits
 * that B reaches and A does not; NULL: HEAD. paths: files and folders, ended by NULL; NULL: all. Complete versions are
 * skipped. done may be NULL; else *done is set to the result, which the caller frees; of its counts, only versions is
 * set. VARVE_EMISSING: no peer has some of the blocks; the versions that could be fetched are stored, and *done is
 * NULL. VARVE_ENOTFOUND: no such revision, or a path without a stored version. */
VARVE_API int varve_fetch_versions(varve_transfer **done, varve_repo *repo, const char *range,
				   const char *const *paths, const varve_sync_options *options,
				   varve_error *err);

/* Fetches the missing blocks of one version, which may have been found in a commit, in the index,
 * or by its CID. The options are as for varve_fetch_versions. Does nothing if varve does not store
 * the version. VARVE_EMISSING: no remote has a block; VARVE_ENOTFOUND: no such remote. */
VARVE_API int varve_version_fetch(const varve_version *version, const varve_sync_options *options,
				  varve_error *err);

/* Pushes blocks, then commits, then refs to a remote. remote: its name or URL; NULL: the remote of
 * the current branch's upstream. done may be NULL; else *done is set to the result, which the
 * caller frees, even if the call returns VARVE_EREJECTED. VARVE_EREJECTED: the remote has commits
 * that this repository does not have, or does not accept a ref. No ref was moved then, unless the
 * remote is a Git host, which moves each ref on its own.
 *
 * VARVE_ECONFLICT: the pre-push hook failed; VARVE_EMISSING: this repository does not have a block
 * that must be sent; VARVE_ENOTFOUND: no such remote or ref; VARVE_EUSAGE: the branch has no
 * upstream, or flags and specs cannot be combined; VARVE_EIO: the remote does not answer;
 * VARVE_EREFUSED: the repository was opened with VARVE_OPEN_URL. */
VARVE_API int varve_push(varve_transfer **done, varve_repo *repo, const char *remote,
			 const varve_sync_options *options, varve_error *err);

/* A ref that a transfer moved or did not move. */
typedef struct varve_ref_update {
	const char
		*from; /* the ref or revision that was sent; NULL: the ref `to` is to be deleted */
	/* the ref to move: after a fetch, in this repository; after a push, in the remote; NULL: the ref was only
	 * fetched, because its refspec has no destination */
	const char *to;
	const char *before;  /* the id of `to` before the call; "": the ref did not exist */
	const char *after;   /* the id of `from`; "": the ref `to` is to be deleted */
	const char *refused; /* the reason for which `to` was not moved; NULL: not refused */
	bool moved; /* false: `to` was refused or already up to date, or the call was a dry run */
} varve_ref_update;

/* Sets *update to the next ref of the result. *update is valid until the transfer is freed. */
VARVE_API int varve_transfer_next(varve_transfer *transfer, const varve_ref_update **update,
				  varve_error *err);

/* Counts of a transfer. Counts that the kind of transfer does not have are 0. */
typedef struct varve_transfer_counts {
	const char *url; /* the URL of the remote */
	/* warnings, as lines that end with a newline; lines that the remote sent begin with "remote: " */
	const char *warnings;
	uint64_t commits;  /* commits that were transferred */
	uint64_t versions; /* versions of tables that were transferred */
	uint64_t blocks;   /* blocks that were transferred */
	uint64_t bytes;    /* bytes of the blocks that were transferred */
	/* bytes that varve sent and received; the program git's traffic is not counted */
	uint64_t line;
	uint64_t missing;   /* fetch and clone: blocks that no peer had */
	uint64_t elsewhere; /* versions whose blocks a lazy clone did not fetch */
	uint64_t refused;   /* refs that could not be moved */
} varve_transfer_counts;

/* Returns the counts of a transfer; after VARVE_SYNC_DRY_RUN, the counts that a push without this flag would have.
 * Borrowed until the transfer is freed. */
VARVE_API const varve_transfer_counts *varve_transfer_info(const varve_transfer *transfer);

VARVE_API void varve_transfer_free(varve_transfer *transfer);

VARVE_END
#endif
