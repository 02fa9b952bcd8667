/*
 * host: stores blocks on services without varve, as packs with lists. The packs are in the history
 * of a ref of a Git host, or are files of a place, which is then a store. Both are called the host.
 *
 * Commits are pushed onto the tip of the ref, without force. The user's clone gets only blocks: the
 * commits and trees of the ref are fetched into a scratch repository in .git/varve/host/, and packs
 * are removed from it after reading. Format: docs/formats/pack-lists.md.
 *
 * The host is not trusted: its lists are only hints, and the receiver compares every block with its
 * CID.
 *
 * A caller calls vv_host_open, which locks the host's local state, and vv_host_refresh with the
 * current tip of the ref. It then calls vv_host_has, vv_host_prefetch and vv_host_get, or
 * vv_host_send, and finally vv_host_close.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_HOST_H
#define VV_TRANSPORT_PLACES_PACKS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/repository.h"
#include "transport/places/place.h"

#define VV_HOST_REF "refs/varve/blocks"
#define VV_HOST_BRANCH "refs/heads/varve-blocks" /* on hosts that accept only branches */

/* The host to open, and how. The strings are copied; the other pointers are borrowed until
 * vv_host_close. */
typedef struct vv_host_options {
	vv_repository *repo;        /* the user's repository */
	const char *url, *push_url; /* push_url NULL: same as url */
	bool exact;                 /* of url: as in vv_git_call */
	const char *remote;         /* name of the remote; NULL: the user gave a URL */
	const vv_progress *progress;
	/* receives the lines that the host prints during a push; may be NULL */
	const vv_notes *notes;
	unsigned idle_sec; /* as in vv_git_call */
	/* For a store: the place with the files. vv_host_open takes the place, and closes it if it
	 * fails; vv_host_close closes it. remote must be NULL; url is the key of the local state,
	 * and is used in messages. Zeroed: the host is a ref of a Git host. */
	vv_place take_place;
} vv_host_options;

/* The mark of a store, by which vv_place_open recognises it. */
extern const vv_place_mark vv_files_mark;

typedef struct vv_host vv_host;

/* Returns a number for the place at this URL, the same for all paths of one folder. */
uint64_t vv_host_key(const char *url);
/* Returns the path of the folder with the local state of the host at this URL, which the caller
 * frees with vv_free. NULL: out of memory. */
char *vv_host_dir(vv_repository *r, const char *url);
/* Name of the file in that folder with the commits that a push or fetch found complete there
 * (repo/known/kept_commits.h). */
#define VV_HOST_COMPLETE "complete"
/* Opens and locks the local state of the host. If another process has the lock, waits up to 10
 * minutes. The caller closes *out with vv_host_close. VV_ELOCKED: the lock was not free in time. */
vv_status vv_host_open(vv_host **out, const vv_host_options *o, vv_error *err);
void vv_host_close(vv_host *h); /* accepts NULL */
VV_AUTO_FREE(vv_host, vv_host_close)

/* Declares that the caller will repair damage on the host (vv_host_sending.verify). A damaged file
 * "format" then does not make vv_host_refresh fail. Call this before the first vv_host_refresh. */
void vv_host_mend(vv_host *h);

/* What happened to the ref since the last refresh, which may have been in an earlier run. */
typedef enum vv_host_change {
	VV_HOST_AS_EXPECTED,
	VV_HOST_REWRITTEN, /* the ref no longer descends from its last known commit */
	VV_HOST_GONE       /* the ref existed before, but no longer exists */
} vv_host_change;

/* Gets the lists of packs, and sets *change. ref: the name of the ref of blocks. tip: its id on the
 * host; a null id: the ref does not exist. For a store, ref and tip are NULL, and the function only
 * checks that the place is a store; vv_host_look then gets the lists. VV_EREFUSED: the ref does not
 * have blocks of varve. VV_ENOSUPPORT: a newer varve wrote the ref or the store. VV_ECORRUPT: the
 * file "format" is damaged. */
vv_status vv_host_refresh(vv_host *h, const char *ref, const vv_oid *tip, vv_host_change *change,
			  vv_error *err);

/* Asks the host for the current id of the ref, and sets *tip to it, or to a null id if the ref does
 * not exist. */
