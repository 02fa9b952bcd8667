/*
 * blocks_config: reads and changes .varveconfig, the committed file with the URLs of the stores and
 * block peers that have a repository's blocks, and with settings of vaults and imports.
 *
 *	[blocks]
 *		url = https://data.example.org/sales
 *		pushUrl = ssh://data.example.org/srv/sales
 *		ref = varve-blocks
 *	[store "team"]
 *		url = s3://bucket/sales
 *
 * The file has the syntax of Git's configuration. Everybody who may commit can write it. So it
 * contains only URLs and names, and nothing in the file is run. Source: docs/operate/hosts.md.
 */
#ifndef VV_LIB_REMOTES_BLOCKS_CONFIG_H
#define VV_LIB_REMOTES_BLOCKS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

#define VV_BLOCKS_CONFIG ".varveconfig" /* name of the file */
#define VV_BLOCKS_URLS_MAX 16u          /* maximum length of each list in the file */

/* One value = one store of blocks (docs/operate/stores.md). */
typedef struct vv_store_config {
	char *name, *url; /* url may be NULL */
	char *push_url;   /* NULL: same as url */
	bool usual;       /* the default store: pushes send blocks to it */
} vv_store_config;

/* One value = the content of one file. */
typedef struct vv_blocks_config {
	char *ref;                /* full name of the ref that has the blocks; NULL: not set */
	vv_string_list urls;      /* URLs of block peers, at most VV_BLOCKS_URLS_MAX */
	vv_string_list push_urls; /* the same for pushes; if empty, `urls` are used */
	vv_store_config stores[VV_BLOCKS_URLS_MAX];
	size_t store_count;
	/* URL of the store of the repository from which this repository was forked; may be NULL */
	char *upstream;
} vv_blocks_config;

/* Reads the file in *commit into *out. *out is empty if *commit is null or has no such file, or
 * only a symbolic link. VV_EINPUT: the file is invalid. */
vv_status vv_blocks_config_read(vv_blocks_config *out, vv_repository *r, const vv_oid *commit,
				vv_error *err);
/* Parses the len bytes of `text`, the text of the file, into *out. VV_EINPUT: the text is
 * invalid. */
vv_status vv_blocks_config_parse(vv_blocks_config *out, const char *text, size_t len,
				 vv_error *err);
/* Returns the store of c with this name, borrowed. If name is NULL, returns the default store, or
 * else the first store that has a URL. Returns NULL if there is none. */
const vv_store_config *vv_blocks_config_store(const vv_blocks_config *c, const char *name);
/* Returns the path of the file in the work tree; for a bare repository, in its folder varve. The
 * caller frees it. NULL if out of memory. */
char *vv_blocks_config_path(const vv_repository *r);
/* Calls fn for each setting in the file of the work tree, as vv_config_parse does. Does nothing if
 * the file does not exist or is not a regular file. */
vv_status vv_blocks_config_each(vv_repository *r, vv_config_fn fn, void *payload, vv_error *err);
/* Reads the file in the work tree, which need not be committed, into *out. */
vv_status vv_blocks_config_read_work(vv_blocks_config *out, vv_repository *r, vv_error *err);
/* One value = the change of one setting, or the removal of one section. */
typedef struct vv_blocks_config_line {
	const char *key; /* such as "store.team.url"; of a section, such as "store.team" */
	/* replaces all values of the key; NULL: removes these values, or, if `section` is true, the
	 * section */
	const char *value;
	bool section; /* key is that of a section */
} vv_blocks_config_line;
/* Applies the changes `lines` to `text`, the text of such a file. Runs git. A key to remove may be
 * missing, a section may not. After a failure, the content of text is undefined. */
vv_status vv_blocks_config_change(vv_buf *text, vv_repository *r,
				  const vv_blocks_config_line *lines, size_t count, vv_error *err);
/* Appends the text of the file in the work tree to `text`; appends nothing if the file does not
 * exist. VV_EINPUT: it is not a regular file. */
vv_status vv_blocks_config_text(vv_buf *text, vv_repository *r, vv_error *err);
/* The type of the function that vv_blocks_config_unknown calls. what: a text about one unknown
 * name. */
typedef vv_status (*vv_blocks_config_fn)(void *payload, const char *what, vv_error *err);
/* Calls fn for each name in the file of the work tree that is unknown, and therefore ignored. The
 * text is such as ".varveconfig: this varve does not know 'ulr'; did you mean 'url'?" A newer varve
 * may support the name. Returns VV_OK for a file that is invalid. */
vv_status vv_blocks_config_unknown(vv_repository *r, vv_blocks_config_fn fn, void *payload,
				   vv_error *err);
/* Warns the listener of r of each unknown name in the file (vv_blocks_config_unknown). */
void vv_blocks_config_warn(vv_repository *r);
/* Applies the changes `lines` to the file in the work tree in one step; they take effect with the
 * next commit. The caller must hold the lock for writers (the turn, repo/git/write_turn.h).
 * VV_EUSAGE: the repository is bare. */
vv_status vv_blocks_config_change_work(vv_repository *r, const vv_blocks_config_line *lines,
				       size_t count, vv_error *err);
/* Returns VV_OK if .varveconfig may name url as the URL of a store: store.NAME.url, or pushUrl if
 * `push` is set. VV_EINPUT: some clones could not reach the URL, it has a password, it has parts
 * that only the user may set, or blocks cannot be pushed to it. */
vv_status vv_store_url_check(const char *url, bool push, vv_error *err);
/* Sets *out to url, or, if url is a path, to its absolute path: relative paths are relative to the
 * work tree; in a bare repository, to its Git folder. The caller frees *out. */
vv_status vv_store_url_absolute(char **out, vv_repository *r, const char *url, vv_error *err);
/* Returns true if url can only name a store (s3, sftp, rclone), or is the path of a folder that
 * already is a store. Returns false for http and https, which can name a store or a peer. */
bool vv_blocks_is_store(const char *url);
void vv_blocks_config_clear(vv_blocks_config *c);
VV_AUTO_CLEAR(vv_blocks_config, vv_blocks_config_clear)

#endif
