/*
 * host: blocks on services without varve: packs with their lists, in the history of one ref of a Git host, or as
 * files of a place (a store).
 *
 * The ref only grows: commits are pushed without force, onto its tip. Only its blocks enter the user's clone:
 * the rest is in a scratch repository in .git/varve/host/, which keeps commits and trees, and removes packs
 * after reading. Format: docs/formats/pack-lists.md.
 *
 * The host is not trusted: its lists are hints, and every block is checked by its receiver.
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
#define VV_HOST_BRANCH "refs/heads/varve-blocks" /* on hosts that take no other refs */

typedef struct vv_host_options {
	vv_repository *repo;        /* whose blocks, settings and folder these are */
	const char *url, *push_url; /* push_url NULL: url */
	const char *remote;         /* its name; NULL: a URL was given */
	const vv_progress *progress;
	const vv_notes *notes; /* receives the host's messages on a push, or NULL */
	unsigned idle_sec;     /* as of vv_git_call */
	/* Where the files are, in place of a ref; closed by the host, on failure of open also. url is for messages, and
	 * remote NULL. Zero: a ref. */
	vv_place take_place;
} vv_host_options;

/* The mark of a store of blocks. */
extern const vv_place_mark vv_files_mark;

typedef struct vv_host vv_host;

/* The folder with the local state of that URL's host. NULL: out of memory. */
char *vv_host_dir(vv_repository *r, const char *url);
/* Strings are copied. Waits for another process that uses it; then VV_ELOCKED. */
vv_status vv_host_open(vv_host **out, const vv_host_options *o, vv_error *err);
void vv_host_close(vv_host *h); /* accepts NULL */
VV_AUTO_FREE(vv_host, vv_host_close)

/* Before the first refresh: damage there will be repaired (vv_host_sending.verify), so it does not make a refresh fail. */
void vv_host_mend(vv_host *h);

typedef enum vv_host_change {
	VV_HOST_AS_EXPECTED,
	VV_HOST_REWRITTEN, /* the ref does not descend from where it was last seen */
	VV_HOST_GONE       /* the ref existed, and is gone */
} vv_host_change;

/* ref: that of the blocks; tip: its id on the host; null: missing. Gets its lists. For a place (ref and tip NULL):
 * checks that it is a store. Lists are loaded on request: vv_host_look. */
vv_status vv_host_refresh(vv_host *h, const char *ref, const vv_oid *tip, vv_host_change *change,
			  vv_error *err);

/* The current tip of a ref on the host, requested again; null: missing. */
vv_status vv_host_ask_tip(vv_host *h, const char *ref, vv_oid *tip, vv_error *err);

/* Is the ref where the last refresh, of an earlier run too, saw it? */
bool vv_host_was_at(vv_host *h, const char *blocks_ref, const vv_oid *tip);

/* For a place: gets the lists of these versions, or all (NULL) that it allows us to list, so that "has" is right for
 * them. */
vv_status vv_host_look(vv_host *h, const vv_cid *roots, size_t count, vv_error *err);
bool vv_host_has(const vv_host *h,
		 const vv_cid *cid); /* by the lists of packs not known to be bad */

/* Has the host show blocks: their packs are fetched, and each block is read from these alone, and hashed.
 * fn gets each, in order; bytes NULL: the host does not show it. */
typedef vv_status (*vv_host_shown_fn)(void *payload, size_t i, const vv_cid *cid, const void *bytes,
				      size_t len, vv_error *err);
vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err);

/* Verifies now what a host has of a version, without using local data. In a store: the version's file, the lists that it
 * names, read again, and the end of each of these packs. At a Git host: the packs of its blocks, and their lists, by their
 * blobs' ids: the host is asked whether it has them. Packs never seen whole here, and all if its answers differ from git's,
 * are fetched and hashed up to a limit of bytes; the rest is trusted. */
typedef struct vv_host_keeps {
	bool whole;
	char lacks[96]; /* the name of the missing or damaged file, if it is a file; else "" */
	vv_cid any; /* in a store, if it is whole: a random block of a random pack of it; else null */
} vv_host_keeps;
vv_status vv_host_keeps_each(vv_host *h, const vv_cid *roots, size_t count, uint64_t fetch_bytes,
			     vv_host_keeps *out, vv_error *err);

/* Fetches packs and hashes every block in them. The blocks of a bad one then count as missing. */
typedef struct vv_host_verifying {
	bool sample; /* not all: about as much of those that were not seen whole here before, and of those that were */
	uint64_t unseen_bytes, seen_bytes;
	bool mend; /* in a store, lists that are missing or damaged are made again from their packs */
	vv_buf *damaged; /* NULL, or of a store: gets the names of its damaged files, a line each */
	/* After it: */
	uint64_t bad_packs, lost; /* lost: blocks that no sound pack has */
	uint64_t blocks;          /* that were read, and are sound */
} vv_host_verifying;
vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err);