vv_status vv_host_ask_tip(vv_host *h, const char *ref, vv_oid *tip, vv_error *err);

/* Returns true if tip is the id that blocks_ref had at its last vv_host_refresh, in this run or
 * an earlier one. Makes blocks_ref the ref of h. */
bool vv_host_was_at(vv_host *h, const char *blocks_ref, const vv_oid *tip);

/* For a store: gets the lists of the count versions `roots`, so that vv_host_has is correct for
 * their blocks. If roots is NULL, gets all lists, if the place allows listing. */
vv_status vv_host_look(vv_host *h, const vv_cid *roots, size_t count, vv_error *err);
/* Returns true if the place does not allow listing, as far as a search has found out. Blocks are then
 * found only below the roots that vv_host_look was called for. */
bool vv_host_is_unlistable(const vv_host *h);
/* Returns true if the lists have the block cid in a pack that is not known to be bad. */
bool vv_host_has(const vv_host *h, const vv_cid *cid);

/* Adds the count commits ids to the record of complete ones, if the lists that were read have every
 * version in their history that is not below recorded commits. */
vv_status vv_host_note_read(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);

typedef vv_status (*vv_host_shown_fn)(void *payload, size_t i, const vv_cid *cid, const void *bytes,
				      size_t len, vv_error *err);
/* Finds out whether the host really has the count blocks cids: fetches them from the host again,
 * does not use local data, and compares each block with its CID. Calls fn for each block, in order;
 * bytes is NULL if the host did not deliver the block. A negative result of fn ends the calls, and
 * is returned. */
vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err);

/* The result of vv_host_keeps_each for one version. */
typedef struct vv_host_keeps {
	bool whole; /* the host has the complete version */
	/* if not whole: name of the first missing or damaged file; "": no file is at fault */
	char lacks[96];
	/* in a store, if whole: the CID of a random block in a random pack of the version; else
	 * null */
	vv_cid any;
} vv_host_keeps;
/* Determines which of the count versions `roots` the host has completely, and sets out[i] to the
 * result for roots[i].
 *
 * In a store: reads the file of each version, the lists that this file names, and the end of each
 * of their packs.
 *
 * At a Git host: asks the host whether it has the blobs of the packs and lists, without fetching
 * them (vv_host_ask in host_internal.h). Then fetches and hashes packs that were never read
 * completely on this machine, up to fetch_bytes bytes together. Trusts all other packs.
 *
 * If fetch_bytes is UINT64_MAX, also asks for all objects that are reachable from the ref; if the
 * host does not answer as git does, fetches everything, and hashes all packs. VV_ECORRUPT: the host
 * does not have an object of the ref that clones need. */
vv_status vv_host_keeps_each(vv_host *h, const vv_cid *roots, size_t count, uint64_t fetch_bytes,
			     vv_host_keeps *out, vv_error *err);

/* The arguments and results of vv_host_verify. */
typedef struct vv_host_verifying {
	/* false: verify all packs; true: verify at least one pack of each kind, up to unseen_bytes
	 * bytes of packs that were never read completely on this machine, and up to seen_bytes
	 * bytes of others */
	bool sample;
	uint64_t unseen_bytes, seen_bytes;
	bool mend; /* in a store: make missing or damaged lists again from their packs */
	/* the names of damaged files of a store are appended, one per line; may be NULL */
	vv_buf *damaged;
	/* The following members are results. */
	uint64_t bad_packs, lost; /* lost: number of blocks of bad packs that no other pack has */
	uint64_t blocks;          /* number of valid blocks that were read */
} vv_host_verifying;
/* Fetches packs, and compares all their blocks with their CIDs. Afterwards, the blocks of bad packs
 * count as missing. */
vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err);

/* Fetches the blocks that are reachable from the count CIDs cids and that this repository does not
 * have. It is not an error if the host does not have a block. */
