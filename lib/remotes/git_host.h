/*
 * git_host: a remote that is a Git host without varve: its refs and history by the program git,
 * its blocks from where transport/places/packs keeps them.
 *
 * A correct caller: open; hello; to fetch: history, then blocks as from any supplier; to push:
 * send, then push; close.
 */
#ifndef VV_LIB_REMOTES_GIT_HOST_H
#define VV_LIB_REMOTES_GIT_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/remote_folder.h"
#include "lib/remotes/transfer.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/host.h"
#include "transport/protocol/gather.h"
#include "transport/protocol/message.h"

/* ---- git_push: refs of a Git host moved by the program git ---- */

typedef struct vv_git_push {
	const char *to;
	vv_oid id,
		old; /* id null: delete; the remote has its blocks, but not those of later commits of its branch */
	bool force; /* from where it was seen, and from nowhere else */
	char *why;  /* the reason of a refusal; owned by the caller; NULL: it moved */
	bool same;  /* result: the remote had this id already */
	char was[VV_OID_TEXT +
		 1]; /* likewise: the beginning of the commit that it moved on from; "": it is new */
} vv_git_push;

/* `git push`, with the user's hooks unless no_verify; some refs at a time, atomically if the host supports it. to: how git is
 * run, with the URL; word: git's argument for it, a remote's name or the URL. refs[].why gets the reason if one did not move.
 * said: lines of the far side, for people. err has git's words on a failure as a whole: VV_EREFUSED, VV_ENOTFOUND, VV_EIO. */
vv_status vv_git_push_run(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, vv_buf *said, vv_error *err);

/*
 * edited_pointers: a warning of pointers that were edited by hand, before they go to a host that does not look.
 */

/* Checks the pointer of each version that is in wants and not in haves against its root. Warns r's listener
 * of mismatches, naming only a few. A missing root is skipped. */
vv_status vv_edited_pointers_warn(vv_repository *r, const vv_oid *wants, size_t want_count,
				  const vv_oid *haves, size_t have_count, vv_error *err);

typedef struct vv_git_host vv_git_host;

/* Fetches only the refs; the rest happens on demand. t and m are borrowed until close. take_folder (also taken on failure): the
 * open folder if m is published as files; or NULL. t->repo may be NULL: then only hello is available. err has git's words on a
 * failure: VV_EREFUSED, VV_ENOTFOUND, VV_EIO. */
vv_status vv_git_host_open(vv_git_host **out, vv_transfer *t, const vv_remote *m,
			   vv_remote_folder *take_folder, bool write, vv_error *err);
void vv_git_host_close(vv_git_host *g); /* accepts NULL */
VV_AUTO_FREE(vv_git_host, vv_git_host_close)

const vv_hello *vv_git_host_hello(const vv_git_host *g); /* borrowed */
const char *vv_git_host_kind(const vv_git_host *g);      /* vv_remote.kind: "folder" or "git" */
/* Does its HEAD name the branch of blocks? The hello names another branch then, if there is one. */
bool vv_git_host_has_blocks_head(const vv_git_host *g);
/* Do its blocks go to a branch? */
vv_status vv_git_host_uses_branch(vv_git_host *g, bool *out, vv_error *err);
/* Is it empty, and are its blocks to go to a branch? The first branch that a host gets becomes its default,
 * so that has to be one of the user's. */
vv_status vv_git_host_wants_branch_first(vv_git_host *g, bool *out, vv_error *err);
/* After blocks were requested: the URL of a store that .varveconfig names and that is not trusted, so that it was left out;
 * borrowed; NULL: none. */
const char *vv_git_host_untrusted(const vv_git_host *g);
/* Where the blocks are, for people; borrowed. */
const char *vv_git_host_blocks_place(const vv_git_host *g);
/* The URL of its store, else its own: who sends its blocks. */
const char *vv_git_host_blocks_url(const vv_git_host *g);

/* Removes refs left by a killed fetch: their history may be incomplete. */
vv_status vv_git_host_tidy(vv_git_host *g, vv_error *err);

/* Fetches refs (full names) and everything reachable from them into the repository, named only by
 * refs below refs/varve/fetched/, until close; ids gets their ids on the host. */
vv_status vv_git_host_history(vv_git_host *g, const char *const *names, size_t count, vv_oid *ids,
			      vv_error *err);

/* Gets the packs that the versions in commits need and that are missing here; below haves nothing is
 * lacking. */
vv_status vv_git_host_expect(vv_git_host *g, const vv_oids *ids, const vv_oids *haves,
			     vv_error *err);

