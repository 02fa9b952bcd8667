/*
 * data_store: the store for the blocks of a Git host's repository: a bucket, a folder, a machine
 * with SFTP, or files of a web server (docs/operate/stores.md).
 *
 * If the setting remote.<name>.varveUrl names the store, the store is trusted. Otherwise, the
 * committed .varveconfig names the store, which is contacted only if the user trusts it, like block
 * peers (block_peers.h).
 */
#ifndef VV_LIB_REMOTES_DATA_STORE_H
#define VV_LIB_REMOTES_DATA_STORE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "transport/places/packs/host.h"

typedef struct vv_data_store {
	char *name;   /* name in .varveconfig, such as "team"; NULL: from a remote's setting */
	char *url;    /* URL, or absolute path of a folder; NULL: no store */
	bool trusted; /* may be contacted */
} vv_data_store;

/* Finds the store of a remote; out->url is NULL if there is none. c: .varveconfig. write: the store
 * is the destination of a push. A store that is not trusted is returned, too, with a notice and
 * out->trusted false. */
vv_status vv_data_store_find(vv_data_store *out, vv_transfer *t, const vv_remote *m,
			     const vv_blocks_config *c, bool write, vv_error *err);
/* Finds the store of the repository from which this one was forked ([store] upstream), for reading.
 * out->url is NULL if there is none. */
vv_status vv_data_store_upstream(vv_data_store *out, vv_transfer *t, const vv_remote *m,
				 const vv_blocks_config *c, vv_error *err);
/* Returns true if a store is named. Does not prompt the user. */
bool vv_data_store_is_named(const vv_remote *m, const vv_blocks_config *c);
void vv_data_store_clear(vv_data_store *s);
VV_AUTO_CLEAR(vv_data_store, vv_data_store_clear)

/* Returns url, or the absolute path if url is a path: relative paths are relative to the work tree.
 * The caller owns *out. */
vv_status vv_data_store_absolute(char **out, vv_repository *r, const char *url, vv_error *err);

/* Checks that an absolute URL in .varveconfig may be contacted. VV_EREFUSED: the URL is not
 * trusted, or a symbolic link is part of the path. name: the store's name, for messages. */
vv_status vv_data_store_may(vv_transfer *t, const char *name, const char *url, vv_error *err);
/* Checks a path. VV_EREFUSED: the path is in the work tree, and a part of the path is a symbolic
 * link. */
vv_status vv_data_store_check_links(vv_repository *r, const char *url, vv_error *err);
/* Fails with VV_EREFUSED: the store is not trusted. */
vv_status vv_data_store_refuse(const char *name, vv_error *err);

/* Opens the store at a URL. make: create the store if the place is empty. VV_ENOTFOUND: there is no
 * store. */
vv_status vv_data_store_open(vv_place *out, const char *url, const vv_connect_options *connect,
			     bool make, vv_error *err);

/* Opens a store for reading and writing blocks. On failure, *out is NULL and the message names the
 * store. mend: if the mark of the store is missing or damaged but it has packs, write the mark
 * again. take_place: the opened store, whose ownership passes to this function; may be NULL. */
vv_status vv_data_store_host(vv_host **out, const vv_data_store *s, vv_transfer *t, bool mend,
			     vv_place *take_place, vv_error *err);

#endif