vv_status vv_host_prefetch(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* Replaces the content of out with the block cid, which was prefetched or is in this repository.
 * The caller must compare it with its CID. stored, form: as in vv_store_get_form. VV_EMISSING: the
 * lists do not have the block. VV_ECORRUPT: the lists have the block, but it is missing or damaged
 * on the host. */
vv_status vv_host_get(vv_host *h, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		      vv_block_form *form, vv_error *err);

/* Fetches those of the count blocks cids that the host or store has, without the blocks below
 * them. */
vv_status vv_host_bring(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* For a store: replaces the content of out with the block cid, and reads as few lists as possible.
 * VV_ENOTFOUND: the store does not have the block. */
vv_status vv_host_get_alone(vv_host *h, const vv_cid *cid, vv_buf *out, vv_error *err);

/* Numbers about sent or fetched data. */
typedef struct vv_host_sum {
	uint64_t versions, blocks, packs;
	uint64_t damaged;    /* blocks that the host lists, but does not deliver intact */
	uint64_t incomplete; /* versions that neither side has completely */
	uint64_t bad_packs;  /* packs found to be bad by vv_host_sending.verify */
	/* raw: bytes of the blocks; bytes: transferred bytes of packs and lists */
	uint64_t raw, bytes;
} vv_host_sum;

/* The arguments of vv_host_send. */
typedef struct vv_host_sending {
	const vv_oid *wants; /* the versions of these commits and of their ancestors are sent */
	size_t want_count;
	const vv_oid *there; /* commits to which the host's refs point */
	size_t there_count;
	bool dry_run; /* send nothing; only set *out */
	/* send only the versions that are complete in this repository; out->incomplete counts the
	 * others */
	bool complete;
	bool verify; /* first fetch and hash all packs, and replace bad packs */
	/* the host's refs name the versions only after the call: those that the host already
	 * has and that no commit of `there` reaches are protected from a gc in between */
	bool renew;
	const vv_expired *expired; /* the host's lists, whose versions are not sent; may be NULL */
} vv_host_sending;
/* Sends the blocks that are reachable from what->wants and that the host does not have, and sets
 * *out. If another push was faster, tries again with the blocks that are then still missing.
 * VV_EMISSING: neither this repository nor the host has a block. VV_ECONFLICT: other pushes or a gc
 * were faster in many attempts. */
vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err);

/* The arguments of vv_host_compact. The new tree has the blocks that are reachable from `wants`
 * (the commits of all refs of the host), and the packs that are newer than `before`, unchanged.
 *
 * If drop is set, the call instead removes the blocks that no other versions need, and no others,
 * at any age. The earlier commits of the ref also have these blocks, so a commit without parents
 * replaces them. The order, which is safe if the call is killed at any time and while others push:
 * 1. packs without the blocks are pushed onto the tip; 2. the new commit, which has these packs and
 * the unchanged ones, replaces the tip if no other push moved it; else all of this is done again.
 * A push that was planned with the earlier tip is then refused as not descending from the tip, and
 * sends the blocks that it needs again. */
typedef struct vv_host_compaction {
	const vv_oid *wants;
	size_t want_count;
	int64_t before; /* in seconds since 1970; INT64_MAX: no pack is newer */
	bool dry_run;
	bool tight; /* for vv_host_repack: rewrite the packs with unneeded blocks, and no others */
	const vv_cid_set
		*drop; /* roots of versions to remove; NULL: remove unreachable blocks only */
	/* with drop: no other process pushes, so all blocks that `wants` does not need are removed,
	 * and the ref keeps no earlier commit */
	bool alone;
} vv_host_compaction;
/* The result of vv_host_compact. */
typedef struct vv_host_compacted {
	/* the host was changed, or would be without dry_run; false: a change would gain nothing */
	bool changed;
	uint64_t packs_before, packs_after, bytes_before, bytes_after;
	/* number of dropped blocks; a block in several packs counts several times */
	uint64_t dropped;
} vv_host_compacted;
/* Compacts a Git host: pushes a commit whose tree has fewer and larger packs, and sets *out.
 * VV_ECONFLICT: another push was faster. VV_EMISSING: the host does not have all packs of its
 * lists. */
vv_status vv_host_compact(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			  vv_error *err);

/* The arguments of a sweep. A sweep is a gc of a store: it combines small packs into fewer and
 * larger packs, and condemns garbage (condemned.h). A later sweep removes the condemned files;
 * writers therefore need no lock. A sweep keeps the versions that are reachable from `wants`, and
 * files younger than age_sec seconds by the place's own clock. Unless `alone` is set, it also keeps
 * versions younger than one hour, since a push writes them before it moves refs. */
typedef struct vv_host_sweeping {
	const vv_oid *wants;
	size_t want_count;
	uint64_t age_sec; /* UINT64_MAX: nothing is garbage */
	/* seconds between condemning and removing; at least VV_SWEEP_WAIT_SECONDS if other clients
	 * may write to the store */
	uint64_t wait_sec;
	bool dry_run;
	/* no other process writes to the store; packs that also have unneeded blocks are then
	 * rewritten without them */
	bool alone;
	size_t small; /* number of small packs that may remain; 0: no pack may remain small */
	/* roots of versions that are garbage at any age, though refs reach them; packs that have
	 * blocks that only these versions need are rewritten without them, and replaced packs are
	 * condemned at any age; old versions of files are removed. NULL: none */
	const vv_cid_set *drop;
} vv_host_sweeping;
/* Sets *due to true if a sweep is due, else to false. It is due if what->wait_sec has passed since
 * files were condemned, or if no file is condemned and the store has more than what->small small
 * packs. */
vv_status vv_host_sweep_due(vv_host *h, const vv_host_sweeping *what, bool *due, vv_error *err);
#define VV_SWEEP_WAIT_SECONDS ((uint64_t)7 * 86400)
/* How many of some objects of Git a host has. */
typedef struct vv_host_objects {
	uint64_t gone, there;
	uint64_t unasked; /* each missing object takes a request */
	bool silent;      /* the host does not answer as git does: all are unasked */
} vv_host_objects;
/* Asks a Git host for the count objects ids by their ids, reachable or not, and fetches none.
 * Begins no further request after `ms` milliseconds. */
vv_status vv_host_objects_ask(vv_host *h, const vv_oid *ids, size_t count, uint64_t ms,
			      vv_host_objects *out, vv_error *err);

/* Old versions of a store's files, which were removed or replaced. Buckets with versioning or object
 * lock keep them. */
typedef struct vv_host_old {
	uint64_t removed;     /* number that a sweep removed for good */
	uint64_t left, bytes; /* those that stay */
	int64_t until;        /* the last end of their locks; 0: none is locked; INT64_MAX: open */
	bool hidden;          /* the place keeps them, and does not list them */
	bool needed;          /* a version that should stay has been removed, so they all stay */
} vv_host_old;
/* Counts the old versions. */
vv_status vv_host_old_look(vv_host *h, vv_host_old *out, vv_error *err);

/* Numbers of files of a store, and their bytes. */
typedef struct vv_host_files {
	uint64_t versions, packs, bytes;
} vv_host_files;
/* The result of a sweep. */
typedef struct vv_host_swept {
	vv_host_files before, removed, condemned;
	/* time at which all condemned files, also those of earlier runs, can be removed; 0: nothing
	 * is condemned */
	int64_t removable;
	/* merged: number of packs that were combined; made: number of packs made from them */
	uint64_t merged, made;
	/* number of versions that are kept only because they are younger than one hour */
	uint64_t young;
	/* number of packs that would be combined or condemned if they were older than age_sec */
	uint64_t young_packs;
	/* times at which the first and the last of these packs reach age_sec; 0: no such packs */
	int64_t young_from, young_until;
	/* number of versions reachable from `wants` that the store has only partly */
	uint64_t incomplete;
	/* with drop: old versions that were removed, and the rest; else, if files were removed: all
	 * old versions of files there */
	vv_host_old old;
} vv_host_swept;
/* Sweeps a store, and sets *out. Afterwards, no lists are loaded: vv_host_has returns false until
 * vv_host_look is called. VV_ENOSUPPORT or VV_EREFUSED: the place does not allow listing.
 * VV_ENOSUPPORT also: the place does not report when files were written. VV_ELOCKED: another gc is
 * running in the place. VV_ECORRUPT: the place has damaged files; nothing was removed, except
 * perhaps files that an earlier sweep had condemned. */
vv_status vv_host_sweep(vv_host *h, const vv_host_sweeping *what, vv_host_swept *out,
			vv_error *err);

/* Returns numbers about the data fetched so far: bytes, packs and damaged. */
vv_host_sum vv_host_came(const vv_host *h);

#endif