/* Gets as few packs as needed with the missing blocks below these. Blocks that the host lacks are
 * not a failure. */
vv_status vv_host_prefetch(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* A block that was prefetched, or is stored here. stored, form: as vv_store_get_form. VV_EMISSING,
 * VV_ECORRUPT. */
vv_status vv_host_get(vv_host *h, const vv_cid *cid, vv_buf *out, vv_buf *stored,
		      vv_block_form *form, vv_error *err);

/* For a place: gets these blocks, as far as it has them, without the blocks below them. */
vv_status vv_host_bring(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);
/* For a place: gets a single block, without the blocks below it. VV_ENOTFOUND. */
vv_status vv_host_get_alone(vv_host *h, const vv_cid *cid, vv_buf *out, vv_error *err);

typedef struct vv_host_sum {
	uint64_t versions, blocks, packs;
	uint64_t damaged;    /* blocks that the host lists but does not deliver intact */
	uint64_t incomplete; /* versions that neither side has all of */
	uint64_t bad_packs;  /* that were verified and replaced */
	uint64_t raw, bytes; /* of blocks; of transferred packs and lists */
} vv_host_sum;

/* Sends the blocks reachable from the commits (or tags) that the host lacks. A faster pusher does
 * not make it fail: it then sends only the blocks that are still missing. VV_EMISSING: a block is
 * missing on both sides. */
typedef struct vv_host_sending {
	const vv_oid *wants;
	size_t want_count;
	const vv_oid *there; /* commits that refs of the host are at */
	size_t there_count;
	bool dry_run;  /* only *out is set */
	bool complete; /* only versions that are complete here; out->incomplete counts the others */
	bool verify;   /* first all packs are fetched and hashed; bad ones are replaced */
} vv_host_sending;
vv_status vv_host_send(vv_host *h, const vv_host_sending *what, vv_host_sum *out, vv_error *err);

/* One more commit whose tree has fewer, larger packs. It keeps the blocks that wants reach (all refs
 * of the host), and, unchanged, packs newer than `before`. */
typedef struct vv_host_compaction {
	const vv_oid *wants;
	size_t want_count;
	int64_t before; /* seconds since 1970; INT64_MAX: all packs are old */
	bool dry_run;
} vv_host_compaction;
typedef struct vv_host_compacted {
	bool changed; /* or would be; else there is nothing to gain */
	uint64_t packs_before, packs_after, bytes_before, bytes_after;
	uint64_t dropped; /* blocks, repeats counted, that are not in the tree any more */
} vv_host_compacted;
/* VV_ECONFLICT: another push was faster. VV_EMISSING: the host lacks packs of its lists. */
vv_status vv_host_compact(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			  vv_error *err);

/* For a place: combines small packs into fewer, larger ones, and condemns garbage, which a later run removes, so that
 * writers need no lock. Keeps everything reachable from wants, and everything younger than age_sec by the place's own
 * clock; versions younger than an hour in any case, since a push writes them before its refs. */
typedef struct vv_host_sweeping {
	const vv_oid *wants;
	size_t want_count;
	uint64_t age_sec; /* UINT64_MAX: nothing is garbage */
	/* between condemning and removing; at least VV_SWEEP_WAIT_SECONDS while others write */
	uint64_t wait_sec;
	bool dry_run;
	size_t small; /* how many small packs may stay; 0: none */
} vv_host_sweeping;
/* Is it time for one: condemned files have waited, or, without such files, there are more small packs than that? */
vv_status vv_host_sweep_due(vv_host *h, const vv_host_sweeping *what, bool *due, vv_error *err);
#define VV_SWEEP_WAIT_SECONDS ((uint64_t)7 * 86400)
typedef struct vv_host_files {
	uint64_t versions, packs, bytes;
} vv_host_files;
typedef struct vv_host_swept {
	vv_host_files before, removed, condemned;
	int64_t removable; /* when those that are condemned now, or were before, can be removed; 0: there are none */
	uint64_t merged, made; /* packs that were put together, and into how many */
	uint64_t young;        /* versions that stay for being younger than an hour alone */
	/* that would be put together or condemned if they were older than age_sec */
	uint64_t young_packs;
	int64_t young_from,
		young_until; /* when the first and the last of them is that old; 0: never */
	uint64_t incomplete; /* versions that wants reach, of which the place has a part */
} vv_host_swept;
/* VV_ENOSUPPORT: the place cannot be listed, or has no clock. VV_ELOCKED: another gc is at work there. VV_ECORRUPT: something in it is damaged; nothing was removed. */
vv_status vv_host_sweep(vv_host *h, const vv_host_sweeping *what, vv_host_swept *out,
			vv_error *err);

/* The counts of prefetch so far. */
void vv_host_came(const vv_host *h, vv_host_sum *out);

#endif
