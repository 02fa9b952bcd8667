/*
 * host: stores blocks on services without varve, as packs with lists: in the history of one ref of
 * a Git host, or as files of a place (a store).
 *
 * The ref only grows: commits are pushed onto its tip, without force. Only blocks are copied to the
 * user's clone. A scratch repository in .git/varve/host/ has the commits and trees of the ref;
 * packs are removed from it after reading. Format: docs/formats/pack-lists.md.
 *
 * The host is not trusted: its lists are hints, and the receiver checks every block.
 *
 * A correct caller: open (which locks); refresh with the ref's current tip; then has, prefetch and get, or send;
 * close.
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
	const char *url, *push_url; /* push_url NULL: url */
	const char *remote;         /* the remote's name; NULL: the user gave a URL */
	const vv_progress *progress;
	const vv_notes *notes; /* receives the host's messages on a push; may be NULL */
	unsigned idle_sec;     /* as in vv_git_call */
	/* The place with the files, for a store; the host owns and closes it, also if vv_host_open
	 * fails. In this case url is only for messages, and remote is NULL. Zeroed: a ref of a Git
	 * host. */
	vv_place take_place;
} vv_host_options;

/* The mark of a store of blocks. */
extern const vv_place_mark vv_files_mark;

typedef struct vv_host vv_host;

/* Returns the path of the folder with the local state of the host at this URL, owned by the caller.
 * NULL: out of memory. */
char *vv_host_dir(vv_repository *r, const char *url);
/* Opens and locks the host's local state. Strings are copied. If another process has the lock,
 * waits for it. VV_ELOCKED: the other process kept the lock for too long. */
vv_status vv_host_open(vv_host **out, const vv_host_options *o, vv_error *err);
void vv_host_close(vv_host *h); /* accepts NULL */
VV_AUTO_FREE(vv_host, vv_host_close)

/* Call it before the first refresh if damage on the host will be repaired (vv_host_sending.verify):
 * damage then does not make the refresh fail. */
void vv_host_mend(vv_host *h);

typedef enum vv_host_change {
	VV_HOST_AS_EXPECTED,
	VV_HOST_REWRITTEN, /* the ref does not descend from its last known commit */
	VV_HOST_GONE       /* the ref existed before, but not any more */
} vv_host_change;

/* Gets the lists of packs. ref: the ref of the blocks; tip: the ref's id on the host; null: the ref
 * does not exist. For a place (ref and tip NULL): checks that the place is a store; vv_host_look
 * then gets the lists. */
vv_status vv_host_refresh(vv_host *h, const char *ref, const vv_oid *tip, vv_host_change *change,
			  vv_error *err);

/* Requests the current tip of a ref from the host; null: the ref does not exist. */
vv_status vv_host_ask_tip(vv_host *h, const char *ref, vv_oid *tip, vv_error *err);

/* Is tip the id that the ref had at the last refresh, also of an earlier run? */
bool vv_host_was_at(vv_host *h, const char *blocks_ref, const vv_oid *tip);

/* For a place: gets the lists of these versions, or, with roots NULL, of all versions that the
 * place allows to list, so that vv_host_has is right for them. */
vv_status vv_host_look(vv_host *h, const vv_cid *roots, size_t count, vv_error *err);
bool vv_host_has(const vv_host *h,
		 const vv_cid *cid); /* by the lists; packs known to be bad are ignored */

/* Proves that the host has these blocks: fetches their packs, reads each block only from these
 * packs, and hashes it. Calls fn for each block in order; bytes NULL: the host did not deliver the
 * block. */
typedef vv_status (*vv_host_shown_fn)(void *payload, size_t i, const vv_cid *cid, const void *bytes,
				      size_t len, vv_error *err);
vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err);

/* Verifies that a host has whole versions, without using local data. In a store: reads the
 * version's file, the lists that this file names, and the end of each of their packs. At a Git
 * host: asks whether the host has the blobs of the packs and lists. Packs that were never read
 * completely here (or all packs, if the host's answers differ from git's) are fetched and hashed,
 * up to fetch_bytes; the other packs are trusted. out: one element for each root. */
typedef struct vv_host_keeps {
	bool whole;
	char lacks[96]; /* the name of the missing or damaged file; "": not a file */
	/* in a store, if whole: a random block of a random pack of the version; else null */
	vv_cid any;
} vv_host_keeps;
vv_status vv_host_keeps_each(vv_host *h, const vv_cid *roots, size_t count, uint64_t fetch_bytes,
			     vv_host_keeps *out, vv_error *err);

/* Fetches packs and hashes all their blocks. The blocks of bad packs then count as missing. */
typedef struct vv_host_verifying {
	/* false: verifies all packs; true: about unseen_bytes of packs that were never read
	 * completely here, and about seen_bytes of the others */
	bool sample;
	uint64_t unseen_bytes, seen_bytes;
	bool mend; /* in a store: makes missing or damaged lists again from their packs */
	/* receives the names of a store's damaged files, one per line; may be NULL */
	vv_buf *damaged;
	/* Results: */
	uint64_t bad_packs, lost; /* lost: blocks that are in no valid pack */
	uint64_t blocks;          /* blocks that were read and are valid */
} vv_host_verifying;
vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err);

