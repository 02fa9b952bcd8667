/*
 * host: stores blocks on services without varve, as packs with lists: in the history of a ref of a
 * Git host, or as files of a place (a store).
 *
 * The ref is only extended: commits are pushed onto its tip, without force. Only blocks are copied
 * to the user's clone. The commits and trees of the ref are in a scratch repository in
 * .git/varve/host/; packs are removed from it after reading. Format: docs/formats/pack-lists.md.
 *
 * The host is not trusted: its lists are only hints, and the receiver checks every block.
 *
 * A correct caller: vv_host_open, which locks the host's state; vv_host_refresh with the current
 * tip of the ref; then vv_host_has, vv_host_prefetch and vv_host_get, or vv_host_send;
 * vv_host_close.
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
#include "repo/git/repository.h"
#include "transport/places/place.h"

#define VV_HOST_REF "refs/varve/blocks"
#define VV_HOST_BRANCH "refs/heads/varve-blocks" /* on hosts that accept only branches */

typedef struct vv_host_options {
	vv_repository *repo;        /* the user's repository */
	const char *url, *push_url; /* push_url NULL: same as url */
	const char *remote;         /* name of the remote; NULL: the user gave a URL */
	const vv_progress *progress;
	const vv_notes *notes; /* receives what the host prints during a push; may be NULL */
	unsigned idle_sec;     /* as in vv_git_call */
	/* For a store: the place with the files; the host owns and closes it, also if vv_host_open
	 * fails. url is then only for messages, and remote is NULL. Zeroed: the host is a ref of a
	 * Git host. */
	vv_place take_place;
} vv_host_options;

/* The mark of a store of blocks. */
extern const vv_place_mark vv_files_mark;

typedef struct vv_host vv_host;

/* Returns the path of the folder with the local state of the host at this URL, owned by the caller.
 * NULL: out of memory. */
char *vv_host_dir(vv_repository *r, const char *url);
/* Opens and locks the local state of the host. Strings are copied. If another process has the lock,
 * waits for it. VV_ELOCKED: the other process held the lock for too long. */
vv_status vv_host_open(vv_host **out, const vv_host_options *o, vv_error *err);
void vv_host_close(vv_host *h); /* accepts NULL */
VV_AUTO_FREE(vv_host, vv_host_close)

/* Declares that damage on the host will be repaired (vv_host_sending.verify), so that damage does
 * not make the refresh fail. Call this before the first vv_host_refresh. */
void vv_host_mend(vv_host *h);

typedef enum vv_host_change {
	VV_HOST_AS_EXPECTED,
	VV_HOST_REWRITTEN, /* the ref does not descend from its last known commit */
	VV_HOST_GONE       /* the ref existed before, but no longer exists */
} vv_host_change;

/* Gets the lists of packs. ref: name of the ref of blocks; tip: its id on the host; a null id: the
 * ref does not exist. For a place, ref and tip are NULL: only checks that the place is a store;
 * vv_host_look then gets the lists. */
vv_status vv_host_refresh(vv_host *h, const char *ref, const vv_oid *tip, vv_host_change *change,
			  vv_error *err);

/* Sets *tip to the current id of a ref on the host; to the null id if the ref does not exist. */
vv_status vv_host_ask_tip(vv_host *h, const char *ref, vv_oid *tip, vv_error *err);

/* Returns true if tip is the id that the ref had at the last refresh, in this run or an earlier
 * one. */
bool vv_host_was_at(vv_host *h, const char *blocks_ref, const vv_oid *tip);

/* For a place: gets the lists of these versions, so that vv_host_has is correct for them. roots
 * NULL: gets those of all versions that the place allows to list. */
vv_status vv_host_look(vv_host *h, const vv_cid *roots, size_t count, vv_error *err);
/* Returns true if the lists have the block. Packs that are known to be bad are ignored. */
bool vv_host_has(const vv_host *h, const vv_cid *cid);

typedef vv_status (*vv_host_shown_fn)(void *payload, size_t i, const vv_cid *cid, const void *bytes,
				      size_t len, vv_error *err);
/* Proves that the host has these blocks: fetches their packs, reads each block only from these
 * packs, and hashes it. Calls fn for each block, in order; bytes NULL: the host did not deliver the
 * block. */
vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err);

typedef struct vv_host_keeps {
	bool whole;
	char lacks[96]; /* name of the missing or damaged file; "": what is missing is not a file */
	/* in a store, if whole: a random block of a random pack of the version; else null */
	vv_cid any;
} vv_host_keeps;
/* Verifies whether a host has complete versions, without using local data. In a store: reads the
 * file of each version, the lists that this file names, and the end of each of their packs. At a
 * Git host: asks whether the host has the blobs of the packs and lists. Packs that were never read
 * completely on this machine (or all packs, if the answers of the host differ from git's) are
 * fetched and hashed, up to fetch_bytes; the other packs are trusted. out: one element for each
 * root. */
vv_status vv_host_keeps_each(vv_host *h, const vv_cid *roots, size_t count, uint64_t fetch_bytes,
			     vv_host_keeps *out, vv_error *err);

typedef struct vv_host_verifying {
	/* false: verifies all packs; true: verifies about unseen_bytes of packs that were never
	 * read completely on this machine, and about seen_bytes of other packs */
	bool sample;
	uint64_t unseen_bytes, seen_bytes;
	bool mend; /* in a store: makes missing or damaged lists again from their packs */
	/* receives the names of damaged files of a store, one per line; may be NULL */
	vv_buf *damaged;
	/* The following members are results. */
	uint64_t bad_packs, lost; /* lost: number of blocks that are in no valid pack */
	uint64_t blocks;          /* number of valid blocks that were read */
} vv_host_verifying;
/* Fetches packs and hashes all their blocks. Afterwards, the blocks of bad packs count as
 * missing. */
vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err);

/* Fetches the missing blocks that are reachable from these CIDs, in as few packs as possible.
 * Blocks that the host lacks are not a failure. */
vv_status vv_host_prefetch(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* Reads a block that was prefetched, or that this repository has. stored, form: as for
 * vv_store_get_form. VV_EMISSING: no such block. VV_ECORRUPT: the block is damaged. */
vv_status vv_host_get(vv_host *h, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		      vv_block_form *form, vv_error *err);

/* For a place: fetches those of the given blocks that the place has, but not the blocks below
 * them. */
vv_status vv_host_bring(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* For a place: reads a single block, but not the blocks below it. VV_ENOTFOUND: the place lacks the
 * block. */
vv_status vv_host_get_alone(vv_host *h, const vv_cid *cid, vv_buf *out, vv_error *err);

typedef struct vv_host_sum {
	uint64_t versions, blocks, packs;
	uint64_t damaged;    /* blocks that the host lists, but does not deliver intact */
	uint64_t incomplete; /* versions that neither side has completely */
	uint64_t bad_packs;  /* bad packs that were found by verification and replaced */
	/* raw: bytes of the blocks; bytes: bytes of the transferred packs and lists */
	uint64_t raw, bytes;
} vv_host_sum;

typedef struct vv_host_sending {
	const vv_oid *wants;
	size_t want_count;
	const vv_oid *there; /* commits to which the host's refs point */
	size_t there_count;
	bool dry_run; /* sends nothing, and only sets *out */
	/* sends only versions that are complete in this repository; out->incomplete counts the
	 * others */
	bool complete;
	bool verify; /* first fetches and hashes all packs, and replaces bad packs */
} vv_host_sending;
/* Sends the blocks that are reachable from the commits or tags in `wants` and that the host lacks.
 * If another push was faster, only the blocks that are still missing are sent. VV_EMISSING: both
 * sides lack a block. */
vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err);

/* Pushes a commit whose tree has fewer and larger packs. The tree has the blocks that are reachable
 * from `wants` (the commits of all refs of the host), and, unchanged, the packs that are newer than
 * `before`. */
typedef struct vv_host_compaction {
	const vv_oid *wants;
	size_t want_count;
	int64_t before; /* in seconds since 1970; INT64_MAX: no pack is newer */
	bool dry_run;
} vv_host_compaction;
typedef struct vv_host_compacted {
	/* the host was changed, or with dry_run would be; false: nothing would be gained */
	bool changed;
	uint64_t packs_before, packs_after, bytes_before, bytes_after;
	/* number of dropped blocks; a block in several packs counts several times */
	uint64_t dropped;
} vv_host_compacted;
/* Runs the compaction. VV_ECONFLICT: another push was faster. VV_EMISSING: the host lacks packs
 * that are in its lists. */
vv_status vv_host_compact(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			  vv_error *err);

/* For a place: combines small packs into fewer and larger packs, and condemns garbage. A later run
 * removes what was condemned, so writers need no lock. Everything reachable from `wants` is kept,
 * and everything younger than age_sec by the place's own clock. Versions younger than one hour are
 * always kept, since a push writes them before it moves refs. */
typedef struct vv_host_sweeping {
	const vv_oid *wants;
	size_t want_count;
	uint64_t age_sec; /* UINT64_MAX: nothing is garbage */
	/* seconds between condemning and removing; at least VV_SWEEP_WAIT_SECONDS if others may
	 * write */
	uint64_t wait_sec;
	bool dry_run;
	size_t small; /* number of small packs that may remain; 0: no pack may remain small */
} vv_host_sweeping;
/* Sets *due to true if a sweep is due: condemned files have waited long enough, or nothing is
 * condemned and the place has more than what->small small packs. */
vv_status vv_host_sweep_due(vv_host *h, const vv_host_sweeping *what, bool *due, vv_error *err);
#define VV_SWEEP_WAIT_SECONDS ((uint64_t)7 * 86400)
typedef struct vv_host_files {
	uint64_t versions, packs, bytes;
} vv_host_files;
typedef struct vv_host_swept {
	vv_host_files before, removed, condemned;
	/* time at which all condemned files, also those of earlier runs, can be removed; 0: nothing
	 * is condemned */
	int64_t removable;
	/* merged: number of packs that were combined; made: number of packs made from them */
	uint64_t merged, made;
	/* number of versions that are only kept because they are younger than one hour */
	uint64_t young;
	/* number of packs that would be combined or condemned if they were older than age_sec */
	uint64_t young_packs;
	/* times at which the first and the last of these packs reach age_sec; 0: there are no such
	 * packs */
	int64_t young_from, young_until;
	/* number of versions reachable from wants that the place has only partly */
	uint64_t incomplete;
} vv_host_swept;
/* Runs a sweep. VV_ENOSUPPORT: the place cannot be listed, or has no clock. VV_ELOCKED: another gc
 * is running in the place. VV_ECORRUPT: the place has damaged files, and nothing was removed. */
vv_status vv_host_sweep(vv_host *h, const vv_host_sweeping *what, vv_host_swept *out,
			vv_error *err);

/* Sets *out to the counts of vv_host_prefetch so far. */
void vv_host_came(const vv_host *h, vv_host_sum *out);

#endif
