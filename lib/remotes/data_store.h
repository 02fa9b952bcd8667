/*
 * data_store: finds and opens the store for the blocks of a Git host's repository: a bucket, a
 * folder, a machine with SFTP, or files of a web server (docs/operate/stores.md).
 *
 * If the setting remote.<name>.varveUrl has the URL of the store, the store is trusted. Otherwise,
 * the URL is in the committed .varveconfig, and the store is contacted only if the user trusts it,
 * like block peers (block_peers.h).
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

/* One value = one store. */
typedef struct vv_data_store {
	/* name in .varveconfig, such as "team"; NULL: the URL is from a remote's setting */
	char *name;
	char *url;    /* URL, or absolute path of a folder; NULL: no store */
	bool trusted; /* may be contacted */
} vv_data_store;

/* Sets *out to the store of the remote m; out->url is NULL if there is none. c: the content of
 * .varveconfig. write: the store is the destination of a push. If the store is not trusted, sends a
 * notice and sets out->trusted to false. */
vv_status vv_data_store_find(vv_data_store *out, vv_transfer *t, const vv_remote *m,
			     const vv_blocks_config *c, bool write, vv_error *err);
/* Sets *out to the store of the repository from which this one was forked (c->upstream), for
 * reading; out->url is NULL if there is none. */
vv_status vv_data_store_upstream(vv_data_store *out, vv_transfer *t, const vv_remote *m,
				 const vv_blocks_config *c, vv_error *err);
/* Returns true if the settings of m, or c, have the URL of a store. Does not prompt the user. */
bool vv_data_store_is_named(const vv_remote *m, const vv_blocks_config *c);
void vv_data_store_clear(vv_data_store *s);
VV_AUTO_CLEAR(vv_data_store, vv_data_store_clear)

/* Sets *out to url, or, if url is a path, to its absolute path: relative paths are relative to the
 * work tree. The caller frees *out. */
vv_status vv_data_store_absolute(char **out, vv_repository *r, const char *url, vv_error *err);

/* Returns VV_OK if url, an absolute URL in .varveconfig, may be contacted. VV_EREFUSED: the URL is
 * not trusted, or a symbolic link is part of the path. name: the store's name, for messages. */
vv_status vv_data_store_may(vv_transfer *t, const char *name, const char *url, vv_error *err);
/* Returns VV_EREFUSED if url is a path in the work tree, and a part of this path is a symbolic
 * link; else VV_OK. */
vv_status vv_data_store_check_links(vv_repository *r, const char *url, vv_error *err);
/* Returns VV_EREFUSED, with the message that the store `name` is not trusted. */
vv_status vv_data_store_refuse(const char *name, vv_error *err);

/* Opens the store at `url` as *out. make: if there are no files at url, create the store.
 * VV_ENOTFOUND: url has no store. */
vv_status vv_data_store_open(vv_place *out, const char *url, const vv_connect_options *connect,
			     bool make, vv_error *err);

/* Opens the store s as *out, for reading and writing blocks. On failure, *out is NULL, and the
 * message has the name of the store. mend: if the file that marks the store is missing or damaged,
 * but the store has packs, write that file again. take_place: the store that vv_data_store_open has
 * opened, owned by this function from then on; may be NULL. */
vv_status vv_data_store_host(vv_host **out, const vv_data_store *s, vv_transfer *t, bool mend,
			     vv_place *take_place, vv_error *err);

#endif