/* Fetches as few packs as possible that have the missing blocks reachable from these CIDs. Blocks
 * that the host lacks are not a failure. */
vv_status vv_host_prefetch(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* Reads a block that was prefetched or is in this repository. stored, form: as in
 * vv_store_get_form. VV_EMISSING: no such block. VV_ECORRUPT: the block is damaged. */
vv_status vv_host_get(vv_host *h, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		      vv_block_form *form, vv_error *err);

/* For a place: fetches those of the blocks that the place has, without the blocks below them. */
vv_status vv_host_bring(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* For a place: reads a single block, without the blocks below it. VV_ENOTFOUND: the place lacks the
 * block. */
vv_status vv_host_get_alone(vv_host *h, const vv_cid *cid, vv_buf *out, vv_error *err);

typedef struct vv_host_sum {
	uint64_t versions, blocks, packs;
	uint64_t damaged;    /* blocks that the host lists but does not deliver intact */
	uint64_t incomplete; /* versions that neither side has completely */
	uint64_t bad_packs;  /* bad packs that verification found and replaced */
	uint64_t raw, bytes; /* raw: bytes of blocks; bytes: of transferred packs and lists */
} vv_host_sum;

/* Sends the blocks that are reachable from the commits or tags `wants` and that the host lacks. If
 * another push was faster, only the blocks still missing are sent. VV_EMISSING: a block is missing
 * on both sides. */
typedef struct vv_host_sending {
	const vv_oid *wants;
	size_t want_count;
	const vv_oid *there; /* commits of the host's refs */
	size_t there_count;
	bool dry_run; /* sends nothing, and only sets *out */
	/* sends only versions that this repository has completely; out->incomplete counts the
	 * others */
	bool complete;
	bool verify; /* first fetches and hashes all packs, and replaces bad ones */
} vv_host_sending;
vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err);

/* Pushes a commit whose tree has fewer, larger packs. The tree keeps the blocks that are reachable
 * from wants (all refs of the host), and, unchanged, packs newer than `before`. */
typedef struct vv_host_compaction {
	const vv_oid *wants;
	size_t want_count;
	int64_t before; /* seconds since 1970; INT64_MAX: all packs are old */
	bool dry_run;
} vv_host_compaction;
typedef struct vv_host_compacted {
	bool changed; /* the host was changed (with dry_run: would be); false: nothing to gain */
	uint64_t packs_before, packs_after, bytes_before, bytes_after;
	uint64_t dropped; /* blocks, with repeats, that were dropped from the tree */
} vv_host_compacted;
/* VV_ECONFLICT: another push was faster. VV_EMISSING: the host lacks packs of its lists. */
vv_status vv_host_compact(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			  vv_error *err);

/* For a place: combines small packs into fewer, larger ones, and condemns garbage. A later run
 * removes what was condemned, so writers need no lock. Keeps everything reachable from wants, and
 * everything younger than age_sec by the place's own clock. Versions younger than one hour are
 * always kept, since a push writes them before it moves refs. */
typedef struct vv_host_sweeping {
	const vv_oid *wants;
	size_t want_count;
	uint64_t age_sec; /* UINT64_MAX: nothing is garbage */
	/* time between condemning and removing; at least VV_SWEEP_WAIT_SECONDS if others may write */
	uint64_t wait_sec;
	bool dry_run;
	size_t small; /* number of small packs that may remain; 0: none */
} vv_host_sweeping;
/* Sets *due to whether a sweep is due: condemned files have waited long enough, or there are none
 * and the place has more than what->small small packs. */
vv_status vv_host_sweep_due(vv_host *h, const vv_host_sweeping *what, bool *due, vv_error *err);
#define VV_SWEEP_WAIT_SECONDS ((uint64_t)7 * 86400)
typedef struct vv_host_files {
	uint64_t versions, packs, bytes;
} vv_host_files;
typedef struct vv_host_swept {
	vv_host_files before, removed, condemned;
	/* when all condemned files, new and earlier ones, can be removed; 0: nothing is condemned */
	int64_t removable;
	uint64_t merged, made; /* merged: packs that were combined; made: packs made from them */
	uint64_t young;        /* versions kept only because they are younger than one hour */
	/* packs that would be combined or condemned if they were older than age_sec */
	uint64_t young_packs;
	int64_t young_from,
		/* when the first and the last of these packs reach this age; 0: no such packs */
		young_until;
	uint64_t incomplete; /* versions reachable from wants that the place has only partly */
} vv_host_swept;
/* Runs a sweep. VV_ENOSUPPORT: the place cannot be listed, or has no clock. VV_ELOCKED: another gc
 * is running there. VV_ECORRUPT: the place has damaged files; nothing was removed. */
vv_status vv_host_sweep(vv_host *h, const vv_host_sweeping *what, vv_host_swept *out,
			vv_error *err);

/* Sets *out to the counts of vv_host_prefetch so far. */
void vv_host_came(const vv_host *h, vv_host_sum *out);

#endif
