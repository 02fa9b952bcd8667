/*
 * blocks_sources: lists the sources of the blocks of a remote without varve: stores, block peers
 * (block_peers.h), and the remote's own ref of blocks.
 *
 * The list has the order in which the sources are read:
 *
 * 	1. the store in the settings of the remote, or else in .varveconfig
 * 	2. block peers
 * 	3. the remote's ref of blocks; after a store, only if it may have older blocks
 * 	4. the store of the repository from which this one was forked
 *
 * Pushes write to the first source; if this is a block peer, to all block peers. Only the source
 * that pushes write to can prove that blocks are stored: sources behind it may vanish. The url and
 * the pushUrl of a store in .varveconfig are two addresses of one place, so an answer at either is a
 * proof. The files of a store at the URL of a block peer are read first, but while pushes write to
 * other block peers, they are a mirror, whose owner may remove them, and not a proof.
 */
#ifndef VV_LIB_REMOTES_BLOCKS_SOURCES_H
#define VV_LIB_REMOTES_BLOCKS_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/remote.h"
#include "transport/places/packs/host.h"

typedef enum vv_from { VV_FROM_STORE, VV_FROM_PEER, VV_FROM_REF } vv_from;

/* One value = one source. */
typedef struct vv_blocks_source {
	vv_from kind;
	const char *name; /* of a store in .varveconfig, such as "team"; NULL: none; borrowed */
	char *url;        /* URL, or absolute path of a folder; of a ref, its full name */
	bool trusted;     /* may be contacted, as far as known: see asked */
	bool asked;       /* it was determined whether the source is trusted */
	bool versions_read; /* the files of all versions were read, to find blocks below their roots */
	bool mirror;        /* pushes write to other block peers, and never to this store */
	vv_host *host;      /* the open store or ref; NULL: not open, or a block peer */
	vv_error why;       /* why it cannot be opened; code VV_OK: no error occurred */
} vv_blocks_source;
/* One value = the sources of one remote. */
typedef struct vv_blocks_sources {
	vv_blocks_source *items;
	size_t count, cap;
} vv_blocks_sources;

/* Appends a source, unless the list has it. name is borrowed, url is copied. trusted: the source is
 * from the user, not from .varveconfig. */
vv_status vv_blocks_sources_add(vv_blocks_sources *l, vv_from kind, const char *name,
				const char *url, bool trusted, vv_error *err);
/* Appends the sources of the remote m to *out, without contacting any. m NULL: the caller chose the
 * first source, and only those behind it are appended. c: the content of .varveconfig, borrowed
 * until vv_blocks_sources_clear. ref: name of the ref of blocks; NULL: the remote does not have it,
 * and it is only appended if nothing else stores the blocks. write: for a push. */
vv_status vv_blocks_sources_list(vv_blocks_sources *out, vv_repository *r, const vv_remote *m,
				 const vv_blocks_config *c, const char *ref, bool write,
				 vv_error *err);
/* Appends to *out the stores that the .varveconfig of the commits `tips` names, and that the list
 * `have` does not have, in the order of tips. Appends their names to *names, from which *out borrows
 * them. An invalid file counts as an empty one. */
vv_status vv_blocks_sources_of_others(vv_blocks_sources *out, vv_string_list *names,
				      vv_repository *r, const vv_oids *tips,
				      const vv_blocks_sources *have, vv_error *err);
/* Closes the stores; refs remain open. */
void vv_blocks_sources_clear(vv_blocks_sources *l);
VV_AUTO_CLEAR(vv_blocks_sources, vv_blocks_sources_clear)

/* Returns the first URL of a store (vv_blocks_is_store) in the user's settings of m
 * (remote.<name>.varveUrl), borrowed; NULL if there is none. */
const char *vv_store_own(const vv_remote *m);
/* Returns true if varveUrl of m has the URL of a store; if m has no varveUrl: if c has one. Does not
 * prompt the user. */
bool vv_blocks_are_stored(const vv_remote *m, const vv_blocks_config *c);

#endif