/* The host as a supplier of blocks, valid until close. Its name is the remote's URL. */
void vv_git_host_supplier(vv_git_host *g, vv_supplier *out);
/* Blocks by themselves, if a store keeps them: fn gets each, as vv_peer_blocks. Else VV_ENOSUPPORT. */
vv_status vv_git_host_some(vv_git_host *g, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err);
/* The host that a supplier is; NULL: it is none. */
vv_git_host *vv_git_host_of(const vv_supplier *s);
/* From now on m, which is on the heap, is the host's to clear and free. */
void vv_git_host_take_remote(vv_git_host *g, vv_remote *take_m);

typedef struct vv_git_sending {
	const vv_blocks_ref *refs;
	size_t count;
	bool dry_run;  /* only *out is set */
	bool complete; /* only versions that are complete here (not with block peers) */
	bool verify;   /* first its packs are fetched and hashed; bad ones are replaced */
} vv_git_sending;
/* Sends blocks: to the block peers, where some are named, else to the host. */
vv_status vv_git_host_send(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
			   vv_error *err);

/* Its trusted block peers; borrowed until the next call. */
vv_status vv_git_host_peers(vv_git_host *g, const vv_block_peers **out, vv_error *err);
/* Bytes received so far, without history. */
uint64_t vv_git_host_bytes(const vv_git_host *g);
/* Has it a ref of blocks or, to be read, a store that .varveconfig names? */
vv_status vv_git_host_has_blocks(vv_git_host *g, bool *out, vv_error *err);

/* Declares that blocks are only read: a missing blocks' ref is then noted. */
void vv_git_host_reading(vv_git_host *g);
/* Warns if the blocks' ref was removed or overwritten, so that versions of the host's refs lack
 * blocks. Does not fail if that cannot be found out. */
vv_status vv_git_host_watch(vv_git_host *g, vv_error *err);

typedef struct vv_host_lost {
	/* versions of the host's refs, as far as their commits are here, that it does not store completely */
	uint64_t versions;
	uint64_t here;  /* of these */
	char lacks[96]; /* of one of them, as of vv_host_keeps */
} vv_host_lost;
/* By vv_host_keeps_each. None where block peers keep them. */
vv_status vv_git_host_lost(vv_git_host *g, vv_host_lost *out, vv_error *err);

#define VV_KEEPS_FETCH_BYTES ((uint64_t)64 << 20) /* where nothing is freed by the answer */
/* vv_host_keeps_each; nothing is whole where block peers keep the blocks. */
vv_status vv_git_host_keeps_each(vv_git_host *g, const vv_cid *roots, size_t count,
				 uint64_t fetch_bytes, vv_host_keeps *out, vv_error *err);

/* Does it list the block among those that it keeps? False where block peers keep them. */
vv_status vv_git_host_has(vv_git_host *g, const vv_cid *cid, bool *out, vv_error *err);

/* vv_host_show. That the ref was overwritten since it was seen last is reported first. */
vv_status vv_git_host_show(vv_git_host *g, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
			   void *payload, vv_error *err);
/* *out, to be freed: the versions that it continues keeping, as its refs reach them: a gc of a store removes others. NULL: all
 * that it has. On failure, too. */
vv_status vv_git_host_promises(vv_git_host *g, vv_cid_map **out, vv_error *err);

/* vv_host_verify; nothing where block peers keep the blocks. */
vv_status vv_git_host_verify(vv_git_host *g, vv_host_verifying *v, vv_error *err);

/* Warns of blocks that the host lists but could not deliver. */
void vv_git_host_tell_damage(const vv_git_host *g);

/* Sets the place of its blocks: a store named in the work tree's .varveconfig (url absolute, both copied), or a ref of its
 * own (url NULL), regardless of other settings. Call it before other functions. */
vv_status vv_git_host_choose(vv_git_host *g, const char *name, const char *url, vv_error *err);
/* The place of its blocks, read again: a store, or a ref of its own. Borrowed. */
vv_status vv_git_host_keeper(vv_git_host *g, vv_host **out, bool *is_store, vv_error *err);
/* Every ref of the host, those of open and closed requests too, fetched; not those of blocks. */
vv_status vv_git_host_fetch_all(vv_git_host *g, vv_ref_fn fn, void *payload, vv_error *err);

/* Moves refs of the host: vv_git_push_run. */
vv_status vv_git_host_push(vv_git_host *g, vv_git_push *refs, size_t count, bool no_verify,
			   vv_buf *said, vv_error *err);

#endif
